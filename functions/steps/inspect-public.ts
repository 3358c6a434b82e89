import type { DlpUsage, Reason } from '../model/run.ts';
import type { Source } from '../model/source.ts';
import { inspectedColumns, judgeFindings, planInspection, SAMPLE_RECORDS } from '../plan/inspection.ts';
import type { Ports, ShardWork } from '../ports.ts';
import { renderInspection } from '../render/inspection.ts';

export interface Inspected {
  /** What contradicts the declaration; empty = nothing was found that is not expected. */
  reasons: Reason[];
  usage: DlpUsage;
}

/** Shows DLP a sample of what the shard would let through as it is. What DLP does not answer fails the shard. */
export async function inspectPublic(ports: Ports, source: Source, work: ShardWork): Promise<Inspected> {
  const columns = inspectedColumns(source.columns);
  const usage: DlpUsage = { requests: 0, values: 0, bytes: 0 };
  if (columns.length === 0) return { reasons: [], usage };
  const names = columns.map(({ name }) => name);
  const sample = await work.sample(names, SAMPLE_RECORDS);
  const findings = await Promise.all(
    planInspection(sample).map(async (rows) => {
      const texts = rows.flatMap(({ values }) => values.filter((value) => value !== null));
      usage.requests++;
      usage.values += texts.length;
      usage.bytes += texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
      const found = await ports.dlp.inspect(renderInspection(names, rows));
      return found.map((finding) => ({ ...finding, row: rows[finding.row]?.row ?? 0 }));
    }),
  );
  return { reasons: judgeFindings(columns, findings.flat()), usage };
}
