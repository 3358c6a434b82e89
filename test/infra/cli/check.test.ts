import { afterAll, describe, expect, test } from 'vitest';
import type { Problem } from '../../../functions/declare/problem.ts';
import { createWorkplace } from './sluice.ts';
import { TINY_PROJECT } from './tiny-project.ts';

const SOURCE = TINY_PROJECT['sql/sources/club/people.yaml'] ?? '';
const good = createWorkplace(TINY_PROJECT);
const bad = createWorkplace({
  ...TINY_PROJECT,
  'sql/sources/club/people.yaml': SOURCE.replace('tokenize', 'tokenise').replace('INT64', 'INT46'),
  'sql/transforms/club/ages.sql': 'SELECT age FROM club.peopel',
});
afterAll(() => Promise.all([good.close(), bad.close()]));

describe('sluice check', () => {
  test('counts what is declared, and shows loads, protection, versions and inputs', async () => {
    const { status, stdout, stderr } = await good.sluice('check');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^1 source, 2 transforms: release dev-[0-9a-f]{12}$/m);
    expect(stdout).toMatch(/^club\.people +csv +append +1 of 4 protected, 1 dropped$/m);
    expect(stdout).toMatch(/^club\.ages +table +[0-9a-f]{12} +club\.grown_ups$/m);
  });

  test('tells a machine the same', async () => {
    const answer = await good.json<{ ok: boolean; transforms: { id: string }[] }>('check');
    expect(answer.ok).toBe(true);
    expect(answer.transforms.map(({ id }) => id)).toEqual(['club.grown_ups', 'club.ages']);
  });

  test('tells every problem of every file with its place and remedy, and ends with 2', async () => {
    const { status, stdout, stderr } = await bad.sluice('check');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    const files = stderr.split('\n\n');
    expect(files[0]).toMatch(
      /sql\/sources\/club\/people\.yaml:8:\d+ columns\[1\]\.privacy\S*: .*; did you mean `tokenize`\?/,
    );
    expect(files[0]).toMatch(/sql\/sources\/club\/people\.yaml:9:\d+ columns\[2\]\.type: /);
    expect(files[1]).toMatch(/sql\/transforms\/club\/ages\.sql:1:\d+ /);
    expect(stderr).toMatch(/\d problems in 2 files\n$/);
  });

  test('tells a machine the problems on stdout, and still ends with 2', async () => {
    const { status, stdout } = await bad.sluice('check', '--json');
    const { ok, problems } = JSON.parse(stdout) as { ok: boolean; problems: Problem[] };
    expect({ status, ok }).toEqual({ status: 2, ok: false });
    expect(problems.map(({ file, line }) => `${file}:${line}`)).toContain('sources/club/people.yaml:8');
  });

  test.each([
    ['a folder that is not there', ['--project', 'nowhere'], 'there is no project folder nowhere'],
    ['a folder without declarations', ['--project', '.'], 'has neither sources/ nor transforms/'],
  ])('refuses %s', async (_, args, message) => {
    const { status, stderr } = await good.sluice('check', ...args);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });
});
