import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { call, failureOf, load, run, startBigQuery, type Testbed } from './testbed.ts';

let bed: Testbed;
let counter = 0;
beforeAll(async () => {
  bed = await startBigQuery();
  await run(bed, 'CREATE SCHEMA shop');
});
afterAll(() => bed.stop());
beforeEach(() => {
  counter++;
});

interface TableBody {
  schema: { fields: object[] };
  error?: { message: string };
}

const table = () => `t${counter}`;
const insertTable = (fields: object[]) =>
  call<TableBody>(bed, 'POST', '/datasets/shop/tables', { tableReference: { tableId: table() }, schema: { fields } });
const fieldsOf = async (tableId = table()) =>
  (await call<TableBody>(bed, 'GET', `/datasets/shop/tables/${tableId}`)).body.schema.fields;
const RANGE = 'NUMERIC(5, 2) has precision 5 and scale 2 but got a value that is not in range of [-999.99, 999.99]';

describe('a schema', () => {
  test('shows them as the client gave them, at every depth', async () => {
    const schema = [
      { name: 'price', type: 'NUMERIC', mode: 'NULLABLE', precision: '10', scale: '2' },
      { name: 'count', type: 'NUMERIC', mode: 'REPEATED', precision: '5' },
      { name: 'code', type: 'STRING', mode: 'REQUIRED', maxLength: '3' },
      {
        name: 'item',
        type: 'RECORD',
        mode: 'NULLABLE',
        fields: [{ name: 'big', type: 'BIGNUMERIC', mode: 'NULLABLE', precision: '48', scale: '10' }],
      },
    ];
    await bed.client.dataset('shop').createTable(table(), { schema: { fields: schema } } as never);
    const [metadata] = await bed.client.dataset('shop').table(table()).getMetadata();
    expect(metadata.schema.fields).toEqual(schema);
  });

  test('is what DDL declares', async () => {
    await run(
      bed,
      `CREATE TABLE shop.${table()} (a NUMERIC(10,2), b BIGNUMERIC(5), c STRING(10) NOT NULL, d ARRAY<BYTES(2)>, e STRUCT<x DECIMAL(3, 1)>);
       ALTER TABLE shop.${table()} ADD COLUMN f NUMERIC(4, 1)`,
    );
    expect(await fieldsOf()).toEqual([
      { name: 'a', type: 'NUMERIC', mode: 'NULLABLE', precision: '10', scale: '2' },
      { name: 'b', type: 'BIGNUMERIC', mode: 'NULLABLE', precision: '5' },
      { name: 'c', type: 'STRING', mode: 'REQUIRED', maxLength: '10' },
      { name: 'd', type: 'BYTES', mode: 'REPEATED', maxLength: '2' },
      {
        name: 'e',
        type: 'RECORD',
        mode: 'NULLABLE',
        fields: [{ name: 'x', type: 'NUMERIC', mode: 'NULLABLE', precision: '3', scale: '1' }],
      },
      { name: 'f', type: 'NUMERIC', mode: 'NULLABLE', precision: '4', scale: '1' },
    ]);
  });

  test.each([
    [
      { type: 'NUMERIC', precision: '37', scale: '0' },
      /precision 37 and scale 0 .* must be: 0 <= precision - scale <= 29$/,
    ],
    [{ type: 'NUMERIC', precision: '5', scale: '6' }, /must be: 0 <= precision - scale <= 29$/],
    [{ type: 'NUMERIC', precision: '12', scale: '10' }, /must be: 0 <= scale <= 9$/],
    [{ type: 'BIGNUMERIC', precision: '50', scale: '10' }, /for BIGNUMERIC must be: 0 <= precision - scale <= 38$/],
    [{ type: 'NUMERIC', scale: '2' }, /has scale 2 but no precision$/],
    [{ type: 'STRING', precision: '5' }, /type STRING cannot have precision$/],
    [{ type: 'NUMERIC', maxLength: '5' }, /type NUMERIC cannot have maxLength$/],
    [{ type: 'STRING', maxLength: '0' }, /STRING length must be greater than 0$/],
    [{ type: 'STRING', maxLength: 'x' }, /Invalid maxLength of field f: x$/],
  ])('refuses %j', async (field, message) => {
    const { status, body } = await insertTable([{ name: 'f', ...field }]);
    expect(status).toBe(400);
    expect(body.error?.message).toMatch(message);
  });

  test.each([
    ['narrower', { precision: '9', scale: '2' }, 400],
    ['of fewer digits before the point', { precision: '10', scale: '3' }, 400],
    ['wider', { precision: '12', scale: '3' }, 200],
    ['without limits', {}, 200],
    ['of another type', { type: 'STRING' }, 400],
  ])('may become wider, not %s', async (_, next, status) => {
    await insertTable([{ name: 'f', type: 'NUMERIC', precision: '10', scale: '2' }]);
    const fields = [{ name: 'f', type: 'NUMERIC', mode: 'NULLABLE', ...next }];
    const patched = await call<TableBody>(bed, 'PATCH', `/datasets/shop/tables/${table()}`, { schema: { fields } });
    expect(patched.status).toBe(status);
    expect(await fieldsOf()).toEqual(
      status === 200 ? fields : [{ name: 'f', type: 'NUMERIC', mode: 'NULLABLE', precision: '10', scale: '2' }],
    );
  });

  test('of a query’s result, and of a table made from it, has none', async () => {
    await run(bed, `CREATE TABLE shop.${table()} (a NUMERIC(10,2), b STRING(3))`);
    await run(bed, `CREATE TABLE shop.${table()}_copy AS SELECT a, b, CAST(1 AS NUMERIC(5)) AS c FROM shop.${table()}`);
    expect(await fieldsOf(`${table()}_copy`)).toEqual([
      { name: 'a', type: 'NUMERIC', mode: 'NULLABLE' },
      { name: 'b', type: 'STRING', mode: 'NULLABLE' },
      { name: 'c', type: 'NUMERIC', mode: 'NULLABLE' },
    ]);
  });
});

