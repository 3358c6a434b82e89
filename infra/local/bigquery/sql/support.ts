import { AGGREGATES } from './analyze/aggregates.ts';
import { ARRAY_CALLS } from './analyze/array-calls.ts';
import { REFUSED } from './analyze/calls.ts';
import { DATE_CALLS } from './analyze/dates.ts';
import { JSON_CALLS } from './analyze/json-calls.ts';
import { REGEX_CALLS } from './analyze/regex-calls.ts';
import { SPECIAL_CALLS } from './analyze/special-calls.ts';
import { WINDOW_FUNCTIONS } from './analyze/windows.ts';
import { AEADS } from './functions/aead.ts';
import { ARRAYS } from './functions/arrays.ts';
import { BEYOND_BIGQUERY } from './functions/beyond-bigquery.ts';
import { BIGNUMERICS } from './functions/bignumerics.ts';
import { BYTES } from './functions/bytes.ts';
import { JSONS } from './functions/json.ts';
import { NETS } from './functions/net.ts';
import { NUMBERS } from './functions/numbers.ts';
import { RANGES } from './functions/ranges.ts';
import { TEXTS } from './functions/texts.ts';
import { TIMES } from './functions/times.ts';

/** What stands around functions, each with a statement that shows it; the test runs every one. */
export const FEATURES: Record<string, Record<string, string>> = {
  Queries: {
    'joins: INNER, LEFT, RIGHT, FULL, CROSS, USING': 'SELECT 1 FROM UNNEST([1]) a FULL JOIN UNNEST([1]) b ON a = b',
    'conditions behind several joins, subqueries in conditions':
      'SELECT 1 FROM (SELECT 1 AS a) LEFT JOIN (SELECT 1 AS b) JOIN (SELECT 1 AS c) ON b = c ON EXISTS (SELECT 1 FROM UNNEST([a]) AS x WHERE x = b)',
    'UNNEST with OFFSET, correlated arrays': 'SELECT x, i FROM UNNEST([1]) x WITH OFFSET i',
    'set operations, also BY NAME and CORRESPONDING': 'SELECT 1 AS a UNION ALL BY NAME SELECT 2 AS a',
    'WITH, WITH RECURSIVE':
      'WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT n FROM t',
    'GROUP BY ALL, ROLLUP, CUBE, GROUPING SETS': 'SELECT x, COUNT(*) FROM UNNEST([1]) x GROUP BY ROLLUP(x)',
    'window functions, frames, named windows, QUALIFY':
      'SELECT x FROM UNNEST([1]) x QUALIFY ROW_NUMBER() OVER (ORDER BY x) = 1',
    'PIVOT, UNPIVOT': 'SELECT * FROM (SELECT 1 AS k, 2 AS v) PIVOT(SUM(v) FOR k IN (1))',
    TABLESAMPLE: 'SELECT x FROM UNNEST([1]) x TABLESAMPLE SYSTEM (100 PERCENT)',
    'CAST … FORMAT of numbers': 'SELECT CAST(12 AS STRING FORMAT "999")',
    'CAST … FORMAT of times and BYTES': 'SELECT CAST(DATE "2020-01-01" AS STRING FORMAT "YYYY")',
    'pipe syntax': 'FROM UNNEST([1]) AS x |> WHERE x > 0 |> AGGREGATE COUNT(*) AS n',
    'wildcard tables, _TABLE_SUFFIX': 'SELECT _TABLE_SUFFIX FROM `support.t*`',
    'INFORMATION_SCHEMA: SCHEMATA, SCHEMATA_OPTIONS, TABLES, COLUMNS, COLUMN_FIELD_PATHS, VIEWS, MATERIALIZED_VIEWS, TABLE_SNAPSHOTS, TABLE_OPTIONS, TABLE_CONSTRAINTS, KEY_COLUMN_USAGE, CONSTRAINT_COLUMN_USAGE, PARTITIONS, ROUTINES, PARAMETERS, ROUTINE_OPTIONS, JOBS':
      'SELECT table_name FROM support.INFORMATION_SCHEMA.TABLES',
    GAP_FILL: 'SELECT * FROM GAP_FILL((SELECT DATE "2020-01-01" AS d, 1 AS x), "d", INTERVAL 1 DAY)',
    'RANGE values and columns, RANGE_SESSIONIZE':
      'SELECT session_range FROM RANGE_SESSIONIZE((SELECT RANGE(DATE "2020-01-01", NULL) AS r), "r", [])',
    '_PARTITIONTIME, _PARTITIONDATE':
      'CREATE OR REPLACE TABLE support.days (a INT64) PARTITION BY _PARTITIONDATE; SELECT _PARTITIONTIME AS time FROM support.days',
    'lambdas, chained calls, WITH expressions': 'SELECT ARRAY_FILTER([1], e -> e > 0), ("a").UPPER(), WITH(a AS 1, a)',
  },
  'Data definition': {
    'CREATE, ALTER, DROP SCHEMA': 'ALTER SCHEMA support SET OPTIONS (description = "d")',
    'CREATE TABLE: columns, defaults, partitioning, clustering, OPTIONS, AS SELECT, LIKE, COPY, CLONE':
      'CREATE OR REPLACE TABLE support.made (a INT64 DEFAULT 1, d DATE) PARTITION BY d CLUSTER BY a',
    'partitions by day, hour, month or year of a column or of ingestion, by ranges of integers':
      'CREATE OR REPLACE TABLE support.ranges (a INT64) PARTITION BY RANGE_BUCKET(a, GENERATE_ARRAY(0, 10, 1))',
    'ALTER TABLE: columns, types, defaults, options, names': 'ALTER TABLE support.made ADD COLUMN b STRING',
    'LOAD DATA: CSV, JSON, PARQUET, AVRO, one partition, Hive’s folders':
      'LOAD DATA INTO support.loaded (a INT64) FROM FILES (format = "CSV", uris = ["gs://lake/support.csv"])',
    'keys that are not enforced': 'CREATE OR REPLACE TABLE support.k (a INT64, PRIMARY KEY (a) NOT ENFORCED)',
    'temporary tables': 'CREATE TEMP TABLE x AS SELECT 1 AS a',
    'materialized views: partitioning, clustering, OPTIONS, BQ.REFRESH_MATERIALIZED_VIEW':
      'CREATE OR REPLACE MATERIALIZED VIEW support.m AS SELECT a, COUNT(*) AS n FROM support.t GROUP BY a',
    'CREATE VIEW': 'CREATE OR REPLACE VIEW support.v AS SELECT 1 AS one',
    'functions in SQL, also temporary and aggregate, with arguments NOT AGGREGATE':
      'CREATE TEMP AGGREGATE FUNCTION f(x INT64, n INT64 NOT AGGREGATE) AS (SUM(x) / n); SELECT f(x, 2) FROM UNNEST([1]) AS x',
    'functions in JavaScript, with libraries':
      'CREATE TEMP FUNCTION j(x FLOAT64) RETURNS INT64 LANGUAGE js AS "return x + 1"; SELECT j(1)',
    'table functions, with TABLE arguments':
      'CREATE OR REPLACE TABLE FUNCTION support.f(t TABLE<a INT64>) AS SELECT a FROM t; SELECT * FROM support.f(TABLE support.t)',
    procedures: 'CREATE OR REPLACE PROCEDURE support.p() BEGIN SELECT 1; END',
  },
  'Data manipulation and scripts': {
    'INSERT, UPDATE … FROM, DELETE, TRUNCATE': 'INSERT support.made (a) VALUES (DEFAULT)',
    'MERGE, INSERT ROW, NOT MATCHED BY SOURCE':
      'MERGE support.t USING (SELECT 9 AS a) s ON FALSE WHEN NOT MATCHED THEN INSERT ROW',
    'transactions of several statements, temporary tables and functions in them':
      'BEGIN TRANSACTION; INSERT support.t VALUES (5); ROLLBACK TRANSACTION',
    'DECLARE, SET, IF, CASE, LOOP, WHILE, REPEAT, FOR, labels, BEGIN … EXCEPTION, RAISE, CALL':
      'DECLARE n INT64 DEFAULT 0; WHILE n < 2 DO SET n = n + 1; END WHILE; SELECT n',
    'EXPORT DATA: CSV, JSON, PARQUET, AVRO':
      'EXPORT DATA OPTIONS (uri = "gs://lake/support-*.csv", format = "CSV", overwrite = true) AS SELECT 1 AS a',
    'EXECUTE IMMEDIATE': 'EXECUTE IMMEDIATE "SELECT ?" USING 1',
    ASSERT: 'ASSERT 1 = 1 AS "message"',
  },
};

