import type { Column } from '../model/column.ts';
import type { DlpUsage, Reason } from '../model/run.ts';
import type { Source } from '../model/source.ts';
import { inspectedColumns, judgeFindings, planInspection, SAMPLE_RECORDS, type ShownRow } from '../plan/inspection.ts';
import type { Ports, ShardWork } from '../ports.ts';
import { chargeOfInspection } from '../render/dlp-charge.ts';
import { inspectRows } from './inspect-rows.ts';
import type { Spend } from './spend.ts';

export interface Inspected {
  /** What contradicts the declaration; empty = nothing was found that is not expected. */
  reasons: Reason[];
  usage: DlpUsage;
}

/** The same rows each time: whoever asks what showing them costs is told of these. */
export async function sampleOf(
  source: Source,
  work: Pick<ShardWork, 'sample'>,
): Promise<{ columns: Column[]; requests: ShownRow[][] }> {
  const columns = inspectedColumns(source.columns);
  if (columns.length === 0) return { columns, requests: [] };
  const names = columns.map(({ name }) => name);
  return { columns, requests: planInspection(await work.sample(names, SAMPLE_RECORDS)) };
}

/** Shows DLP a sample of what the shard would let through as it is. What DLP does not answer fails the shard. */
export async function inspectPublic(ports: Ports, source: Source, work: ShardWork, spend: Spend): Promise<Inspected> {
  const { columns, requests } = await sampleOf(source, work);
  const usage: DlpUsage = { requests: 0, values: 0, bytes: 0 };
  const names = columns.map(({ name }) => name);
  const findings = await Promise.all(
    requests.map(async (rows) => {
      spend.add(() => chargeOfInspection(rows));
      const texts = rows.flatMap(({ values }) => values.filter((value) => value !== null));
      usage.requests++;
      usage.values += texts.length;
      usage.bytes += texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
      return inspectRows(ports, names, rows);
    }),
  );
  return { reasons: judgeFindings(columns, findings.flat()), usage };
}
