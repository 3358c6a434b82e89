import { describe, expect, test } from 'vitest';
import { compile, type Files, release } from './projects.ts';

const TOKENS = 'normalize: [trim, lower], privacy: { tokenize: { key: pii } }';
const source = (name: string, columns: readonly string[], format = 'ndjson'): Files => ({
  [`sources/s/${name}.yaml`]: [
    `files: s/${name}/*`,
    `format: { type: ${format} }`,
    'load: { mode: append }',
    'columns:',
    ...columns.map((column) => `  - { ${column} }`),
    '',
  ].join('\n'),
});

/** `email` of both tables joins; everything else of the one and the other differs in one thing. */
const SOURCES: Files = {
  ...source('people', [
    'name: id, type: STRING, privacy: public',
    `name: email, type: STRING, ${TOKENS}`,
    'name: raw_email, type: STRING, privacy: { tokenize: { key: pii } }',
    `name: other_key, type: STRING, ${TOKENS.replace('pii', 'cards')}`,
    `name: hashed, type: STRING, ${TOKENS.replace('tokenize', 'hash')}`,
    'name: born, type: DATE, privacy: { tokenize: { key: pii } }',
    'name: number, type: INT64, privacy: { tokenize: { key: pii } }',
    `name: second, type: STRING, ${TOKENS.replace('pii', 'pii@2')}`,
    `name: tweaked, type: STRING, ${TOKENS.replace('key: pii', 'key: pii, tweak: id')}`,
    'name: masked, type: STRING, privacy: { mask: { keep_last: 4 } }',
    'name: shifted, type: DATE, privacy: { date_shift: { days: 3, by: id, key: pii } }',
    'name: secret, type: STRING, privacy: drop',
  ]),
  ...source('orders', [
    'name: order_id, type: STRING, privacy: public',
    'name: id, type: STRING, privacy: public',
    `name: email, type: STRING, normalize: [lower, trim], privacy: { tokenize: { key: pii } }`,
    `name: contact, type: STRING, ${TOKENS.replace(' }', ' }, when: { column: id, equals: a }')}`,
    'name: other_key, type: STRING, privacy: { tokenize: { key: pii } }',
    'name: items, type: RECORD, mode: repeated, privacy: public, fields: [{ name: sku, type: STRING, privacy: public }, { name: email, type: STRING, privacy: public }, { name: buyer, type: STRING, privacy: { tokenize: { key: cards } } }]',
    'name: tags, type: STRING, mode: repeated, privacy: public',
  ]),
};

const problemsOf = (sql: string, more: Files = {}) =>
  compile({ ...SOURCES, ...more, 'transforms/s/t.sql': sql }).problems.map(({ file, line, column, code, message }) => ({
    file,
    line,
    column,
    code,
    message,
  }));

/** `«` stands where the problem is told. */
const refused = (marked: string, more: Files = {}) => {
  const offset = marked.indexOf('«');
  const before = marked.slice(0, offset).split('\n');
  const place = { line: before.length, column: (before.at(-1) ?? '').length + 1 };
  expect(offset).toBeGreaterThan(-1);
  const problems = problemsOf(marked.replace('«', ''), more);
  expect(problems).toMatchObject([{ file: 'transforms/s/t.sql', code: 'CROSSED_DOMAINS', ...place }]);
  return problems[0]?.message ?? '';
};

