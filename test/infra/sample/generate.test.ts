import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { isValidPhoneNumber } from 'libphonenumber-js/max';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateSample, type SampleFile } from '../../../infra/sample/generate.ts';
import { DEFAULT_SAMPLE, type SampleOptions } from '../../../infra/sample/sample-options.ts';
import { type SensitiveKind, sensitiveValues } from '../../../infra/sample/sensitive-values.ts';
import { release } from '../../declare/projects.ts';
import { sampleDeclarations } from '../../declare/sample-files.ts';

const SMALL: SampleOptions = { seed: 7, days: 2, customers: 200 };

const all = async (options?: SampleOptions): Promise<SampleFile[]> => {
  const files: SampleFile[] = [];
  for await (const file of generateSample(options)) files.push(file);
  return files;
};
const fingerprints = (files: readonly SampleFile[]) =>
  files.map(({ name, body }) => `${name} ${createHash('sha256').update(body).digest('hex')}`);

describe('the sample', () => {
  let files: SampleFile[];
  let folder: string;
  let rowsOf: (sql: string) => Promise<Record<string, unknown>[]>;
  let close: () => void;

  beforeAll(async () => {
    files = await all();
    folder = mkdtempSync(join(tmpdir(), 'sluice-sample-test-'));
    for (const { name, body } of files) writeFileSync(join(folder, name.replaceAll('/', '_')), body);
    const database = await DuckDBInstance.create(':memory:');
    const connection = await database.connect();
    rowsOf = async (sql) => (await connection.runAndReadAll(sql.replaceAll('$FOLDER', folder))).getRowObjectsJson();
    close = () => {
      connection.closeSync();
      database.closeSync();
    };
    const csv = `header = true, all_varchar = true, delim = ',', quote = '"', escape = '"'`;
    for (const sql of [
      `CREATE TABLE customers AS FROM read_csv('$FOLDER/shop_customers_*', ${csv}, strict_mode = true, ignore_errors = true, filename = true)`,
      `CREATE TABLE orders AS FROM read_json('$FOLDER/shop_orders_*', format = 'newline_delimited')`,
      `CREATE TABLE payments AS FROM read_parquet('$FOLDER/shop_payments_*')`,
      `CREATE TABLE tickets AS FROM read_csv('$FOLDER/shop_tickets_*', ${csv}, strict_mode = true)`,
    ]) {
      await rowsOf(sql);
    }
  });
  afterAll(() => {
    close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('is about ten files of some thousand rows, with a few bad ones in one', () => {
    expect(files.length).toBe(11);
    const rows = files.reduce((sum, file) => sum + file.rows, 0);
    expect(rows).toBeGreaterThan(5000);
    expect(rows).toBeLessThan(20_000);
    expect(files.filter(({ bad }) => bad > 0).map(({ name, bad }) => ({ name, bad }))).toEqual([
      { name: 'shop/customers/2026-01-05-all.csv', bad: 4 },
    ]);
  });

  test('has a source for every file, and for every source a file', () => {
    const { sources } = release(sampleDeclarations());
    const matched = files.map(({ name }) =>
      sources.filter(({ files: { regex } }) => new RegExp(regex).test(name)).map(({ id }) => id),
    );
    expect(matched.filter((ids) => ids.length !== 1)).toEqual([]);
    expect(new Set(matched.flat())).toEqual(new Set(sources.map(({ id }) => id)));
  });

  test('has the columns that the sources declare', async () => {
    const { sources } = release(sampleDeclarations());
    for (const { name, columns } of sources) {
      const described = await rowsOf(`SELECT column_name FROM (DESCRIBE ${name})`);
      const found = described.map((row) => row.column_name).filter((column) => column !== 'filename');
      expect(found).toEqual(columns.map(({ from }) => from).sort((a, b) => found.indexOf(a) - found.indexOf(b)));
      expect([...found].sort()).toEqual(columns.map(({ from }) => from).sort());
    }
  });

  test('counts its records as a reader does', async () => {
    const counted = async (table: string) => Number((await rowsOf(`SELECT count(*)::INT AS n FROM ${table}`))[0]?.n);
    const said = (name: string) =>
      files.filter((file) => file.name.startsWith(`shop/${name}/`)).reduce((sum, file) => sum + file.rows, 0);
    expect(await counted('orders')).toBe(said('orders'));
    expect(await counted('payments')).toBe(said('payments'));
    expect(await counted('tickets')).toBe(said('tickets'));
    // The row that lacks a column is not read; the other bad ones are, as text.
    expect(await counted('customers')).toBe(said('customers') - 1);
  });

  test('has just the bad rows that it says, each for another reason', async () => {
    const bad =
      await rowsOf(`SELECT CASE WHEN customer_id IS NULL THEN 'key' WHEN TRY_CAST(birthday AS DATE) IS NULL THEN 'date'
      WHEN TRY_CAST(yearly_income AS INT) IS NULL THEN 'number' END AS reason FROM customers WHERE reason IS NOT NULL ORDER BY reason`);
    expect(bad.map(({ reason }) => reason)).toEqual(['date', 'key', 'number']);
  });

  test.each([
    [
      'orders are of customers',
      "SELECT 1 FROM orders WHERE customer_email IS NOT NULL AND lower(trim(customer_email)) NOT IN (SELECT email FROM customers WHERE email <> '')",
    ],
    ['payments are of orders', 'SELECT 1 FROM payments p ANTI JOIN orders o USING (order_id)'],
    [
      'what is paid is what was ordered',
      'SELECT 1 FROM payments p JOIN orders o USING (order_id) WHERE p.amount <> list_sum(list_transform(o.items, lambda i: round(i.quantity * i.unit_price, 2)))::DECIMAL(12,2)',
    ],
    [
      'nothing cancelled is paid',
      "SELECT 1 FROM payments p JOIN orders o USING (order_id) WHERE o.status = 'cancelled'",
    ],
    [
      'payments lie in the file of their day',
      "SELECT 1 FROM read_parquet('$FOLDER/shop_payments_*', filename = true) WHERE NOT contains(filename, paid_on::VARCHAR)",
    ],
    ['tickets are of customers', 'SELECT 1 FROM tickets ANTI JOIN customers USING (customer_id)'],
    ['order ids are unique', 'SELECT order_id FROM orders GROUP BY ALL HAVING count(*) > 1'],
    ['payment ids are unique', 'SELECT payment_id FROM payments GROUP BY ALL HAVING count(*) > 1'],
    [
      'e-mails are unique',
      "SELECT email FROM customers WHERE email <> '' GROUP BY email HAVING count(DISTINCT customer_id) > 1",
    ],
    [
      'a customer in both files is newer in the second',
      "SELECT customer_id FROM customers GROUP BY ALL HAVING count(*) > 1 AND arg_max(filename, updated_at) NOT LIKE '%-changes.csv'",
    ],
  ])('makes sense: %s', async (_what, sql) => {
    expect(await rowsOf(sql)).toEqual([]);
  });

  test('has what a pipeline must survive: changes, odd e-mails, line ends in quotes, and rows without an e-mail', async () => {
    const [counts] = await rowsOf(`SELECT
      (SELECT count(*) FROM (SELECT 1 FROM customers GROUP BY customer_id HAVING count(*) > 1))::INT AS changed,
      (SELECT count(*) FROM orders WHERE customer_email <> lower(trim(customer_email)))::INT AS odd,
      (SELECT count(*) FROM orders WHERE customer_email IS NULL)::INT AS anonymous,
      (SELECT count(*) FROM tickets WHERE contains(message, chr(10)) AND contains(message, '"'))::INT AS quoted`);
    for (const [name, count] of Object.entries(counts ?? {})) expect([name, Number(count) > 0]).toEqual([name, true]);
  });
});

describe('the same options', () => {
  test('give the same bytes', async () => {
    expect(fingerprints(await all(SMALL))).toEqual(fingerprints(await all(SMALL)));
  });
  test('with another seed give others, under the same names', async () => {
    const [one, other] = [await all(SMALL), await all({ ...SMALL, seed: 8 })];
    expect(other.map(({ name }) => name)).toEqual(one.map(({ name }) => name));
    expect(fingerprints(other).filter((print) => fingerprints(one).includes(print))).toEqual([]);
  });
  test('with a day more give the same first days', async () => {
    const longer = fingerprints(await all({ ...SMALL, days: 3 }));
    expect(fingerprints(await all(SMALL)).filter((print) => !longer.includes(print))).toEqual([]);
  });
  test('with another first day give other names', async () => {
    expect((await all({ ...SMALL, from: '2025-12-31' })).map(({ name }) => name)).toContain(
      'shop/payments/2026-01-01.parquet',
    );
  });
  test('times two give twice the customers', async () => {
    const [first] = await all({ ...SMALL, scale: 2 });
    expect(first?.rows).toBe(404);
  });
  test.each([1, 3])('work for %d customers', async (customers) => {
    const made = await all({ seed: 1, days: 1, customers });
    expect(made.every(({ rows, bad }) => rows > 0 || bad === 0)).toBe(true);
  });
});

describe('the sensitive values', () => {
  const values = sensitiveValues(SMALL);
  const of = (kind: SensitiveKind) => values.filter((value) => value.kind === kind);

  test('are each in some file', async () => {
    const files = await all(SMALL);
    const text = files
      .map(({ name, body }) => (name.endsWith('.gz') ? gunzipSync(body) : body).toString('latin1'))
      .join('\n');
    // Parquet is compressed, so cards are looked for where they come from.
    const missing = values.filter(
      ({ kind, value }) => kind !== 'CREDIT_CARD_NUMBER' && !text.includes(Buffer.from(value).toString('latin1')),
    );
    expect(missing).toEqual([]);
  });

  test('are of every kind, and some stand in free text', () => {
    for (const kind of [
      'EMAIL_ADDRESS',
      'PHONE_NUMBER',
      'PERSON_NAME',
      'CREDIT_CARD_NUMBER',
      'STREET_ADDRESS',
    ] as const) {
      expect([kind, of(kind).length > 50]).toEqual([kind, true]);
    }
    expect(new Set(values.filter(({ inText }) => inText).map(({ kind }) => kind))).toEqual(
      new Set(['EMAIL_ADDRESS', 'PHONE_NUMBER', 'PERSON_NAME']),
    );
  });

  test('look real: phones are numbers of their countries, cards pass Luhn', () => {
    expect(of('PHONE_NUMBER').filter(({ value }) => !isValidPhoneNumber(value, 'US'))).toEqual([]);
    expect(of('CREDIT_CARD_NUMBER').filter(({ value }) => !passesLuhn(value))).toEqual([]);
  });

  test('are the same for the same options', () => {
    expect(sensitiveValues(SMALL)).toEqual(values);
    expect(sensitiveValues(DEFAULT_SAMPLE).length).toBeGreaterThan(values.length);
  });
});

function passesLuhn(card: string): boolean {
  const digits = [...card.replaceAll(' ', '')].reverse().map(Number);
  const sum = digits.reduce(
    (total, digit, at) => total + (at % 2 === 0 ? digit : digit * 2 > 9 ? digit * 2 - 9 : digit * 2),
    0,
  );
  return digits.length === 16 && sum % 10 === 0;
}
