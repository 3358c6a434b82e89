import fc from 'fast-check';
import { EXPRESSIONS, type Expression, type Kind, type Leaves } from './expressions.ts';

/** One query, as a request: its parameters are named `p0`, `p1`, … */
export interface Spelling {
  name: string;
  query: string;
  queryParameters?: object[];
}

/** Rows that hold what goes wrong: NULLs, NaN, two zeros, duplicates, empty arrays, NULL fields. */
export const ROWS = [
  '(1, 1, 2, 0.5, "a", TRUE, DATE "2020-01-31", (10, "p"), [1, 2])',
  '(2, 2, NULL, CAST("nan" AS FLOAT64), "ab", FALSE, DATE "2020-02-29", (10, NULL), [])',
  '(3, 2, 1, -0.0, "", NULL, NULL, NULL, [2, 2, 3])',
  '(4, NULL, 2, 0.0, NULL, TRUE, DATE "2019-12-31", (NULL, "p"), [5])',
  '(5, -3, NULL, NULL, "a", FALSE, DATE "2020-02-29", (2, "Zz"), [])',
  '(6, 1, 2, 1.5, "zZ%", NULL, DATE "2020-01-31", (10, "p"), [1])',
  '(7, 0, 0, CAST("nan" AS FLOAT64), "b", TRUE, NULL, (0, ""), [-3, 0])',
];
const TYPE =
  'STRUCT<id INT64, i INT64, j INT64, f FLOAT64, s STRING, b BOOL, d DATE, st STRUCT<x INT64, y STRING>, arr ARRAY<INT64>>';

export const SETUP = `
  CREATE TABLE shop.t AS SELECT * FROM UNNEST(ARRAY<${TYPE}>[${ROWS.join(', ')}]);
  CREATE VIEW shop.w AS SELECT * FROM shop.t;
  CREATE TABLE shop.u AS SELECT 1 AS k, "a" AS v UNION ALL SELECT 2, "x" UNION ALL SELECT 2, "ab" UNION ALL SELECT NULL, "n" UNION ALL SELECT 9, NULL`;

const SOURCES: Record<string, string> = {
  'a view': 'shop.w',
  'a subquery': '(SELECT * FROM shop.t)',
  'an array of structs': `UNNEST(ARRAY<${TYPE}>[${ROWS.join(', ')}])`,
  'two halves': '(SELECT * FROM shop.t WHERE id <= 3 UNION ALL SELECT * FROM shop.t WHERE id > 3)',
  'a sorted subquery': '(SELECT * FROM shop.t ORDER BY s DESC, id LIMIT 100)',
  'a join that adds nothing': '(SELECT t.* FROM shop.t AS t LEFT JOIN (SELECT 77 AS n) AS one ON t.id = one.n)',
};

const direct: Leaves = { column: (name) => `t.${name}`, literal: (sql) => sql };
const bare: Leaves = { ...direct, column: (name) => name };
const asSubquery: Leaves = { ...direct, literal: (sql) => `(SELECT ${sql})` };
/** Nothing that can be computed before the rows are read. */
const unfolded: Leaves = { ...direct, literal: (sql) => `IF(t.id > 0, ${sql}, NULL)` };