describe('a transform that compares tokens of different domains is refused', () => {
  test.each([
    ['another key', 'JOIN s.orders AS o ON «p.other_key = o.email'],
    ['another version of the key', 'JOIN s.orders AS o ON «p.second = o.email'],
    ['another primitive', 'JOIN s.orders AS o ON o.id = p.id AND «p.hashed = o.email'],
    ['another normalization', 'JOIN s.orders AS o ON «p.raw_email = o.email'],
    ['another type', 'JOIN s.orders AS o ON «p.born = o.other_key'],
    ['a tweak', 'JOIN s.orders AS o ON «p.tweaked = o.email'],
    ['no token', 'JOIN s.orders AS o ON «p.id = o.email'],
    ['a token with what is no token', 'JOIN s.orders AS o ON «o.order_id = p.email'],
    ['what a mask leaves', 'JOIN s.orders AS o ON «p.masked = o.email'],
    ['under OR, in brackets', 'JOIN s.orders AS o ON o.id = p.id AND (p.id = o.id OR («p.hashed = o.email))'],
    ['under NOT', 'JOIN s.orders AS o ON NOT «p.hashed = o.email'],
    ['IS NOT DISTINCT FROM', 'LEFT JOIN s.orders AS o ON «p.hashed IS NOT DISTINCT FROM o.email'],
    ['USING', 'JOIN s.orders USING («other_key)'],
    ['the second of USING', 'JOIN s.orders USING (id, «other_key)'],
    ['a comma and WHERE', ', s.orders AS o WHERE o.id = p.id AND «p.hashed = o.email'],
    ['names without an alias', ', s.orders WHERE orders.id = p.id AND «p.hashed = orders.email'],
    ['names with the dataset', ', s.orders WHERE «p.hashed = s.orders.email'],
    ['names of no table', ', s.orders AS o WHERE «hashed = o.email'],
    ['in backticks and capitals', 'JOIN `s.orders` AS `O` ON «`p`.`HASHED` = o.Email'],
    ['IN', 'WHERE «p.hashed IN (SELECT email FROM s.orders)'],
    ['NOT IN', 'WHERE «p.hashed NOT IN (SELECT o.email FROM s.orders AS o)'],
    ['IN a list', 'JOIN s.orders AS o ON «p.hashed IN (o.id, o.email)'],
    ['IN UNNEST', 'WHERE «p.hashed IN UNNEST(ARRAY(SELECT email FROM s.orders))'],
    ['several columns at once', 'JOIN s.orders AS o ON («p.id, p.hashed) = (o.id, o.email)'],
    ['IN with several columns', 'WHERE («p.id, p.hashed) IN (SELECT AS STRUCT id, email FROM s.orders)'],
    ['EXISTS', 'WHERE EXISTS (SELECT 1 FROM s.orders AS o WHERE «o.email = p.hashed)'],
    ['a query as a value', 'WHERE «p.hashed = (SELECT MAX(email) FROM s.orders)'],
    ['two columns of one table', 'WHERE «p.hashed = p.email'],
    ['CASE', 'JOIN s.orders AS o ON o.id = CASE «p.hashed WHEN o.email THEN o.id END'],
    ['a field of a record', ', s.orders AS o, UNNEST(o.items) AS i WHERE «i.email = p.email'],
    ['a field by the path of the array', 'JOIN s.orders AS o ON TRUE CROSS JOIN o.items AS i WHERE «p.email = i.email'],
    ['a protected field of a record', ', s.orders AS o, o.items AS i WHERE «i.buyer = p.email'],
    ['an element', ', s.orders AS o, UNNEST(o.tags) AS tag WHERE «tag = p.email'],
    ['in the select list', ', s.orders AS o WHERE o.id = p.id AND 1 = (SELECT IF(«p.hashed = o.email, 1, 0))'],
    ['in QUALIFY', 'JOIN s.orders AS o USING (id) QUALIFY ROW_NUMBER() OVER (ORDER BY «p.hashed = o.email) = 1'],
    ['in HAVING', 'JOIN s.orders AS o USING (id) GROUP BY 1 HAVING ANY_VALUE(«p.hashed) = ANY_VALUE(o.email)'],
  ])('%s', (_, rest) => {
    refused(`SELECT 1 AS one\nFROM s.people AS p ${rest}`);
  });

  test.each([
    ['a subquery', 'SELECT 1 AS one FROM (SELECT hashed AS h FROM s.people) AS p JOIN s.orders AS o ON «p.h = o.email'],
    ['a subquery with *', 'SELECT 1 AS one FROM (SELECT * FROM s.people) p JOIN s.orders o ON «p.hashed = o.email'],
    [
      '* EXCEPT and REPLACE',
      'SELECT 1 AS one FROM (SELECT * EXCEPT (id) REPLACE (email AS hashed, hashed AS email) FROM s.people) p JOIN s.orders o ON «p.email = o.email',
    ],
    ['t.*', 'SELECT 1 AS one FROM (SELECT p.* FROM s.people AS p) p JOIN s.orders o ON «p.hashed = o.email'],
    [
      'a WITH query',
      'WITH a AS (SELECT hashed AS h FROM s.people), b AS (SELECT h AS k FROM a)\nSELECT 1 AS one FROM b JOIN s.orders o ON «b.k = o.email',
    ],
    [
      'a WITH query that hides a table',
      'WITH people AS (SELECT email AS hashed FROM s.people), orders AS (SELECT hashed AS email FROM s.people) SELECT 1 AS one FROM people JOIN orders ON «people.hashed = orders.email',
    ],
    ['COALESCE', 'SELECT 1 AS one FROM s.people p JOIN s.orders o ON COALESCE(«p.hashed, p.raw_email) = o.email'],
    ['IFNULL with a literal', "SELECT 1 AS one FROM s.people p JOIN s.orders o ON IFNULL(«p.hashed, 'none') = o.email"],
    [
      'IF and CASE',
      'SELECT 1 AS one FROM s.people p JOIN s.orders o ON IF(«p.id = o.id, p.hashed, NULL) = CASE WHEN TRUE THEN o.email END',
    ],
    ['CAST AS STRING', 'SELECT 1 AS one FROM s.people p JOIN s.orders o ON CAST(«p.hashed AS STRING) = o.email'],
    [
      'an aggregate',
      'SELECT 1 AS one FROM (SELECT id, MAX(hashed) AS h FROM s.people GROUP BY id) p JOIN s.orders o ON «p.h = o.email',
    ],
    [
      'a window',
      'SELECT 1 AS one FROM (SELECT FIRST_VALUE(hashed) OVER (ORDER BY id) AS h FROM s.people) p JOIN s.orders o ON «h = o.email',
    ],
    [
      'ARRAY_AGG and an index',
      'SELECT 1 AS one FROM (SELECT ARRAY_AGG(hashed ORDER BY id LIMIT 1)[OFFSET(0)] AS h FROM s.people) JOIN s.orders o ON «h = o.email',
    ],
    [
      'a STRUCT',
      'SELECT 1 AS one FROM (SELECT STRUCT(hashed AS h) AS r FROM s.people) p JOIN s.orders o ON «p.r.h = o.email',
    ],
    [
      'UNNEST of what ARRAY_AGG gathered',
      'SELECT 1 AS one FROM (SELECT ARRAY_AGG(STRUCT(hashed AS h)) AS rs FROM s.people) p, UNNEST(p.rs) AS r JOIN s.orders o ON «r.h = o.email',
    ],
    ['UNION ALL of two kinds of tokens', 'SELECT email FROM s.people UNION ALL SELECT «hashed FROM s.people'],
    [
      'UNION of the same, then a join',
      'WITH a AS (SELECT hashed AS h FROM s.people UNION DISTINCT SELECT hashed FROM s.people) SELECT 1 AS one FROM a JOIN s.orders o ON «a.h = o.email',
    ],
    ['INTERSECT', 'SELECT id, email FROM s.orders INTERSECT DISTINCT SELECT id, «hashed FROM s.people'],
    ['EXCEPT with what is no token', 'SELECT email FROM s.orders EXCEPT DISTINCT SELECT «id FROM s.people'],
    ['joins in brackets', 'SELECT 1 AS one FROM (s.people AS p JOIN s.orders AS o ON «p.hashed = o.email)'],
  ])('through %s', (_, sql) => {
    refused(sql);
  });

  test('through other transforms, views and tables', () => {
    const more = {
      'transforms/s/a.sql': 'SELECT id, hashed AS h FROM s.people',
      'transforms/s/b.sql': '/* transform: { kind: table } */ SELECT * FROM s.a',
    };
    refused('SELECT 1 AS one FROM s.b JOIN s.orders o ON «b.h = o.email', more);
  });

  test('behind characters of two UTF-16 units, in place', () => {
    const marked = "SELECT '😀😀' AS x FROM s.people p JOIN s.orders o ON «p.hashed = o.email";
    const problems = problemsOf(marked.replace('«', ''));
    expect(problems[0]?.column).toBe(Array.from(marked).indexOf('«') + 1);
  });

  test('with the names and domains of both columns', () => {
    expect(refused('SELECT 1 AS one FROM s.people p JOIN s.orders o ON «p.other_key = o.email')).toBe(
      '`=` compares what is never equal: `s.people.other_key` holds tokens of `tokenize { key: cards }, normalized by trim, lower`, and `s.orders.email` holds tokens of `tokenize { key: pii }, normalized by lower, trim`',
    );
  });
});

