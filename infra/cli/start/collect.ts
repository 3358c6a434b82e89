import type { BuildStepDone } from '../../../functions/model/build.ts';
import type { Column } from '../../../functions/model/column.ts';
import { leafColumns } from '../../../functions/model/leaf.ts';
import type { Release } from '../../../functions/model/release.ts';
import type { RunReport } from '../../../functions/model/report.ts';
import type { DlpUsage } from '../../../functions/model/run.ts';
import type { Source } from '../../../functions/model/source.ts';
import type { Bill } from '../../bill/bill.ts';
import type { SampleFile } from '../../sample/generate.ts';
import { quote, readBill } from '../bill.ts';
import { describeReject } from '../describe-run.ts';
import type { Endpoints } from '../endpoints.ts';
import { decodeRow, type Json } from '../query/decode-row.ts';
import { firstRows, tableSizes } from '../warehouse-tables.ts';
import type { DlpFact, Facts, FileFact, RejectFact, TableFact, TransformFact } from './facts.ts';
import { findFailures } from './failures.ts';
import { textBytes } from './shop.ts';
import type { Work } from './work.ts';

/** Asks for what the summary tells. The bill comes first: the questions after it are the summary's, not the job's. */
export async function collectFacts(
  {
    data,
    endpoints,
    release,
    files,
  }: { data: string; endpoints: Endpoints; release: Release; files: readonly SampleFile[] },
  work: Work,
): Promise<Omit<Facts, 'milliseconds'>> {
  const bill = await readBill(endpoints);
  const reports = await Promise.all(work.ended.map(({ run }) => work.pipeline.show(run)));
  const [dlp, sizes] = await Promise.all([
    dlpFact(endpoints, bill, reports, files),
    tableSizes(
      endpoints,
      [...release.sources, ...release.transforms].map(({ id }) => id),
    ),
  ]);
  const shown = mostProtected(release.sources);
  const tables = await Promise.all(
    release.sources.map(async (source): Promise<TableFact> => {
      const rows = sizes.get(source.id)?.rows ?? 0;
      return {
        ...describeTable(source),
        rows,
        sample: rows > 0 && shown.has(source.id) ? await sampleOf(endpoints, source) : [],
      };
    }),
  );
  const facts = {
    data,
    release: release.id,
    files: reports.map(fileFact),
    rejects: reports.flatMap((report) => rejectFacts(report, release)),
    dlp,
    tables,
    transforms: release.transforms.map((transform) => transformFact(transform, work, sizes.get(transform.id)?.rows)),
    commands: work.commands,
    bill,
  };
  return { ...facts, failures: findFailures(facts, files, work) };
}

function fileFact({ entry }: RunReport): FileFact {
  const { object, size = 0, records = 0, rows = 0, rejects = 0, reasons = [] } = entry.detail;
  return {
    name: object.name,
    size,
    source: entry.source,
    run: entry.run,
    state: entry.state,
    records,
    rows,
    rejects,
    reasons,
  };
}

function rejectFacts({ entry, rejects }: RunReport, { sources }: Release): RejectFact[] {
  const source = sources.find(({ id }) => id === entry.source);
  return rejects.map((reject) => ({
    ...reject,
    object: entry.detail.object.name,
    text: describeReject(reject, source),
  }));
}

async function dlpFact(
  endpoints: Endpoints,
  { lines }: Bill,
  reports: readonly RunReport[],
  files: readonly SampleFile[],
): Promise<DlpFact> {
  const sum = (what: keyof DlpUsage): number =>
    reports.flatMap(({ shards }) => shards).reduce((total, { dlp }) => total + dlp[what], 0);
  const bytes = files.reduce((total, file) => total + textBytes(file), 0);
  const whole = await quote(endpoints, { 'dlp.inspect_bytes': bytes, 'dlp.transform_bytes': bytes });
  return {
    requests: sum('requests'),
    values: sum('values'),
    bytes: sum('bytes'),
    cost: lines.filter(({ sku }) => sku.startsWith('dlp.')).reduce((total, { listPrice }) => total + listPrice, 0),
    wholeRows: { bytes, cost: whole.listPrice },
  };
}

const isProtected = ({ privacy }: Column): boolean => privacy.kind === 'transform';

/** The two tables that show most of what de-identification does. */
function mostProtected(sources: readonly Source[]): Set<string> {
  const count = ({ columns }: Source): number => leafColumns(columns).filter(isProtected).length;
  return new Set(
    [...sources]
      .sort((a, b) => count(b) - count(a))
      .slice(0, 2)
      .map(({ id }) => id),
  );
}

function describeTable({ id, columns }: Source): Pick<TableFact, 'id' | 'columns' | 'dropped'> {
  const kept = columns.filter(({ privacy }) => privacy.kind !== 'drop');
  return {
    id,
    columns: kept.map(({ name, privacy }) => ({
      name,
      protection: privacy.kind === 'transform' ? privacy.transform.kind : privacy.kind,
    })),
    dropped: columns.filter((column) => !kept.includes(column)).map(({ name }) => name),
  };
}

const SAMPLE_ROWS = 3;
const LOOKED_AT = 500;

/** What de-identification leaves behind: `[PHONE_NUMBER]` in a text, and tokens. */
const TRACE = /\[[A-Z_]+\]|^\w+\(\d+\):/;

/** Rows that show most of it, from here and there. */
async function sampleOf(endpoints: Endpoints, { id }: Source): Promise<{ [column: string]: Json }[]> {
  const { fields, rows } = await firstRows(endpoints, id, LOOKED_AT);
  const decoded = rows.map((row) => decodeRow(fields, row));
  const traces = (row: object): number => Object.values(row).filter((value) => TRACE.test(String(value))).length;
  const most = Math.max(...decoded.map(traces));
  const best = decoded.filter((row) => traces(row) === most);
  const apart = Math.max(1, Math.floor(best.length / SAMPLE_ROWS));
  return best.filter((_, at) => at % apart === 0).slice(0, SAMPLE_ROWS);
}

function transformFact(
  { id, kind, version }: Release['transforms'][number],
  { builds, commands }: Work,
  rows: number | undefined,
): TransformFact {
  const of = (steps: readonly BuildStepDone[]): BuildStepDone[] => steps.filter(({ transform }) => transform === id);
  const afterLoads = builds.flatMap(({ done }) => of(done));
  const all = [...afterLoads, ...commands.flatMap(({ steps = [] }) => of(steps))].sort((a, b) =>
    a.at < b.at ? -1 : 1,
  );
  const count = (...outcomes: string[]): number =>
    afterLoads.filter(({ outcome }) => outcomes.includes(outcome)).length;
  return {
    id,
    kind,
    version,
    // A view holds none; its assertions have counted what it shows.
    rows: rows ?? all.findLast(({ outcome }) => outcome === 'built')?.rows,
    built: count('built'),
    skipped: count('skipped'),
    failed: count('failed', 'blocked'),
  };
}
