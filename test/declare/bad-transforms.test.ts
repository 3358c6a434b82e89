import { describe, expect, test } from 'vitest';
import { brief, CUSTOMERS, compile, type Files } from './projects.ts';

const SOURCES: Files = { 'sources/shop/customers.yaml': CUSTOMERS };

/** Problems of one transform beside a good source, without the file's name. */
const problemsOf = (sql: string, more: Files = {}): string[] =>
  compile({ ...SOURCES, ...more, 'transforms/shop/t.sql': sql }).problems.map((problem) =>
    brief(problem).replace('transforms/shop/t.sql:', ''),
  );

const header = (yaml: string, query = 'SELECT id FROM shop.customers') => `/* transform:\n     ${yaml}\n*/\n${query}\n`;
const INCREMENTAL = 'kind: incremental\n     partition: { by: d }';
const INTERVAL = 'SELECT signup AS d FROM shop.customers WHERE signup BETWEEN @from AND @to';

describe('a header with one thing wrong says which, at its line of the SQL file', () => {
  test.each([
    ['an unknown key', 'kinds: view', '2 transform.kinds UNKNOWN_KEY'],
    ['an unknown kind', 'kind: materialized', '2 transform.kind WRONG_VALUE'],
    ['a merge', 'kind: merge', '2 transform.kind NOT_SUPPORTED'],
    ['a snapshot', 'kind: snapshot', '2 transform.kind NOT_SUPPORTED'],
    ['a script', 'kind: script', '2 transform.kind NOT_SUPPORTED'],
    ['broken YAML', 'kind: [view', '3 transform YAML_SYNTAX'],
    ['a partition of a view', 'kind: view\n     partition: { by: d }', '3 transform.partition WRONG_VALUE'],
    ['a cluster of a view', 'cluster: [id]', '2 transform.cluster WRONG_VALUE'],
    ['a start of a table', 'kind: table\n     start: 2026-01-01', '3 transform.start WRONG_VALUE'],
    ['a start that is no day', 'start: 2026-02-30', '2 transform.start WRONG_VALUE'],
    ['an ignored input of a table', 'kind: table\n     ignore: [shop.customers]', '3 transform.ignore WRONG_VALUE'],
    ['a trigger that is not there', 'on: [loads]', '2 transform.on[0] WRONG_VALUE'],
    ['a trigger that is no list', 'on: nightly', '2 transform.on WRONG_TYPE'],
    ['a cost without a currency', 'max_cost: 5', '2 transform.max_cost WRONG_TYPE'],
    ['a pace without a unit', 'every: 15', '2 transform.every WRONG_VALUE'],
    ['an assertion that is not there', 'assert: { uniq: [id] }', '2 transform.assert.uniq UNKNOWN_KEY'],
    ['no assertion', 'assert: {}', '2 transform.assert WRONG_VALUE'],
    ['an empty list of assertions', 'assert: []', '2 transform.assert WRONG_VALUE'],
    ['a column that is no list', 'assert: { unique: id }', '2 transform.assert.unique WRONG_TYPE'],
    ['a count without a bound', 'assert: { row_count: {} }', '2 transform.assert.row_count WRONG_VALUE'],
    [
      'a count between 5 and 3',
      'assert: { row_count: { min: 5, max: 3 } }',
      '2 transform.assert.row_count WRONG_VALUE',
    ],
    ['a condition that does not parse', 'assert: { where: "id >" }', '2 transform.assert WRONG_VALUE'],
    ['a condition that closes its bracket', 'assert: { where: "TRUE) OR (FALSE" }', '2 transform.assert WRONG_VALUE'],
    ['two conditions', 'assert: { where: "a > 0, b > 0" }', '2 transform.assert WRONG_VALUE'],
    ['a condition with a parameter', 'assert: { where: "d <= @to" }', '2 transform.assert WRONG_VALUE'],
    [
      'a condition that reads a table',
      'assert: { where: "id IN (SELECT id FROM shop.customers)" }',
      '2 transform.assert WRONG_VALUE',
    ],
    [
      'the second of two assertions',
      'assert: [{ unique: [id] }, { nul: [id] }]',
      '2 transform.assert[1].nul UNKNOWN_KEY',
    ],
  ])('%s', (_what, yaml, expected) => {
    expect(problemsOf(header(yaml))).toEqual([expected]);
  });

  test('an incremental one without a partition', () => {
    expect(problemsOf(header('kind: incremental', INTERVAL))).toEqual(['2 transform.partition MISSING_KEY']);
  });
  test('an incremental one that ignores what it does not read', () => {
    expect(problemsOf(header(`${INCREMENTAL}\n     ignore: [shop.customer]`, INTERVAL))).toEqual([
      '4 transform.ignore[0] UNKNOWN_TABLE',
    ]);
  });
  test('its first word', () => {
    expect(problemsOf('/* transfrom:\n kind: table */ SELECT id FROM shop.customers')).toEqual([
      '1 transform UNKNOWN_KEY',
    ]);
  });
  test('a header that is not the first thing in the file', () => {
    expect(problemsOf('-- mine\n/* transform: { kind: table } */\nSELECT id FROM shop.customers')).toEqual([
      '2 query BAD_PATH',
    ]);
  });
});

