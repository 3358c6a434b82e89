import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run, startBigQuery, type Testbed } from './testbed.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
  await run(bed, 'CREATE SCHEMA shop');
  await run(
    bed,
    `CREATE TABLE shop.orders (id INT64, customer STRING, amount NUMERIC, at TIMESTAMP, day DATE, tags ARRAY<STRING>, item STRUCT<sku STRING, n INT64>);
     INSERT shop.orders VALUES
       (1, 'ann', 10.5, '2026-01-01 10:00:00+00', '2026-01-01', ['a','b'], STRUCT('x', 1)),
       (2, 'bob', 20, '2026-01-02 11:30:00+00', '2026-01-02', [], STRUCT('y', 2)),
       (3, 'ann', NULL, '2026-01-31 23:59:59.5+00', '2026-01-31', ['c'], NULL),
       (4, NULL, 7.25, NULL, NULL, NULL, STRUCT('z', NULL))`,
  );
});
afterAll(() => bed.stop());

type Case = [sql: string, rows: unknown[][]];

const FAMILIES: Record<string, Case[]> = {
  'select and from': [
    ['SELECT DISTINCT customer FROM shop.orders ORDER BY customer', [[null], ['ann'], ['bob']]],
    ['SELECT * EXCEPT (at, day, tags, item) REPLACE (id * 10 AS id) FROM orders ORDER BY id LIMIT 1', [['10', 'ann', '10.5']]],
    ['SELECT o.id, o.item.sku, o.item FROM `local.shop.orders` AS o WHERE o.id = 1', [['1', 'x', ['x', '1']]]],
    ['SELECT id FROM `local`.`shop`.`orders` WHERE id > 2 ORDER BY 1 DESC', [['4'], ['3']]],
    ['SELECT id, t FROM shop.orders, UNNEST(tags) AS t ORDER BY 1, 2', [['1', 'a'], ['1', 'b'], ['3', 'c']]],
    ['SELECT o.id, t, i FROM shop.orders o LEFT JOIN o.tags AS t WITH OFFSET AS i WHERE o.id < 3 ORDER BY 1, 3', [['1', 'a', '0'], ['1', 'b', '1'], ['2', null, null]]],
    ['SELECT x, y FROM UNNEST([STRUCT(1 AS x, 2 AS y), (3, 4)])', [['1', '2'], ['3', '4']]],
    ['SELECT a, b FROM UNNEST([1, 2]) a FULL JOIN UNNEST([2, 3]) b ON a = b ORDER BY a NULLS LAST', [['1', null], ['2', '2'], [null, '3']]],
    ['SELECT * FROM (SELECT 1 AS id, 2 AS x) JOIN (SELECT 1 AS id, 3 AS y) USING (id)', [['1', '2', '3']]],
    ['SELECT id, x, y FROM (SELECT 1 AS id, 2 AS x) FULL JOIN (SELECT 5 AS id, 3 AS y) USING (id) ORDER BY id', [['1', '2', null], ['5', null, '3']]],
    ['WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS x FROM a) SELECT a.x, b.x AS y FROM a, b', [['1', '2']]],
    ['SELECT 1, "two", TRUE', [['1', 'two', 'true']]],
    ['SELECT * FROM UNNEST(GENERATE_ARRAY(10, 1, -4))', [['10'], ['6'], ['2']]],
  ],
  subqueries: [
    ['SELECT (SELECT MAX(id) FROM shop.orders)', [['4']]],
    ['SELECT id FROM shop.orders o WHERE EXISTS (SELECT 1 FROM UNNEST(o.tags) t WHERE t = "c")', [['3']]],
    ['SELECT id FROM shop.orders WHERE id IN (SELECT n FROM UNNEST([2, 4]) n) ORDER BY id', [['2'], ['4']]],
    ['SELECT id FROM shop.orders WHERE id NOT IN (1, 2) ORDER BY id', [['3'], ['4']]],
    ['SELECT id, (SELECT COUNT(*) FROM shop.orders p WHERE p.customer = o.customer) n FROM shop.orders o ORDER BY id', [['1', '2'], ['2', '1'], ['3', '2'], ['4', '0']]],
    ['SELECT ARRAY(SELECT id FROM shop.orders ORDER BY id DESC LIMIT 2)', [[['4', '3']]]],
    ['SELECT 2 IN UNNEST([1, 2]), 3 IN UNNEST([1, NULL]), NULL IN (1), 1 IN UNNEST(CAST(NULL AS ARRAY<INT64>))', [['true', null, null, 'false']]],
    ['SELECT (SELECT AS STRUCT 1 AS a, "b" AS b).b', [['b']]],
  ],
  grouping: [
    ['SELECT customer, COUNT(*), SUM(amount) FROM shop.orders GROUP BY customer ORDER BY 1', [[null, '1', '7.25'], ['ann', '2', '10.5'], ['bob', '1', '20']]],
    ['SELECT UPPER(customer) AS customer, COUNT(*) n FROM shop.orders GROUP BY 1 HAVING n > 1', [['ANN', '2']]],
    ['SELECT EXTRACT(MONTH FROM day) m, COUNT(*) FROM shop.orders GROUP BY ALL ORDER BY m', [[null, '1'], ['1', '3']]],
    ['SELECT customer, SUM(id) FROM shop.orders WHERE customer IS NOT NULL GROUP BY ROLLUP (customer) ORDER BY 1, 2', [[null, '6'], ['ann', '4'], ['bob', '2']]],
    ['SELECT COUNT(amount), COUNT(DISTINCT customer), COUNTIF(id > 2), AVG(id), MIN(day), MAX(customer) FROM shop.orders', [['3', '2', '2', '2.5', '2026-01-01', 'bob']]],
    ['SELECT AVG(amount), SUM(amount) / 3 FROM shop.orders', [['12.583333333', '12.583333333']]],
    ['SELECT STRING_AGG(customer, "-" ORDER BY customer DESC LIMIT 2), STRING_AGG(DISTINCT customer ORDER BY customer) FROM shop.orders', [['bob-ann', 'ann,bob']]],
    ['SELECT ARRAY_AGG(customer IGNORE NULLS ORDER BY id DESC LIMIT 2) FROM shop.orders', [[['ann', 'bob']]]],
    ['SELECT LOGICAL_AND(id > 0), LOGICAL_OR(id > 3), APPROX_COUNT_DISTINCT(customer), ANY_VALUE(id HAVING MAX at) FROM shop.orders', [['true', 'true', '2', '3']]],
    ['SELECT STDDEV(x), VARIANCE(x), VAR_POP(x) FROM UNNEST([2, 4]) x', [['1.4142135623730951', '2.0', '1.0']]],
    ['SELECT SUM(x), MIN(x), ARRAY_AGG(x) FROM UNNEST(CAST([] AS ARRAY<INT64>)) x', [[null, null, []]]],
  ],
  windows: [
    ['SELECT id, ROW_NUMBER() OVER (PARTITION BY customer ORDER BY id DESC) FROM shop.orders ORDER BY id', [['1', '2'], ['2', '1'], ['3', '1'], ['4', '1']]],
    ['SELECT id FROM shop.orders WHERE TRUE QUALIFY ROW_NUMBER() OVER (PARTITION BY customer ORDER BY id DESC) = 1 ORDER BY id', [['2'], ['3'], ['4']]],
    ['SELECT id, SUM(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), LAG(id, 1, 0) OVER w FROM shop.orders WINDOW w AS (ORDER BY id) ORDER BY id', [['1', '1', '0'], ['2', '3', '1'], ['3', '5', '2'], ['4', '7', '3']]],
    ['SELECT x, RANK() OVER (ORDER BY x), DENSE_RANK() OVER (ORDER BY x), NTILE(2) OVER (ORDER BY x) FROM UNNEST([1, 1, 2]) x ORDER BY 2, 4', [['1', '1', '1', '1'], ['1', '1', '1', '1'], ['2', '3', '2', '2']]],
    ['SELECT LAST_VALUE(x IGNORE NULLS) OVER (ORDER BY o) FROM UNNEST([1, NULL, 3]) x WITH OFFSET o ORDER BY o', [['1'], ['1'], ['3']]],
    ['SELECT x, COUNT(*) OVER (ORDER BY x RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM UNNEST([1, 2, 5]) x ORDER BY x', [['1', '2'], ['2', '2'], ['5', '1']]],
  ],
  'order and sets': [
    ['SELECT customer FROM shop.orders ORDER BY customer DESC, id', [['bob'], ['ann'], ['ann'], [null]]],
    ['SELECT x FROM UNNEST([1.5, CAST("nan" AS FLOAT64), NULL, -1]) x ORDER BY x', [[null], ['NaN'], ['-1.0'], ['1.5']]],
    ['SELECT 1 AS x UNION ALL SELECT 2.5 UNION ALL SELECT NULL ORDER BY x LIMIT 2 OFFSET 1', [['1.0'], ['2.5']]],
    ['(SELECT 1 UNION DISTINCT SELECT 1) EXCEPT DISTINCT SELECT 2', [['1']]],
    ['SELECT 1 INTERSECT DISTINCT (SELECT 1 UNION ALL SELECT 2)', [['1']]],
    ['SELECT * FROM (SELECT 1 AS a LIMIT 0) UNION ALL SELECT 2', [['2']]],
  ],
  'conditions and casts': [
    ['SELECT IF(NULL, 1, 2), IFNULL(NULL, 3), NULLIF(1, 1), COALESCE(NULL, "x"), CASE 2 WHEN 1 THEN "a" WHEN 2 THEN "b" END', [['2', '3', null, 'x', 'b']]],
    ['SELECT CAST("12" AS INT64), SAFE_CAST("1.5" AS INT64), CAST(2.5 AS INT64), CAST(-2.5 AS INT64), CAST(1.0 AS STRING), CAST(TRUE AS INT64)', [['12', null, '3', '-3', '1', '1']]],
    ['SELECT CAST("2026-1-5" AS DATE), SAFE_CAST("2026-13-01" AS DATE), CAST(DATE "2026-01-05" AS TIMESTAMP), CAST(b"abc" AS STRING)', [['2026-01-05', null, '1767571200000000', 'abc']]],
    ['SELECT CAST(TIMESTAMP "2026-01-01 10:00:00.5+02" AS STRING), CAST(NUMERIC "1.50" AS STRING), CAST(1e20 AS STRING)', [['2026-01-01 08:00:00.500+00', '1.5', '1e+20']]],
    ['SELECT CAST([1, 2] AS ARRAY<STRING>), CAST(STRUCT(1, "2") AS STRUCT<a STRING, b INT64>)', [[['1', '2'], ['1', '2']]]],
    ['SELECT CAST("nan" AS FLOAT64) = CAST("nan" AS FLOAT64), CAST("nan" AS FLOAT64) > 1, "a" LIKE "A", "a_c" LIKE r"a\\_c", 5 BETWEEN 1 AND 5', [['false', 'false', 'false', 'true', 'true']]],
    ['SELECT DATE "2026-01-01" < "2026-01-02", STRUCT(1, 2) = STRUCT(1, 2), NULL IS NULL, NOT TRUE IS NOT FALSE', [['true', 'true', 'true', 'false']]],
  ],
  numbers: [
    ['SELECT 1000000 * 5000, 7 / 2, DIV(-7, 2), MOD(-7, 2), -7 + 2 * 3, 1e3', [['5000000000', '3.5', '-3', '-1', '-1', '1000.0']]],
    ['SELECT NUMERIC "1" / 3, NUMERIC "-2" / 3, NUMERIC "1.1" * NUMERIC "1.1", 1 + NUMERIC "0.1"', [['0.333333333', '-0.666666667', '1.21', '1.1']]],
    ['SELECT ROUND(2.5), ROUND(-2.5), ROUND(1.2345, 2), TRUNC(-1.7), CEIL(1.2), FLOOR(-1.2), ABS(-3), SIGN(-2.5)', [['3.0', '-3.0', '1.23', '-1.0', '2.0', '-2.0', '3', '-1.0']]],
    ['SELECT ROUND(NUMERIC "2.345", 2), TRUNC(NUMERIC "-2.349", 2), ROUND(NUMERIC "155", -1)', [['2.35', '-2.34', '160']]],
    ['SELECT SAFE_DIVIDE(1, 0), SAFE_ADD(9223372036854775807, 1), SAFE.SUBSTR("abc", 1, -1), IEEE_DIVIDE(1, 0)', [[null, null, null, 'Infinity']]],
    ['SELECT POW(2, 10), SQRT(16), EXP(0), LN(1), LOG(8, 2), LOG10(100), GREATEST(1, 3, 2), LEAST(2, NULL)', [['1024.0', '4.0', '1.0', '0.0', '3.0', '2.0', '3', null]]],
    ['SELECT 5 & 3, 5 | 3, 5 ^ 3, ~5, 1 << 3, -8 >> 60', [['1', '7', '6', '-6', '8', '15']]],
    ['SELECT -9223372036854775808, 0xFF, .5, RAND() < 1, LENGTH(GENERATE_UUID())', [['-9223372036854775808', '255', '0.5', 'true', '36']]],
  ],
  texts: [
    ['SELECT UPPER("aß"), LOWER("ÀB"), TRIM("  a "), LTRIM("xxa", "x"), RTRIM("a\\n"), INITCAP("hello wORLD")', [['Aß', 'àb', 'a', 'a', 'a', 'Hello World']]],
    ['SELECT SUBSTR("hello", 2, 3), SUBSTR("hello", -3), SUBSTR("hello", 0), LEFT("hello", 2), RIGHT("hello", 2), LENGTH("héllo"), BYTE_LENGTH("é")', [['ell', 'llo', 'hello', 'he', 'lo', '5', '2']]],
    ['SELECT CONCAT("a", "b"), "a" || NULL, REPLACE("aab", "a", "x"), REVERSE("añb"), REPEAT("ab", 2), LPAD("a", 3), RPAD("abc", 2), LPAD("7", 3, "0")', [['ab', null, 'xxb', 'bña', 'abab', '  a', 'ab', '007']]],
    ['SELECT SPLIT("a,b"), SPLIT("", "-"), STARTS_WITH("abc", "ab"), ENDS_WITH("abc", "bc"), STRPOS("abc", "c"), INSTR("abc", "z")', [[['a', 'b'], [''], 'true', 'true', '3', '0']]],
    ['SELECT TO_HEX(MD5("a")), TO_BASE64(b"\\xff\\x00"), FROM_BASE64("/wA="), TO_HEX(SHA256(""))', [['0cc175b9c0f1b6a831c399e269772661', '/wA=', '/wA=', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855']]],
    ['SELECT REGEXP_CONTAINS("foobar", "o+b"), REGEXP_EXTRACT("a1b2", r"[a-z](\\d)"), REGEXP_EXTRACT("abc", "x"), REGEXP_EXTRACT("abc", "b."), REGEXP_REPLACE("abc", "(b)", r"[\\1]"), REGEXP_EXTRACT_ALL("a1b2", r"\\d")', [['true', '1', null, 'bc', 'a[b]c', ['1', '2']]]],
    ['SELECT FORMAT("%s-%d-%5d|%-4s|%05d", "a", 1, 2, "b", 3), FORMAT("%t %t", DATE "2026-01-02", 1.0), FORMAT("%%")', [['a-1-    2|b   |00003', '2026-01-02 1.0', '%']]],
    ['SELECT r"\\d", "\\x41\\u00e9", b"\\xff" = b"\\377", """a"b""", CHR(233), ASCII("a"), TO_CODE_POINTS("é"), CODE_POINTS_TO_STRING([97, 233])', [['\\d', 'Aé', 'true', 'a"b', 'é', '97', ['233'], 'aé']]],
  ],
  'dates and times': [
    ['SELECT DATE_ADD(DATE "2026-01-31", INTERVAL 1 MONTH), DATE_SUB("2026-03-01", INTERVAL 1 DAY), DATE_DIFF("2026-01-05", "2026-01-04", WEEK), DATE_DIFF(DATE "2026-01-05", "2026-01-04", WEEK(MONDAY)), DATE_DIFF(DATE "2026-02-01", "2026-01-31", MONTH)', [['2026-02-28', '2026-02-28', '0', '1', '1']]],
    ['SELECT DATE_TRUNC(DATE "2026-01-01", WEEK), DATE_TRUNC(DATE "2026-01-01", WEEK(MONDAY)), DATE_TRUNC(DATE "2026-01-01", ISOWEEK), DATE_TRUNC(DATE "2026-05-17", QUARTER), DATE_TRUNC(DATE "2026-01-01", ISOYEAR)', [['2025-12-28', '2025-12-29', '2025-12-29', '2026-04-01', '2025-12-29']]],
    ['SELECT EXTRACT(DAYOFWEEK FROM DATE "2026-01-04"), EXTRACT(WEEK FROM DATE "2026-01-04"), EXTRACT(ISOWEEK FROM DATE "2026-01-01"), EXTRACT(WEEK(MONDAY) FROM DATE "2026-01-04"), EXTRACT(DAYOFYEAR FROM DATE "2026-02-01")', [['1', '1', '1', '0', '32']]],
    ['SELECT EXTRACT(HOUR FROM TIMESTAMP "2026-07-01 00:30:00+00" AT TIME ZONE "America/Los_Angeles"), EXTRACT(DATE FROM TIMESTAMP "2026-07-01 00:30:00+00" AT TIME ZONE "America/Los_Angeles"), EXTRACT(MILLISECOND FROM TIME "10:00:00.123")', [['17', '2026-06-30', '123']]],
    ['SELECT TIMESTAMP_DIFF(TIMESTAMP "2026-01-01 00:59:59+00", TIMESTAMP "2026-01-01 00:00:00+00", HOUR), TIMESTAMP_DIFF("2026-01-01", "2026-01-03 12:00:00", DAY), DATETIME_DIFF(DATETIME "2026-01-01 01:00:00", "2026-01-01 00:59:59", HOUR)', [['0', '-2', '1']]],
    ['SELECT TIMESTAMP_TRUNC(TIMESTAMP "2026-01-01 10:45:30+00", HOUR), TIMESTAMP_TRUNC(TIMESTAMP "2026-07-01 03:00:00+00", DAY, "America/Los_Angeles"), TIMESTAMP_ADD(TIMESTAMP "2026-01-01 00:00:00+00", INTERVAL 90 MINUTE)', [['1767261600000000', '1782802800000000', '1767231000000000']]],
    ['SELECT FORMAT_DATE("%Y/%m/%d %a %j %G-W%V %Q", DATE "2026-01-04"), FORMAT_TIMESTAMP("%F %T %Z %z", TIMESTAMP "2026-01-04 05:06:07+00"), FORMAT_TIMESTAMP("%H:%M %E3S", TIMESTAMP "2026-01-04 05:06:07.1239+00"), FORMAT_DATETIME("%I:%M %p", DATETIME "2026-01-01 13:05:00")', [['2026/01/04 Sun 004 2026-W01 1', '2026-01-04 05:06:07 UTC +0000', '05:06 07.123', '01:05 PM']]],
    ['SELECT PARSE_DATE("%d/%m/%Y", "5/1/2026"), PARSE_DATE("%b %e, %Y", "Jan 5, 2026"), PARSE_TIMESTAMP("%Y-%m-%dT%H:%M:%E*S%z", "2026-01-05T10:00:00.25+0200"), PARSE_DATETIME("%F %T", "2026-01-05 01:02:03"), PARSE_TIME("%H:%M", "7:05")', [['2026-01-05', '2026-01-05', '1767600000250000', '2026-01-05T01:02:03', '07:05:00']]],
    ['SELECT UNIX_SECONDS(TIMESTAMP "1969-12-31 23:59:59.5+00"), UNIX_MILLIS(TIMESTAMP "1970-01-01 00:00:01+00"), TIMESTAMP_MILLIS(1500), DATE_FROM_UNIX_DATE(1), UNIX_DATE("1970-01-02")', [['-1', '1000', '1500000', '1970-01-02', '1']]],
    ['SELECT LAST_DAY(DATE "2026-02-10"), LAST_DAY(DATE "2026-02-10", WEEK), GENERATE_DATE_ARRAY("2026-01-30", "2026-02-01"), GENERATE_DATE_ARRAY("2026-01-31", "2026-03-31", INTERVAL 1 MONTH)', [['2026-02-28', '2026-02-14', ['2026-01-30', '2026-01-31', '2026-02-01'], ['2026-01-31', '2026-02-28', '2026-03-31']]]],
    ['SELECT DATE(2026, 1, 5), DATE(TIMESTAMP "2026-01-01 05:00:00+00", "America/New_York"), DATETIME(2026, 1, 2, 3, 4, 5), TIMESTAMP(DATETIME "2026-01-01 00:00:00", "Europe/Berlin"), TIME(10, 20, 30), DATE "2026-01-31" + 1', [['2026-01-05', '2026-01-01', '2026-01-02T03:04:05', '1767222000000000', '10:20:30', '2026-02-01']]],
    ['SELECT CURRENT_DATE() = DATE(CURRENT_TIMESTAMP()), CURRENT_TIMESTAMP() = CURRENT_TIMESTAMP(), DATE "2026-01-01" + INTERVAL 1 DAY', [['true', 'true', '2026-01-02T00:00:00']]],
  ],
  'arrays, structs and JSON': [
    ['SELECT [1, 2, 3][OFFSET(1)], [1, 2][ORDINAL(1)], [1][SAFE_OFFSET(5)], ARRAY_LENGTH([1, NULL]), ARRAY_TO_STRING(["a", NULL, "b"], "-", "?"), ARRAY_REVERSE([1, 2])', [['2', '1', null, '2', 'a-?-b', ['2', '1']]]],
    ['SELECT ARRAY_CONCAT([1], [2, 3]), [1] || [2], GENERATE_ARRAY(1, 5, 2), ARRAY<STRING>[], ARRAY<FLOAT64>[1, 2.5]', [[['1', '2', '3'], ['1', '2'], ['1', '3', '5'], [], ['1.0', '2.5']]]],
    ['SELECT STRUCT<a INT64, b STRING>(1, "x").b, STRUCT(1 AS a, 2 AS a)[OFFSET(1)], [STRUCT(1 AS a)][OFFSET(0)].a', [['x', '2', '1']]],
    [`SELECT JSON_VALUE('{"a": {"b": 1}}', "$.a.b"), JSON_VALUE('{"a": {}}', "$.a"), JSON_QUERY('{"a": {"b": 1}}', "$.a"), JSON_EXTRACT_SCALAR('{"a": ["x", "y"]}', "$.a[1]"), JSON_VALUE(JSON '{"a": null}', "$.a")`, [['1', null, '{"b":1}', 'y', null]]],
    [`SELECT TO_JSON_STRING(STRUCT(1 AS a, "x\\"y" AS b, [1, 2] AS c, NULL AS d, DATE "2026-01-01" AS e, 1.0 AS f)), PARSE_JSON('{"a":[1]}').a[0], TO_JSON_STRING(9007199254740993)`, [['{"a":1,"b":"x\\"y","c":[1,2],"d":null,"e":"2026-01-01","f":1}', '1', '"9007199254740993"']]],
  ],
};

describe.each(Object.entries(FAMILIES))('%s', (_, cases) => {
  test.each(cases)('%s', async (sql, rows) => {
    expect(await run(bed, sql)).toEqual(rows);
  });
});

const param = (type: object, value: object, name?: string) => ({ ...(name !== undefined && { name }), parameterType: type, parameterValue: value });

test.each([
  ['SELECT @a + 1, @b', [param({ type: 'INT64' }, { value: '41' }, 'a'), param({ type: 'STRING' }, { value: "it's" }, 'b')], [['42', "it's"]]],
  ['SELECT ? || ?', [param({ type: 'STRING' }, { value: 'a' }), param({ type: 'STRING' }, { value: 'b' })], [['ab']]],
  ['SELECT x FROM UNNEST(@ids) x WHERE x IN UNNEST(@ids)', [param({ type: 'ARRAY', arrayType: { type: 'INT64' } }, { arrayValues: [{ value: '7' }] }, 'ids')], [['7']]],
  ['SELECT @s.b', [param({ type: 'STRUCT', structTypes: [{ name: 'a', type: { type: 'DATE' } }, { name: 'b', type: { type: 'BOOL' } }] }, { structValues: { a: { value: '2026-01-01' }, b: { value: 'true' } } }, 's')], [['true']]],
  ['SELECT @d < DATE "2026-01-02", @t, @n', [param({ type: 'DATE' }, { value: '2026-01-01' }, 'd'), param({ type: 'TIMESTAMP' }, { value: '2026-01-01 00:00:00 UTC' }, 't'), param({ type: 'INT64' }, { value: null }, 'n')], [['true', '1767225600000000', null]]],
  ['SELECT id FROM shop.orders WHERE day BETWEEN @from AND @to ORDER BY id LIMIT @n', [param({ type: 'DATE' }, { value: '2026-01-01' }, 'from'), param({ type: 'DATE' }, { value: '2026-01-02' }, 'to'), param({ type: 'INT64' }, { value: '1' }, 'n')], [['1']]],
])('query parameters stand for their values: %s', async (sql, queryParameters, rows) => {
  expect(await run(bed, sql, { queryParameters })).toEqual(rows);
});

test('the client’s own values come back as they went', async () => {
  const params = { int: 3, text: 'é', list: ['a', 'b'], at: bed.client.timestamp('2026-01-01T00:00:00Z'), day: bed.client.date('2026-01-01') };
  const [rows] = await bed.client.query({ query: 'SELECT @int AS int, @text AS text, @list AS list, @at AS at, @day AS day, NUMERIC "1.5" AS n, b"x" AS bytes', params });
  expect(rows).toMatchObject([{ int: 3, text: 'é', list: ['a', 'b'], at: { value: '2026-01-01T00:00:00.000Z' }, day: { value: '2026-01-01' } }]);
});

describe('what BigQuery refuses', () => {
  test.each([
    ['SELECT x', 'invalidQuery: Unrecognized name: x at [1:8]'],
    ['SELECT\n  custmer FROM shop.orders', 'invalidQuery: Unrecognized name: custmer; Did you mean customer? at [2:3]'],
    ['SELECT id FROM shop.orders a, shop.orders b', 'invalidQuery: Column name id is ambiguous at [1:8]'],
    ['SELECT nope(1)', 'invalidQuery: Function not found: nope at [1:8]'],
    ['SELECT 1 +', 'invalidQuery: Syntax error: Unexpected end of script at [1:11]'],
    ['SELECT "a', 'invalidQuery: Syntax error: Unclosed string literal at [1:8]'],
    ['SELECT 1 FROM', 'invalidQuery: Syntax error: Expected identifier but got end of script at [1:14]'],
    ['SELECT * FROM shop.nowhere', 'notFound: Not found: Table local:shop.nowhere was not found in location US'],
    ['SELECT * FROM nowhere.t', 'notFound: Not found: Dataset local:nowhere was not found in location US'],
    ['SELECT @missing', "invalidQuery: Query parameter 'missing' not found at [1:8]"],
    ['SELECT 1 = "a"', 'invalidQuery: No matching signature for operator = for argument types: INT64, STRING at [1:10]'],
    ['SELECT 1 / 0', 'invalidQuery: division by zero: 1 / 0'],
    ['SELECT 9223372036854775807 + 1', 'invalidQuery: int64 overflow: 9223372036854775807 + 1'],
    ['SELECT CAST("x" AS INT64)', 'invalidQuery: Bad int64 value: x'],
    ['SELECT [1][OFFSET(1)]', 'invalidQuery: Array index 1 is out of bounds'],
    ['SELECT (SELECT id FROM shop.orders)', 'invalidQuery: Scalar subquery produced more than one element'],
    ['SELECT SUM(SUM(id)) FROM shop.orders', 'invalidQuery: Aggregate function SUM not allowed in an aggregate function at [1:12]'],
    ['SELECT id FROM shop.orders WHERE COUNT(*) > 1', 'invalidQuery: Aggregate function COUNT not allowed in WHERE clause at [1:34]'],
    ['SELECT customer, COUNT(*) FROM shop.orders GROUP BY day', 'invalidQuery: SELECT list expression references column customer which is neither grouped nor aggregated'],
    ['SELECT 1 AS a, 2 AS a', 'invalidQuery: Duplicate column names in the result are not supported when a destination table is present. Found duplicate(s): a'],
    ['SELECT ARRAY_AGG(customer) FROM shop.orders', 'invalidQuery: Array cannot have a null element; error in writing field f0_'],
    ['SELECT ERROR("stop")', 'invalidQuery: stop'],
    ['SELECT 1 UNION ALL SELECT 2 EXCEPT DISTINCT SELECT 3', 'invalidQuery: Syntax error: Different set operations cannot be used in the same query without using parentheses for grouping at [1:29]'],
    ['SELECT id FROM shop.orders ORDER BY tags', 'invalidQuery: ORDER BY does not support expressions of type ARRAY<STRING> at [1:37]'],
    ['DELETE FROM shop.orders', 'invalidQuery: DELETE must have a WHERE clause at [1:1]'],
  ])('%s', async (sql, failure) => {
    expect(await run(bed, sql)).toBe(failure);
  });
});

describe('what the warehouse refuses by name, with its place', () => {
  test.each([
    ['SELECT SESSION_USER()', 'function SESSION_USER at [1:8]'],
    ['SELECT NET.HOST("x")', 'function NET.HOST at [1:8]'],
    ['SELECT 1,\n  FARM_FINGERPRINT("x")', 'function FARM_FINGERPRINT at [2:3]'],
    ['FROM shop.orders |> SELECT id', 'queries that begin with FROM at [1:1]'],
    ['SELECT * FROM shop.orders TABLESAMPLE SYSTEM (1 PERCENT)', 'TABLESAMPLE at [1:27]'],
    ['SELECT * FROM `shop.orders_*`', 'wildcard tables at [1:15]'],
    ['SELECT * FROM shop.INFORMATION_SCHEMA.TABLES', 'INFORMATION_SCHEMA at [1:15]'],
    ['SELECT * FROM shop.orders FOR SYSTEM_TIME AS OF CURRENT_TIMESTAMP()', 'FOR SYSTEM_TIME AS OF at [1:27]'],
    ['DECLARE x INT64', 'DECLARE statements at [1:1]'],
    ['CREATE TEMP TABLE t AS SELECT 1', 'CREATE TEMP TABLE at [1:1]'],
    ['CREATE FUNCTION f(x INT64) AS (x)', 'CREATE FUNCTION at [1:1]'],
    ['SELECT CAST("x" AS STRING(3))', 'parameterized type STRING(3) at [1:20]'],
    ['SELECT FORMAT("%\'d", 1)', "FORMAT specifier %'d at [1:8]"],
    ['SELECT FORMAT_DATE(customer, day) FROM shop.orders', 'FORMAT_DATE with a format that is no literal at [1:8]'],
    ['SELECT TIMESTAMP "2026-01-01" - TIMESTAMP "2026-01-01"', 'INTERVAL values outside of date functions at [1:31]'],
    ['SELECT @@project_id', 'system variables (@@name) at [1:8]'],
    ['UPDATE shop.orders SET item.sku = "x" WHERE TRUE', 'assignment to a field of a STRUCT at [1:24]'],
  ])('%s', async (sql, construct) => {
    expect(await run(bed, sql)).toBe(`invalidQuery: not supported by the embedded warehouse: ${construct}`);
  });
});
