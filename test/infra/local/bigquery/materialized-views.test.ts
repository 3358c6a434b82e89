import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, run, startBigQuery, type Testbed } from './testbed.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
  expect(
    await run(
      bed,
      `CREATE SCHEMA shop;
      CREATE TABLE shop.orders (id INT64, item STRING, sales INT64, day DATE) PARTITION BY day;
      INSERT shop.orders VALUES (1, 'pencil', 5, '2020-01-01'), (2, 'pen', 7, '2020-01-02'), (3, 'pencil', 1, '2020-01-02');
      CREATE TABLE shop.names AS SELECT 1 AS id, 'ann' AS name;
      CREATE FUNCTION shop.twice(x INT64) AS (2 * x);
      CREATE MATERIALIZED VIEW shop.totals PARTITION BY day CLUSTER BY item
        OPTIONS (refresh_interval_minutes = 60, max_staleness = INTERVAL '4' HOUR, description = 'by item')
        AS SELECT item, day, SUM(sales) AS total FROM shop.orders GROUP BY item, day`,
    ),
  ).toEqual([]);
});
afterAll(() => bed.stop());

interface TableBody {
  type: string;
  description?: string;
  maxStaleness?: string;
  materializedView?: Record<string, unknown>;
  view?: object;
}
const show = async (table: string) => (await call<TableBody>(bed, 'GET', `/datasets/shop/tables/${table}`)).body;

test('a query of it sees what its base table holds now', async () => {
  const total = "SELECT SUM(total) FROM shop.totals WHERE item = 'pen'";
  expect(await run(bed, total)).toEqual([['7']]);
  await run(bed, "INSERT shop.orders VALUES (4, 'pen', 100, '2020-01-03')");
  expect(await run(bed, total)).toEqual([['107']]);
  await run(bed, 'DELETE FROM shop.orders WHERE id = 4');
  expect(await run(bed, total)).toEqual([['7']]);
});

test('REST and INFORMATION_SCHEMA tell what it is', async () => {
  const body = await show('totals');
  expect(body).toMatchObject({
    type: 'MATERIALIZED_VIEW',
    description: 'by item',
    timePartitioning: { type: 'DAY', field: 'day' },
    clustering: { fields: ['item'] },
    maxStaleness: '0-0 0 4:0:0',
    materializedView: { enableRefresh: true, refreshIntervalMs: '3600000' },
  });
  expect(body).not.toHaveProperty('view');
  const listed = await call<{ tables: { type: string }[] }>(bed, 'GET', '/datasets/shop/tables');
  expect(listed.body.tables.map(({ type }) => type)).toContain('MATERIALIZED_VIEW');
  expect(await run(bed, "SELECT table_type FROM shop.INFORMATION_SCHEMA.TABLES WHERE table_name = 'totals'")).toEqual([
    ['MATERIALIZED VIEW'],
  ]);
  const names = 'SELECT table_name FROM shop.INFORMATION_SCHEMA';
  expect(await run(bed, `${names}.MATERIALIZED_VIEWS`)).toEqual([['totals']]);
  expect(await run(bed, `${names}.VIEWS`)).toEqual([]);
});

test('a refresh is noted', async () => {
  const before = (await show('totals')).materializedView?.lastRefreshTime;
  await new Promise((resolve) => setTimeout(resolve, 2));
  expect(await run(bed, "CALL BQ.REFRESH_MATERIALIZED_VIEW('local.shop.totals')")).toEqual([]);
  expect(Number((await show('totals')).materializedView?.lastRefreshTime)).toBeGreaterThan(Number(before));
  expect(await run(bed, "CALL BQ.REFRESH_MATERIALIZED_VIEW('shop.orders')")).toMatch(/is not a materialized view/);
  expect(await run(bed, "CALL BQ.REFRESH_MATERIALIZED_VIEW('shop.none')")).toMatch(/^notFound: /);
});

