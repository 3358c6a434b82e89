import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type MeteredPipeline, startMeteredPipeline, type Used } from './metered-pipeline.ts';

/** One of each: multiplied by how often it happens in a month, they are a month. */
export interface StepUsage {
  /** One file of one shard, from its upload until it waits for its load, less what the load uses for it. */
  file: Used;
  /** Each shard of a file after its first. */
  shard: Used;
  /** One load of a table, of whatever number of files, straight into the table (append, replace). */
  batch: Used;
  /** The same where rows are staged first and then merged. */
  mergedBatch: Used;
  /** A night without transforms and expected sources, its sweep included. */
  night: Used;
  /** The hourly sweep, with fewer than 1,000 objects in each listing, and no source of which a file is expected. */
  sweep: Used;
  /** Each such source, in every sweep and night. */
  expected: Used;
  /** A transform of a night that is built; of a small table, so that BigQuery bills its least. */
  built: Used;
  /** A transform of a night of which no input has changed. */
  skipped: Used;
  /** Objects and bytes of the ledger that a file leaves behind, in the listing that every sweep reads. */
  ledgerObjectsPerFile: number;
  /** Bytes in the state bucket that a file leaves behind, the ledger's copies in metadata included. */
  stateBytesPerFile: number;
}

/** One a measurement: a table has one load task a window, and is not given another before the window is over. */
const SOURCES = ['one', 'several', 'merged', 'daily'] as const;
/** From two minutes on, files are put in line as they are with the five minutes that a source has unless it says otherwise. */
const WINDOW_SECONDS = 120;
const TRANSFORMS = 4;
const BATCHED = 5;
const SHARDS = 4;

export async function measureSteps(folder: string, write: (name: string, text: string) => void): Promise<StepUsage> {
  for (const at of ['plain', 'quiet', 'built'])
    for (const [name, text] of Object.entries(sources(at === 'plain'))) write(`${at}/${name}`, text);
  for (let n = 1; n <= TRANSFORMS; n++) write(`built/transforms/usage/by_day_${n}.sql`, transform());

  const pipeline = await startMeteredPipeline(join(folder, 'plain'));
  try {
    // The first file of a source makes its table and its commit row, which later ones find.
    for (const source of SOURCES) await loaded(pipeline, source, [0]);
    await nextWindow();
    const one = await loaded(pipeline, 'one', [1]);
    const before = await stateOf(pipeline);
    const several = await loaded(
      pipeline,
      'several',
      range(BATCHED).map((n) => 1 + n),
    );
    const after = await stateOf(pipeline);
    const merged = await loaded(pipeline, 'merged', [1]);

    const file = scale(subtract(several, one), 1 / (BATCHED - 1));
    const batch = subtract(one, file);
    const mergedBatch = subtract(merged, file);

    const expecting = await pipeline.used(() => pipeline.fire('sweep'));
    await pipeline.release(join(folder, 'quiet'));
    const sweep = await pipeline.used(() => pipeline.fire('sweep'));
    const night = await pipeline.used(() => pipeline.fire('nightly'));
    await pipeline.release(join(folder, 'built'));
    // The first build makes the tables; a later one, after another file, is what happens every night.
    await pipeline.used(() => pipeline.fire('nightly'));
    await loaded(pipeline, 'daily', [1]);
    const builtNight = await pipeline.used(() => pipeline.fire('nightly'));
    const skippedNight = await pipeline.used(() => pipeline.fire('nightly'));
    return {
      file,
      shard: await measureShard(join(folder, 'plain'), one),
      batch,
      mergedBatch,
      night,
      sweep,
      expected: scale(subtract(expecting, sweep), 1 / SOURCES.length),
      built: scale(subtract(builtNight, night), 1 / TRANSFORMS),
      skipped: scale(subtract(skippedNight, night), 1 / TRANSFORMS),
      ledgerObjectsPerFile: round((after.ledgerObjects - before.ledgerObjects) / BATCHED),
      stateBytesPerFile: round((after.bytes - before.bytes) / BATCHED),
    };
  } finally {
    await pipeline.stop();
  }
}

/** The same file, cut into shards by a limit that is small enough. */
async function measureShard(project: string, whole: Used): Promise<Used> {
  const bytes = Math.ceil(Buffer.byteLength(csv(1)) / SHARDS);
  const pipeline = await startMeteredPipeline(project, { env: { SLUICE_SHARD_BYTES: String(bytes) } });
  try {
    await loaded(pipeline, 'one', [0]);
    await nextWindow();
    const cut = await loaded(pipeline, 'one', [1]);
    return scale(subtract(cut, whole), 1 / (SHARDS - 1));
  } finally {
    await pipeline.stop();
  }
}

