import { createReadStream, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { DuckDBInstance, type Json } from '@duckdb/node-api';
import { createColumnar } from '../../functions/columnar/columnar.ts';
import { terminal } from '../../functions/errors.ts';
import { leafColumns } from '../../functions/model/leaf.ts';
import type { Shard } from '../../functions/model/run.ts';
import type { Source } from '../../functions/model/source.ts';
import { textsOf } from '../../functions/model/texts.ts';
import { contextColumn } from '../../functions/model/transformation.ts';
import type { Columnar, ReadRange, ShardWork, Survey, SurveyLimits } from '../../functions/ports.ts';

export const LIMITS: SurveyLimits = { shardBytes: 64 * 1024 * 1024, maxPlainBytes: 1e12, maxRatio: 200 };
export const STAMP = { run: 'run1', arrivedAt: '2026-03-01T04:05:06.789Z' };

export type Row = Record<string, Json>;

/** The columnar room over files in memory, with a DuckDB beside it that makes and reads Parquet. */
export interface Workbench {
  columnar: Columnar;
  survey(bytes: Buffer, source: Source, limits?: Partial<SurveyLimits>): Promise<Survey>;
  /** The first shard of a file that is taken. */
  open(bytes: Buffer, source: Source, limits?: Partial<SurveyLimits>): Promise<ShardWork>;
  /** A file through survey and all its shards. Throws what any of them throws, and when the file is refused. */
  load(bytes: Buffer, source: Source, options?: LoadOptions): Promise<Loaded>;
  /** Rows of a query; `{file}` stands for a file of `bytes`. */
  rows(sql: string, bytes?: Buffer): Promise<Row[]>;
  /** Bytes of the file that a COPY statement makes; `{file}` stands for its path, `{input}` for that of a file of `bytes`. */
  fileOf(copy: string, bytes?: Buffer): Promise<Buffer>;
  /** What lies on scratch right now. */
  leftOnScratch(): string[];
  close(): void;
}

/** What DLP would say. */
export type Answer = (value: string, column: string, context?: string) => string | null;

export interface LoadOptions {
  shardBytes?: number;
  chunkBytes?: number;
  answer?: Answer;
}

export interface Loaded {
  survey: Survey;
  records: number;
  /** Of all shards, by row number, without the run's stamps. */
  rows: Row[];
  /** `row column reason`, of all shards, in order. */
  rejects: string[];
  partitions: string[];
  /** Parquet, one a shard that had rows. */
  files: Buffer[];
}

export async function createWorkbench(): Promise<Workbench> {
  const root = mkdtempSync(join(tmpdir(), 'sluice-columnar-'));
  const scratch = join(root, 'scratch');
  const columnar = createColumnar({ threads: 2, memoryLimit: '1GB', scratch });
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  let made = 0;
  const nextPath = (): string => join(root, `file-${made++}`);

  const survey: Workbench['survey'] = (bytes, source, limits = {}) =>
    columnar.survey(stored(bytes).read, bytes.length, source, { ...LIMITS, ...limits });

  const rows: Workbench['rows'] = async (sql, bytes) => {
    const path = nextPath();
    if (bytes) await writeFile(path, bytes);
    const reader = await connection.runAndReadAll(sql.replaceAll('{file}', `'${path}'`));
    rmSync(path, { force: true });
    return reader.getRowObjectsJson();
  };

  /** The client's decoder takes a byte order mark off a text, so texts come behind another character. */
  async function contents(file: Buffer): Promise<Row[]> {
    const described = await rows('DESCRIBE SELECT * EXCLUDE (_run_id, _arrived_at) FROM read_parquet({file})', file);
    const columns = described.map(({ column_name: name, column_type: type }) =>
      type === 'VARCHAR' ? `'=' || "${name}" AS "${name}"` : `"${name}"`,
    );
    const texts = new Set(described.flatMap((one) => (one.column_type === 'VARCHAR' ? [one.column_name] : [])));
    const found = await rows(`SELECT ${columns.join(', ')} FROM read_parquet({file}) ORDER BY _row_number`, file);
    return found.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          texts.has(name) && typeof value === 'string' ? value.slice(1) : value,
        ]),
      ),
    );
  }

  return {
    columnar,
    survey,
    rows,
    async open(bytes, source, limits) {
      const [shard] = shardsOf(await survey(bytes, source, limits));
      if (!shard) throw new Error('the file has no records');
      return columnar.openShard(shard, source, stored(bytes).read);
    },
    async load(bytes, source, { shardBytes = LIMITS.shardBytes, chunkBytes, answer = marked } = {}) {
      const { read } = stored(bytes, chunkBytes);
      const found = await columnar.survey(read, bytes.length, source, { ...LIMITS, shardBytes });
      const loaded: Loaded = { survey: found, records: 0, rows: [], rejects: [], partitions: [], files: [] };
      for (const shard of shardsOf(found)) {
        const work = await columnar.openShard(shard, source, read);
        try {
          await answerAll(work, source, answer);
          const output = await work.finish(STAMP);
          const rejects = await work.rejects();
          if (output.rows + rejects.length !== work.records) throw new Error('records are lost or doubled');
          loaded.records += work.records;
          loaded.rejects.push(...rejects.map(({ row, column, reason }) => `${row} ${column} ${reason}`));
          loaded.partitions.push(...output.partitions);
          if (output.rows > 0) loaded.files.push(await buffer(output.read()));
        } finally {
          await work.close();
        }
      }
      for (const file of loaded.files) loaded.rows.push(...(await contents(file)));
      return loaded;
    },
    async fileOf(copy, bytes) {
      const path = nextPath();
      const input = nextPath();
      if (bytes) await writeFile(input, bytes);
      await connection.run(copy.replaceAll('{file}', `'${path}'`).replaceAll('{input}', `'${input}'`));
      const made = await buffer(createReadStream(path));
      for (const one of [path, input]) rmSync(one, { force: true });
      return made;
    },
    leftOnScratch: () => (existsSync(scratch) ? readdirSync(scratch) : []),
    close() {
      connection.closeSync();
      instance.closeSync();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

const marked: Answer = (value) => `<${value}>`;

export interface StoredObject {
  read: ReadRange;
  /** Byte ranges that were asked for, in order. */
  asked: [number, number][];
}

/** An object of these bytes that arrives in chunks of `chunkBytes`. */
export function stored(bytes: Buffer, chunkBytes = 1 << 16): StoredObject {
  const asked: [number, number][] = [];
  return {
    asked,
    read: async (start, end) => {
      asked.push([start, end]);
      return chunked(bytes.subarray(start, Math.min(end, bytes.length)), chunkBytes);
    },
  };
}

export function chunked(bytes: Buffer, chunkBytes: number): Readable {
  function* chunks() {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  }
  return Readable.from(chunks(), { objectMode: false });
}

/** As `prepare` makes them of a survey. Throws the first reason of a file that is refused. */
export function shardsOf({ cuts, header, compression, reasons }: Survey): Shard[] {
  if (reasons[0]) throw terminal(reasons[0].code, reasons[0].message);
  const input = { bucket: 'raw', name: 'things/1', generation: '1' };
  return cuts.map((cut, n) => ({ n, input, header, compression, ...cut }));
}

/** Plays DLP: every distinct value of every protected column gets its answer. */
export async function answerAll(work: ShardWork, source: Source, answer: Answer = marked): Promise<void> {
  for (const { name, privacy } of leafColumns(source.columns)) {
    if (privacy.kind !== 'transform' || ['redact', 'replace'].includes(privacy.transform.kind)) continue;
    const context = contextColumn(privacy.transform);
    const group = { column: name, ...(context && { context }) };
    for await (const found of work.distinct(group)) {
      const outputs = found.values.map((value, index) => answer(value, name, found.contexts?.[index]));
      await work.learn(group, found, textsOf(outputs));
    }
  }
}
