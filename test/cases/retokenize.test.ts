import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { LedgerEntry } from '../../functions/model/run.ts';
import { compileProject } from '../../infra/cli/project.ts';
import { publishRelease } from '../../infra/cli/publish-release.ts';
import { type Pipeline, startPipeline } from './pipeline.ts';

/** A second version of a key: what is loaded goes on being what it is until all of it is replaced at once. */
const MAIN = fileURLToPath(new URL('../../infra/cli/main.ts', import.meta.url));
/** A day and a snapshot come twice, and who was there before is there again in another version. */
const FILES = {
  'people/1.csv': 'email,version\nann@x.test,1\nbob@x.test,1\n',
  'people/2.csv': 'email,version\nann@x.test,2\ncat@x.test,1\n',
  'visits/1.csv': 'email,pages\nann@x.test,1\nbob@x.test,10\n',
  'visits/2.csv': 'email,pages\nann@x.test,2\n',
  'days/1.csv': 'email,day\nann@x.test,2026-01-01\nbob@x.test,2026-01-02\n',
  'days/2.csv': 'email,day\ncat@x.test,2026-01-02\n',
  'latest/1.csv': 'email\nbob@x.test\ncat@x.test\n',
};
const GONE = 'visits/1.csv';
/** Commands that wait for a dozen files, beside other tests. */
const PATIENCE_MS = 120_000;
const TABLES = ['days', 'latest', 'people', 'visits'] as const;
vi.setConfig({ testTimeout: PATIENCE_MS });
let pipeline: Pipeline;
let folder: string;
let files = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-retokenize-'));
  cpSync(fileURLToPath(new URL('./retokenize', import.meta.url)), folder, { recursive: true });
  pipeline = await startPipeline(folder);
});
afterAll(async () => {
  await pipeline?.stop();
  rmSync(folder, { recursive: true });
});

async function drop(name: string, body: string): Promise<LedgerEntry | undefined> {
  await pipeline.drop(name, body);
  const runs = await pipeline.settle(++files);
  return runs.find(({ detail }) => detail.object.name === name);
}

function declareKey(key: string): void {
  const sources = join(folder, 'sources/crm');
  for (const name of readdirSync(sources)) {
    const text = readFileSync(join(sources, name), 'utf8').replace(/key: pii(@\d)? /, `key: ${key} `);
    writeFileSync(join(sources, name), text);
  }
}

interface Answer {
  status: number;
  stdout: string;
  stderr: string;
}

async function sluice(...args: string[]): Promise<Answer> {
  const command = [MAIN, ...args, '--data', pipeline.dir];
  const options = { env: { ...process.env, NO_COLOR: '1' } };
  return promisify(execFile)(process.execPath, command, options).then(
    ({ stdout, stderr }) => ({ status: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ status: code, stdout, stderr }),
  );
}

/** Rows and different tokens of each table, and what all of its tokens begin with. */
async function tables(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const table of TABLES) {
    const [row] = await pipeline.query(
      `SELECT COUNT(*) AS n, COUNT(DISTINCT email) AS people, STRING_AGG(DISTINCT REGEXP_EXTRACT(email, r'^[^(]+')) AS keys FROM crm.${table}`,
    );
    found[table] = `${row?.n} rows, ${row?.people} people, ${row?.keys}`;
  }
  return found;
}

const pages = async (): Promise<unknown[]> =>
  (await pipeline.query('SELECT p.pages FROM crm.pages AS p ORDER BY p.pages')).map((row) => row.pages);

test('tokens of the first version join', async () => {
  for (const [name, body] of Object.entries(FILES)) {
    await pipeline.drop(name, body);
    files++;
  }
  await pipeline.settle(files);
  expect(await tables()).toEqual({
    days: '2 rows, 2 people, pii',
    latest: '2 rows, 2 people, pii',
    people: '3 rows, 3 people, pii',
    visits: '3 rows, 2 people, pii',
  });
  expect(await pages()).toEqual(['3', '10']);
});

