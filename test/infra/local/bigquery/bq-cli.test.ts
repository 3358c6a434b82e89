import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run, startBigQuery, type Testbed } from './testbed.ts';

/** Where the Google Cloud SDK keeps `bq`'s description of the API; undefined where it is not installed. */
function findDiscovery(): string | undefined {
  try {
    const sdk = execFileSync('gcloud', ['info', '--format=value(installation.sdk_root)'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    const file = join(sdk, 'platform/bq/discovery_next/bigquery.json');
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

const discovery = findDiscovery();
if (discovery === undefined) console.log('bq is not installed: its tests are left out');

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
  await run(bed, "CREATE SCHEMA shop; CREATE TABLE shop.t (id INT64, name STRING); INSERT shop.t VALUES (1, 'ann')");
});
afterAll(() => bed.stop());

async function bq(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(
    'bq',
    [`--discovery_file=${discovery}`, '--api', bed.url, '--project_id=local', '--format=json', ...args],
    {
      env: {
        ...process.env,
        CLOUDSDK_AUTH_ACCESS_TOKEN: 'fake',
        CLOUDSDK_CORE_PROJECT: 'local',
        CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
        CLOUDSDK_CONFIG: mkdtempSync(join(tmpdir(), 'gcloud-')),
      },
      timeout: 60_000,
    },
  );
  return stdout.trim();
}

test.runIf(discovery)(
  'bq lists, loads, queries and shows',
  async () => {
    const path = join(bed.dir, 'local.csv');
    writeFileSync(path, '2,bob\n');
    const [list, , shown] = await Promise.all([
      bq('ls', 'shop'),
      bq('load', 'shop.t', path, 'id:integer,name:string'),
      bq('show', 'shop.t'),
    ]);
    expect(JSON.parse(list)).toMatchObject([{ tableReference: { tableId: 't' } }]);
    expect(JSON.parse(shown)).toMatchObject({
      schema: {
        fields: [
          { name: 'id', type: 'INTEGER' },
          { name: 'name', type: 'STRING' },
        ],
      },
    });
    const [queried, head] = await Promise.all([
      bq('query', '--nouse_legacy_sql', 'SELECT id, name FROM shop.t ORDER BY id'),
      bq('head', '-n', '1', 'shop.t'),
    ]);
    expect(JSON.parse(queried)).toEqual([
      { id: '1', name: 'ann' },
      { id: '2', name: 'bob' },
    ]);
    expect(JSON.parse(head)).toEqual([{ id: '1', name: 'ann' }]);
  },
  90_000,
);

test.runIf(discovery)(
  'bq makes, updates, copies, extracts and removes, tells a query’s bytes and takes parameters',
  async () => {
    await bq('mk', '-d', 'work');
    const sql = ['query', '--nouse_legacy_sql'];
    const [dry, asked] = await Promise.all([
      bq(...sql, '--dry_run', 'SELECT id FROM shop.t'),
      bq(...sql, '--parameter=a:INT64:5', '--parameter=b::x', 'SELECT @a AS a, @b AS b'),
      bq('mk', '-t', '--schema', 'id:integer', '--label', 'team:growth', 'work.made'),
      bq('cp', '-n', 'shop.t', 'work.copied'),
      bq('extract', '--destination_format', 'CSV', 'shop.t', 'gs://lake/bq.csv'),
    ]);
    expect(JSON.parse(dry)).toMatchObject({ statistics: { query: { totalBytesProcessed: expect.any(String) } } });
    expect(JSON.parse(asked)).toEqual([{ a: '5', b: 'x' }]);
    expect(readFileSync(join(bed.dir, 'objects/lake/bq.csv'), 'utf8')).toMatch(/^id,name\n/);
    await bq('update', '--description', 'a table', '--set_label', 'team:data', 'work.made');
    expect(JSON.parse(await bq('show', 'work.made'))).toMatchObject({
      description: 'a table',
      labels: { team: 'data' },
    });
    await bq('rm', '-f', '-t', 'work.made');
    expect(JSON.parse(await bq('ls', 'work'))).toMatchObject([{ tableReference: { tableId: 'copied' } }]);
    await bq('rm', '-r', '-f', 'work');
    expect(await bq('ls')).not.toContain('work');
  },
  120_000,
);

test.runIf(discovery)(
  'bq makes tables of partitions, loads and heads one of them',
  async () => {
    const path = join(bed.dir, 'part.csv');
    writeFileSync(path, '7\n');
    await Promise.all([
      bq('mk', '-t', '--schema', 'id:integer', '--range_partitioning', 'id,0,100,10', 'shop.ranges'),
      bq('mk', '-t', '--schema', 'id:integer', '--time_partitioning_type', 'DAY', 'shop.days'),
    ]);
    await bq('load', 'shop.days$20260101', path);
    const [ranges, first] = await Promise.all([bq('show', 'shop.ranges'), bq('head', 'shop.days$20260101')]);
    expect(JSON.parse(ranges)).toMatchObject({
      rangePartitioning: { field: 'id', range: { start: '0', end: '100', interval: '10' } },
    });
    expect(JSON.parse(first)).toEqual([{ id: '7' }]);
  },
  120_000,
);