describe('a transform is taken', () => {
  test.each([
    ['tokens of one domain', 'JOIN s.orders AS o ON o.email = p.email'],
    ['in all ways', 'JOIN s.orders AS o USING (email) WHERE p.email IN (SELECT email FROM s.orders)'],
    ['what is no token', 'JOIN s.orders AS o ON o.id = p.id AND p.masked = o.id'],
    ['whole numbers and text', 'JOIN s.orders AS o ON o.other_key = p.number'],
    ['dates that were shifted', 'JOIN s.people AS q ON q.shifted = p.shifted'],
    ['a column that holds tokens under a condition', 'JOIN s.orders AS o ON o.contact = p.email OR o.contact = p.id'],
    ['a list with one of the same domain', 'JOIN s.orders AS o ON p.hashed IN (o.id, o.email, p.hashed)'],
    ['a literal', "WHERE p.email = 'none' OR p.email IN ('a', 'b') OR p.email IS NULL"],
    ['what is never equal, and said so', 'WHERE p.email != p.hashed'],
    [
      'a function over the column',
      'JOIN s.orders AS o ON LOWER(p.hashed) = o.email AND TO_HEX(SHA256(p.id)) = o.email',
    ],
    ['COALESCE with one of the same domain', 'JOIN s.orders AS o ON COALESCE(p.hashed, p.email) = o.email'],
    ['a table that Sluice does not own', 'JOIN elsewhere.x AS x ON x.email = p.email JOIN elsewhere.y USING (hashed)'],
    ['a column of nobody knows which table', 'JOIN elsewhere.x ON email = surprise'],
    [
      'a query over such a table',
      'WHERE p.email IN (SELECT * FROM elsewhere.x) AND p.email = (SELECT id FROM elsewhere.x)',
    ],
    ['metadata of a row', 'JOIN s.orders AS o ON o._run_id = p._run_id'],
    [
      'an inner name that hides an outer one',
      'WHERE EXISTS (SELECT 1 FROM (SELECT email AS hashed FROM s.people) AS p JOIN s.orders AS o ON p.hashed = o.email)',
    ],
    [
      'PIVOT',
      "JOIN (SELECT * FROM (SELECT id, hashed, email FROM s.people) PIVOT (MAX(hashed) FOR email IN ('a' AS email))) AS v ON v.email = p.email",
    ],
    ['an offset', 'JOIN s.orders AS o USING (id), UNNEST(o.tags) AS tag WITH OFFSET AS n WHERE n = 1 AND tag = p.id'],
  ])('%s', (_, rest) => {
    expect(problemsOf(`SELECT 1 AS one FROM s.people AS p ${rest}`)).toEqual([]);
  });

  test.each([
    [
      'UNION ALL of tokens and other values',
      "SELECT 'email' AS what, email AS value FROM s.people UNION ALL SELECT 'id', id FROM s.people",
    ],
    ['UNION with a literal or NULL', "SELECT email FROM s.people UNION ALL SELECT NULL UNION ALL SELECT 'nobody'"],
    ['UNION of one domain', 'SELECT email FROM s.people UNION DISTINCT SELECT email FROM s.orders'],
    ['EXCEPT of one domain', 'SELECT email FROM s.people EXCEPT DISTINCT SELECT email FROM s.orders'],
    [
      'an alias that takes the name of another column',
      'SELECT p.email AS hashed FROM s.people AS p JOIN s.orders AS o USING (id) QUALIFY hashed = o.email',
    ],
    [
      'a function under the name of a column',
      'SELECT SHA256(p.hashed) AS hashed FROM s.people AS p JOIN s.orders AS o USING (id) QUALIFY hashed = o.email',
    ],
    [
      'a recursive WITH',
      'WITH RECURSIVE t AS (SELECT hashed AS h FROM s.people UNION ALL SELECT LOWER(h) FROM t) SELECT 1 AS one FROM t JOIN s.orders o ON t.h = o.email',
    ],
    [
      'a mixed column that may match',
      'WITH a AS (SELECT email AS v FROM s.people UNION ALL SELECT id FROM s.people) SELECT 1 AS one FROM a JOIN s.orders o ON a.v = o.email OR a.v = o.id',
    ],
  ])('%s', (_, sql) => {
    expect(problemsOf(sql)).toEqual([]);
  });

  test('where a project of its own has the table', () => {
    const files = {
      ...SOURCES,
      'transforms/s/t.sql': 'SELECT 1 AS x FROM p.s.people a JOIN s.orders o ON a.hashed = o.email',
    };
    expect(compile(files, { project: 'mine' }).problems).toEqual([]);
    expect(compile(files, { project: 'p' }).problems).toMatchObject([{ code: 'CROSSED_DOMAINS' }]);
  });
});

