import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, run, startBigQuery, type Testbed } from './testbed.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
  bed.put('shout.js', 'function shout(s) { return s.toUpperCase() + "!"; }');
  expect(await run(bed, 'CREATE SCHEMA shop')).toEqual([]);
});
afterAll(() => bed.stop());

/** A temporary function of one argument `x`, called with a literal of its type. */
const js = (from: string, to: string, code: string, argument: string) =>
  run(
    bed,
    `CREATE TEMP FUNCTION f(x ${from}) RETURNS ${to} LANGUAGE js AS r"""${code}
"""; SELECT f(CAST(${argument} AS ${from}))`,
  );

describe('arguments arrive in JavaScript as BigQuery documents it', () => {
  const shape = 'return typeof x + " " + JSON.stringify(x)';
  test.each([
    ['BOOL', 'true', 'boolean true'],
    ['FLOAT64', '1.5', 'number 1.5'],
    ['FLOAT64', "'nan'", 'number null'],
    ['STRING', "'a👍'", 'string "a👍"'],
    ['BYTES', "b'abc'", 'string "YWJj"'],
    ['NUMERIC', '12', 'number 12'],
    ['NUMERIC', '1.50', 'string "1.5"'],
    ['NUMERIC', "'9007199254740993'", 'string "9007199254740993"'],
    ['BIGNUMERIC', '-7', 'number -7'],
    ['DATE', "'2020-01-02'", 'object "2020-01-02T00:00:00.000Z"'],
    ['TIMESTAMP', "'1969-12-31 23:59:59.999999'", 'object "1969-12-31T23:59:59.999Z"'],
    ['JSON', 'NULL', 'object null'],
    ['STRING', 'NULL', 'object null'],
  ])('%s %s', async (type, argument, expected) => {
    expect(await js(type, 'STRING', shape, argument)).toEqual([[expected]]);
  });

  test('structs as objects, arrays as arrays, JSON as its values', async () => {
    const sql = `CREATE TEMP FUNCTION f(a STRUCT<n FLOAT64, t ARRAY<STRING>>, j JSON) RETURNS STRING LANGUAGE js
      AS "return JSON.stringify([a, a.t.length, j])"; SELECT f(STRUCT(1, ['x', NULL]), JSON '{"k": [1, null]}')`;
    expect(await run(bed, sql)).toEqual([['[{"n":1,"t":["x",null]},2,{"k":[1,null]}]']]);
  });
});

describe('results become values of the declared type', () => {
  test.each([
    ['INT64', 'return 3', '3'],
    ['INT64', 'return "9007199254740993"', '9007199254740993'],
    ['FLOAT64', 'return NaN', 'NaN'],
    ['FLOAT64', 'return 1/0', 'Infinity'],
    ['STRING', 'return 5', '5'],
    ['STRING', 'return undefined', null],
    ['BOOL', 'return x > 0', 'true'],
    ['NUMERIC', 'return "1.10"', '1.1'],
    ['BYTES', 'return "YWJj"', 'YWJj'],
    ['DATE', 'return new Date(2020, 1, 29)', '2020-02-29'],
    ['TIMESTAMP', 'return new Date("2020-01-01 00:00:01")', '1577836801000000'],
    ['JSON', 'return {b: 1, a: [true]}', '{"a":[true],"b":1}'],
    ['INT64', 'return Promise.resolve(4)', '4'],
    ['STRUCT<a INT64, b ARRAY<STRING>>', 'return {a: 1, b: ["x"], c: 2}', ['1', ['x']]],
    ['ARRAY<STRUCT<d DATE>>', 'return [{d: new Date(0)}, {}]', [['1970-01-01'], [null]]],
  ])('%s: %s', async (type, code, expected) => {
    expect(await js('FLOAT64', type, code, '1')).toEqual([[expected]]);
  });

  test.each([
    ['INT64', 'return 1.5', /^invalidQuery: Failed to coerce output value 1.5 to type INT64: Bad int64 value: 1.5/],
    ['INT64', 'return "9926595690882924544"', /"9926595690882924544" to type INT64: Bad int64 value/],
    ['BOOL', 'return "true"', /Failed to coerce output value "true" to type BOOL/],
    ['DATE', 'return new Date(NaN)', /to type DATE/],
    ['ARRAY<STRING>', 'return "x"', /to type ARRAY/],
    ['NUMERIC', 'return "x"', /Invalid NUMERIC value|Bad numeric|NUMERIC/i],
  ])('%s: %s fails', async (type, code, message) => {
    expect(await js('FLOAT64', type, code, '1')).toMatch(message);
  });
});