const nextWindow = (): Promise<unknown> => sleep(WINDOW_SECONDS * 1000 - (Date.now() % (WINDOW_SECONDS * 1000)) + 500);

/** Drops files and loads them in one batch, without waiting for their window. */
async function loaded(pipeline: MeteredPipeline, source: string, files: readonly number[]): Promise<Used> {
  let own = 0;
  const used = await pipeline.used(async () => {
    for (const n of files) await pipeline.drop(`usage/${source}/${n}.csv`, csv(n));
    own = await pipeline.loadNow();
  });
  const { runs } = await pipeline.adhoc<{ runs: { source: string; state: string; detail: { batch?: number } }[] }>({
    action: 'runs',
  });
  const unfinished = runs.filter(({ state }) => state !== 'DONE');
  if (unfinished.length > 0) throw new Error(`${unfinished.length} of ${runs.length} files are not loaded`);
  const batches = new Set(runs.filter((run) => run.source === `usage.${source}`).map(({ detail }) => detail.batch));
  const before = batchesOf.get(pipeline) ?? new Map<string, number>();
  if (batches.size !== (before.get(source) ?? 0) + 1)
    throw new Error(
      `${files.length} files were loaded in several batches, since a window ended meanwhile: measure again`,
    );
  batchesOf.set(pipeline, before.set(source, batches.size));
  return { ...used, 'tasks.operations': used['tasks.operations'] - own };
}

const batchesOf = new WeakMap<MeteredPipeline, Map<string, number>>();

/** Fewer objects than a page of a listing holds. */
async function stateOf({ endpoints }: MeteredPipeline): Promise<{ ledgerObjects: number; bytes: number }> {
  const response = await fetch(`${endpoints.storage}/storage/v1/b/${endpoints.buckets.state}/o`);
  const { items } = (await response.json()) as { items: { name: string; size: string; metadata?: object }[] };
  return {
    ledgerObjects: items.filter(({ name }) => name.startsWith('runs/')).length,
    bytes: items.reduce((sum, { size, metadata }) => sum + Number(size) + JSON.stringify(metadata ?? {}).length, 0),
  };
}

const combine = (a: Used, b: Used, of: (a: number, b: number) => number): Used =>
  Object.fromEntries(
    Object.entries(a).map(([what, units]) => [what, round(of(units, b[what as keyof Used]))]),
  ) as unknown as Used;
/** Nothing uses less than nothing: what is below is the noise of clocks, and of ids that are longer by a digit. */
const subtract = (a: Used, b: Used): Used => combine(a, b, (x, y) => Math.max(0, x - y));
const scale = (a: Used, factor: number): Used => combine(a, a, (x) => x * factor);
const round = (units: number): number => Number(units.toFixed(2));
const range = (length: number): number[] => Array.from({ length }, (_, n) => n);

const ROWS = 200;

/** Every file has ids of its own and one day, so that it changes one partition. */
function csv(n: number): string {
  const lines = range(ROWS).map(
    (row) => `${n * ROWS + row},person${row}@example.com,2026-01-${String(1 + n).padStart(2, '0')}`,
  );
  return `${['id,email,day', ...lines].join('\n')}\n`;
}

function sources(expected: boolean): Record<string, string> {
  const source = (name: string, load: string): string => `files: usage/${name}/*.csv
format: { type: csv, header: true }
load: ${load}
partition: { by: day, grain: day }
batch: ${WINDOW_SECONDS} s
${expected ? 'expect: { every: 1 day, by: "03:00" }\n' : ''}columns:
  - { name: id, type: INT64, mode: required, privacy: public }
  - { name: email, type: STRING, privacy: { tokenize: { key: pii } } }
  - { name: day, type: DATE, mode: required, privacy: public }
`;
  return Object.fromEntries(
    SOURCES.map((name) => [
      `sources/usage/${name}.yaml`,
      source(name, name === 'merged' ? '{ mode: merge, key: [id], order_by: [day] }' : '{ mode: append }'),
    ]),
  );
}

const transform = (): string => `/* transform:
     kind: incremental
     partition: { by: day, grain: day }
     on: [nightly]
     assert: { unique: [day], not_null: [day] }
*/
SELECT day, COUNT(*) AS people FROM usage.daily WHERE day BETWEEN @from AND @to GROUP BY day
`;
