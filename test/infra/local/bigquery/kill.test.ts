import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { call, run, startBigQuery } from './testbed.ts';

const dir = mkdtempSync(join(tmpdir(), 'bigquery-kill-'));
let child: ChildProcess | undefined;
afterEach(kill);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function start(): Promise<{ url: string }> {
  const started = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'kill-child.ts'), dir],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  child = started;
  let text = '';
  for await (const chunk of started.stdout) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return { url: text.trim() };
}

async function kill(): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

interface JobBody {
  status?: { state: string; errorResult?: { message: string } };
}

const ROUNDS = 4;
const JOBS_A_ROUND = 12;
const ROWS = 400;

/** Even jobs load a file; odd ones run a script of statements, some in a transaction and some beside it. */
function configuration(n: number, uri: string): object {
  if (n % 2 === 0)
    return {
      load: {
        sourceUris: [uri],
        sourceFormat: 'PARQUET',
        destinationTable: { projectId: 'local', datasetId: 'shop', tableId: 'loaded' },
        writeDisposition: 'WRITE_APPEND',
      },
    };
  const query = `INSERT shop.alone VALUES (${n});
    BEGIN TRANSACTION;
    MERGE shop.merged_${n} t USING (SELECT ${n} AS job, x FROM UNNEST(GENERATE_ARRAY(1, ${ROWS})) x) s ON FALSE WHEN NOT MATCHED THEN INSERT (job, x) VALUES (s.job, s.x);
    INSERT shop.commits VALUES (${n});
    COMMIT TRANSACTION;
    INSERT shop.after VALUES (${n})`;
  return { query: { query, useLegacySql: false } };
}

test('what was acknowledged is there exactly once, however often the process is killed', async () => {
  const bed = await startBigQuery(dir);
  await run(
    bed,
    'CREATE SCHEMA shop; CREATE TABLE shop.commits (job INT64); CREATE TABLE shop.alone (job INT64); CREATE TABLE shop.after (job INT64)',
  );
  // A table each: transactions that change one table abort each other, as they do at Google.
  const merged = Array.from({ length: (ROUNDS * JOBS_A_ROUND) / 2 }, (_, i) => `shop.merged_${2 * i + 1}`);
  await run(bed, merged.map((name) => `CREATE TABLE ${name} (job INT64, x INT64)`).join(';'));
  const uris: string[] = [];
  for (let n = 0; n < ROUNDS * JOBS_A_ROUND; n += 2)
    uris[n] = await bed.putParquet(`${n}.parquet`, `SELECT ${n}::BIGINT AS job, i AS x FROM range(${ROWS}) t(i)`);
  await bed.stop();

  const acknowledged: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const service = await start();
    // A different moment each round: while jobs are inserted, while they run, and when most are done.
    const doom = new Promise<void>((resolve) => setTimeout(() => resolve(kill()), 15 + 45 * round));
    const submits = Array.from({ length: JOBS_A_ROUND }, async (_, i) => {
      const n = round * JOBS_A_ROUND + i;
      const answer = await call(service, 'POST', '/jobs', {
        configuration: configuration(n, uris[n] ?? ''),
        jobReference: { jobId: `job-${n}` },
      }).catch(() => undefined);
      if (answer?.status === 200) acknowledged.push(n);
    });
    await Promise.all([...submits, doom]);
  }
  expect(acknowledged.length).toBeGreaterThan(0);

  const service = await start();
  const unknown: number[] = [];
  for (let n = 0; n < ROUNDS * JOBS_A_ROUND; n++) {
    for (;;) {
      const { status, body } = await call<JobBody>(service, 'GET', `/jobs/job-${n}`);
      if (status === 404) {
        unknown.push(n);
        break;
      }
      if (body.status?.state === 'DONE') {
        expect(body.status.errorResult).toBeUndefined();
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  expect(unknown.filter((n) => acknowledged.includes(n))).toEqual([]);
  const known = Array.from({ length: ROUNDS * JOBS_A_ROUND }, (_, n) => n).filter((n) => !unknown.includes(n));
  const [loads, scripts] = [known.filter((n) => n % 2 === 0), known.filter((n) => n % 2 === 1)];
  const once = (jobs: number[]) => jobs.map((n) => [String(n), '1']);
  const whole = (jobs: number[]) => jobs.map((n) => [String(n), String(ROWS), String(ROWS)]);
  if (loads.length > 0)
    expect(
      await run(service, 'SELECT job, COUNT(*), COUNT(DISTINCT x) FROM shop.loaded GROUP BY job ORDER BY job'),
    ).toEqual(whole(loads));
  expect(
    await run(
      service,
      `SELECT job, COUNT(*), COUNT(DISTINCT x) FROM (${merged.map((name) => `SELECT * FROM ${name}`).join(' UNION ALL ')}) GROUP BY job ORDER BY job`,
    ),
  ).toEqual(whole(scripts));
  for (const table of ['commits', 'alone', 'after'])
    expect(await run(service, `SELECT job, COUNT(*) FROM shop.${table} GROUP BY job ORDER BY job`)).toEqual(
      once(scripts),
    );
}, 60_000);

test('results of a finished query, insert ids aside, outlive a restart', async () => {
  const first = await startBigQuery(dir);
  const query = 'SELECT x, TIMESTAMP_MICROS(x) AS t FROM UNNEST(GENERATE_ARRAY(1, 20000)) x ORDER BY x';
  const small = await first.client.createQueryJob(
    'SELECT TIMESTAMP "2026-01-01 00:00:00+00" AS t, [STRUCT(1 AS a)] AS s',
  );
  const large = await first.client.createQueryJob(query);
  await Promise.all([small[0].getQueryResults(), large[0].getQueryResults({ maxResults: 1 })]);
  await first.stop();
  const second = await startBigQuery(dir);
  const [rows] = await second.client.job(small[0].id ?? '').getQueryResults();
  expect(rows).toMatchObject([{ t: { value: '2026-01-01T00:00:00.000Z' }, s: [{ a: 1 }] }]);
  const page = await call<{ rows: { f: { v: string }[] }[]; totalRows: string }>(
    second,
    'GET',
    `/queries/${large[0].id}?startIndex=19999`,
  );
  expect([page.body.totalRows, page.body.rows]).toEqual(['20000', [{ f: [{ v: '20000' }, { v: '2.0E-2' }] }]]);
  await second.stop();
});
