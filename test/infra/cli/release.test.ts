import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lastEndpoints } from '../../../infra/cli/endpoints.ts';
import { createWorkplace } from './sluice.ts';
import { TINY_PROJECT } from './tiny-project.ts';

const FIRST = 'a'.repeat(40);
const SECOND = 'b'.repeat(40);
const VIEW = 'sql/transforms/club/grown_ups.sql';

/** The same with one change, in a folder that `up` does not watch. */
const LATER = Object.fromEntries(
  Object.entries(TINY_PROJECT).map(([path, text]) => [
    path.replace('sql/', 'later/'),
    path === VIEW ? text.replace('18', '21') : text,
  ]),
);
const place = createWorkplace({ ...TINY_PROJECT, ...LATER });
beforeAll(async () => {
  await place.stay(['up'], /Ctrl-C/);
});
afterAll(() => place.close());

interface Released {
  release: string;
  before: string;
  changes?: { changed: string[]; added: string[] };
}

// One after the other: each builds on what the ones before it left.
describe('releases of a pipeline that is up', () => {
  test('release stores the declarations by commit, with the canary, and makes them current', async () => {
    const { status, stdout } = await place.sluice('release', '--commit', FIRST);
    expect({ status }).toEqual({ status: 0 });
    expect(stdout).toMatch(/^release a{40} is current, after dev-[0-9a-f]{12}\nadded: canary\.visitors\n$/);
  });

  test('smoke drops a canary, finds its rows de-identified, and removes it', async () => {
    const { status, stdout, stderr } = await place.sluice('smoke', '--patience', '60');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(
      /^dropped canary\/\S+\.csv; release a{40}\n3 rows can be queried and are de-identified, after /,
    );
    const [{ n } = { n: -1 }] = await place.json<{ n: number }[]>('query', 'SELECT COUNT(*) AS n FROM canary.visitors');
    expect(n).toBe(3);
    const endpoints = lastEndpoints(place.path('.sluice'));
    const list = await fetch(`${endpoints?.storage}/storage/v1/b/${endpoints?.buckets.raw}/o?prefix=canary/`);
    expect(((await list.json()) as { items?: unknown[] }).items ?? []).toEqual([]);
  });

  test('release --stage stores one and leaves the current one', async () => {
    const { status, stdout } = await place.sluice('release', '--commit', SECOND, '--stage', '--project', 'later');
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^release b{40} is stored, after \S+\n.*changed: club\.grown_ups/s),
    });
    const { release } = await place.json<Released>('rollback', 'bbbb');
    expect(release).toBe(SECOND);
  });

  test('rollback runs an earlier release again, by as much of its commit as no other shares', async () => {
    const { release, before, changes } = await place.json<Released>('rollback', 'aaaaaaa');
    expect({ release, before, changed: changes?.changed }).toEqual({
      release: FIRST,
      before: SECOND,
      changed: ['club.grown_ups'],
    });
    const { stdout } = await place.sluice('rollback', FIRST);
    expect(stdout).toBe(`release ${FIRST} is current, as it was\n`);
  });

  test.each([
    ['a release that is not there', ['rollback', 'c'.repeat(40)], 1, `there is no release ${'c'.repeat(40)}`],
    ['a start that none has', ['rollback', 'cccc'], 1, 'there is no release cccc'],
    ['what is no commit', ['rollback', 'main'], 2, 'main is no commit'],
    ['functions without a deployment', ['rollback', 'aaaa', '--infra'], 2, 'add --env NAME'],
    ['a commit that is none', ['release', '--commit', 'abc'], 2, 'Give the 40 hex digits of a commit'],
    ['a commit that nobody knows', ['release'], 2, 'say which commit it is with --commit SHA'],
  ])('refuses %s', async (_, args, expected, message) => {
    const { status, stderr } = await place.sluice(...args);
    expect({ status, said: stderr.includes(message) ? message : stderr }).toEqual({ status: expected, said: message });
  });

  test('smoke tells what became of a canary that does not come through', async () => {
    await place.sluice('rollback', FIRST);
    const endpoints = lastEndpoints(place.path('.sluice'));
    if (!endpoints) throw new Error('no endpoints');
    process.kill(endpoints.pids.functions, 'SIGSTOP');
    const failing = place.sluice('smoke', '--patience', '2');
    await new Promise((resolve) => setTimeout(resolve, 5000));
    process.kill(endpoints.pids.functions, 'SIGCONT');
    const { status, stderr } = await failing;
    expect(status).toBe(1);
    expect(stderr).toMatch(/the canary's rows did not come: /);
  });
});
