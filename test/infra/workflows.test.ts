import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { REPOSITORY } from '../cold-function.ts';
import { checkSyntax, checkWorkflow } from './check-workflow.ts';
import { checkCalls } from './deploy/check-build.ts';

const FOLDER = join(REPOSITORY, '.github/workflows');
const GOOD = readFileSync(join(FOLDER, 'pull-request.yml'), 'utf8');

describe.each(readdirSync(FOLDER))('%s', (name) => {
  const text = readFileSync(join(FOLDER, name), 'utf8');
  test('is a workflow to GitHub', async () => expect(await checkSyntax(text)).toEqual([]));
  test('gives strangers nothing', () => expect(checkWorkflow(text)).toEqual([]));
  test('calls nothing that is not there', () => {
    expect(checkCalls(text.replaceAll(/"\$\S+/g, ''))).toEqual([]);
    for (const [, script = ''] of text.matchAll(/run: (\.ci\/\S+)/g))
      expect(() => accessSync(join(REPOSITORY, script), constants.X_OK)).not.toThrow();
  });
});

describe('what a review would not let through is found', () => {
  const spoil = (from: string | RegExp, to: string): string => {
    const spoilt = GOOD.replace(from, to);
    if (spoilt === GOOD) throw new Error(`the workflow has no ${from}`);
    return spoilt;
  };
  test.each([
    ['a word that is none', spoil('runs-on', 'runs_on'), 'runs_on'],
    ['a job that waits for nobody', spoil('needs: check', 'needs: checks'), 'checks'],
  ])('by GitHub: %s', async (_, text, message) => {
    expect((await checkSyntax(text)).join('\n')).toContain(message);
  });

  test.each([
    ['an action by its tag', spoil(/checkout@\S+ # \S+/, 'checkout@v4'), 'actions/checkout@v4 is not pinned'],
    ['a token that may do anything', spoil('permissions: {}', 'permissions: write-all'), 'permissions: {}'],
    ['a job that may write and runs their code', spoil('contents: read', 'contents: write'), 'may write'],
    ['the event that has secrets', spoil('on: pull_request', 'on: pull_request_target'), 'hands secrets to strangers'],
    ['a secret', spoil("CI: ''", `KEY: \${{ secrets.KEY }}`), 'a secret is used'],
    ['a title in a script', spoil('run: npm ci', `run: echo \${{ github.event.pull_request.title }}`), 'by env'],
    ['a token that stays', spoil(/ +persist-credentials: false\n/, ''), 'leaves its token'],
    ['a job without an end', spoil(/ +timeout-minutes: 30\n/, ''), 'check has no timeout'],
  ])('by us: %s', (_, text, message) => {
    expect(checkWorkflow(text).join('\n')).toContain(message);
  });
});
