import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, afterEach, expect, test } from 'vitest';
import { type Killable, startKillable } from '../infra/local/bigquery/killable.ts';
import { call, type JobBody, run, startBigQuery } from '../infra/local/bigquery/testbed.ts';
import { COUNT, SEED, shuffled } from './seeded.ts';
import { csv, KINDS, type Kind, SHARED } from './warehouse-work.ts';

/** `npm run faults` kills the warehouse often; `npm test` a few times, at other moments for another SLUICE_FAULT_SEED. */
const ROUNDS = Number.isFinite(COUNT) ? 3 : 40;
/** A kill comes so long after as many of a round's requests are answered as its turn says: from few to all. */
const DELAYS_MS = shuffled(
  Array.from({ length: 100 }, (_, i) => 3 * i),
  SEED,
);
const TURNS = shuffled(
  Array.from({ length: ROUNDS }, (_, i) => (i + 1) / ROUNDS),
  SEED,
);
const PATIENCE_MS = 60_000;

const dir = mkdtempSync(join(tmpdir(), 'bigquery-kill-'));
let service: Killable | undefined;
afterEach(() => service?.kill());
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Work {
  n: number;
  name: string;
  kind: Kind;
  acknowledged: boolean;
}

const WORK: Work[] = Array.from({ length: ROUNDS }, (_, round) =>
  shuffled(Object.entries(KINDS), SEED + round).map(([name, kind], i, { length }) => ({
    n: round * length + i,
    name,
    kind,
    acknowledged: false,
  })),
).flat();

const uriOf = (n: number) => `gs://lake/${n}.csv`;

/** An answer is an acknowledgement, a broken connection is none; a refusal fails the test. */
async function send(on: Killable, work: Work): Promise<void> {
  const { n, kind } = work;
  const job = kind.job?.(n, uriOf(n));
  try {
    if (kind.request) work.acknowledged = await kind.request(on, n);
    else {
      const reply = await call(on, 'POST', '/jobs', { configuration: job, jobReference: { jobId: `job-${n}` } });
      if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
      work.acknowledged = true;
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw new Error(`${work.name} was refused`, { cause: error });
  }
}

/** Where the job is known, it ends, as its kind does. Resolves to whether it is. */
async function follow(on: Killable, { n, name, kind }: Work): Promise<boolean> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const { status, body } = await call<JobBody>(on, 'GET', `/jobs/job-${n}`);
    if (status === 404) return false;
    if (body.status.state === 'DONE') {
      expect([name, body.status.errorResult?.reason]).toEqual([name, kind.fails]);
      return true;
    }
    if (Date.now() > until) throw new Error(`${name} is ${body.status.state} after ${PATIENCE_MS} ms`);
    await delay(10);
  }
}

const makesJob = (name: string, { job }: Kind) =>
  job !== undefined || name.includes('upload') || name.includes('cancelled');

/** What the database file holds beside what its catalog and its jobs name, and files on their way in or out. */
async function findOrphans(): Promise<string[]> {
  const files = ['uploads', 'exports', 'spill'].flatMap((folder) => {
    const path = join(dir, 'bigquery', folder);
    return readdirSync(join(dir, 'bigquery')).includes(folder)
      ? readdirSync(path).map((file) => `${folder}/${file}`)
      : [];
  });
  const instance = await DuckDBInstance.create(join(dir, 'bigquery', 'warehouse.duckdb'), { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  const { length: _, ...rows } = (
    await connection.runAndReadAll(
      `SELECT name FROM (SELECT schema_name || '.' || table_name AS name FROM duckdb_tables() WHERE schema_name IN ('data', 'anon'))
       WHERE name NOT IN (SELECT json_extract_string(json, '$.physical') FROM meta.tables)
         AND name NOT IN (SELECT result FROM meta.jobs WHERE result IS NOT NULL)`,
    )
  ).getRowObjects();
  connection.closeSync();
  instance.closeSync();
  return [...files, ...Object.values(rows).map(({ name }) => String(name))];
}

test('what was acknowledged is there exactly once, however often the warehouse is killed', async () => {
  const bed = await startBigQuery(dir);
  expect(await run(bed, SHARED)).toEqual([]);
  const before = WORK.flatMap(({ n, kind }) => kind.before?.(n) ?? []);
  expect(await run(bed, before.join(';\n'))).toMatchObject([]);
  for (const { n } of WORK) bed.put(`${n}.csv`, csv(n));
  await bed.stop();

  for (let round = 0; round < ROUNDS; round++) {
    service = await startKillable(dir);
    const on = service;
    const perRound = WORK.length / ROUNDS;
    const own = WORK.slice(round * perRound, (round + 1) * perRound);
    const again = WORK.slice(0, round * perRound).filter(({ kind, acknowledged }) => kind.isRepeated && !acknowledged);
    const due = Math.ceil((TURNS[round] ?? 1) * perRound);
    let answers = 0;
    let doom: Promise<void> | undefined;
    const answered = () => {
      answers++;
      if (answers === due) doom = delay(DELAYS_MS[round % DELAYS_MS.length]).then(() => on.kill());
    };
    await Promise.all([...again.map((work) => send(on, work)), ...own.map((work) => send(on, work).then(answered))]);
    await doom;
  }
  expect(WORK.filter(({ acknowledged }) => acknowledged).length).toBeGreaterThan(WORK.length / 10);

  service = await startKillable(dir);
  const on = service;
  for (const work of WORK) if (work.kind.isRepeated && !work.acknowledged) await send(on, work);
  const known = new Set<number>();
  for (const work of WORK) if (makesJob(work.name, work.kind) && (await follow(on, work))) known.add(work.n);
  for (const work of WORK) {
    const { n, name, kind, acknowledged } = work;
    const count = await kind.count(on, n, dir);
    const due = acknowledged || known.has(n) ? [1] : makesJob(name, kind) ? [0] : [0, 1];
    expect(due, `${name} (${n}): ${count} times, ${acknowledged ? 'acknowledged' : 'not acknowledged'}`).toContain(
      count,
    );
  }

  const { body: listed } = await call<{ jobs: JobBody[] }>(on, 'GET', '/jobs?maxResults=10000');
  const ids = new Set(listed.jobs.map(({ jobReference }) => jobReference.jobId));
  expect([...known].filter((n) => !ids.has(`job-${n}`))).toEqual([]);
  await checkTables(on);
  await on.kill();
  expect(await findOrphans()).toEqual([]);
}, 1_200_000);

/** What a table's resource says of its rows and columns is what a query finds. */
async function checkTables(on: Killable): Promise<void> {
  interface Table {
    tableReference: { tableId: string };
    type: string;
    numRows: string;
    schema: { fields: { name: string }[] };
    etag: string;
  }
  const { body } = await call<{ tables: Table[] }>(on, 'GET', '/datasets/shop/tables?maxResults=10000');
  expect(body.tables.length).toBeGreaterThan(10);
  for (const { tableReference, type } of body.tables) {
    if (type !== 'TABLE') continue;
    const { tableId } = tableReference;
    const { body: table } = await call<Table>(on, 'GET', `/datasets/shop/tables/${tableId}`);
    const columns = table.schema.fields.map(({ name }) => `COUNTIF(${name} IS NULL AND FALSE)`).join(', ');
    expect([tableId, await run(on, `SELECT COUNT(*), ${columns} FROM shop.${tableId}`)]).toEqual([
      tableId,
      [[table.numRows, ...table.schema.fields.map(() => '0')]],
    ]);
    const { body: same } = await call<Table>(on, 'GET', `/datasets/shop/tables/${tableId}`);
    expect(same.etag).toBe(table.etag);
  }
}
