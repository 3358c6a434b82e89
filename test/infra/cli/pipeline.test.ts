import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BuildStepDone } from '../../../functions/model/build.ts';
import type { LedgerEntry, Reject } from '../../../functions/model/run.ts';
import { createWorkplace } from './sluice.ts';
import { BAD_ROWS, GOOD_ROWS, MIXED_ROWS, TINY_PROJECT } from './tiny-project.ts';

const place = createWorkplace({
  ...TINY_PROJECT,
  'in/good.csv': GOOD_ROWS,
  'in/mixed.csv': MIXED_ROWS,
  'in/bad.csv': BAD_ROWS,
  // Above 8 MiB, so that it is uploaded in chunks.
  'in/large.csv': `id,email,age,nick\n${'l,lou@example.com,50,'.concat('x'.repeat(980), '\n').repeat(9000)}`,
});
beforeAll(async () => {
  await place.stay(['up'], /Ctrl-C/);
});
afterAll(() => place.close());

interface Dropped {
  dropped: { run: string; source: string; state: string; rows: number; rejects: number; reasons: { code: string }[] }[];
}

// One after the other: each builds on what the ones before it left.
describe('sluice, with a pipeline that is up', () => {
  test('drop --wait follows the files to their end', async () => {
    const { status, stdout } = await place.sluice(
      'drop',
      'in/good.csv',
      'in/mixed.csv',
      '--to',
      'club/people/',
      '--wait',
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/^club\/people\/good\.csv {2}\d+ B {2}club\.people {2}run [0-9a-f]{10}$/m);
    expect(stdout).toMatch(/^ {2}good\.csv {2}done: 3 rows$/m);
    expect(stdout).toMatch(/^ {2}mixed\.csv {2}done: 3 rows, 1 reject$/m);
  });

  test('inspect proposes a declaration that protects what was found, and tells no value', async () => {
    const { status, stdout } = await place.sluice('inspect', 'in/good.csv', '--to', 'club/members/');
    expect(status).toBe(0);
    expect(stdout).toContain('files: club/members/*.csv');
    expect(stdout).toMatch(/# EMAIL_ADDRESS in 3 of 3\n.*name: email, .*tokenize: \{ key: pii \}/);
    expect(stdout).toMatch(/name: age, type: INT64, privacy: public/);
    expect(stdout).not.toContain('ann@');
    const { columns } = await place.json<{ columns: { name: string }[] }>('inspect', 'in/good.csv');
    expect(columns.map(({ name }) => name)).toEqual(['id', 'email', 'age', 'nick']);
    expect(await place.sluice('inspect', 'in/nothing.csv')).toMatchObject({ status: 2 });
  });

  test('a large file is uploaded in chunks and arrives whole', async () => {
    const { dropped } = await place.json<Dropped>('drop', 'in/large.csv', '--to', 'club/people/large.csv', '--wait');
    expect(dropped).toMatchObject([{ source: 'club.people', state: 'DONE', rows: 9000, rejects: 0 }]);
  });

  test('drop --wait of a file that is quarantined tells why, and ends with 1', async () => {
    const { status, stdout } = await place.sluice('drop', 'in/bad.csv', '--to', 'club/people/', '--wait');
    expect(status).toBe(1);
    expect(stdout).toMatch(/bad\.csv {2}TOO_MANY_REJECTS: 2 of 2 records are bad/);
    expect(stdout).toMatch(/TOO_MANY_REJECTS \(row 1, age\)/);
  });

  test('drop warns of a name that no source matches', async () => {
    const { status, stderr } = await place.sluice('drop', 'in/good.csv', '--to', 'elsewhere/x.csv');
    expect(status).toBe(0);
    expect(stderr).toMatch(/^warning: no source matches elsewhere\/x\.csv, .*club\/people\/\*\.csv\n$/);
  });

  test('runs lists them, newest first, by source and by state', async () => {
    const all = await place.json<{ runs: LedgerEntry[] }>('runs');
    const done = await place.json<{ runs: LedgerEntry[] }>('runs', '--source', 'club.people', '--state', 'done');
    expect(all.runs.map(({ at }) => at)).toEqual(
      all.runs
        .map(({ at }) => at)
        .sort()
        .reverse(),
    );
    expect(done.runs.map(({ detail }) => detail.object.name)).toEqual(
      ['club/people/large.csv', 'club/people/mixed.csv', 'club/people/good.csv'].sort(
        (a, b) => order(done.runs, a) - order(done.runs, b),
      ),
    );
    const { stdout } = await place.sluice('runs', '--state', 'QUARANTINED');
    expect(stdout).toMatch(/^[0-9a-f]{10} +club\.people +QUARANTINED .*club\/people\/bad\.csv/m);
  });

  test('show tells states, rejects by row and column, what DLP was sent, and what was built', async () => {
    const run = await runOf('club/people/mixed.csv');
    const { status, stdout } = await place.sluice('show', run.slice(0, 8));
    expect(status).toBe(0);
    for (const state of ['CLAIMED', 'PREPARED', 'DEIDENTIFIED', 'BATCHED', 'LOADED', 'DONE'])
      expect(stdout).toContain(state);
    // Three are transformed, and six public ones are looked at.
    expect(stdout).toMatch(/DLP: 2 requests with 9 distinct values/);
    expect(stdout).toMatch(/row 3 +age +not a value of type INT64/);
    expect(stdout).toMatch(/(built|skipped) +club\.ages/);
    const report = await place.json<{ rejects: Reject[]; dlp: object }>('show', run);
    expect(report.rejects).toEqual([{ row: 3, column: 'age', reason: 'WRONG_TYPE' }]);
    expect(report.dlp).toMatchObject({ requests: 2, values: 9 });
  });

  test('show of a run that is not there ends with 1', async () => {
    const { status, stderr } = await place.sluice('show', 'ffffffffffff');
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'error: there is no run ffffffffffff: `sluice runs` lists them\n',
    });
  });

  test('quarantine tells run, object, reason and remedy', async () => {
    const { status, stdout } = await place.sluice('quarantine');
    const run = await runOf('club/people/bad.csv');
    expect(status).toBe(0);
    expect(stdout).toContain(`${run.slice(0, 10)}  club/people/bad.csv`);
    expect(stdout).toMatch(/NO_SOURCE: /);
    expect(stdout).toMatch(/2 files in quarantine\..*\n.*npx sluice replay [0-9a-f]{10} --wait/);
  });

  test('replay --wait processes a file again, as the next epoch', async () => {
    const { status, stdout } = await place.sluice('replay', await runOf('club/people/good.csv'), '--wait');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^replaying club\/people\/good\.csv as run [0-9a-f]{10} of club\.people, epoch 1$/m);
    expect(stdout).toMatch(/^ {2}done: 3 rows$/m);
    const again = await place.sluice('replay', await runOf('club/people/bad.csv'), '--wait');
    expect(again.status).toBe(1);
    expect(again.stdout).toContain('TOO_MANY_REJECTS');
  });

  test('run builds what has changed and skips what has not', async () => {
    await place.sluice('run');
    const { status, stdout } = await place.sluice('run', 'club.ages');
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: 'skipped  club.ages  unchanged: same version, same inputs\n',
    });
    const { done } = await place.json<{ done: BuildStepDone[] }>('run', 'club.ages', '--full-refresh');
    expect(done).toMatchObject([{ transform: 'club.ages', outcome: 'built', rows: 5 }]);
    const started = await place.sluice('run', '--no-wait');
    expect(started.stdout).toMatch(/^started adhoc-\S+: club\.grown_ups, club\.ages\n$/);
  });

  test('run of a transform that is not there ends with 1 and names those that are', async () => {
    const { status, stderr } = await place.sluice('run', 'club.age');
    expect(status).toBe(1);
    expect(stderr).toMatch(/no transform matches "club\.age"; there are: club\.grown_ups, club\.ages/);
  });

  test('nightly sweeps, builds and ends', async () => {
    const { status, stdout } = await place.sluice('nightly', '--date', '2026-01-07');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^night of 2026-01-07: sweep found nothing missed$/m);
    expect(stdout).toMatch(/^skipped +club\.ages +unchanged/m);
  });

  test('query prints tab-separated lines, or JSON with values of their types', async () => {
    const sql = 'SELECT age, people FROM club.ages WHERE age < 45 ORDER BY age';
    const { status, stdout, stderr } = await place.sluice('query', sql);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'age\tpeople\n30\t2\n40\t1\n41\t1\n42\t1\n' });
    expect(stderr).toMatch(/^4 rows, \d+ MiB billed\n$/);
    expect(
      await place.json(
        'query',
        "SELECT 1 AS i, 1.5 AS f, 'x' AS s, NULL AS n, TIMESTAMP '2026-01-02 03:04:05.5+00' AS t, [1, 2] AS a, STRUCT(TRUE AS b) AS r, NUMERIC '1.10' AS d",
      ),
    ).toEqual([{ i: 1, f: 1.5, s: 'x', n: null, t: '2026-01-02T03:04:05.5Z', a: [1, 2], r: { b: true }, d: '1.1' }]);
  });

  test('query reads page after page, up to --max-rows', async () => {
    const sql = 'SELECT id FROM club.people';
    expect(await place.json('query', sql, '--max-rows', '2500')).toHaveLength(2500);
    const { stderr } = await place.sluice('query', sql, '--max-rows', '5');
    expect(stderr).toMatch(/^5 rows of 9006 \(--max-rows shows more\)/);
  });

  test('query shows where the SQL is wrong, and ends with 1', async () => {
    const { status, stderr } = await place.sluice('query', 'SELECT 1\nFROM\nWHERE 2');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: Syntax error.* at \[3:1\]\n3 \| WHERE 2\n {4}\^\n$/);
  });

  test('bill prices what was used and what a month of it would be', async () => {
    const { status, stdout } = await place.sluice('bill');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Cloud DLP, content transformation .*\$/m);
    expect(stdout).toMatch(/^Cloud Scheduler, jobs +2 job-months +\$0\.20 +\$0$/m);
    const { used, monthly } = await place.json<{
      used: { lines: { source: string }[] };
      monthly: { listPrice: number };
    }>('bill');
    expect(used.lines.every(({ source }) => source.length > 0)).toBe(true);
    expect(monthly.listPrice).toBeGreaterThan(0.2);
  });

  async function runOf(name: string): Promise<string> {
    const { runs } = await place.json<{ runs: LedgerEntry[] }>('runs');
    const found = runs.find(({ detail }) => detail.object.name === name);
    if (!found) throw new Error(`no run of ${name}`);
    return found.run;
  }
});

const order = (runs: readonly LedgerEntry[], name: string): number =>
  runs.findIndex(({ detail }) => detail.object.name === name);
