import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/** A process of its own: DuckDB's own CSV to Parquet pass over argv[2], its CPU and wall seconds printed as JSON. */
const [, , input = '', folder = ''] = process.argv;
const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();
const before = process.cpuUsage();
const started = performance.now();
await connection.run(`COPY (FROM read_csv('${input}')) TO '${join(folder, 'baseline.parquet')}' (FORMAT parquet)`);
const wall = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(before);
process.stdout.write(JSON.stringify({ cpu: (user + system) / 1e6, wall }));
connection.closeSync();
instance.closeSync();
