import { ast, Dialect, parse } from '@polyglot-sql/sdk';
import { describe, expect, test } from 'vitest';
import { parseQuery } from '../../../functions/declare/sql/query.ts';
import { codePoints } from '../../../functions/declare/sql/tokens.ts';
import { findVolatile } from '../../../functions/declare/sql/volatile.ts';

const query = (sql: string) => {
  const parsed = parseQuery(sql, codePoints(sql));
  if ('faults' in parsed) throw new Error(`${sql}: ${JSON.stringify(parsed.faults)}`);
  return parsed;
};
const tables = (sql: string) => [...new Set(query(sql).tables.map(({ parts }) => parts.join('.')))].sort();

describe('the tables that a query reads', () => {
  test.each([
    ['one', 'SELECT 1 FROM s.a', ['s.a']],
    ['joined', 'SELECT 1 FROM s.a JOIN s.b USING (x) LEFT JOIN s.c ON TRUE, s.d', ['s.a', 's.b', 's.c', 's.d']],
    ['in brackets', 'SELECT 1 FROM (s.a JOIN (s.b JOIN s.c USING (x)) USING (x))', ['s.a', 's.b', 's.c']],
    [
      'with a project',
      'SELECT 1 FROM p.s.a, my-p.s.b, `p.s.c`, `p`.s.d, `p.s`.e, `p`.`s`.`f`',
      ['my-p.s.b', 'p.s.a', 'p.s.c', 'p.s.d', 'p.s.e', 'p.s.f'],
    ],
    ['under PIVOT', 'SELECT * FROM s.a PIVOT (SUM(x) FOR y IN (1, 2)) AS p', ['s.a']],
    ['under UNPIVOT', 'SELECT * FROM s.a UNPIVOT (x FOR y IN (b, c))', ['s.a']],
    [
      'in a subquery of each clause',
      'SELECT (SELECT 1 FROM s.a) FROM (SELECT 1 FROM s.b) WHERE x IN (SELECT 1 FROM s.c) GROUP BY x HAVING EXISTS (SELECT 1 FROM s.d) QUALIFY 1 = (SELECT 1 FROM s.e) ORDER BY (SELECT 1 FROM s.f)',
      ['s.a', 's.b', 's.c', 's.d', 's.e', 's.f'],
    ],
    ['in ARRAY and STRUCT', 'SELECT ARRAY(SELECT AS STRUCT x FROM s.a), STRUCT((SELECT 1 FROM s.b))', ['s.a', 's.b']],
    [
      'of set operations',
      '(SELECT 1 FROM s.a UNION ALL SELECT 2 FROM s.b) EXCEPT DISTINCT SELECT 3 FROM s.c INTERSECT DISTINCT SELECT 4 FROM s.d',
      ['s.a', 's.b', 's.c', 's.d'],
    ],
    [
      'of WITH, less its own names',
      'WITH a AS (SELECT 1 FROM s.a), b AS (SELECT * FROM a) SELECT * FROM A JOIN b USING (x)',
      ['s.a'],
    ],
    [
      'of WITH before a set operation',
      'WITH a AS (SELECT 1 FROM s.a) SELECT * FROM a UNION ALL SELECT * FROM a',
      ['s.a'],
    ],
    ['of WITH inside', 'SELECT * FROM (WITH a AS (SELECT 1 FROM s.a) SELECT * FROM a)', ['s.a']],
    [
      'of a recursive WITH',
      'WITH RECURSIVE t AS (SELECT 1 AS n FROM s.a UNION ALL SELECT n + 1 FROM t) SELECT * FROM t',
      ['s.a'],
    ],
    ['a WITH query named as a dataset', 'WITH s AS (SELECT 1) SELECT 1 FROM s.a, s', ['s.a']],
    [
      'less arrays of what stands to the left',
      'SELECT 1 FROM s.a AS o, o.items AS i, i.parts JOIN o.tags ON TRUE',
      ['s.a'],
    ],
    ['less arrays by the name of the table itself', 'SELECT 1 FROM s.a, a.items', ['s.a']],
    [
      'less arrays of the outer query',
      'SELECT (SELECT COUNT(*) FROM o.items), EXISTS (SELECT 1 FROM O.tags) FROM s.a AS o',
      ['s.a'],
    ],
    ['less UNNEST', 'SELECT 1 FROM s.a AS o, UNNEST(o.items) AS i WITH OFFSET, UNNEST(i.parts), UNNEST([1])', ['s.a']],
    [
      'inside UNNEST',
      'SELECT 1 FROM UNNEST(ARRAY(SELECT x FROM s.a)), s.b AS o, UNNEST((SELECT ARRAY_AGG(i) FROM o.items AS i))',
      ['s.a', 's.b'],
    ],
    ['an alias named as a dataset hides it, as in BigQuery', 'SELECT 1 FROM s.a AS s JOIN s.items ON TRUE', ['s.a']],
    [
      'and does not hide it from a query in brackets, which cannot see it',
      'SELECT 1 FROM s.a AS s, (SELECT 1 FROM s.b)',
      ['s.a', 's.b'],
    ],
    ['nor from another branch', 'SELECT 1 FROM s.a AS s UNION ALL SELECT 1 FROM s.b', ['s.a', 's.b']],
    [
      'metadata',
      'SELECT 1 FROM s.INFORMATION_SCHEMA.TABLES, `region-us`.INFORMATION_SCHEMA.JOBS AS j',
      ['region-us.INFORMATION_SCHEMA.JOBS', 's.INFORMATION_SCHEMA.TABLES'],
    ],
    ['wildcards', 'SELECT 1 FROM `s.events_*`', ['s.events_*']],
    [
      'sampled and as of a time',
      'SELECT 1 FROM s.a TABLESAMPLE SYSTEM (1 PERCENT), s.b FOR SYSTEM_TIME AS OF @from',
      ['s.a', 's.b'],
    ],
    [
      'of a function of tables',
      'SELECT 1 FROM ML.PREDICT(MODEL s.m, (SELECT 1 FROM s.a)), s.tvf(TABLE s.b)',
      ['s.a', 's.b', 's.m'],
    ],
    ['a column qualified like a table', 'SELECT a.b.c, s.a FROM s.a WHERE a.b IN (1)', ['s.a']],
    ['none', 'SELECT 1', []],
  ])('%s', (_what, sql, expected) => {
    expect(tables(sql)).toEqual(expected);
  });

  test.each([
    'WITH a AS (SELECT 1 FROM s.a), b AS (SELECT * FROM a) SELECT * FROM a JOIN b USING (x), (s.c JOIN s.d USING (x))',
    'SELECT (SELECT 1 FROM s.a) FROM (SELECT 1 FROM s.b) WHERE x IN (SELECT 1 FROM s.c) QUALIFY 1 = (SELECT 1 FROM s.e)',
    'SELECT * FROM s.a PIVOT (SUM(x) FOR y IN (1, 2)) AS p JOIN s.b UNPIVOT (x FOR y IN (b, c)) ON TRUE',
  ])('are among those that getTables finds: %s', (sql) => {
    const [tree] = parse(sql, Dialect.BigQuery).ast ?? [];
    if (tree === undefined) throw new Error('does not parse');
    const all = ast.getTables(tree).map((node) => JSON.parse(JSON.stringify(node)).table);
    const qualified = all
      .filter(({ schema }) => schema !== null)
      .map(({ schema, name }) => `${schema.name}.${name.name}`);
    expect(tables(sql)).toEqual([...new Set(qualified)].sort());
  });
});

