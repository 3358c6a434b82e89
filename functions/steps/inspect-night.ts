import pMap from 'p-map';
import { type SluiceError, toSluiceError } from '../errors.ts';
import { digest } from '../model/ids.ts';
import type { Release } from '../model/release.ts';
import type { NightFinding, NightInspection } from '../model/report.ts';
import { planInspection } from '../plan/inspection.ts';
import { judgeNight, type NightTable, nightColumns, planNight, withoutTokens } from '../plan/night-inspection.ts';
import type { Ports } from '../ports.ts';
import { renderNightSample } from '../render/night-inspection.ts';
import { inspectRows } from './inspect-rows.ts';
import { publish } from './publish.ts';
import { queryRows } from './run-job.ts';

/** Tables at once: a sample takes the warehouse a second or two, and DLP has 600 requests a minute. */
const AT_ONCE = 6;
const DAY_MS = 86_400_000;

/** The same for every retry: which tables have their turn, and the ids of what is told, follow from it. */
export interface TriedNight {
  id: string;
  /** `YYYY-MM-DD`. */
  date: string;
}

/**
 * Looks at a sample of every declared table, in this function and not in tasks: at most 200 tables of two seconds each, six
 * at once, are a minute of its half hour. A table that cannot be looked at is told and keeps no other from it; what may
 * succeed later fails the night at its end, whose retry finds the samples that it has taken.
 */
export async function inspectNight(
  ports: Ports,
  { id: night, date }: TriedNight,
  release: Release,
): Promise<NightInspection> {
  const tables = planNight(release, Math.floor(Date.parse(date) / DAY_MS));
  const report: NightInspection = { tables: 0, rows: 0, bytesBilled: 0, findings: [], skipped: [] };
  const failures: SluiceError[] = [];
  await pMap(
    tables,
    async (table) => {
      try {
        const looked = await inspectTable(ports, night, table);
        if (!looked) return;
        report.tables++;
        report.rows += looked.rows;
        report.bytesBilled += looked.bytesBilled;
        report.findings.push(...looked.findings);
      } catch (raw) {
        const error = toSluiceError(raw);
        if (error.retryable) failures.push(error);
        else report.skipped.push({ table: table.id, code: error.code });
        ports.log.warn('a table could not be inspected', { table: table.id, code: error.code });
      }
    },
    { concurrency: AT_ONCE },
  );
  report.findings.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  // Before the failure: a table that fails every night would else keep what was found in all others from being told.
  for (const finding of report.findings) await tell(ports, night, finding);
  const [failure] = failures;
  if (failure) throw failure;
  return report;
}

const keyOf = ({ table, column, infoType }: NightFinding): string => `${table} ${column} ${infoType}`;

interface Looked {
  rows: number;
  bytesBilled: number;
  findings: NightFinding[];
}

/** undefined = there is no such table yet, or nothing in it to look at. */
async function inspectTable(ports: Ports, night: string, table: NightTable): Promise<Looked | undefined> {
  const info = await ports.warehouse.table(table.id);
  const columns = info ? nightColumns(info.schema.fields, table.expectations) : [];
  if (!info || columns.length === 0) return undefined;
  const place = { name: `inspect-${table.id}`, n: 0, step: night };
  const query = renderNightSample(ports.warehouse.project, table.id, info, columns);
  const { rows, job } = await queryRows(ports, place, query);
  const sample = rows.map((row, n) => ({
    row: n + 1,
    values: withoutTokens(columns.map((_, at) => row[`c${at}`] ?? null)),
  }));
  const names = columns.map(({ name }) => name);
  const findings = [];
  for (const shown of planInspection(sample)) findings.push(...(await inspectRows(ports, names, shown)));
  return { rows: rows.length, bytesBilled: job.bytesBilled, findings: judgeNight(table, findings) };
}

/** Once a night and finding, however often the night is tried. */
async function tell(ports: Ports, night: string, { table, column, infoType, rows }: NightFinding): Promise<void> {
  await publish(ports, {
    v: 1,
    id: digest([night, table, column, infoType, 'privacy.finding']),
    type: 'privacy.finding',
    at: ports.clock.now().toISOString(),
    subject: table,
    detail: { night, column, infoType, rows },
  });
}
