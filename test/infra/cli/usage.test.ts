import { afterAll, describe, expect, test } from 'vitest';
import { createWorkplace } from './sluice.ts';
import { TINY_PROJECT } from './tiny-project.ts';

const place = createWorkplace({
  ...TINY_PROJECT,
  'a/one.csv': 'id\n1\n',
  'b/one.csv': 'id\n2\n',
  'held/mine.txt': 'mine',
});
afterAll(() => place.close());

describe('wrong usage ends with 2 and one line that says what to do', () => {
  test.each([
    ['chek', "unknown command 'chek' (Did you mean check?)"],
    ['run --form 2026-01-01', "unknown option '--form' (Did you mean --from?)"],
    ['run --from 2026-02-30 --to 2026-03-01', 'Give a day such as 2026-01-31.'],
    ['run --from 2026-01-01', '--from and --to belong together'],
    ['run --from 2026-01-02 --to 2026-01-01', 'is later than'],
    ['nightly --date yesterday', 'Give a day such as 2026-01-31.'],
    ['up --port 99', 'Give the first of ten consecutive ports'],
    ['up --seed x', 'Give a whole number'],
    ['up --project nowhere', 'there is no project folder nowhere'],
    ['drop a/one.csv', "required option '--to <path>' not specified"],
    ['drop a/none.csv --to x/', 'there is no file a/none.csv'],
    ['drop a --to x/', 'a is not a file'],
    ['drop a/one.csv --to /x/', 'do not begin with a slash'],
    ['drop a/one.csv b/one.csv --to x.csv', '--to x.csv names one object, and there are 2 files'],
    ['drop a/one.csv b/one.csv --to x/', 'a/one.csv and b/one.csv would both become x/one.csv'],
    ['runs --state over', 'Give one of CLAIMED'],
    ['query', "missing required argument 'sql'"],
    ['query a b', 'too many arguments'],
    ['query a --max-rows 0', 'Give a number of rows'],
    ['bill --gb-per-day 3', 'add --model idle or --model busy'],
    ['bill --model huge', 'Allowed choices are idle, busy.'],
    ['bill --model busy --sensitive-percent 101', 'Give a percentage from 0 to 100'],
    ['bill --model idle --gb-per-day 3', 'add --files-per-day'],
    ['bill --model idle --merges-per-day 3', '3 of 0 files a day cannot be merged'],
    ['bill --model busy --month 0', 'Give a whole number from 1.'],
    ['show', "missing required argument 'run'"],
    ['replay', "missing required argument 'run'"],
    ['start --data held', 'held was not made by `sluice start`'],
  ])('sluice %s', async (line, message) => {
    const { status, stdout, stderr } = await place.sluice(...line.split(' '));
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^error: .*\n$/);
    expect(stderr).toContain(message);
  });

  test.each([
    'drop a/one.csv --to x/',
    'runs',
    'show a1',
    'replay a1',
    'quarantine',
    'run',
    'nightly',
    'query 1',
    'bill',
  ])('sluice %s, with no local cloud there', async (line) => {
    const { status, stderr } = await place.sluice(...line.split(' '), '--data', 'empty');
    expect(status).toBe(2);
    expect(stderr).toBe(
      'error: no local cloud has its data in empty: start one with `npx sluice up --data empty`, or name another folder with --data\n',
    );
  });
});

test('help and version are no failures', async () => {
  const [help, version] = await Promise.all([place.sluice('--help'), place.sluice('--version')]);
  expect(help.status).toBe(0);
  for (const command of [
    'start',
    'up',
    'drop',
    'runs',
    'show',
    'replay',
    'quarantine',
    'check',
    'run',
    'nightly',
    'query',
    'bill',
  ])
    expect(help.stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
  expect(version).toMatchObject({ status: 0, stderr: '' });
});
