import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { terminal } from '../errors.ts';
import type { FileInHand, PersonValues, Search } from '../ports.ts';
import { cutShort } from './byte-stream.ts';
import type { Engine } from './duckdb.ts';
import { RECORD_NUMBER } from './parquet-types.ts';
import { parquetColumns } from './read-parquet.ts';
import { identifier, literal } from './sql-text.ts';

const ROW_GROUP = 20_480;
/** What DuckDB writes; of anything else, zstd. */
const CODECS = ['SNAPPY', 'ZSTD', 'GZIP', 'UNCOMPRESSED', 'LZ4_RAW', 'BROTLI'];

export async function bringParquet(path: string, { read, size }: FileInHand): Promise<void> {
  await pipeline(await read(0, size), createWriteStream(path, { highWaterMark: 1 << 20 }));
  const { size: came } = await stat(path);
  if (came !== size) throw cutShort(size, came);
}

/** Curated rows whose columns have one each of a person's values, by the file's own types. */
export async function findShardRows(engine: Engine, path: string, values: PersonValues): Promise<number[] | string> {
  const types = await parquetColumns(engine, path);
  const conditions: string[] = [];
  for (const [n, [name, wanted]] of Object.entries(values).entries()) {
    const type = types.get(name);
    if (!type) return `it has no column ${name}`;
    await engine.run(`CREATE TABLE wanted_${n} (v VARCHAR)`);
    for (const value of wanted) await engine.insert(`INSERT INTO wanted_${n} VALUES (?)`, [value]);
    conditions.push(`${identifier(name)} IN (SELECT TRY_CAST(v AS ${type.toString()}) FROM wanted_${n})`);
  }
  const rows = await engine.rows(
    `SELECT ${RECORD_NUMBER} AS n FROM read_parquet(${literal(path)}, ${RECORD_NUMBER} = true) WHERE ${conditions.join(' AND ')} ORDER BY 1`,
  );
  return rows.map(({ n }) => Number(n));
}

/** The file without some of its rows, in its own order, written by DuckDB. Throws ROWS_DO_NOT_RECONCILE. */
export async function parquetWithout(
  engine: Engine,
  path: string,
  output: string,
  rows: readonly number[],
): Promise<Awaited<ReturnType<Search['without']>>> {
  const [meta] = await engine.rows(
    `SELECT any_value(compression) AS codec, (SELECT count(*) FROM read_parquet(${literal(path)})) AS n FROM parquet_metadata(${literal(path)})`,
  );
  const codec = CODECS.find((one) => one === meta?.codec) ?? 'ZSTD';
  await engine.run(`CREATE OR REPLACE TABLE gone AS SELECT unnest([${rows.join(', ')}]::BIGINT[]) AS n`);
  await engine.run(
    `COPY (SELECT * EXCLUDE (${RECORD_NUMBER}) FROM read_parquet(${literal(path)}, ${RECORD_NUMBER} = true) WHERE ${RECORD_NUMBER} NOT IN (SELECT n FROM gone) ORDER BY ${RECORD_NUMBER}) TO ${literal(output)} (FORMAT parquet, COMPRESSION ${codec.toLowerCase()}, ROW_GROUP_SIZE ${ROW_GROUP})`,
  );
  const [written] = await engine.rows(`SELECT count(*) AS n FROM read_parquet(${literal(output)})`);
  if (Number(written?.n) !== Number(meta?.n) - rows.length)
    throw terminal(
      'ROWS_DO_NOT_RECONCILE',
      `${meta?.n} rows less ${rows.length} became ${written?.n}: nothing is kept`,
    );
  const { size } = await stat(output);
  return { size, read: () => createReadStream(output, { highWaterMark: 1 << 20 }) };
}