describe('a cast', () => {
  test.each([
    ['CAST(NUMERIC "1.005" AS NUMERIC(10, 2))', '1.01'],
    ['CAST(NUMERIC "-1.005" AS NUMERIC(10, 2))', '-1.01'],
    ['CAST("99999999.994" AS NUMERIC(10, 2))', '99999999.99'],
    ['CAST(7 AS NUMERIC(1))', '7'],
    ['CAST("1.12345678905" AS BIGNUMERIC(48, 10))', '1.1234567891'],
    ['CAST(CAST(5 AS BIGNUMERIC(38)) AS STRING)', '5'],
    ['CAST(NULL AS NUMERIC(3))', null],
    ['SAFE_CAST(1000 AS NUMERIC(3))', null],
    ['SAFE_CAST("abcd" AS STRING(3))', null],
    ['CAST("äöü" AS STRING(3))', 'äöü'],
    ['CAST([NUMERIC "1.25"] AS ARRAY<NUMERIC(3, 1)>)', ['1.3']],
    ['CAST(STRUCT(1, "ab") AS STRUCT<a NUMERIC(3, 1), b STRING(2)>)', ['1', 'ab']],
  ])('%s is %j', async (sql, value) => {
    expect(await run(bed, `SELECT ${sql}`)).toEqual([[value]]);
  });

  test.each([
    [
      'CAST(123456 AS NUMERIC(5))',
      'NUMERIC(5) has precision 5 and scale 0 but got a value that is not in range of [-99999, 99999]',
    ],
    ['CAST(NUMERIC "999.995" AS NUMERIC(5, 2))', RANGE],
    [
      'CAST(NUMERIC "0.95" AS NUMERIC(1, 1))',
      'NUMERIC(1, 1) has precision 1 and scale 1 but got a value that is not in range of [-0.9, 0.9]',
    ],
    ['CAST("abcd" AS STRING(3))', 'STRING(3) has maximum length 3 but got a value with length 4'],
    ['CAST(b"abc" AS BYTES(2))', 'BYTES(2) has maximum length 2 but got a value with length 3'],
    ['CAST(1 AS NUMERIC(37, 0))', 'In NUMERIC(P, 0), P must be between 1 and 29 at [1:18]'],
    ['CAST(1 AS NUMERIC(30))', 'In NUMERIC(P), P must be between 1 and 29 at [1:18]'],
    ['CAST(1 AS NUMERIC(38, 10))', 'In NUMERIC(P, S), S must be between 0 and 9 at [1:18]'],
    ['CAST(1 AS BIGNUMERIC(50, 10))', 'In BIGNUMERIC(P, 10), P must be between 10 and 48 at [1:18]'],
    ['CAST("a" AS STRING(0))', 'STRING length must be greater than 0 at [1:20]'],
    ['CAST(1 AS INT64(3))', 'INT64 does not support type parameters at [1:18]'],
    ['ARRAY<STRING(3)>["a"]', 'Type parameters are not allowed in constructors at [1:8]'],
  ])('%s fails', async (sql, message) => {
    expect(await run(bed, `SELECT ${sql}`)).toBe(`invalidQuery: ${message}`);
  });
});

