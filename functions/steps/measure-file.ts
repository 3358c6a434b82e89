import type { MeasuredColumn, MeasuredFile } from '../model/dlp-charge.ts';
import type { ObjectRef } from '../model/run.ts';
import type { Source } from '../model/source.ts';
import { planShardBytes } from '../plan/shards.ts';
import type { Columnar, ReadRange, SurveyLimits } from '../ports.ts';
import { addCharges, NO_CHARGE } from '../render/dlp-charge.ts';
import { cutShards, needsPlainCopy } from './cut-shards.ts';
import { measureShard } from './measure-cost.ts';

/** A file that is not in a bucket yet. */
export interface FileToMeasure {
  size: number;
  read: ReadRange;
  /** Lays the file out without its compression, and reads that. */
  readPlain(compression: 'gzip' | 'zstd'): Promise<ReadRange>;
}

const NOWHERE: ObjectRef = { bucket: '', name: '', generation: '0' };

/** What a run of the file would send to DLP: looked at, cut, read and packed as a run does, shard by shard. */
export async function measureFile(
  columnar: Columnar,
  file: FileToMeasure,
  source: Source,
  limits: SurveyLimits,
): Promise<MeasuredFile> {
  const { size, read } = file;
  const cutAt = { ...limits, shardBytes: planShardBytes(size, limits) };
  const survey = await columnar.survey(read, size, source, cutAt);
  const found: MeasuredFile = {
    reasons: survey.reasons,
    shards: 0,
    plainBytes: 0,
    records: 0,
    rejects: 0,
    inspection: NO_CHARGE,
    transformation: NO_CHARGE,
    columns: [],
  };
  if (survey.reasons.length > 0) return found;
  const { compression } = survey;
  found.plainBytes =
    source.format.type === 'parquet' ? size : survey.cuts.reduce((sum, { start, end }) => sum + end - start, 0);
  const readShard = needsPlainCopy(survey) && compression !== 'none' ? await file.readPlain(compression) : file.read;
  for (const shard of cutShards(survey, NOWHERE)) {
    const work = await columnar.openShard(shard, source, readShard);
    try {
      const { inspection, transformation, columns } = await measureShard(source, work);
      found.shards++;
      found.records += work.records;
      found.rejects += (await work.rejects()).length;
      found.inspection = addCharges(found.inspection, inspection);
      found.transformation = addCharges(found.transformation, transformation);
      found.columns = addColumns(found.columns, columns);
    } finally {
      await work.close();
    }
  }
  return found;
}

function addColumns(a: readonly MeasuredColumn[], b: readonly MeasuredColumn[]): MeasuredColumn[] {
  const sums = new Map(a.map((column) => [column.name, column]));
  for (const { name, values, bytes, spared } of b) {
    const sum = sums.get(name) ?? { name, values: 0, bytes: 0, spared: 0 };
    sums.set(name, { name, values: sum.values + values, bytes: sum.bytes + bytes, spared: sum.spared + spared });
  }
  return [...sums.values()];
}