describe('a query with one thing wrong says which, at its line', () => {
  test.each([
    ['nothing', '', '1 query NOT_A_QUERY'],
    ['only a comment', '-- SELECT 1', '1 query NOT_A_QUERY'],
    ['a broken query', 'SELECT id,\n  email country x\nFROM shop.customers', '2 query SQL_SYNTAX'],
    ['an open string', 'SELECT 1,\n  "a', '2 query SQL_SYNTAX'],
    ['an open comment', 'SELECT 1\n/* a', '2 query SQL_SYNTAX'],
    ['two queries', 'SELECT 1;\nSELECT 2', '1 query SEVERAL_STATEMENTS'],
    ['a query and a deletion', 'SELECT 1; DROP TABLE shop.customers', '1 query SEVERAL_STATEMENTS'],
    ['a script', 'DECLARE x INT64; SELECT x', '1 query NOT_A_QUERY'],
    ['CREATE TABLE', 'CREATE TABLE shop.x AS SELECT 1', '1 query NOT_A_QUERY'],
    ['INSERT', '\nINSERT INTO shop.x SELECT 1', '2 query NOT_A_QUERY'],
    ['MERGE', 'MERGE shop.x USING shop.y ON TRUE WHEN MATCHED THEN DELETE', '1 query NOT_A_QUERY'],
    ['DELETE', 'DELETE FROM shop.customers WHERE TRUE', '1 query NOT_A_QUERY'],
    ['CALL', 'CALL shop.p()', '1 query NOT_A_QUERY'],
    ['EXPORT', 'EXPORT DATA OPTIONS(uri="gs://x/*") AS SELECT 1', '1 query NOT_A_QUERY'],
    ['a bare FROM', 'FROM shop.customers', '1 query NOT_A_QUERY'],
    ['a table without its dataset', 'SELECT id\nFROM customers', '2 query UNQUALIFIED_TABLE'],
    [
      'a WITH query outside of its reach',
      'SELECT (WITH c AS (SELECT 1 AS x) SELECT x FROM c)\nFROM c',
      '2 query UNQUALIFIED_TABLE',
    ],
    ['a misspelt table of ours', 'SELECT id FROM shop.customer', '1 query UNKNOWN_TABLE'],
    ['a misspelt table of ours with its project', 'SELECT id FROM `acme.shop.customer`', '1 query UNKNOWN_TABLE'],
    ['a wildcard in our dataset', 'SELECT id FROM `shop.cust*`', '1 query UNKNOWN_TABLE'],
    ['an unknown parameter', 'SELECT id FROM shop.customers WHERE id = @id', '1 query UNKNOWN_PARAMETER'],
    ['a positional parameter', 'SELECT id FROM shop.customers WHERE id = ?', '1 query UNKNOWN_PARAMETER'],
    ['a system variable', 'SELECT @@project_id', '1 query UNKNOWN_PARAMETER'],
    ['an interval of a view', `SELECT id FROM shop.customers\nWHERE signup >= @from`, '2 query UNEXPECTED_INTERVAL'],
    ['itself', 'SELECT 1 AS x\nFROM shop.t', '2 query CYCLE'],
    [
      'half an interval',
      header(INCREMENTAL, 'SELECT signup AS d FROM shop.customers WHERE signup >= @from'),
      '5 query MISSING_INTERVAL',
    ],
    ['no interval', header(INCREMENTAL), '5 query MISSING_INTERVAL'],
  ])('%s', (_what, sql, expected) => {
    expect(problemsOf(sql)).toEqual([expected]);
  });

  test('columns are counted in characters, beyond the BMP too', () => {
    const { problems } = compile({ ...SOURCES, 'transforms/shop/t.sql': 'SELECT "é😀" AS x, FROM_ FROM nowhere' });
    expect(problems.map(({ line, column, code }) => ({ line, column, code }))).toEqual([
      { line: 1, column: 30, code: 'UNQUALIFIED_TABLE' },
    ]);
  });

  test('every table that is wrong is told, and the header too', () => {
    expect(problemsOf(header('kind: vieww', 'SELECT 1 FROM shop.a\nJOIN b USING (x)'))).toEqual([
      '2 transform.kind WRONG_VALUE',
      '4 query UNKNOWN_TABLE',
      '5 query UNQUALIFIED_TABLE',
    ]);
  });

  test('a misspelt table is guessed', () => {
    const { problems } = compile({ ...SOURCES, 'transforms/shop/t.sql': 'SELECT 1 FROM shop.costumers' });
    expect(problems.map(({ remedy }) => remedy)).toEqual(['did you mean `shop.customers`?']);
  });
});