const FIELD = { name: 'price', type: 'NUMERIC', precision: '5', scale: '2' };

/** Each writes one price into the table and tells how it failed, if it did. */
const WAYS: Record<string, (price: string) => Promise<string | undefined>> = {
  INSERT: (price) => said(run(bed, `INSERT shop.${table()} (price) VALUES (NUMERIC '${price}')`)),
  'INSERT … SELECT': (price) => said(run(bed, `INSERT shop.${table()} SELECT NUMERIC '${price}'`)),
  async UPDATE(price) {
    await run(bed, `INSERT shop.${table()} (price) VALUES (NULL)`);
    return said(run(bed, `UPDATE shop.${table()} SET price = NUMERIC '${price}' WHERE TRUE`));
  },
  MERGE: (price) =>
    said(
      run(
        bed,
        `MERGE shop.${table()} t USING (SELECT NUMERIC '${price}' AS p) s ON FALSE WHEN NOT MATCHED THEN INSERT (price) VALUES (s.p)`,
      ),
    ),
  insertAll: (price) =>
    bed.client
      .dataset('shop')
      .table(table())
      .insert([{ price }])
      .then(
        () => undefined,
        (error) => error.errors[0].errors[0].message,
      ),
  'a query with a destination': (price) =>
    said(
      run(bed, `SELECT NUMERIC '${price}' AS price`, {
        destinationTable: { projectId: 'local', datasetId: 'shop', tableId: table() },
        writeDisposition: 'WRITE_APPEND',
      }),
    ),
  CSV: (price) => loaded(bed.put('price.csv', `${price}\n`), { sourceFormat: 'CSV' }),
  'newline-delimited JSON': (price) =>
    loaded(bed.put('price.json', `{"price":${price}}\n`), { sourceFormat: 'NEWLINE_DELIMITED_JSON' }),
  'Parquet with another scale': async (price) =>
    loaded(await bed.putParquet('price.parquet', `SELECT ${price}::DECIMAL(18, 5) AS price`), {
      sourceFormat: 'PARQUET',
      schema: { fields: [FIELD] },
    }),
  'Parquet whose load names no parameters': async (price) =>
    loaded(await bed.putParquet('price.parquet', `SELECT ${price}::DECIMAL(9, 3) AS price`), {
      sourceFormat: 'PARQUET',
      schema: { fields: [{ name: 'price', type: 'NUMERIC' }] },
    }),
};

async function said(answer: ReturnType<typeof run>): Promise<string | undefined> {
  const result = await answer;
  return typeof result === 'string' && !/^\d+ rows$/.test(result) ? result : undefined;
}

async function loaded(uri: string, more: object): Promise<string | undefined> {
  const job = await load(bed, [uri], table(), more);
  return failureOf(job) && job.status.errors?.map(({ message }) => message).join('\n');
}