describe('an incremental one may hold only what BigQuery can maintain', () => {
  test.each([
    ['SELECT id FROM shop.orders ORDER BY id', 'ORDER BY'],
    ['SELECT id FROM shop.orders LIMIT 1', 'LIMIT'],
    ['SELECT RANK() OVER (ORDER BY id) AS r FROM shop.orders', 'analytic function'],
    ['SELECT id, CURRENT_DATE() AS d FROM shop.orders', 'function CURRENT_DATE'],
    ['SELECT id, CURRENT_TIMESTAMP AS d FROM shop.orders', 'function CURRENT_'],
    ['SELECT id FROM shop.orders WHERE RAND() < 0.5', 'function RAND'],
    ['SELECT id FROM shop.orders TABLESAMPLE SYSTEM (10 PERCENT)', 'TABLESAMPLE'],
    ['SELECT a.id FROM shop.orders AS a FULL JOIN shop.names AS b USING (id)', 'FULL OUTER JOIN'],
    ['SELECT a.id FROM shop.orders AS a JOIN shop.orders AS b USING (id)', 'self-join'],
    ['SELECT COUNT(*) / 10 AS n FROM shop.orders', 'computation over an aggregate'],
    ['SELECT MAX(n) AS m FROM (SELECT COUNT(*) AS n FROM shop.orders)', 'query over an aggregate'],
    ['SELECT item, COUNT(*) AS n FROM shop.orders GROUP BY item HAVING n > 1', 'HAVING'],
    ['SELECT STDDEV(sales) AS s FROM shop.orders', 'aggregate function STDDEV'],
    ['SELECT item, COUNT(*) AS n FROM shop.orders GROUP BY ROLLUP (item)', 'ROLLUP'],
    ['SELECT id FROM shop.orders UNION DISTINCT SELECT id FROM shop.names', 'UNION DISTINCT'],
    ['SELECT ARRAY(SELECT 1) AS a FROM shop.orders', 'ARRAY subquery'],
    ['SELECT id FROM shop.orders WHERE id IN (SELECT id FROM shop.names)', 'expression subquery'],
    ['SELECT shop.twice(id) AS x FROM shop.orders', 'user-defined function shop.twice'],
    ['SELECT total FROM shop.totals', 'another materialized view'],
    ['SELECT id FROM `shop.ord*`', 'wildcard table'],
  ])('%s', async (query, what) => {
    const answer = await run(bed, `CREATE MATERIALIZED VIEW shop.bad AS ${query}`);
    expect(answer).toContain('aterialized view query contains unsupported feature: ');
    expect(answer).toContain(what);
  });

  test.each([
    ['SELECT 1 AS one', /without a base table/],
    ['SELECT @p AS a FROM shop.orders', /parameters cannot be used/],
    ['SELECT nothing FROM shop.orders', /Unrecognized name: nothing/],
  ])('%s', async (query, message) => {
    expect(await run(bed, `CREATE MATERIALIZED VIEW shop.bad AS ${query}`)).toMatch(message);
  });

  test.each([
    ['SELECT a.id, b.name FROM shop.orders AS a LEFT JOIN shop.names AS b USING (id) WHERE sales > 1', 2],
    ['WITH o AS (SELECT id FROM shop.orders) SELECT DISTINCT id FROM o UNION ALL SELECT id FROM shop.names', 4],
    ['SELECT item, APPROX_COUNT_DISTINCT(id) AS n, MAX_BY(id, sales) AS top FROM shop.orders GROUP BY item', 2],
  ])('%s is fine', async (query, rows) => {
    expect(await run(bed, `CREATE OR REPLACE MATERIALIZED VIEW shop.fine AS ${query}`)).toEqual([]);
    expect(await run(bed, 'SELECT * FROM shop.fine')).toHaveLength(rows);
  });
});

test('a non-incremental one may hold more, and must say how stale it may be', async () => {
  const make = (options: string) =>
    run(
      bed,
      `CREATE MATERIALIZED VIEW shop.ranks OPTIONS (allow_non_incremental_definition = true${options})
        AS SELECT id, RANK() OVER (ORDER BY sales) AS r FROM shop.orders`,
    );
  expect(await make('')).toMatch(/must have the option max_staleness/);
  expect(await make(', max_staleness = INTERVAL 1 DAY')).toEqual([]);
  expect(await run(bed, 'SELECT id FROM shop.ranks ORDER BY r')).toEqual([['3'], ['1'], ['2']]);
});

describe('no statement changes its rows or takes it for something else', () => {
  test.each([
    ["INSERT shop.totals VALUES ('a', '2020-01-01', 1)", /Cannot modify materialized view local.shop.totals/],
    ['DELETE FROM shop.totals WHERE TRUE', /Cannot modify materialized view/],
    ['TRUNCATE TABLE shop.totals', /Cannot modify materialized view/],
    ['ALTER VIEW shop.totals SET OPTIONS (description = "x")', /which is a MATERIALIZED_VIEW/],
    ['ALTER MATERIALIZED VIEW shop.totals SET OPTIONS (allow_non_incremental_definition = true)', /cannot be changed/],
    ['DROP VIEW shop.totals', /is a MATERIALIZED_VIEW, which DROP VIEW cannot drop/],
    ['DROP TABLE shop.totals', /which DROP TABLE cannot drop/],
    ['CREATE OR REPLACE VIEW shop.totals AS SELECT 1 AS a', /is a materialized view: drop it/],
    ['CREATE MATERIALIZED VIEW shop.totals AS SELECT id FROM shop.orders', /Already Exists/],
    ['CREATE MATERIALIZED VIEW shop.x PARTITION BY id AS SELECT id FROM shop.names', /PARTITION BY/],
    [
      'CREATE MATERIALIZED VIEW shop.x AS SELECT id FROM shop.orders; SELECT 1 FROM shop.x; DROP MATERIALIZED VIEW shop.y',
      /^notFound/,
    ],
  ])('%s', async (sql, message) => {
    expect(await run(bed, sql)).toMatch(message);
  });
});

test('it is made, changed and dropped over REST and by SQL', async () => {
  const made = await call(bed, 'POST', '/datasets/shop/tables', {
    tableReference: { tableId: 'made' },
    materializedView: {
      query: 'SELECT item, COUNT(*) AS n FROM shop.orders GROUP BY item',
      refreshIntervalMs: '600000',
    },
  });
  expect([made.status, made.body]).toMatchObject([200, { materializedView: { refreshIntervalMs: '600000' } }]);
  await call(bed, 'PATCH', '/datasets/shop/tables/made', { materializedView: { enableRefresh: false } });
  expect((await show('made')).materializedView).toMatchObject({ enableRefresh: false, refreshIntervalMs: '600000' });
  await run(bed, "ALTER MATERIALIZED VIEW shop.made SET OPTIONS (enable_refresh = true, friendly_name = 'm')");
  expect(await show('made')).toMatchObject({ friendlyName: 'm', materializedView: { enableRefresh: true } });
  const refused = await call(bed, 'POST', '/datasets/shop/tables', {
    tableReference: { tableId: 'bad' },
    materializedView: { query: 'SELECT id FROM shop.orders ORDER BY id' },
  });
  expect(refused.status).toBe(400);
  expect(await run(bed, 'DROP MATERIALIZED VIEW shop.made; DROP MATERIALIZED VIEW IF EXISTS shop.made')).toEqual([]);
  expect((await call(bed, 'GET', '/datasets/shop/tables/made')).status).toBe(404);
});