describe('files against each other', () => {
  test('a circle of transforms is printed once, all the way round', () => {
    const { problems } = compile({
      'transforms/shop/b.sql': 'SELECT 1 AS x FROM shop.c',
      'transforms/shop/a.sql': 'SELECT 1 AS x\nFROM shop.b',
      'transforms/shop/c.sql': 'SELECT 1 AS x FROM shop.a',
      'transforms/shop/d.sql': 'SELECT 1 AS x FROM shop.a',
    });
    expect(problems.map(brief)).toEqual(['transforms/shop/a.sql:2 query CYCLE']);
    expect(problems[0]?.message).toContain('`shop.a` reads `shop.b` reads `shop.c` reads `shop.a`');
  });

  test('two circles are two problems', () => {
    const { problems } = compile({
      'transforms/shop/a.sql': 'SELECT 1 AS x FROM shop.b',
      'transforms/shop/b.sql': 'SELECT 1 AS x FROM shop.a',
      'transforms/shop/c.sql': 'SELECT 1 AS x FROM shop.d',
      'transforms/shop/d.sql': 'SELECT 1 AS x FROM shop.c',
    });
    expect(problems.map(brief)).toEqual(['transforms/shop/a.sql:1 query CYCLE', 'transforms/shop/c.sql:1 query CYCLE']);
  });

  test('a source with problems is still a table, so its readers have none for it', () => {
    const { problems } = compile({
      'sources/shop/customers.yaml': 'files: 1\n',
      'transforms/shop/t.sql': 'SELECT 1 AS x FROM shop.customers',
    });
    expect(new Set(problems.map(({ file }) => file))).toEqual(new Set(['sources/shop/customers.yaml']));
  });

  test.each([
    [
      'a transform and a source',
      { 'transforms/shop/customers.sql': 'SELECT 1 AS x' },
      'transforms/shop/customers.sql:1 file DUPLICATE_NAME',
    ],
    [
      'names that differ by case alone',
      { 'transforms/shop/Customers.sql': 'SELECT 1 AS x' },
      'transforms/shop/Customers.sql:1 file DUPLICATE_NAME',
    ],
    [
      'overlapping patterns',
      { 'sources/shop/more.yaml': CUSTOMERS.replace('shop/customers/*.csv', '"**/a*.csv"') },
      'sources/shop/more.yaml:1 files OVERLAPPING_FILES',
    ],
    ['a source without a dataset', { 'sources/x.yaml': CUSTOMERS }, 'sources/x.yaml:1 file BAD_PATH'],
    ['a source too deep', { 'sources/a/b/x.yaml': CUSTOMERS }, 'sources/a/b/x.yaml:1 file BAD_PATH'],
    ['a source as .yml', { 'sources/shop/x.yml': CUSTOMERS }, 'sources/shop/x.yml:1 file BAD_PATH'],
    ['SQL among the sources', { 'sources/shop/x.sql': 'SELECT 1' }, 'sources/shop/x.sql:1 file BAD_PATH'],
    ['YAML among the transforms', { 'transforms/shop/x.yaml': 'kind: view' }, 'transforms/shop/x.yaml:1 file BAD_PATH'],
    [
      'a table with a dash',
      { 'transforms/shop/daily-revenue.sql': 'SELECT 1 AS x' },
      'transforms/shop/daily-revenue.sql:1 file BAD_NAME',
    ],
    ['a hidden dataset', { 'transforms/_hidden/x.sql': 'SELECT 1 AS x' }, 'transforms/_hidden/x.sql:1 file BAD_NAME'],
  ])('%s', (_what, files, expected) => {
    expect(compile({ ...SOURCES, ...files }).problems.map(brief)).toEqual([expected]);
  });
});
