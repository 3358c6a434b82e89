import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { SETTINGS } from '../functions/config.ts';
import { DEPLOYED } from '../infra/bill/deployed.ts';
import { planMonth } from '../infra/bill/month.ts';
import { USAGE } from '../infra/bill/usage.ts';
import { PRESETS, type Preset } from '../infra/bill/workload.ts';
import { createProgram } from '../infra/cli/command-line.ts';
import { readWorkload, workloadOptions } from '../infra/cli/workload-options.ts';
import manifest from '../package.json' with { type: 'json' };
import { findUntruths, type Truth } from './docs.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (name: string): string => readFileSync(`${ROOT}/${name}`, 'utf8');
const DOCUMENTS = ['README.md', 'DEPLOY.md', 'SECURITY.md', 'OPERATIONS.md', 'PRIVACY.md', 'WAREHOUSE.md'].filter(
  (name) => existsSync(`${ROOT}/${name}`),
);

/** Committed or about to be; what is ignored is made by a command, and a document that names it says by which. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((name) => name !== '' && existsSync(`${ROOT}/${name}`));
/** Written by a command, and kept out of the repository by name. */
const written = read('.gitignore')
  .split('\n')
  .filter((line) => /^[\w.-]+(\/[\w.-]+)+$/.test(line));
const terraform = files
  .filter((name) => /^infra\/deploy\/[\w-]+\.tf$/.test(name))
  .map(read)
  .join('\n');
const names = (pattern: RegExp, text: string): string[] => [...text.matchAll(pattern)].map(([, name = '']) => name);

const accounts = names(/^ {4}(\w+)\s+= "/gm, /account_purposes = \{[^}]*\}/.exec(terraform)?.[0] ?? '');
const queues = ['prepare', 'deidentify', 'load', 'transform', 'nightly', 'forget'];
const topics = ['arrivals', 'events'].flatMap((topic) => [topic, `${topic}-dead`]);

const TRUTH: Truth = {
  program: createProgram(),
  files: [...files, ...written],
  scripts: Object.keys(manifest.scripts),
  settings: [...SETTINGS.map(({ name }) => name), 'SLUICE_DEBUG'],
  variables: names(/^variable "(\w+)"/gm, terraform),
  resources: [...accounts, ...queues, ...topics, 'sweep', 'warehouse'].map((name) => `sluice-${name}`),
  errorCodes: names(/^ {2}\| '([A-Z_]+)'/gm, read('functions/errors.ts')),
};

describe.each(DOCUMENTS)('%s', (document) => {
  test('names nothing that is not there', () => {
    expect(findUntruths(read(document), TRUTH)).toEqual([]);
  });
});

test('what the documents are compared with was found', () => {
  expect(DOCUMENTS).toEqual(expect.arrayContaining(['DEPLOY.md', 'SECURITY.md', 'OPERATIONS.md']));
  const { variables, settings, errorCodes, scripts } = TRUTH;
  expect(accounts).toContain('deidentify');
  expect(variables).toContain('cmek');
  expect(settings).toContain('SLUICE_KEYS');
  expect(errorCodes).toContain('NO_SOURCE');
  expect(scripts).toContain('test');
});

test('every alert has a runbook under its key and its title, and every runbook an alert', () => {
  const alerts = [...terraform.matchAll(/^ +(\w+) = \{\n +title\s+= "([^"]+)"/gm)].map(
    ([, key, title]) => `${key}: ${title}`,
  );
  const runbooks = [...read('OPERATIONS.md').matchAll(/^### `(\w+)`: (.+)$/gm)].map(
    ([, key, title]) => `${key}: ${title}`,
  );
  expect(alerts.length).toBeGreaterThan(0);
  expect(runbooks.toSorted()).toEqual(alerts.toSorted());
});

test('what an alert tells its reader to run can be run', () => {
  const runbooks = names(/^ +runbook\s+= "(.+)"$/gm, terraform);
  expect(runbooks.length).toBeGreaterThan(0);
  expect(runbooks.flatMap((runbook) => findUntruths(runbook, TRUTH))).toEqual([]);
});

test('the roles of whoever deploys are those that infra/deploy names, and no others', () => {
  const [, output = ''] = /output "deployer_roles" \{([\s\S]*?)\n\}/.exec(terraform) ?? [];
  const listed = names(/^ {4}"(roles\/[\w.]+)"/gm, output);
  expect(listed.length).toBeGreaterThan(10);
  expect(names(/^\| `(roles\/[\w.]+)`/gm, read('DEPLOY.md'))).toEqual(listed);
});

test('what a month costs is what the command says', () => {
  const rows = [...read('DEPLOY.md').matchAll(/^\| `npx sluice bill --model (\w+) ?([^`]*)` \| ([\d.]+)/gm)];
  expect(rows.length).toBeGreaterThan(4);
  const priced = rows.map(([, model = '', flags = '']) => {
    const command = workloadOptions().reduce((one, option) => one.addOption(option), new Command());
    const given = readWorkload(command.parse(flags.split(' ').filter(Boolean), { from: 'user' }).opts());
    const workload = { ...PRESETS[model as Preset], ...given };
    return planMonth(workload, DEPLOYED, USAGE).bill.afterFreeTier.toFixed(2);
  });
  expect(rows.map(([, , , dollars]) => dollars)).toEqual(priced);
});

test('every reason that ends a file in quarantine is explained', () => {
  const [, input = ''] = /these end a run in quarantine\n([\s\S]*?)\n {2}\/\//.exec(read('functions/errors.ts')) ?? [];
  const codes = names(/^ {2}\| '([A-Z_]+)'/gm, input);
  expect(codes).toContain('TOO_MANY_REJECTS');
  const explained = read('OPERATIONS.md');
  expect(codes.filter((code) => !explained.includes(`\`${code}\``))).toEqual([]);
});

