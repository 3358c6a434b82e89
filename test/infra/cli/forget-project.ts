import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';

/** One source for each form of file and each way to load, with tables that are built of them. */
export const MALL: Readonly<Record<string, string>> = {
  'sql/sources/mall/customers.yaml': `files: mall/customers/*.csv
format: { type: csv, header: true }
load: { mode: merge, key: [customer_id], order_by: [version] }
batch: 0
bad_rows: { allow: 50% }
columns:
  - { name: customer_id, type: STRING, mode: required, privacy: public }
  - { name: email, type: STRING, normalize: [trim, lower], privacy: { tokenize: { key: pii } } }
  - { name: city, type: STRING, privacy: { public: { allow: [LOCATION] } } }
  - { name: version, type: INT64, privacy: public }
`,
  'sql/sources/mall/orders.yaml': `files: mall/orders/*.ndjson
format: { type: ndjson }
load: { mode: append }
batch: 0
columns:
  - { name: order_id, type: INT64, mode: required, privacy: public }
  - { name: email, type: STRING, normalize: [trim, lower], privacy: { tokenize: { key: pii } } }
  - { name: day, type: DATE, privacy: public }
`,
  'sql/sources/mall/profiles.yaml': `files: mall/profiles/*.csv.gz
format: { type: csv, header: true }
load: { mode: replace }
batch: 0
columns:
  - { name: email, type: STRING, privacy: { hash: { key: pii } } }
  - { name: points, type: INT64, privacy: public }
`,
  'sql/sources/mall/visits.yaml': `files: mall/visits/*.parquet
format: { type: parquet }
load: { mode: append }
batch: 0
columns:
  - { name: email, type: STRING, privacy: { tokenize: { key: pii } } }
  - { name: pages, type: INT64, privacy: public }
`,
  'sql/transforms/mall/spenders.sql': `/* transform:
     kind: table
     every: 0
*/
SELECT o.email, COUNT(*) AS orders, MAX(c.city) AS city
FROM mall.orders o LEFT JOIN mall.customers c ON c.email = o.email
GROUP BY o.email
`,
  'sql/transforms/mall/daily.sql': `/* transform:
     kind: incremental
     partition: { by: day, grain: day }
     every: 0
*/
SELECT day, email, COUNT(*) AS orders FROM mall.orders WHERE day BETWEEN @from AND @to GROUP BY day, email
`,
};

export const CANARY_ID = 'CANARY-4711';
export const CANARY_MAIL = 'canary.bird@example.org';

const OTHERS = Array.from({ length: 5 }, (_, n) => `user${n}@example.org`);

export async function mallFiles(): Promise<Readonly<Record<string, Buffer>>> {
  const customers = (version: number): string =>
    [
      'customer_id,email,city,version',
      ...OTHERS.map((mail, n) => `u${n},"${mail}",town ${n},${version}`),
      `${CANARY_ID}," Canary.Bird@example.org ",Here,${version}`,
      'u9,nine@example.org,town 9,nine',
      '',
    ].join('\r\n');
  const orders = [...OTHERS, CANARY_MAIL, CANARY_MAIL, 'last@example.org'].map(
    (email, n) => `{ "order_id": ${n}, "email":"${email}", "day":"2026-01-0${1 + (n % 3)}" }\n`,
  );
  const profiles = `email,points\n${[...OTHERS, CANARY_MAIL].map((mail, n) => `${mail},${n}\n`).join('')}`;
  return {
    'customers/1.csv': Buffer.from(customers(1)),
    'customers/2.csv': Buffer.from(customers(2)),
    'orders/1.ndjson': Buffer.from(orders.join('')),
    'profiles/1.csv.gz': gzipSync(profiles),
    'visits/1.parquet': await parquetOf([...OTHERS, CANARY_MAIL]),
  };
}

async function parquetOf(mails: readonly string[]): Promise<Buffer> {
  const { mkdtempSync, readFileSync, rmSync } = await import('node:fs');
  const { tmpdir } = await import('node:os');
  const { join } = await import('node:path');
  const dir = mkdtempSync(join(tmpdir(), 'sluice-mall-'));
  try {
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const rows = mails.map((mail, n) => `('${mail}', ${n}::BIGINT)`).join(', ');
    await connection.run(
      `COPY (SELECT * FROM (VALUES ${rows}) t(email, pages)) TO '${join(dir, 'f')}' (FORMAT parquet)`,
    );
    connection.closeSync();
    return readFileSync(join(dir, 'f'));
  } finally {
    rmSync(dir, { recursive: true });
  }
}
