import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ErasureReport } from '../../../functions/model/erasure.ts';
import type { LedgerEntry } from '../../../functions/model/run.ts';
import { type Endpoints, lastEndpoints } from '../../../infra/cli/endpoints.ts';
import { createIdTokens } from '../../../infra/cli/id-tokens.ts';
import { CANARY_ID, CANARY_MAIL, MALL, mallFiles } from './forget-project.ts';
import { createWorkplace } from './sluice.ts';

/** A person in every form of file and every kind of table, and where they are afterwards: by the command that people use. */
const place = createWorkplace(MALL);
/** A busy machine is no failure. */
const PATIENCE_MS = 120_000;
const WHY = ['--reason', 'case 4711: asked to be forgotten'];
let endpoints: Endpoints;
let before: Record<string, string[]>;

const TABLES = ['customers', 'orders', 'profiles', 'visits', 'spenders', 'daily'];

/** Every row as text, by table. */
async function allRows(leaveOut = ''): Promise<Record<string, string[]>> {
  const queries = TABLES.map((table, n) => {
    const row = leaveOut && n < 4 ? `(SELECT AS STRUCT x.* EXCEPT (${leaveOut}))` : 'x';
    return `SELECT '${table}' AS name, TO_JSON_STRING(${row}) AS row FROM mall.${table} x`;
  });
  const rows = await place.json<{ name: string; row: string }[]>('query', queries.join(' UNION ALL '));
  return Object.fromEntries(
    TABLES.map((table) => [
      table,
      rows
        .filter(({ name }) => name === table)
        .map(({ row }) => row)
        .sort(),
    ]),
  );
}