test('every threat names a test that proves its answer', () => {
  const [, table = ''] = /## Threats\n([\s\S]*?)\n## /.exec(read('SECURITY.md')) ?? [];
  const rows = table
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2);
  expect(rows.length).toBeGreaterThan(10);
  expect(rows.filter((row) => !/`test\/[\w./-]+`[^|]*\|$/.test(row))).toEqual([]);
});

describe('a document that says what is not so is found out', () => {
  test.each([
    ['a command', '`npx sluice rollbak`', 'there is no command sluice rollbak'],
    ['an option', '`npx sluice runs --sources shop.orders`', 'sluice runs has no option --sources'],
    ['an option of another command', '```sh\nnpx sluice check --wait\n```', 'sluice check has no option --wait'],
    [
      'an option behind a continued line',
      '```sh\nnpx sluice \\\n  nightly --day 2026-01-01\n```',
      'sluice nightly has no option --day',
    ],
    ['a value', '`npx sluice bill --model buzy`', '--model is one of idle, busy, not buzy'],
    ['a day', '`sluice nightly --date 2026-02-30`', 'Give a day such as'],
    ['an argument too many', '```sh\nnpx sluice show a b\n```', 'sluice show takes 1 arguments, not 2'],
    ['a command behind a prompt', '```\n$ npx sluice rums\nnothing\n```', 'there is no command sluice rums'],
    ['a missing option', '```sh\nnpx sluice drop a.csv\n```', 'sluice drop wants --to'],
    ['a script', '`npm run tests`', 'there is no script tests'],
    ['a file', '`functions/steps/lode.ts`', 'there is no file functions/steps/lode.ts'],
    ['a folder', 'see [there](infra/nowhere/)', 'there is no file infra/nowhere/'],
    ['a heading', '# Keys\n\nsee [there](#the-keys)', 'there is no heading #the-keys'],
    ['a document', '[it](GUIDE.md)', 'there is no file GUIDE.md'],
    ['a setting', '`SLUICE_KEY`', 'there is no setting SLUICE_KEY'],
    ['a variable', '`var.cmec`', 'infra/deploy has no variable cmec'],
    ['a variable in a file of values', '```hcl\ncmec = true\n```', 'infra/deploy has no variable cmec'],
    [
      'a variable on the command line',
      '```sh\nterraform apply -var comit=abc\n```',
      'infra/deploy has no variable comit',
    ],
    ['a queue', '`sluice-deidentfy`', 'infra/deploy makes nothing called sluice-deidentfy'],
    ['a code', '| code | what |\n|---|---|\n| `NO_SAUCE` | x |', 'no failure has the code NO_SAUCE'],
  ])('%s', (_, text, problem) => {
    const found = findUntruths(text, TRUTH);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(problem);
  });

  test('and one that leaves things to the reader is not', () => {
    const text = [
      '`npx sluice replay RUN --wait`, `sluice runs`, `infra/deploy/`, `functions/*.ts`, `sql/sources/<dataset>/<name>.yaml`',
      '```sh',
      'npx sluice drop orders.csv --to shop/orders/ --wait   # and look',
      'npx sluice query "SELECT 1 | 2" --json | head && npm test',
      '```',
    ].join('\n');
    expect(findUntruths(text, TRUTH)).toEqual([]);
  });
});
