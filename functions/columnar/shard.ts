import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { terminal } from '../errors.ts';
import type { Reject, Scan, Shard } from '../model/run.ts';
import type { Source } from '../model/source.ts';
import type { DistinctValues, ReadRange, RowStamp, ShardOutput, ShardWork, ValueGroup } from '../ports.ts';
import { csvPieces } from './csv-pieces.ts';
import { type Place, placeOf, renderDistinct } from './distinct-sql.ts';
import { type Engine, openEngine } from './duckdb.ts';
import type { Ingest } from './ingest-sql.ts';
import type { Ingested } from './ingested.ts';
import { leafPlaces } from './nested-values.ts';
import { fillParquet, writeParquetFooter } from './parquet-file.ts';
import { ingestCsv } from './read-csv.ts';
import { ingestNdjson } from './read-ndjson.ts';
import { ingestParquet, rowGroups } from './read-parquet.ts';
import { findRejects } from './rejects.ts';
import { renderSample, sampledColumn, sampledRows } from './sample-sql.ts';
import type { Scratch } from './scratch.ts';
import { copyToScratch } from './scratch-copy.ts';
import { createValueMap, type ValueMap } from './value-map.ts';
import { renderOutput, renderPartitions } from './write-sql.ts';

/** Rows. The writer holds one group in memory: DuckDB's usual 122,880 took 100 MB more and a tenth more CPU, for 0.5% less file. */
const ROW_GROUP = 20_480;

export interface ShardOptions {
  threads: number;
  memoryLimit: string;
}

/** Opens a shard: its bytes onto scratch, its records into an engine of its own, checked. */
export async function openShard(
  shard: Shard,
  source: Source,
  read: ReadRange,
  scratch: Scratch,
  options: ShardOptions,
): Promise<ShardWork> {
  const dir = await scratch.open();
  let engine: Engine | undefined;
  try {
    engine = await openEngine({ scratch: join(dir, 'spill'), ...options });
    const input = join(dir, 'input');
    const { scan, ...ingested } = await ingestShard(engine, input, shard, source, read);
    await rm(input, { force: true });
    const [counted] = await engine.rows('SELECT count(*) AS n FROM rows');
    const records = Number(counted?.n) + ingested.broken.length;
    if (records !== scan.records) {
      throw terminal(
        'ROWS_DO_NOT_RECONCILE',
        `the shard has ${scan.records} records by its quotes and line ends and ${records} as read: is its quoting what the declaration says?`,
        { details: { expected: scan.records, found: records } },
      );
    }
    const rejects = await findRejects(engine, ingested, shard.header, source, shard.firstRecord);
    return createWork({ engine, dir, source, shard, ingested, rejects, records }, scratch);
  } catch (error) {
    engine?.close();
    await scratch.close(dir);
    throw error;
  }
}

export async function ingestShard(
  engine: Engine,
  path: string,
  shard: Shard,
  source: Source,
  read: ReadRange,
): Promise<Ingested & { scan: Scan }> {
  const { format } = source;
  if (format.type === 'parquet') {
    await writeParquetFooter(path, shard.end, read);
    const groups = (await rowGroups(engine, path)).slice(...(shard.rowGroups ?? []));
    await fillParquet(
      path,
      read,
      groups.map((group) => [group.start, group.end]),
    );
    const scan = { records: groups.reduce((sum, group) => sum + group.rows, 0), blankLines: false };
    return { ...(await ingestParquet(engine, path, shard.firstRecord - 1, scan.records, source)), scan };
  }
  if (format.type === 'csv') {
    const { scan, ...ingested } = await ingestCsv(
      engine,
      csvPieces(path, shard, format, read),
      shard.header,
      source,
      format,
    );
    return { ...ingested, scan: shard.scan ?? scan };
  }
  const scan = await copyToScratch(path, shard, read);
  return { ...(await ingestNdjson(engine, path, source)), scan };
}