/** What is refused by name, with line and column, each with a statement that shows it. */
export const REFUSED_FEATURES: Record<string, string> = {
  'functions and procedures in Python and other languages, remote functions':
    'CREATE FUNCTION support.j() RETURNS INT64 LANGUAGE python AS "return 1"',
  'INT64, DATETIME, TIME, INTERVAL as arguments of JavaScript functions, aggregate functions in JavaScript':
    'CREATE TEMP FUNCTION j(x INT64) RETURNS INT64 LANGUAGE js AS "return 1"; SELECT j(1)',
  'FULL JOIN with a subquery in its condition, subqueries in lambdas, GROUP BY inside an aggregate function, MATCH_RECOGNIZE, differential privacy':
    'SELECT SUM(AVG(x) GROUP BY x) FROM UNNEST([1]) AS x',
  'external tables': 'CREATE EXTERNAL TABLE support.e OPTIONS (format = "CSV")',
  'ORC files': 'LOAD DATA INTO support.t FROM FILES (format = "ORC", uris = ["gs://lake/support.csv"])',
  'time travel': 'SELECT * FROM support.t FOR SYSTEM_TIME AS OF CURRENT_TIMESTAMP()',
  'GEOGRAPHY, COLLATE': 'SELECT COLLATE("a", "und:ci")',
  'CAST … FORMAT with TM, and of BYTES by models that are no literals': 'SELECT CAST(12 AS STRING FORMAT "TM")',
  'PERCENTILE_CONT of decimals': 'SELECT PERCENTILE_CONT(x, 0.5) OVER () FROM UNNEST([BIGNUMERIC "1"]) AS x',
  'RANGE frames with offsets from a BIGNUMERIC':
    'SELECT SUM(1) OVER (ORDER BY x RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM UNNEST([BIGNUMERIC "1"]) AS x',
};