describe('what a function throws says where', () => {
  test.each([
    ['\n  return y', 'ReferenceError: y is not defined at f(FLOAT64) line 2, columns 10-11'],
    ['throw new Error("no " + x)', 'Error: no 1 at f(FLOAT64) line 1'],
    ['return x.a.b', "TypeError: Cannot read properties of undefined (reading 'b') at f(FLOAT64) line 1"],
    ['return Promise.reject(new TypeError("late"))', 'TypeError: late at f(FLOAT64) line 1'],
    ['(function f() { f() })()', 'RangeError: Maximum call stack size exceeded at f(FLOAT64)'],
    ['var = 1', 'SyntaxError: '],
  ])('%s', async (code, message) => {
    expect(await js('FLOAT64', 'INT64', code, '1')).toContain(`invalidQuery: ${message}`);
  });

  test('memory is bounded', async () => {
    const answer = await js('FLOAT64', 'INT64', 'const a = []; for (;;) a.push(new Uint8Array(8e6))', '1');
    expect(answer).toMatch(/Resources exceeded during query execution: UDF out of memory/);
  });
});

describe('what V8 knows and the sandbox does not is refused, even where the function catches it', () => {
  test.each([
    'return "a".localeCompare("b")',
    'try { return (1234.5).toLocaleString() } catch { return "?" }',
    'return new Date("Jan 5 2020").toISOString()',
    'return new Date("2020-02-30").toISOString()',
    'return typeof Intl',
    'return new Promise(() => {})',
  ])('%s', async (code) => {
    expect(await js('FLOAT64', 'STRING', code, '1')).toMatch(/not supported by the embedded warehouse: /);
  });

  test.each([
    ['INT64', 'CREATE TEMP FUNCTION f(x INT64) RETURNS STRING LANGUAGE js AS "return x"; SELECT f(1)'],
    ['DATETIME', 'CREATE TEMP FUNCTION f() RETURNS DATETIME LANGUAGE js AS "return 1"; SELECT f()'],
    ['aggregate', 'CREATE AGGREGATE FUNCTION shop.f(x FLOAT64) RETURNS FLOAT64 LANGUAGE js AS "return 1"'],
    ['functions in python', 'CREATE FUNCTION shop.f() RETURNS STRING LANGUAGE python AS "return 1"'],
    ['option', 'CREATE FUNCTION shop.f() RETURNS STRING LANGUAGE js OPTIONS (speed = 1) AS "return 1"'],
  ])('%s', async (what, sql) => {
    expect(await run(bed, sql)).toMatch(new RegExp(`not supported by the embedded warehouse: .*${what}`));
  });
});

test('dates are in UTC, wherever the host is', async () => {
  const zone = process.env.TZ;
  process.env.TZ = 'America/New_York';
  try {
    const code =
      'const d = new Date(2020, 6, 1, 5); return [d, d.getHours(), d.getTimezoneOffset(), d.toISOString()].join("|")';
    expect(await js('FLOAT64', 'STRING', code, '1')).toEqual([
      ['Wed Jul 01 2020 05:00:00 GMT+0000 (Coordinated Universal Time)|5|0|2020-07-01T05:00:00.000Z'],
    ]);
  } finally {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  }
});

