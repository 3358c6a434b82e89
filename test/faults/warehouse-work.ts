import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { call, run } from '../infra/local/bigquery/testbed.ts';

export interface Service {
  url: string;
}

/** What one request does to the warehouse, and how one sees that it did so once, or not at all. */
export interface Kind {
  /** The job that carries it out; undefined where a request does so itself. */
  job?: (n: number, uri: string) => object;
  /** The request that carries it out. Resolves to whether it was acknowledged. */
  request?: (service: Service, n: number) => Promise<boolean>;
  /** A client that had no answer sends it again. */
  isRepeated?: boolean;
  /** What its job's `errorResult.reason` must be. */
  fails?: string;
  /** Made before the first kill: statements, for the n's that are of this kind. */
  before?: (n: number) => string;
  /** How often its effect is there; anything between none and all is NaN. */
  count(service: Service, n: number, dir: string): Promise<number>;
}

export const ROWS = 300;
/** Beyond what a job's own record holds, so that the result is a table. */
export const RESULT_ROWS = 9000;

const TABLE = { projectId: 'local', datasetId: 'shop' };
const destination = (tableId: string) => ({
  destinationTable: { ...TABLE, tableId },
  writeDisposition: 'WRITE_APPEND',
});
const sql = (query: string) => ({ query: { query, useLegacySql: false } });
const acknowledged = async (reply: Promise<{ status: number; body: object }>) => {
  const { status, body } = await reply;
  if (status >= 400) throw new Error(JSON.stringify(body));
  return true;
};

async function number(service: Service, query: string): Promise<number> {
  const rows = await run(service, query);
  if (typeof rows === 'string') throw new Error(rows);
  return Number(rows[0]?.[0]);
}

/** Rows come all together. */
const times = (rows: number, each: number) => (rows % each === 0 ? rows / each : Number.NaN);
const rowsOf =
  (table: string, each = 1) =>
  async (service: Service, n: number) =>
    times(await number(service, `SELECT COUNT(*) FROM shop.${table} WHERE n = ${n}`), each);
const exists = async (service: Service, path: string) => (await call(service, 'GET', path)).status === 200;
const resource = (path: string) => async (service: Service, n: number) => Number(await exists(service, `${path}${n}`));
/** A table that is made with all of its rows. */
const made = (table: string, each: number) => async (service: Service, n: number) =>
  (await exists(service, `/datasets/shop/tables/${table}${n}`))
    ? times(await number(service, `SELECT COUNT(*) FROM shop.${table}${n}`), each) || Number.NaN
    : 0;

export const SHARED = `CREATE SCHEMA shop;
  CREATE TABLE shop.fixed AS SELECT x AS n FROM UNNEST(GENERATE_ARRAY(1, ${ROWS})) AS x;
  ${['loaded', 'uploaded', 'queried', 'inserted', 'merged', 'streamed', 'looped', 'committed', 'beside']
    .map((name) => `CREATE TABLE shop.${name} (n INT64, x INT64);`)
    .join('\n')}
  CREATE TABLE shop.updated (n INT64, x INT64); CREATE TABLE shop.deleted (n INT64)`;