describe('what makes a result differ though the inputs are the same', () => {
  test.each([
    ['SELECT CURRENT_DATE', ['CURRENT_DATE']],
    [
      "SELECT current_timestamp(), Current_Datetime('UTC'), CURRENT_TIME",
      ['CURRENT_DATETIME', 'CURRENT_TIME', 'CURRENT_TIMESTAMP'],
    ],
    ['SELECT RAND(), generate_uuid(), SESSION_USER(), SAFE.RAND()', ['GENERATE_UUID', 'RAND', 'SESSION_USER']],
    ["SELECT * FROM EXTERNAL_QUERY('c', 'SELECT 1')", ['EXTERNAL_QUERY']],
    ['SELECT 1 FROM s.a TABLESAMPLE SYSTEM (1 PERCENT)', ['TABLESAMPLE']],
    ['SELECT s.rate(x), `p.s`.fee(y) FROM s.tvf(1)', ['p.s.fee', 's.rate', 's.tvf']],
    ['SELECT NET.HOST(x), SAFE.SUBSTR(x, 1), HLL_COUNT.MERGE(x), (x).UPPER()', []],
    ["SELECT rand, t.current_date AS current_time, 'RAND()', `CURRENT_DATE` -- RAND()\nFROM s.t AS t", []],
    ['SELECT t.a IN (1), COUNT(*) OVER (PARTITION BY t.b) FROM s.t AS t JOIN s.u USING (x)', []],
  ])('%s', (sql, expected) => {
    expect(findVolatile(query(sql).tokens)).toEqual(expected);
  });
});

test('tokens leave out white space and comments, and nothing else', () => {
  const sql =
    "SELECT /*+ hint */ /* a */ 'x  y', r'\\n', \"\"\"a\n b\"\"\", b'x', 1.5e3, `a b`, @from -- c\n, # d\n 0x1F, a->b, x[OFFSET(0)], DATE '2026-01-01', '😀é' FROM s.t;";
  const text = query(sql)
    .tokens.map(({ text }) => text)
    .join(' ');
  const bare = sql
    .replace('/* a */', '')
    .replace('-- c\n', '')
    .replace('# d\n', '')
    .replace('/*+ hint */ ', '')
    .replace(/;$/, '');
  expect(text.replaceAll(' ', '')).toBe(bare.replaceAll(/[ ]/g, ''));
});
