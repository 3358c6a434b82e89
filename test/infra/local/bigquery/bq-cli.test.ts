import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
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