beforeAll(async () => {
  await place.stay(['up'], /Ctrl-C/);
  endpoints = lastEndpoints(place.path('.sluice')) as Endpoints;
  const files = Object.entries(await mallFiles());
  await Promise.all(
    files.map(async ([name, bytes]) => {
      const path = place.path(`files/${name}`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
      const dropped = await place.sluice('drop', path, '--to', `mall/${dirname(name)}/`, '--wait');
      expect(dropped.status, dropped.stderr + dropped.stdout).toBe(0);
    }),
  );
  const built = await place.sluice('run', '*', '--from', '2026-01-01', '--to', '2026-01-03');
  expect(built.status, built.stderr).toBe(0);
  expect(filesWith(CANARY_MAIL).length).toBeGreaterThanOrEqual(4);
  before = await allRows();
}, PATIENCE_MS);
afterAll(() => place.close());

/** Files of the local cloud, packed ones unpacked, that hold a text; those of the warehouse are asked for by queries. */
function filesWith(text: string): string[] {
  const found: string[] = [];
  const visit = (dir: string): void => {
    for (const name of readdirSync(dir)) {
      const path = join(dir, name);
      if (statSync(path).isDirectory()) visit(path);
      else {
        const bytes = readFileSync(path);
        const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
        if (plain.toString('latin1').toLowerCase().includes(text.toLowerCase())) found.push(path);
      }
    }
  };
  visit(place.path('.sluice'));
  return found;
}

const forget = (...args: string[]): Promise<ErasureReport> => place.json<ErasureReport>('forget', ...args, ...WHY);
const ofCustomers = ['--source', 'mall.customers', '--key', CANARY_ID];

describe('sluice forget', { timeout: PATIENCE_MS }, () => {
  test('with --dry-run tells what there is and changes nothing', async () => {
    const report = await forget(...ofCustomers, '--dry-run');
    expect(report).toMatchObject({
      outcome: 'planned',
      columns: ['customer_id'],
      tables: [{ table: 'mall.customers', rows: 1, outcome: 'found' }],
      transforms: [{ transform: 'mall.spenders' }],
    });
    expect(report.objects.map(({ place: where, rows, outcome }) => [where, rows, outcome]).sort()).toEqual([
      ['curated', 1, 'found'],
      ['curated', 1, 'found'],
      ['raw', 1, 'found'],
      ['raw', 1, 'found'],
    ]);
    expect(await allRows()).toEqual(before);
    expect(JSON.stringify(report)).not.toContain(CANARY_ID);
  });

  test('takes the person out of every file and table, and leaves all others as they were', async () => {
    const reports = await Promise.all([
      forget(...ofCustomers),
      forget('--source', 'mall.orders', '--column', 'email', '--key', CANARY_MAIL),
      forget('--source', 'mall.profiles', '--key', `email=${CANARY_MAIL}`),
      forget('--source', 'mall.visits', '--key', `email=${CANARY_MAIL}`),
    ]);
    for (const report of reports) {
      expect(report).toMatchObject({ outcome: 'erased', left: [] });
      expect(JSON.stringify(report)).not.toMatch(/CANARY/i);
      // Soft delete of a week in the raw bucket, and two weeks of BigQuery's.
      expect(Date.parse(String(report.goneAt)) - Date.parse(report.endedAt)).toBe(14 * 86_400_000);
    }
    expect(reports.map(({ tables }) => tables)).toEqual([
      [{ table: 'mall.customers', rows: 1, outcome: 'deleted' }],
      [{ table: 'mall.orders', rows: 2, outcome: 'deleted' }],
      [{ table: 'mall.profiles', rows: 1, outcome: 'deleted' }],
      [{ table: 'mall.visits', rows: 1, outcome: 'deleted' }],
    ]);
    const after = await allRows();
    for (const table of TABLES.slice(0, 4)) {
      const lost = before[table]?.filter((row) => !after[table]?.includes(row)) ?? [];
      expect([table, lost.length]).toEqual([table, table === 'orders' ? 2 : 1]);
      expect(after[table]?.length).toBe((before[table]?.length ?? 0) - lost.length);
    }
    expect(after.spenders?.length).toBe((before.spenders?.length ?? 0) - 1);
    expect(after.daily?.length).toBe((before.daily?.length ?? 0) - 2);
  });

  test('leaves nothing of them in any generation, in the ledger, in tasks and in logs', () => {
    expect(filesWith(CANARY_MAIL)).toEqual([]);
    const outsideOfWarehouse = filesWith(CANARY_ID).filter((path) => !path.includes('duckdb'));
    expect(outsideOfWarehouse).toEqual([]);
  });

  test('starts no run by what it writes, and a sweep finds nothing untold', async () => {
    const count = async (): Promise<number> => (await place.json<{ runs: LedgerEntry[] }>('runs')).runs.length;
    expect(await count()).toBe(5);
    const night = await place.sluice('nightly', '--date', '2026-01-03');
    expect(night.status, night.stderr).toBe(0);
    expect(await count()).toBe(5);
  });

  test('makes the same tables once all is replayed, without them', async () => {
    const left = await allRows('_row_number');
    const { runs } = await place.json<{ runs: LedgerEntry[] }>('runs');
    const replayed = await Promise.all(runs.map(({ run }) => place.sluice('replay', run, '--wait')));
    for (const { status, stdout, stderr } of replayed) expect(status, stdout + stderr).toBe(0);
    // What the loads have set going builds the tables of transforms anew meanwhile.
    await expect.poll(() => allRows('_row_number'), { timeout: PATIENCE_MS, interval: 1000 }).toEqual(left);
  });

  test('twice finds nothing more', async () => {
    const report = await forget(...ofCustomers);
    expect(report).toMatchObject({ outcome: 'erased', objects: [], left: [] });
    expect(report.tables).toEqual([{ table: 'mall.customers', rows: 0, outcome: 'deleted' }]);
  });

  test('refuses what is not enough, or too much', async () => {
    const { status, stderr } = await place.sluice(
      'forget',
      '--source',
      'mall.customers',
      '--key',
      'x',
      '--reason',
      'x',
    );
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/reason/) });
  });

  test('is nobody’s to ask for but those who are named', async () => {
    const url = `${endpoints.functions}/forget`;
    const ask = async (account: string): Promise<number> => {
      const authorization = `Bearer ${await createIdTokens(endpoints, account)(url)}`;
      const headers = { 'content-type': 'application/json', authorization };
      const body = JSON.stringify({ action: 'show', erasure: '0123456789abcdef0123' });
      return (await fetch(url, { method: 'POST', headers, body })).status;
    };
    expect(await ask(endpoints.accounts.operator)).toBe(403);
    expect(await ask(endpoints.reidentifiers.me ?? '')).toBe(403);
    expect(await ask(endpoints.forgetters.me ?? '')).toBe(404);
  });
});
