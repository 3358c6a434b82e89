import { join } from 'node:path';
import { SluiceError } from '../errors.ts';
import type { Source } from '../model/source.ts';
import type { Cut, ReadRange, Survey, SurveyLimits } from '../ports.ts';
import { checkHeader } from './check-header.ts';
import { type Engine, openEngine } from './duckdb.ts';
import { writeParquetFooter } from './parquet-file.ts';
import { checkParquetTypes } from './parquet-types.ts';
import { parquetColumns, type RowGroup, rowGroups } from './read-parquet.ts';
import type { Scratch } from './scratch.ts';
import type { ShardOptions } from './shard.ts';

/** Looks at a Parquet file by its footer alone. */
export async function surveyParquet(
  read: ReadRange,
  size: number,
  source: Source,
  limits: SurveyLimits,
  scratch: Scratch,
  options: ShardOptions,
): Promise<Survey> {
  const survey: Survey = { compression: 'none', header: [], cuts: [], unknownColumns: [], reasons: [] };
  const dir = await scratch.open();
  let engine: Engine | undefined;
  try {
    engine = await openEngine({ scratch: join(dir, 'spill'), ...options });
    const path = join(dir, 'footer.parquet');
    await writeParquetFooter(path, size, read);
    const types = await parquetColumns(engine, path);
    const header = [...types.keys()];
    const check = checkHeader(header, source.columns, source.onNewColumn === 'hold');
    const reasons = [...check.reasons, ...checkParquetTypes(types, source.columns, source.onNewColumn === 'hold')];
    const groups = await rowGroups(engine, path);
    return {
      ...survey,
      header,
      cuts: reasons.length > 0 ? [] : cutGroups(groups, size, limits),
      unknownColumns: check.unknown.map((position) => header[position] ?? ''),
      reasons,
    };
  } catch (error) {
    if (error instanceof SluiceError && !error.retryable)
      return { ...survey, reasons: [{ code: error.code, message: error.message }] };
    throw error;
  } finally {
    engine?.close();
    await scratch.close(dir);
  }
}

/** Whole row groups, as many as fit a shard; one larger than a shard is a shard of its own. */
function cutGroups(groups: readonly RowGroup[], size: number, limits: SurveyLimits): Survey['cuts'] {
  const cuts: Cut[] = [];
  let from = 0;
  let bytes = 0;
  let records = 0;
  let firstRecord = 1;
  groups.forEach((group, index) => {
    bytes += group.end - group.start;
    records += group.rows;
    const next = groups[index + 1];
    if (next && bytes + (next.end - next.start) <= limits.shardBytes) return;
    cuts.push({ start: 0, end: size, firstRecord, rowGroups: [from, index + 1], scan: { records, blankLines: false } });
    from = index + 1;
    firstRecord += records;
    bytes = 0;
    records = 0;
  });
  return cuts;
}