describe('cross_domain', () => {
  const join = 'SELECT 1 AS one FROM s.people AS p JOIN s.orders AS o ON o.order_id = p.email';
  const header = (names: string) => `/* transform: { cross_domain: [${names}] } */\n${join}`;

  test('lets a column that brings tokens already be compared', () => {
    expect(problemsOf(header('s.orders.order_id'))).toEqual([]);
    expect(problemsOf(header('s.orders.id'))).toMatchObject([{ code: 'CROSSED_DOMAINS' }]);
  });

  test('names columns of sources', () => {
    expect(problemsOf(header('s.orders.order_id, s.orders.items.sku'))).toEqual([]);
    for (const name of ['order_id', 's.orders', 's.orders.nothing', 's.nothing.id', 's.orders.items.nothing'])
      expect(problemsOf(header(`s.orders.order_id, ${name}`))).toMatchObject([{ code: 'UNKNOWN_COLUMN', line: 1 }]);
  });

  test('is no part of the version: it changes no row', () => {
    const plain = 'SELECT 1 AS one FROM s.people AS p JOIN s.orders AS o ON o.email = p.email';
    const versionOf = (sql: string) => release({ ...SOURCES, 'transforms/s/t.sql': sql }).transforms[0]?.version;
    expect(versionOf(`/* transform: { cross_domain: [s.orders.id] } */ ${plain}`)).toBe(versionOf(plain));
  });
});
