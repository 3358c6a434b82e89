import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { terminal } from '../errors.ts';
import type { Reject, Scan, Shard } from '../model/run.ts';
import type { Source } from '../model/source.ts';
import type { DistinctValues, ReadRange, RowStamp, ShardOutput, ShardWork, ValueGroup } from '../ports.ts';
import { type Engine, openEngine } from './duckdb.ts';
import { goodRows, type Ingest, type Stored } from './ingest-sql.ts';
import { writeSparseParquet } from './parquet-file.ts';
import { type Ingested, ingestCsv } from './read-csv.ts';
import { ingestNdjson } from './read-ndjson.ts';
import { ingestParquet, rowGroups } from './read-parquet.ts';
import { type Numbering, numberRows } from './rejects.ts';
import type { Scratch } from './scratch.ts';
import { copyToScratch } from './scratch-copy.ts';
import { createValueMap, type ValueMap } from './value-map.ts';
import { renderOutput, renderPartitions } from './write-sql.ts';

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
  const engine = await openEngine({ scratch: join(dir, 'spill'), ...options });
  try {
    const input = join(dir, 'input');
    const { ingest, broken, scan } = await ingestShard(engine, input, shard, source, read);
    await rm(input);
    const numbering = await numberRows(engine, ingest, broken, shard.firstRecord);
    const [counted] = await engine.rows(`SELECT count(*) AS n FROM rows`);
    const records = Number(counted?.n) + broken.length;
    if (records !== scan.records) {
      throw terminal(
        'ROWS_DO_NOT_RECONCILE',
        `the shard has ${scan.records} records by its quotes and line ends and ${records} as read: its quoting is broken near record ${numbering.rejects[0]?.row ?? shard.firstRecord}`,
        {
          details: { expected: scan.records, found: records },
        },
      );
    }
    return createWork({ engine, dir, source, ingest, numbering, records }, scratch);
  } catch (error) {
    engine.close();
    await scratch.close(dir);
    throw error;
  }
}

async function ingestShard(
  engine: Engine,
  path: string,
  shard: Shard,
  source: Source,
  read: ReadRange,
): Promise<Ingested & { scan: Scan }> {
  const { format } = source;
  if (format.type === 'parquet') {
    await writeSparseParquet(path, shard.end, read);
    const groups = (await rowGroups(engine, path)).slice(...(shard.rowGroups ?? []));
    await writeSparseParquet(
      path,
      shard.end,
      read,
      groups.map((group) => [group.start, group.end] as const),
    );
    const scan = { records: groups.reduce((sum, group) => sum + group.rows, 0), blankLines: false };
    return { ...(await ingestParquet(engine, path, shard.firstRecord - 1, scan.records, source)), scan };
  }
  const scan = await copyToScratch(path, shard, source, read);
  return {
    ...(format.type === 'csv'
      ? await ingestCsv(engine, path, shard.header, scan.newline ?? '\n', source, format)
      : await ingestNdjson(engine, path, source)),
    scan,
  };
}

interface OpenShard {
  engine: Engine;
  dir: string;
  source: Source;
  ingest: Ingest;
  numbering: Numbering;
  records: number;
}

function createWork({ engine, dir, source, ingest, numbering, records }: OpenShard, scratch: Scratch): ShardWork {
  const output = join(dir, 'output.parquet');
  /** Promises, since answers for one column arrive side by side and its table is made once. */
  const maps = new Map<string, Promise<ValueMap>>();
  const storedFor = (group: ValueGroup): Stored => {
    const stored = ingest.stored.find(({ column, kind }) => column.name === group.column && kind === 'values');
    if (!stored) throw terminal('UNEXPECTED', `column ${group.column} has no values to transform`);
    return stored;
  };
  const rejected: Reject[] = numbering.rejects;

  async function finish(stamp: RowStamp): Promise<ShardOutput> {
    for (const map of maps.values()) (await map).close();
    const rows = records - rejected.length;
    if (rows === 0) return { rows, size: 0, partitions: [], read: () => Readable.from([]) };
    await engine.run(
      `COPY (${await renderOutput(engine, ingest, numbering, stamp)}) TO '${output}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)`,
    );
    const [written] = await engine.rows(`SELECT count(*) AS n FROM read_parquet('${output}')`);
    if (Number(written?.n) !== rows) {
      throw terminal(
        'ROWS_DO_NOT_RECONCILE',
        `${records} records less ${rejected.length} rejects are ${rows} rows, and ${written?.n} were written`,
        {
          details: { records, rejects: rejected.length, written: Number(written?.n) },
        },
      );
    }
    const partitions = source.partition ? await engine.rows(renderPartitions(source.partition, output)) : [];
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
    rejects: async () => rejected,
    async *distinct(group) {
      const { at, when, context } = storedFor(group);
      const columns = context ? `${at}, ${context}` : at;
      const sql = `SELECT DISTINCT ${columns} FROM rows WHERE ${at} IS NOT NULL AND ${at} <> '' AND ${goodRows(ingest.masks)}${when ? ` AND ${when}` : ''}`;
      for await (const chunk of engine.chunks(sql)) {
        const values = chunk.getColumnValues(0) as string[];
        const found: DistinctValues = context ? { values, contexts: chunk.getColumnValues(1) as string[] } : { values };
        if (values.length > 0) yield found;
      }
    },
    async learn(group, values, outputs) {
      const { at, context } = storedFor(group);
      const map = maps.get(at) ?? createValueMap(engine, at, context !== undefined);
      maps.set(at, map);
      (await map).add(values, outputs);
    },
    finish,
    async close() {
      engine.close();
      await scratch.close(dir);
    },
  };
}