/** `DATE "2020-01-01"`, `(-3)`, `"a"`, `TRUE` as the value of a parameter. */
const parameter = (sql: string, kind: Kind, name: string) => ({
  name,
  parameterType: { type: kind },
  parameterValue: { value: sql.replace(/^DATE /, '').replace(/^[("](.*)[)"]$/s, '$1') },
});

/** The leaves of one writing, which keep their literals aside. */
function gathering(write: (index: number) => string): { leaves: Leaves; found: { sql: string; kind: Kind }[] } {
  const found: { sql: string; kind: Kind }[] = [];
  return { found, leaves: { ...direct, literal: (sql, kind) => write(found.push({ sql, kind }) - 1) } };
}

/** What a query is before it is written: `write` gives it over a FROM item that is called `t`. */
type Write = (leaves: Leaves, from: string) => string;

function leafSpellings(write: Write): Spelling[] {
  const parameters = gathering((i) => `@p${i}`);
  const named = write(parameters.leaves, 'shop.t AS t');
  const dynamic = gathering((i) => `@p${i}`);
  const text = write(dynamic.leaves, 'shop.t AS t');
  const using = dynamic.found.map(({ sql }, i) => `${sql} AS p${i}`).join(', ');
  const variables = gathering((i) => `v${i}`);
  const body = write(variables.leaves, 'shop.t AS t');
  const declared = variables.found.map(({ sql, kind }, i) => `DECLARE v${i} ${kind} DEFAULT ${sql}; `).join('');
  return [
    { name: 'a table', query: write(direct, 'shop.t AS t') },
    { name: 'literals as subqueries', query: write(asSubquery, 'shop.t AS t') },
    { name: 'literals beside a column', query: write(unfolded, 'shop.t AS t') },
    {
      name: 'parameters',
      query: named,
      queryParameters: parameters.found.map((one, i) => parameter(one.sql, one.kind, `p${i}`)),
    },
    { name: 'variables', query: `${declared}${body}` },
    { name: 'dynamic SQL', query: `EXECUTE IMMEDIATE '''${text}'''${using === '' ? '' : ` USING ${using}`}` },
    { name: 'a CTE', query: `WITH c AS (SELECT * FROM shop.t) ${write(direct, 'c AS t')}` },
    {
      name: 'a recursive CTE with another inside',
      query: `WITH RECURSIVE c AS (WITH s AS (SELECT * FROM shop.t) SELECT * FROM s UNION ALL SELECT * FROM c WHERE id < 0) ${write(direct, 'c AS t')}`,
    },
    ...Object.entries(SOURCES).map(([name, source]) => ({ name, query: write(direct, `${source} AS t`) })),
  ];
}

const list = (items: readonly Expression[], leaves: Leaves) =>
  items.map((item, i) => `${item(leaves)} AS x${i}`).join(', ');
const names = (items: readonly unknown[], prefix = '') => items.map((_, i) => `${prefix}x${i}`).join(', ');
const anyItem = fc.oneof(...Object.values(EXPRESSIONS));

/** Rows filtered and computed. */
const rows = fc
  .record({ items: fc.array(anyItem, { minLength: 1, maxLength: 3 }), where: EXPRESSIONS.BOOL })
  .map(({ items, where }): Spelling[] => [
    ...leafSpellings((leaves, from) => `SELECT ${list(items, leaves)} FROM ${from} WHERE ${where(leaves)}`),
    { name: 'unqualified', query: `SELECT ${list(items, bare)} FROM shop.t WHERE ${where(bare)}` },
    { name: 'pipes', query: `FROM shop.t AS t |> WHERE ${where(direct)} |> SELECT ${list(items, direct)}` },
    {
      name: 'filtered behind',
      query: `SELECT ${names(items)} FROM (SELECT ${list(items, direct)}, ${where(direct)} AS ok FROM shop.t AS t) WHERE ok`,
    },
    {
      name: 'pipes that extend',
      query: `FROM shop.t AS t |> EXTEND ${where(direct)} AS ok, ${list(items, direct)} |> WHERE ok |> SELECT ${names(items)}`,
    },
    {
      name: 'through an array',
      query: `SELECT o.* FROM UNNEST(ARRAY(SELECT AS STRUCT ${list(items, direct)} FROM shop.t AS t WHERE ${where(direct)})) AS o`,
    },
    {
      name: 'each by a subquery',
      query: `SELECT ${items.map((item, i) => `(SELECT ${item(direct)}) AS x${i}`).join(', ')} FROM shop.t AS t WHERE (SELECT ${where(direct)})`,
    },
    {
      name: 'a condition of CASE',
      query: `SELECT ${list(items, direct)} FROM shop.t AS t WHERE CASE WHEN ${where(direct)} THEN TRUE WHEN NOT ${where(direct)} THEN FALSE END`,
    },
    {
      name: 'qualified by a window',
      query: `SELECT ${list(items, direct)} FROM shop.t AS t WHERE TRUE QUALIFY ${where(direct)} AND COUNT(*) OVER () > 0`,
    },
  ]);

const keyItem = fc.oneof(EXPRESSIONS.INT64, EXPRESSIONS.STRING, EXPRESSIONS.BOOL, EXPRESSIONS.DATE);
const wrap = (template: string, arbitrary: fc.Arbitrary<Expression>) =>
  arbitrary.map(
    (inner): Expression =>
      (leaves) =>
        template.replaceAll('?', () => inner(leaves)).replaceAll('#', leaves.column('id')),
  );
const aggregate = fc.oneof(
  fc.constant<Expression>(() => 'COUNT(*)'),
  ...[
    'SUM(?)',
    'MIN(?)',
    'MAX(?)',
    'COUNT(?)',
    'COUNT(DISTINCT ?)',
    'AVG(?)',
    'ARRAY_AGG(? IGNORE NULLS ORDER BY # DESC LIMIT 2)',
    'SUM(CAST(? AS NUMERIC) * 1.5) + SUM(CAST(? AS NUMERIC) * 1.5 * #)',
  ].map((one) => wrap(one, EXPRESSIONS.INT64)),
  ...['STRING_AGG(? ORDER BY #)', 'MIN(?)', 'COUNT(DISTINCT ?)'].map((one) => wrap(one, EXPRESSIONS.STRING)),
  ...['COUNTIF(?)', 'LOGICAL_OR(?)', 'LOGICAL_AND(?)'].map((one) => wrap(one, EXPRESSIONS.BOOL)),
  ...['MIN(?)', 'MAX(?)', 'COUNT(DISTINCT ?)'].map((one) => wrap(one, EXPRESSIONS.FLOAT64)),
);

/** Rows grouped by one key, or all together. */
const groups = fc
  // GROUP BY ALL takes only what names a column for a key.
  .record({
    key: wrap('IF(# > 0, ?, NULL)', keyItem),
    values: fc.array(aggregate, { minLength: 1, maxLength: 2 }),
    where: EXPRESSIONS.BOOL,
  })
  .map(({ key, values, where }): Spelling[] => {
    const select = (leaves: Leaves) => `${key(leaves)} AS g, ${list(values, leaves)}`;
    return [
      ...leafSpellings((leaves, from) => `SELECT ${select(leaves)} FROM ${from} WHERE ${where(leaves)} GROUP BY g`),
      { name: 'by position', query: `SELECT ${select(direct)} FROM shop.t AS t WHERE ${where(direct)} GROUP BY 1` },
      { name: 'GROUP BY ALL', query: `SELECT ${select(direct)} FROM shop.t AS t WHERE ${where(direct)} GROUP BY ALL` },
      {
        name: 'pipes',
        query: `FROM shop.t AS t |> WHERE ${where(direct)} |> AGGREGATE ${list(values, direct)} GROUP BY ${key(direct)} AS g |> SELECT g, ${names(values)}`,
      },
      {
        name: 'the key computed before',
        query: `SELECT g, ${list(values, direct)} FROM (SELECT *, ${key(direct)} AS g FROM shop.t AS t WHERE ${where(direct)}) AS t GROUP BY g`,
      },
      {
        name: 'a correlated subquery a group',
        query: `WITH c AS (SELECT *, ${key(direct)} AS g FROM shop.t AS t WHERE ${where(direct)}) SELECT g, r.* FROM (SELECT g, (SELECT AS STRUCT ${list(values, direct)} FROM c AS t WHERE t.g IS NOT DISTINCT FROM k.g) AS r FROM (SELECT DISTINCT g FROM c) AS k)`,
      },
      {
        name: 'structs of groups',
        query: `SELECT o.* FROM UNNEST(ARRAY(SELECT AS STRUCT ${select(direct)} FROM shop.t AS t WHERE ${where(direct)} GROUP BY 1 ORDER BY COUNT(*), g)) AS o`,
      },
      {
        name: 'by one grouping set of two',
        query: `SELECT g, ${names(values)} FROM (SELECT g, GROUPING(g) AS l, ${list(values, direct)} FROM (SELECT *, ${key(direct)} AS g FROM shop.t AS t WHERE ${where(direct)}) AS t GROUP BY ROLLUP(g)) WHERE l = 0`,
      },
    ];
  });

/** Two tables, joined. */
const joins = fc
  .record({
    type: fc.constantFrom('INNER', 'LEFT', 'RIGHT', 'FULL'),
    item: anyItem,
    on: EXPRESSIONS.BOOL,
    where: EXPRESSIONS.BOOL,
  })
  .map(({ type, item, on, where }): Spelling[] => {
    const condition = `t.i = u.k AND ${on(direct)}`;
    const select = `SELECT t.id, u.v, ${item(direct)} AS x`;
    const left = `${select} FROM shop.t AS t LEFT JOIN shop.u AS u ON ${condition} WHERE ${where(direct)}`;
    const inner = `${select} FROM shop.t AS t JOIN shop.u AS u ON ${condition}`;
    const noLeft = `SELECT t.id, u.v, ${item(direct)} AS x FROM (SELECT * FROM shop.u AS u WHERE NOT EXISTS(SELECT 1 FROM shop.t AS t WHERE ${condition})) AS u LEFT JOIN (SELECT * FROM shop.t LIMIT 0) AS t ON TRUE WHERE ${where(direct)}`;
    const noRight = `SELECT t.id, u.v, ${item(direct)} AS x FROM (SELECT * FROM shop.t AS t WHERE NOT EXISTS(SELECT 1 FROM shop.u AS u WHERE ${condition})) AS t LEFT JOIN (SELECT * FROM shop.u LIMIT 0) AS u ON TRUE WHERE ${where(direct)}`;
    const matched = `${inner} WHERE ${where(direct)}`;
    const parts =
      { INNER: [matched], LEFT: [matched, noRight], RIGHT: [matched, noLeft], FULL: [matched, noRight, noLeft] }[
        type
      ] ?? [];
    return [
      {
        name: 'a join',
        query: `${select} FROM shop.t AS t ${type} JOIN shop.u AS u ON ${condition} WHERE ${where(direct)}`,
      },
      {
        name: 'a condition behind two joins',
        query: `${select} FROM shop.t AS t ${type} JOIN shop.u AS u CROSS JOIN (SELECT 1) AS one ON ${condition} WHERE ${where(direct)}`,
      },
      ...(type === 'FULL'
        ? []
        : [
            {
              name: 'a subquery as condition',
              query: `${select} FROM shop.t AS t ${type} JOIN shop.u AS u ON EXISTS(SELECT 1 FROM UNNEST([u.k]) AS k WHERE t.i = k AND ${on(direct)}) WHERE ${where(direct)}`,
            },
          ]),
      ...(type === 'INNER' || type === 'LEFT'
        ? [
            {
              name: 'an array of each row',
              query: `${select} FROM shop.t AS t ${type} JOIN UNNEST(ARRAY(SELECT AS STRUCT * FROM shop.u WHERE k <= t.i)) AS u ON u.k >= t.i AND ${on(direct)} WHERE ${where(direct)}`,
            },
          ]
        : []),
      { name: 'its parts', query: parts.map((part) => `(${part})`).join(' UNION ALL ') },
      {
        name: 'pipes',
        query: `FROM shop.t AS t |> ${type} JOIN shop.u AS u ON ${condition} |> WHERE ${where(direct)} |> SELECT t.id, u.v, ${item(direct)} AS x`,
      },
      ...(type === 'INNER'
        ? [
            {
              name: 'a product',
              query: `${select} FROM shop.t AS t, shop.u AS u WHERE ${condition} AND ${where(direct)}`,
            },
          ]
        : []),
      ...(type === 'RIGHT'
        ? [
            {
              name: 'the other way',
              query: `${select} FROM shop.u AS u LEFT JOIN shop.t AS t ON ${condition} WHERE ${where(direct)}`,
            },
          ]
        : []),
      ...(type === 'LEFT' ? [{ name: 'the table', query: left }] : []),
    ];
  });

/** Analytic functions, beside what they mean. */
const windows = fc
  .record({ part: keyItem, key: fc.oneof(EXPRESSIONS.INT64, EXPRESSIONS.STRING), value: EXPRESSIONS.INT64 })
  .map(({ part, key, value }): Spelling[] => {
    const base = `(SELECT id, ${part(direct)} AS p, ${key(direct)} AS k, ${value(direct)} AS v FROM shop.t AS t)`;
    const over = 'PARTITION BY p ORDER BY k, id';
    const before = '(o.k < b.k OR (o.k IS NULL AND b.k IS NOT NULL))';
    const upTo = `(${before} OR (o.k IS NOT DISTINCT FROM b.k AND o.id <= b.id))`;
    const same = 'o.p IS NOT DISTINCT FROM b.p';
    return [
      {
        name: 'windows',
        query: `SELECT id, ROW_NUMBER() OVER (${over}) AS n, RANK() OVER (PARTITION BY p ORDER BY k) AS r, SUM(v) OVER (${over}) AS s, COUNT(*) OVER (PARTITION BY p) AS c, MAX(v) OVER (PARTITION BY p ORDER BY k) AS m FROM ${base}`,
      },
      {
        name: 'named windows',
        query: `SELECT id, ROW_NUMBER() OVER b AS n, RANK() OVER (a ORDER BY k) AS r, SUM(v) OVER (b ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS s, COUNT(*) OVER a AS c, MAX(v) OVER (a ORDER BY k RANGE UNBOUNDED PRECEDING) AS m FROM ${base} WINDOW a AS (PARTITION BY p), b AS (a ORDER BY k, id)`,
      },
      {
        name: 'subqueries',
        query: `WITH b AS ${base} SELECT id, (SELECT COUNT(*) FROM b AS o WHERE ${same} AND ${upTo}) AS n, (SELECT 1 + COUNT(*) FROM b AS o WHERE ${same} AND ${before}) AS r, (SELECT SUM(o.v) FROM b AS o WHERE ${same} AND ${upTo}) AS s, (SELECT COUNT(*) FROM b AS o WHERE ${same}) AS c, (SELECT MAX(o.v) FROM b AS o WHERE ${same} AND (${before} OR o.k IS NOT DISTINCT FROM b.k)) AS m FROM b`,
      },
      {
        name: 'pipes',
        query: `FROM ${base} |> EXTEND ROW_NUMBER() OVER (${over}) AS n, RANK() OVER (PARTITION BY p ORDER BY k) AS r, SUM(v) OVER (${over}) AS s, COUNT(*) OVER (PARTITION BY p) AS c, MAX(v) OVER (PARTITION BY p ORDER BY k) AS m |> SELECT id, n, r, s, c, m`,
      },
    ];
  });

/** Spellings that mean the same rows, in any order. */
export const EQUIVALENT: fc.Arbitrary<Spelling[]> = fc.oneof(
  { weight: 3, arbitrary: rows },
  { weight: 2, arbitrary: groups },
  { weight: 2, arbitrary: joins },
  { weight: 1, arbitrary: windows },
);