describe.each(Object.entries(WAYS))('%s', (_, write) => {
  beforeEach(() => insertTable([FIELD]));

  test('rounds half away from zero to the scale', async () => {
    for (const price of ['1.005', '-1.005', '999.994']) expect(await write(price)).toBeUndefined();
    expect(await run(bed, `SELECT DISTINCT price FROM shop.${table()} ORDER BY 1 DESC LIMIT 1`)).toEqual([['999.99']]);
    expect(await run(bed, `SELECT COUNT(*) FROM shop.${table()} WHERE price != ROUND(price, 2)`)).toEqual([['0']]);
  });

  test('fails where there are too many digits before the point, and leaves nothing behind', async () => {
    const before = await run(bed, `SELECT COUNT(price) FROM shop.${table()}`);
    expect(await write('999.995')).toContain(RANGE);
    expect(await run(bed, `SELECT COUNT(price) FROM shop.${table()}`)).toEqual(before);
  });
});

describe('inside of records and arrays', () => {
  const nested = [
    { name: 'tags', type: 'STRING', mode: 'REPEATED', maxLength: '3' },
    {
      name: 'items',
      type: 'RECORD',
      mode: 'REPEATED',
      fields: [
        { name: 'sku', type: 'STRING', mode: 'REQUIRED', maxLength: '5' },
        { name: 'price', type: 'BIGNUMERIC', precision: '6', scale: '3' },
      ],
    },
  ];
  beforeEach(() => insertTable(nested));

  test('values are rounded', async () => {
    await run(bed, `INSERT shop.${table()} VALUES (['abc'], [STRUCT('a', BIGNUMERIC '1.0005')])`);
    await load(bed, [bed.put('n.json', '{"items":[{"sku":"b","price":"2.0005"}]}\n')], table(), {
      sourceFormat: 'NEWLINE_DELIMITED_JSON',
    });
    expect(await run(bed, `SELECT * FROM shop.${table()} ORDER BY ARRAY_LENGTH(tags)`)).toEqual([
      [[], [['b', '2.001']]],
      [['abc'], [['a', '1.001']]],
    ]);
  });

  test.each([
    ["(['abcd'], [])", 'Field tags: STRING(3) has maximum length 3 but got a value with length 4'],
    [
      "([], [STRUCT('toolong', BIGNUMERIC '1')])",
      'Field items.sku: STRING(5) has maximum length 5 but got a value with length 7',
    ],
    ["([], [STRUCT(CAST(NULL AS STRING), BIGNUMERIC '1')])", 'Required field items.sku cannot be null'],
    [
      "([], [STRUCT('a', BIGNUMERIC '1000')])",
      'Field items.price: BIGNUMERIC(6, 3) has precision 6 and scale 3 but got a value that is not in range of [-999.999, 999.999]',
    ],
  ])('INSERT %s fails', async (values, message) => {
    expect(await run(bed, `INSERT shop.${table()} VALUES ${values}`)).toBe(`invalidQuery: ${message}`);
  });

  test.each([
    ['{"tags":["abcd"]}', /Field: tags; line: 1$/],
    ['{"items":[{"price":1}]}', /Field: items; line: 1$/],
    ['{"items":[{"sku":"a","price":1000}]}', /Field: items; line: 1$/],
  ])('a load of %s fails', async (line, message) => {
    const job = await load(bed, [bed.put('n.json', `${line}\n`)], table(), { sourceFormat: 'NEWLINE_DELIMITED_JSON' });
    expect(job.status.errors?.[1]?.message).toMatch(message);
  });
});

test('a bad record by its limit counts among maxBadRecords', async () => {
  await insertTable([FIELD]);
  const job = await load(bed, [bed.put('some.csv', '1\n1000\n2\n')], table(), { maxBadRecords: 1 });
  expect([failureOf(job), job.statistics.load?.badRecords, job.status.errors?.[0]?.message]).toEqual([
    undefined,
    '1',
    `Error while reading data, error message: ${RANGE} Field: price; line: 2`,
  ]);
});

test('a load may not name other parameters than the table has', async () => {
  await insertTable([FIELD]);
  const schema = { fields: [{ ...FIELD, precision: '6' }] };
  expect(failureOf(await load(bed, [bed.put('p.csv', '1\n')], table(), { schema }))).toBe(
    `invalid: Provided Schema does not match Table local:shop.${table()}. Field price has changed type from NUMERIC(5, 2) to NUMERIC(6, 2)`,
  );
});