test('every row is computed by itself, and nothing of the host is in reach', async () => {
  const code =
    'return Object.keys(globalThis).join() + [typeof require, typeof process, typeof fetch, typeof std].join()';
  expect(await js('FLOAT64', 'STRING', code, '1')).toEqual([['undefined,undefined,undefined,undefined']]);
  const sql = `CREATE TEMP FUNCTION twice(x FLOAT64) RETURNS INT64 LANGUAGE js AS "return 2 * x";
    CREATE TEMP FUNCTION dice() RETURNS FLOAT64 LANGUAGE js AS "return Math.random()";
    SELECT SUM(twice(i)), COUNT(DISTINCT dice()) > 4000 FROM UNNEST(GENERATE_ARRAY(1, 5000)) AS i`;
  expect(await run(bed, sql)).toEqual([['25005000', 'true']]);
  // What one query leaves behind no other finds.
  await js('FLOAT64', 'INT64', 'left = 1; return 1', '1');
  expect(await js('FLOAT64', 'STRING', 'return typeof left', '1')).toEqual([['undefined']]);
});

describe('permanent functions', () => {
  test('are called in views, in DML and by SQL functions', async () => {
    expect(
      await run(
        bed,
        `CREATE FUNCTION shop.shouted(s STRING) RETURNS STRING DETERMINISTIC LANGUAGE js
          OPTIONS (library = ['gs://lake/shout.js'], description = 'louder') AS r"""return s === null ? null : shout(s);""";
        CREATE FUNCTION shop.greet(name STRING) AS (CONCAT('hi ', shop.shouted(name)));
        CREATE TABLE shop.names AS SELECT name FROM UNNEST(['ann', 'bob', NULL]) AS name;
        CREATE VIEW shop.greetings AS SELECT shop.greet(name) AS g FROM local.shop.names`,
      ),
    ).toEqual([]);
    expect(await run(bed, 'SELECT g FROM shop.greetings ORDER BY g')).toEqual([[null], ['hi ANN!'], ['hi BOB!']]);
    expect(await run(bed, "UPDATE shop.names SET name = shop.shouted(name) WHERE shop.shouted(name) = 'BOB!'")).toBe(
      '1 rows',
    );
    expect(await run(bed, 'SELECT name FROM shop.names ORDER BY 1')).toEqual([[null], ['BOB!'], ['ann']]);
  });

  test('are shown by REST and by INFORMATION_SCHEMA', async () => {
    const { body } = await call(bed, 'GET', '/datasets/shop/routines/shouted');
    expect(body).toMatchObject({
      routineType: 'SCALAR_FUNCTION',
      language: 'JAVASCRIPT',
      importedLibraries: ['gs://lake/shout.js'],
      determinismLevel: 'DETERMINISTIC',
      description: 'louder',
      returnType: { typeKind: 'STRING' },
      definitionBody: 'return s === null ? null : shout(s);',
    });
    const columns = 'routine_type, data_type, routine_body, external_language, is_deterministic';
    expect(
      await run(bed, `SELECT ${columns} FROM shop.INFORMATION_SCHEMA.ROUTINES WHERE routine_name = 'shouted'`),
    ).toEqual([['FUNCTION', 'STRING', 'EXTERNAL', 'JAVASCRIPT', 'YES']]);
    expect(
      await run(
        bed,
        "SELECT ordinal_position, parameter_name, data_type FROM shop.INFORMATION_SCHEMA.PARAMETERS WHERE specific_name = 'shouted'",
      ),
    ).toEqual([
      ['0', null, 'STRING'],
      ['1', 's', 'STRING'],
    ]);
  });

  test('are made by the client, and miss their libraries by name', async () => {
    const make = (routineId: string, body: object) =>
      call(bed, 'POST', '/datasets/shop/routines', {
        routineReference: { projectId: 'local', datasetId: 'shop', routineId },
        routineType: 'SCALAR_FUNCTION',
        language: 'JAVASCRIPT',
        arguments: [{ name: 'x', dataType: { typeKind: 'STRING' } }],
        returnType: { typeKind: 'STRING' },
        definitionBody: 'return shout(x) +\n"\\n"',
        ...body,
      });
    expect((await make('made', { importedLibraries: ['gs://lake/shout.js'] })).status).toBe(200);
    expect(await run(bed, "SELECT shop.made('a')")).toEqual([['A!\n']]);
    const missing = await make('none', { importedLibraries: ['gs://lake/none.js'] });
    expect(missing.status).toBe(404);
    expect(JSON.stringify(missing.body)).toContain('Not found: URI gs://lake/none.js');
  });
});