const namesOf = (table: object) => Object.keys(table).map((key) => key.split('(')[0] ?? key);

/** SUPPORT.md: generated, so that it says what is there. */
export function renderSupport(): string {
  const elsewhere = new Set([...namesOf(JSON_CALLS), ...namesOf(REGEX_CALLS), ...namesOf(ARRAY_CALLS)]);
  const other = namesOf(SPECIAL_CALLS).filter((name) => !elsewhere.has(name) && name !== 'SESSION_USER');
  const families: [string, string[]][] = [
    ['Numbers, conditions', namesOf({ ...NUMBERS, ...BIGNUMERICS })],
    ['Text, hashes', namesOf(TEXTS)],
    ['Bytes', namesOf(BYTES)],
    ['Regular expressions', namesOf(REGEX_CALLS)],
    ['Dates, times, intervals', [...namesOf(TIMES), ...namesOf(DATE_CALLS)]],
    ['JSON', [...namesOf(JSONS), ...namesOf(JSON_CALLS)]],
    ['Arrays', [...namesOf(ARRAYS), ...namesOf(ARRAY_CALLS)]],
    ['Ranges', namesOf(RANGES)],
    ['Net', namesOf(NETS)],
    ['Encryption', namesOf(AEADS)],
    ['Aggregates', namesOf(AGGREGATES)],
    ['Analytic functions', namesOf(WINDOW_FUNCTIONS)],
    ['Others', other],
    ['GoogleSQL’s that BigQuery lacks', namesOf(BEYOND_BIGQUERY)],
    ['Refused by name, and all of ST_, KLL_QUANTILES., ML., AI.', [...REFUSED]],
  ];
  const list = (names: string[]) => [...new Set(names)].sort().join(', ');
  const rows = families.map(([family, names]) => `| ${family} | ${list(names)} |`);
  const features = Object.entries(FEATURES).map(
    ([title, entries]) => `| ${title} | ${Object.keys(entries).join('; ')} |`,
  );
  return `# GoogleSQL in the embedded warehouse

Generated from the registries of \`sql/\`; \`npx vitest run test/infra/local/bigquery/sql/support.test.ts -u\` writes it anew.
What is not listed here is refused with an error that names it, its line and its column.

## Statements and clauses

| family | supported |
|---|---|
${features.join('\n')}
| Refused | ${Object.keys(REFUSED_FEATURES).join('; ')} |

## Functions

| family | functions |
|---|---|
${rows.join('\n')}
`;
}