export const KINDS: Record<string, Kind> = {
  'a load': {
    job: (_, uri) => ({ load: { sourceUris: [uri], sourceFormat: 'CSV', ...destination('loaded') } }),
    count: rowsOf('loaded', ROWS),
  },
  'a load of an upload': { request: upload, count: rowsOf('uploaded', ROWS) },
  'a query into a table': {
    job: (n) => ({
      query: { ...sql(`SELECT ${n} AS n, n AS x FROM shop.fixed`).query, ...destination('queried') },
    }),
    count: rowsOf('queried', ROWS),
  },
  'an INSERT': { job: (n) => sql(`INSERT shop.inserted VALUES (${n}, 1)`), count: rowsOf('inserted') },
  'an UPDATE': {
    before: (n) => `INSERT shop.updated VALUES (${n}, 0)`,
    job: (n) => sql(`UPDATE shop.updated SET x = x + 1 WHERE n = ${n}`),
    count: (service, n) => number(service, `SELECT x FROM shop.updated WHERE n = ${n}`),
  },
  'a DELETE': {
    before: (n) => `INSERT shop.deleted VALUES (${n})`,
    job: (n) => sql(`DELETE shop.deleted WHERE n = ${n}`),
    count: async (service, n) => 1 - (await rowsOf('deleted')(service, n)),
  },
  'a MERGE': {
    job: (n) =>
      sql(
        `MERGE shop.merged t USING (SELECT ${n} AS n, n AS x FROM shop.fixed) s ON t.n = s.n AND t.x = -s.x WHEN NOT MATCHED THEN INSERT (n, x) VALUES (s.n, s.x)`,
      ),
    count: rowsOf('merged', ROWS),
  },
  'a copy': {
    job: (n) => ({
      copy: { sourceTable: { ...TABLE, tableId: 'fixed' }, destinationTable: { ...TABLE, tableId: `copy_${n}` } },
    }),
    count: made('copy_', ROWS),
  },
  'an extract': {
    job: (n) => ({
      extract: { sourceTable: { ...TABLE, tableId: 'fixed' }, destinationUris: [`gs://lake/extract-${n}.csv`] },
    }),
    async count(_, n, dir) {
      const path = join(dir, `objects/lake/extract-${n}.csv`);
      return existsSync(path) ? times(readFileSync(path, 'utf8').split('\n').length - 2, ROWS) : 0;
    },
  },
  'CREATE TABLE AS': {
    job: (n) => sql(`CREATE TABLE shop.made_${n} AS SELECT n FROM shop.fixed`),
    count: made('made_', ROWS),
  },
  'a script of ALTER TABLE': {
    job: (n) =>
      sql(
        `CREATE TABLE shop.old_${n} (a INT64); INSERT shop.old_${n} VALUES (1); ALTER TABLE shop.old_${n} ADD COLUMN b INT64; ALTER TABLE shop.old_${n} RENAME TO new_${n}; UPDATE shop.new_${n} SET b = a WHERE TRUE`,
      ),
    async count(service, n) {
      if (await exists(service, `/datasets/shop/tables/old_${n}`)) return Number.NaN;
      if (!(await exists(service, `/datasets/shop/tables/new_${n}`))) return 0;
      return number(service, `SELECT SUM(b) FROM shop.new_${n}`);
    },
  },
  'DROP TABLE': {
    before: (n) => `CREATE TABLE shop.drop_${n} AS SELECT 1 AS x`,
    job: (n) => sql(`DROP TABLE shop.drop_${n}`),
    count: async (service, n) => 1 - Number(await exists(service, `/datasets/shop/tables/drop_${n}`)),
  },
  'a loop': {
    job: (n) =>
      sql(`DECLARE i INT64 DEFAULT 0; WHILE i < 6 DO SET i = i + 1; INSERT shop.looped VALUES (${n}, i); END WHILE`),
    count: rowsOf('looped', 6),
  },
  'a transaction': {
    // A table of its own: transactions that change one table abort each other, as they do at Google.
    before: (n) => `CREATE TABLE shop.alone_${n} (n INT64)`,
    job: (n) =>
      sql(`BEGIN TRANSACTION; INSERT shop.alone_${n} SELECT n FROM shop.fixed; INSERT shop.committed VALUES (${n}, 1);
        COMMIT TRANSACTION; INSERT shop.beside VALUES (${n}, 1)`),
    async count(service, n) {
      const counts = await Promise.all([
        rowsOf('committed')(service, n),
        rowsOf('beside')(service, n),
        number(service, `SELECT COUNT(*) / ${ROWS} FROM shop.alone_${n}`),
      ]);
      return new Set(counts).size === 1 ? (counts[0] ?? 0) : Number.NaN;
    },
  },
  'a query': {
    job: (n) => sql(`SELECT ${n} AS n, x FROM UNNEST(GENERATE_ARRAY(1, ${RESULT_ROWS})) AS x ORDER BY x`),
    async count(service, n) {
      const job = (await call(service, 'GET', `/jobs/job-${n}`)).status;
      if (job === 404) return 0;
      const path = `/queries/job-${n}?startIndex=${RESULT_ROWS - 1}`;
      const { body } = await call<{ totalRows: string; rows: { f: { v: string }[] }[] }>(service, 'GET', path);
      const last = body.rows[0]?.f.map(({ v }) => Number(v));
      return body.totalRows === String(RESULT_ROWS) && last?.[0] === n && last[1] === RESULT_ROWS ? 1 : Number.NaN;
    },
  },
  'a query that is cancelled': {
    request: cancelled,
    isRepeated: true,
    fails: 'stopped',
    count: resource('/jobs/job-'),
  },
  'rows that are streamed': {
    request: (service, n) =>
      acknowledged(
        call(service, 'POST', '/datasets/shop/tables/streamed/insertAll', {
          rows: Array.from({ length: 5 }, (_, x) => ({ insertId: `${n}-${x}`, json: { n, x } })),
        }),
      ),
    isRepeated: true,
    count: rowsOf('streamed', 5),
  },
  'a view over REST': {
    request: (service, n) =>
      acknowledged(
        call(service, 'POST', '/datasets/shop/tables', {
          tableReference: { ...TABLE, tableId: `view_${n}` },
          view: { query: `SELECT ${n} AS n`, useLegacySql: false },
        }),
      ),
    count: resource('/datasets/shop/tables/view_'),
  },
  'a routine over REST': {
    request: (service, n) =>
      acknowledged(
        call(service, 'POST', '/datasets/shop/routines', {
          routineReference: { ...TABLE, routineId: `f_${n}` },
          routineType: 'SCALAR_FUNCTION',
          definitionBody: String(n),
        }),
      ),
    count: resource('/datasets/shop/routines/f_'),
  },
  'a label of the dataset': {
    request: (service, n) => acknowledged(call(service, 'PATCH', '/datasets/shop', { labels: { [`l${n}`]: 'x' } })),
    async count(service, n) {
      const { body } = await call<{ labels?: Record<string, string> }>(service, 'GET', '/datasets/shop');
      return Number(body.labels?.[`l${n}`] === 'x');
    },
  },
};