test('a release with another version is refused, with what it would change, and changes nothing', async () => {
  declareKey('pii@2');
  await expect(pipeline.release(folder)).rejects.toThrow(
    /crm\.days \(email\), crm\.people \(email\), crm\.visits \(email\); `npx sluice retokenize/,
  );
  const { stdout } = await sluice('plan', '--project', folder);
  for (const table of TABLES) expect(stdout).toMatch(new RegExp(`re-tokenise +crm\\.${table} +other tokens in email`));
  expect((await tables()).people).toBe('3 rows, 3 people, pii');
});

test('and where one is current all the same, its files go to quarantine, but for a snapshot of the whole table', async () => {
  const { release } = compileProject(folder);
  if (!release) throw new Error('the declarations do not compile');
  await publishRelease(pipeline.endpoints, release, new Date());
  const visits = await drop('visits/3.csv', 'email,pages\ncat@x.test,100\n');
  const { entry } = await pipeline.adhoc<{ entry: LedgerEntry }>({ action: 'show', run: visits?.run });
  expect(entry).toMatchObject({ state: 'QUARANTINED', detail: { reasons: [{ code: 'TOKENS_CHANGED' }] } });
  expect(await drop('people/3.csv', 'email,version\nann@x.test,3\n')).toMatchObject({ state: 'QUARANTINED' });
  expect(await drop('latest/3.csv', 'email\ncat@x.test\n')).toMatchObject({ state: 'DONE' });
  expect(await tables()).toMatchObject({
    latest: '1 rows, 1 people, pii-2',
    people: '3 rows, 3 people, pii',
    visits: '3 rows, 2 people, pii',
  });
});

test('retokenize tells what it would do, then replaces all rows of each table at once', async () => {
  const planned = await sluice('retokenize', '--plan', '--project', folder);
  expect(planned.stdout).toMatch(/crm\.people: other tokens in email; 2 runs or more to replay/);
  expect(planned.stdout).toMatch(/crm\.pages: built anew after that/);
  expect((await tables()).people).toBe('3 rows, 3 people, pii');

  const done = await sluice('retokenize', '--project', folder);
  expect(done).toMatchObject({ status: 0 });
  await pipeline.settle(files);
  expect(await tables()).toEqual({
    days: '2 rows, 2 people, pii-2',
    latest: '1 rows, 1 people, pii-2',
    people: '3 rows, 3 people, pii-2',
    visits: '4 rows, 3 people, pii-2',
  });
  expect(await pages()).toEqual(['3', '10', '100']);
  expect(await pipeline.names(pipeline.endpoints.buckets.state, 'pending/')).toEqual([]);
  expect((await sluice('retokenize', '--project', folder)).stderr).toContain('nothing to do');
});

test('what comes afterwards finds its row, and a replay does not bring the old tokens back', async () => {
  const last = await drop('people/4.csv', 'email,version\nann@x.test,4\n');
  expect((await tables()).people).toBe('3 rows, 3 people, pii-2');
  await pipeline.adhoc({ action: 'replay', run: last?.run });
  await pipeline.settle(files);
  expect((await tables()).people).toBe('3 rows, 3 people, pii-2');
  expect(await pipeline.query('SELECT MAX(version) AS v FROM crm.people')).toEqual([{ v: '4' }]);
});

test('a table of which a file is gone is told of before anything is changed', async () => {
  declareKey('pii@3');
  await expect(pipeline.release(folder)).rejects.toThrow('other tokens');
  const { runs } = await pipeline.adhoc<{ runs: LedgerEntry[] }>({ action: 'runs', source: 'crm.visits' });
  const { bucket, name, generation } = runs.find(({ detail }) => detail.object.name === GONE)?.detail.object ?? {};
  const object = `${pipeline.endpoints.storage}/storage/v1/b/${bucket}/o/${encodeURIComponent(name ?? '')}`;
  await fetch(`${object}?generation=${generation}`, { method: 'DELETE' });
  const { status, stderr } = await sluice('retokenize', '--project', folder);
  expect(status).toBe(1);
  expect(stderr).toContain(
    `1 file of these tables is gone, and their rows have no other origin: ${GONE}; nothing was changed`,
  );
  expect(await tables()).toMatchObject({ people: '3 rows, 3 people, pii-2', visits: '4 rows, 3 people, pii-2' });
});

test('one whose file no longer passes stays whole and as it was, and says which', async () => {
  // The table of the missing file keeps its key this time.
  const visits = join(folder, 'sources/crm/visits.yaml');
  writeFileSync(visits, readFileSync(visits, 'utf8').replace('pii@3', 'pii@2'));
  rmSync(join(folder, 'transforms'), { recursive: true });
  const people = join(folder, 'sources/crm/people.yaml');
  writeFileSync(people, `${readFileSync(people, 'utf8')}expect: { min_rows: 2 }\n`);
  const { status, stdout, stderr } = await sluice('retokenize', '--project', folder);
  expect(status).toBe(1);
  expect(stdout).toContain('crm.visits: stays with pii@2 (email), and joins with these no more');
  expect(stderr).toMatch(/crm\.people cannot go on: the replay of [0-9a-f]{10}.* has failed/);
  expect(await tables()).toMatchObject({ days: '2 rows, 2 people, pii-3', people: '3 rows, 3 people, pii-2' });
});
