import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planChanges } from '../../../infra/cli/plan/changes.ts';
import { release } from '../../declare/projects.ts';
import { createWorkplace } from './sluice.ts';
import { GOOD_ROWS, TINY_PROJECT } from './tiny-project.ts';

const AGES = 'sql/transforms/club/ages.sql';
const VIEW = 'sql/transforms/club/grown_ups.sql';
const PEOPLE = 'sql/sources/club/people.yaml';
const edit = (path: string, from: string, to: string): Record<string, string> => {
  const text = TINY_PROJECT[path] ?? '';
  if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
  return { ...TINY_PROJECT, [path]: text.replace(from, to) };
};
const without = (path: string) => Object.fromEntries(Object.entries(TINY_PROJECT).filter(([name]) => name !== path));
const compiled = (files: Readonly<Record<string, string>>) =>
  release(Object.fromEntries(Object.entries(files).map(([path, text]) => [path.replace('sql/', ''), text])));
const rename = (files: Readonly<Record<string, string>>, folder: string) =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [path.replace('sql/', `${folder}/`), text]));

describe('what a release changes', () => {
  test.each<[string, Record<string, string>, string[]]>([
    ['nothing', TINY_PROJECT, []],
    [
      'a view: it is replaced, and what reads it is built',
      edit(VIEW, '18', '21'),
      ['view club.grown_ups: its query or header has changed', 'build club.ages: club.grown_ups has changed'],
    ],
    ['a comment in a query: nothing', edit(AGES, 'SELECT', '-- by age\nSELECT'), []],
    [
      'a transform less: its table stays',
      without(AGES),
      ['leave club.ages: no longer declared; its table is not removed'],
    ],
    [
      'how much of a file may be bad: what is loaded from now on, and no transform',
      edit(PEOPLE, '50%', '10%'),
      ['load club.people: its declaration has changed; rows that are loaded stay as they are'],
    ],
  ])('%s', (_, after, expected) => {
    const changes = planChanges(compiled(TINY_PROJECT), compiled(after));
    expect(changes.map(({ action, id, why }) => `${action} ${id}: ${why}`)).toEqual(expected);
  });

  test('everything, where nothing runs yet', () => {
    expect(planChanges(undefined, compiled(TINY_PROJECT)).map(({ action, id }) => `${action} ${id}`)).toEqual([
      'load club.people',
      'view club.grown_ups',
      'build club.ages',
    ]);
  });
});

const place = createWorkplace({
  ...TINY_PROJECT,
  ...rename(edit(AGES, 'COUNT(*)', 'COUNT(id)'), 'changed'),
  ...rename(
    {
      ...TINY_PROJECT,
      'sql/transforms/club/later.sql': '/* transform:\n     kind: table\n*/\nSELECT x FROM club.ages',
    },
    'unready',
  ),
  'good.csv': GOOD_ROWS,
});
beforeAll(async () => {
  await place.stay(['up'], /Ctrl-C/);
  await place.sluice('drop', 'good.csv', '--to', 'club/people/', '--wait');
});
afterAll(() => place.close());

interface Planned {
  changes: { id: string; action: string; reads?: { kind: string; bytes?: number } }[];
  bytes: number;
  usd: number;
}

describe('sluice plan', () => {
  test('asks the warehouse what would be read, and prices it', async () => {
    const { changes, bytes, usd } = await place.json<Planned>('plan', '--project', 'changed');
    const [ages, ...others] = changes;
    expect(others).toEqual([]);
    expect(ages).toMatchObject({ id: 'club.ages', action: 'build', reads: { kind: 'exact' } });
    expect(bytes).toBe(ages?.reads?.bytes);
    expect(bytes).toBeGreaterThan(0);
    expect(usd).toBeCloseTo((bytes / 1024 ** 4) * 6.25, 11);
  });

  test('says so where the warehouse cannot tell', async () => {
    const { changes } = await place.json<Planned>('plan', '--project', 'unready');
    expect(changes.find(({ id }) => id === 'club.later')?.reads?.kind).toBe('unknown');
  });

  test('compares two folders offline, and claims no bytes', async () => {
    const { status, stdout } = await place.sluice('plan', '--against', 'sql', '--project', 'changed');
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^build +club\.ages +its query or header has changed +unknown: no warehouse is asked here$/m,
    );
    expect(stdout).toMatch(/\n1 built anew; what they read is not known here\.\n$/);
  });

  test('is a comment for a pull request, in which nothing of the declarations is Markdown', async () => {
    const { stdout } = await place.sluice('plan', '--against', 'sql', '--project', 'changed', '--markdown');
    expect(stdout).toMatch(/^### Sluice plan\n/);
    expect(stdout).toMatch(/^\| build \| club\.ages \| its query or header has changed \| unknown: .* \|$/m);
    const same = await place.sluice('plan', '--against', 'sql', '--markdown');
    expect(same.stdout).toBe('### Sluice plan\n\nNothing changes.\n');
  });

  test('ends with 2 where the declarations are wrong', async () => {
    place.write('wrong/sources/club/people.yaml', 'owner: x');
    expect((await place.sluice('plan', '--against', 'sql', '--project', 'wrong')).status).toBe(2);
  });
});