interface OpenShard {
  engine: Engine;
  dir: string;
  source: Source;
  shard: Shard;
  ingested: Ingested;
  rejects: readonly Reject[];
  records: number;
}

function createWork(
  { engine, dir, source, shard, ingested, rejects, records }: OpenShard,
  scratch: Scratch,
): ShardWork {
  const output = join(dir, 'output.parquet');
  const { ingest } = ingested;
  const answered = answeredColumns(ingest);
  /** Promises, since answers for one column arrive side by side and its table is made once. */
  const maps = new Map<string, Promise<ValueMap>>();
  const mapOf = ({ at, place }: Answered): Promise<ValueMap> => {
    const map = maps.get(at) ?? createValueMap(engine, at, place.hasContext);
    maps.set(at, map);
    return map;
  };
  const answeredFor = (group: ValueGroup): Answered => {
    const found = answered.get(group.column);
    if (!found) throw terminal('UNEXPECTED', `column ${group.column} has no values to transform`);
    return found;
  };

  async function finish(stamp: RowStamp): Promise<ShardOutput> {
    // A column without a value to learn has a map as well, an empty one.
    for (const one of answered.values()) await mapOf(one);
    const rows = records - rejects.length;
    if (rows === 0) return { rows, size: 0, partitions: [], read: () => Readable.from([]) };
    await engine.run(
      `COPY (${await renderOutput(engine, ingested, shard.firstRecord, stamp)}) TO '${output}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE ${ROW_GROUP})`,
    );
    const [written] = await engine.rows(`SELECT count(*) AS n FROM read_parquet('${output}')`);
    if (Number(written?.n) !== rows) {
      throw terminal(
        'ROWS_DO_NOT_RECONCILE',
        `${records} records less ${rejects.length} rejects are ${rows} rows, and ${written?.n} were written`,
        {
          details: { records, rejects: rejects.length, written: Number(written?.n) },
        },
      );
    }
    const { partition } = source;
    const by = source.columns.find((column) => column.name === partition?.by);
    const partitions = partition && by ? await engine.rows(renderPartitions(partition, by, output)) : [];
    const { size } = await stat(output);
    return {
      rows,
      size,
      partitions: partitions.map((row) => row.partition ?? 'NULL'),
      read: () => createReadStream(output, { highWaterMark: 1 << 20 }),
    };
  }

  return {
    records,
    rejects: async () => rejects,
    async *distinct(group) {
      const { place } = answeredFor(group);
      for await (const chunk of engine.chunks(renderDistinct(place))) {
        for (const json of chunk.getColumnValues(0)) {
          const found = JSON.parse(json as string) as string[] | [string, string][];
          yield place.hasContext ? unzip(found as [string, string][]) : { values: found as string[] };
        }
      }
    },
    async learn(group, values, outputs) {
      await (await mapOf(answeredFor(group))).add(values, outputs);
    },
    async sample(paths, most) {
      const columns = paths.map((path) => sampledColumn(ingest, path));
      const step = Math.max(1, Math.ceil(records / most));
      const rows = await engine.rows(renderSample(ingested, columns, shard.firstRecord, step));
      return rows.flatMap((row) => sampledRows(row, columns));
    },
    finish,
    async close() {
      engine.close();
      await scratch.close(dir);
    },
  };
}

/** What DLP must answer for: columns by name, leaves by path. */
interface Answered {
  /** Names the table of the answers. */
  at: string;
  place: Place;
}

function answeredColumns({ stored, masks }: Ingest): Map<string, Answered> {
  return new Map(
    stored.flatMap((one): [string, Answered][] => {
      if (one.kind === 'values') return [[one.column.name, { at: one.at, place: placeOf(one, masks) }]];
      return leafPlaces(one, masks).map(({ leaf, place }) => [leaf.column.name, { at: leaf.at, place }]);
    }),
  );
}

const unzip = (pairs: readonly [string, string][]): DistinctValues => ({
  values: pairs.map(([value]) => value),
  contexts: pairs.map(([, context]) => context),
});