/** The job and its file in one request. */
async function upload(service: Service, n: number): Promise<boolean> {
  const job = {
    configuration: { load: { sourceFormat: 'CSV', ...destination('uploaded') } },
    jobReference: { jobId: `job-${n}` },
  };
  const part = (type: string, content: string) => `--cut\r\nContent-Type: ${type}\r\n\r\n${content}\r\n`;
  const response = await fetch(`${service.url}/upload/bigquery/v2/projects/local/jobs?uploadType=multipart`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/related; boundary=cut' },
    body: `${part('application/json', JSON.stringify(job))}${part('text/csv', csv(n))}--cut--\r\n`,
  });
  if (!response.ok) throw new Error(await response.text());
  return true;
}

export const csv = (n: number) => Array.from({ length: ROWS }, (_, x) => `${n},${x}\n`).join('');

/** It would run for hours; who cancels it is told so before the process may forget. */
async function cancelled(service: Service, n: number): Promise<boolean> {
  const query =
    'SELECT COUNT(*) FROM UNNEST(GENERATE_ARRAY(1, 100000)) a CROSS JOIN UNNEST(GENERATE_ARRAY(1, 500000)) b WHERE MOD(a * b, 7) = 3';
  const reply = await call(service, 'POST', '/jobs', {
    configuration: sql(query),
    jobReference: { jobId: `job-${n}` },
  });
  // Sent again, it may be there already.
  if (reply.status !== 409) await acknowledged(Promise.resolve(reply));
  return acknowledged(call(service, 'POST', `/jobs/job-${n}/cancel`));
}
