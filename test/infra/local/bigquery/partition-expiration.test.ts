import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { call, run, startBigQuery } from './testbed.ts';

const dir = mkdtempSync(join(tmpdir(), 'bigquery-expiration-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const LIFE = { default: '3.0', own: '1.5' };

test('partitions go once their life is past, counted from their end; a table’s own life comes first', async () => {
  let bed = await startBigQuery(dir);
  const old = 'DATE_SUB(CURRENT_DATE(), INTERVAL 5 DAY)';
  const rows = `SELECT DATE_SUB(CURRENT_DATE(), INTERVAL n DAY) AS day FROM UNNEST([0, 3, 5]) AS n UNION ALL SELECT NULL`;
  await run(
    bed,
    `CREATE SCHEMA shop OPTIONS (default_partition_expiration_days = 3);
    CREATE TABLE shop.days PARTITION BY day AS ${rows};
    CREATE TABLE shop.own PARTITION BY day OPTIONS (partition_expiration_days = 1.5) AS ${rows};
    CREATE TABLE shop.months PARTITION BY DATE_TRUNC(day, MONTH) AS ${rows};
    CREATE TABLE shop.ingested (id INT64) PARTITION BY _PARTITIONDATE;
    INSERT shop.ingested (id, _PARTITIONTIME) VALUES (1, TIMESTAMP(${old})), (2, TIMESTAMP(CURRENT_DATE()));
    CREATE TABLE shop.whole PARTITION BY day OPTIONS (expiration_timestamp = '2999-01-01') AS ${rows};
    CREATE SNAPSHOT TABLE shop.kept CLONE shop.days;
    CREATE TABLE shop.plain AS ${rows}`,
  );
  expect(
    await run(
      bed,
      "SELECT table_name, option_value FROM shop.INFORMATION_SCHEMA.TABLE_OPTIONS WHERE option_name = 'partition_expiration_days' ORDER BY 1",
    ),
  ).toEqual([
    ['days', LIFE.default],
    ['ingested', LIFE.default],
    ['kept', LIFE.default],
    ['months', LIFE.default],
    ['own', LIFE.own],
    ['whole', LIFE.default],
  ]);
  expect((await call(bed, 'GET', '/datasets/shop/tables/days')).body).toMatchObject({
    timePartitioning: { type: 'DAY', field: 'day', expirationMs: '259200000' },
  });
  await bed.stop();
  bed = await startBigQuery(dir);
  const counts = () =>
    run(
      bed,
      `SELECT (SELECT COUNT(*) FROM shop.days), (SELECT COUNT(*) FROM shop.own), (SELECT COUNT(*) FROM shop.ingested),
        (SELECT COUNT(*) FROM shop.whole), (SELECT COUNT(*) FROM shop.kept), (SELECT COUNT(*) FROM shop.plain)`,
    );
  // Of the partition three days ago, less than three days have passed since its end.
  await expect.poll(counts, { timeout: 5000 }).toEqual([['3', '2', '1', '4', '4', '4']]);
  await bed.stop();
});

test('a PATCH that does not name the life of partitions keeps it', async () => {
  const bed = await startBigQuery(dir);
  const patch = (timePartitioning: object) => call(bed, 'PATCH', '/datasets/shop/tables/months', { timePartitioning });
  await call(bed, 'PATCH', '/datasets/shop/tables/months', { description: 'x' });
  const partitioned = { type: 'MONTH', field: 'day' };
  expect((await patch(partitioned)).body).toMatchObject({ timePartitioning: { expirationMs: '259200000' } });
  const { timePartitioning } = (await patch({ ...partitioned, expirationMs: null })).body;
  expect(timePartitioning).toEqual(partitioned);
  await bed.stop();
});

test('only partitions by time have a life', async () => {
  const bed = await startBigQuery(dir);
  const refused = /partition_expiration_days is set on a table that is not partitioned by time/;
  const ranges = 'PARTITION BY RANGE_BUCKET(a, GENERATE_ARRAY(0, 9))';
  expect(await run(bed, `CREATE TABLE shop.r (a INT64) ${ranges} OPTIONS (partition_expiration_days = 1)`)).toMatch(
    refused,
  );
  expect(await run(bed, 'ALTER TABLE shop.plain SET OPTIONS (partition_expiration_days = 1)')).toMatch(refused);
  await bed.stop();
});
