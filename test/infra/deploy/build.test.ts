import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { REPOSITORY } from '../../cold-function.ts';
import { type BuildFile, checkCalls, checkMessage, checkSteps, type Node, readBuild } from './check-build.ts';

const BUILDS = ['cloudbuild.yaml', 'cloudbuild-apply.yaml'];
const TRIGGERS = ['plan', 'apply'];
const textOf = (name: string): string => readFileSync(join(REPOSITORY, name), 'utf8');
const readTrigger = (name: string): Node => parse(textOf(`infra/deploy/triggers/${name}.yaml`)) as Node;
const scriptsOf = ({ steps }: BuildFile): string => steps.map(({ script }) => String(script ?? '')).join('\n');

describe.each(BUILDS)('%s', (name) => {
  test("is what Cloud Build's API takes", () => {
    expect(checkMessage('Build', readBuild(name))).toEqual([]);
    expect(checkSteps(readBuild(name))).toEqual([]);
  });

  test('calls nothing that is not there', () => {
    expect(scriptsOf(readBuild(name))).toMatch(/sluice \w+/);
    expect(checkCalls(scriptsOf(readBuild(name)).replaceAll(/"?(env\/)?\$\S+/g, ''))).toEqual([]);
  });
});

describe.each(TRIGGERS)('the trigger %s', (name) => {
  const trigger = readTrigger(name);
  test("is what Cloud Build's API takes, runs a build that is there, as the account that delivers", () => {
    expect(checkMessage('BuildTrigger', trigger)).toEqual([]);
    expect(existsSync(join(REPOSITORY, String(trigger.filename)))).toBe(true);
    expect(trigger.serviceAccount).toMatch(/\/sluice-build@/);
    expect(Object.keys(trigger.substitutions as Node)).toEqual(
      Object.keys(readBuild(String(trigger.filename)).substitutions ?? {}),
    );
  });
});

describe('delivery', () => {
  const [plan, apply] = BUILDS.map(readBuild) as [BuildFile, BuildFile];
  const at = (build: BuildFile, pattern: RegExp): number =>
    build.steps.findIndex(({ script }) => pattern.test(String(script)));

  test('nothing is deployed before a person has approved it', () => {
    expect(at(plan, /terraform apply|rollback/)).toBe(-1);
    expect(scriptsOf(plan).match(/sluice release .*/g)).toEqual([expect.stringContaining('--stage')]);
    expect(at(apply, /terraform apply/)).toBeGreaterThan(-1);
    expect(readTrigger('apply')).toMatchObject({
      filename: 'cloudbuild-apply.yaml',
      approvalConfig: { approvalRequired: true },
    });
  });

  test('what is applied is the plan that was shown', () => {
    expect(scriptsOf(plan)).toContain('-out="../../build/plan-$COMMIT_SHA.tfplan"');
    expect(plan.artifacts).toMatchObject({
      objects: { paths: expect.arrayContaining(['build/plan-$COMMIT_SHA.tfplan', 'build/functions-$COMMIT_SHA.zip']) },
    });
    expect(scriptsOf(apply)).toMatch(/terraform apply -input=false "[^"]*plan-\$COMMIT_SHA\.tfplan"/);
    expect(scriptsOf(apply)).not.toMatch(/auto-approve/);
  });

  test('is in order: tests, archive, release, plan; then apply, release, smoke test', () => {
    const order = [/npm ci/, /npm test/, /sluice archive/, /sluice release/, /terraform plan/, /sluice plan/];
    expect(order.map((step) => at(plan, step))).toEqual([...order.keys()].map((n) => (n < 4 ? n : n + 1)));
    const then = [/npm ci/, /gcloud storage cp/, /terraform apply/, /sluice release/, /sluice smoke/];
    expect(then.map((step) => at(apply, step))).toEqual([...then.keys()]);
  });
});

describe('what Cloud Build would refuse is found', () => {
  const spoilt = (change: (build: BuildFile) => void): string[] => {
    const build = structuredClone(readBuild('cloudbuild.yaml'));
    change(build);
    return [...checkMessage('Build', build), ...checkSteps(build)];
  };
  const first = (build: BuildFile): Node => build.steps[0] as Node;
  test.each<[string, (build: BuildFile) => void, string]>([
    ['an unknown field', (build) => Object.assign(build, { step: [] }), 'Build.step is unknown'],
    [
      'an unknown field of a step',
      (build) => Object.assign(first(build), { run: 'x' }),
      'Build.steps[0].run is unknown',
    ],
    ['a list that is a text', (build) => Object.assign(first(build), { env: 'A=b' }), 'steps[0].env must be a list'],
    ['a number for a text', (build) => Object.assign(first(build), { dir: 1 }), 'steps[0].dir must be a text'],
    ['a time without its unit', (build) => Object.assign(build, { timeout: '3600' }), 'Build.timeout must be seconds'],
    [
      'a value that is none of an enum',
      (build) => Object.assign(build, { options: { logging: 'CLOUD' } }),
      'Build.options.logging must be one of',
    ],
    ['what only Google says', (build) => Object.assign(build, { status: 'SUCCESS' }), 'Build.status is for Google'],
    ['an image of no version', (build) => Object.assign(first(build), { name: 'node' }), 'node is not pinned'],
    ['the newest image', (build) => Object.assign(first(build), { name: 'node:latest' }), 'is not pinned'],
    ['two ways to run', (build) => Object.assign(first(build), { args: ['ci'] }), 'either a script or an entrypoint'],
    ['a step twice', (build) => build.steps.push({ ...first(build) }), 'needs an id of its own'],
    ['a wait for nobody', (build) => Object.assign(first(build), { waitFor: ['test'] }), 'waits for test'],
    ['a substitution of nobody', (build) => Object.assign(first(build), { dir: '$_DIR' }), '$_DIR is used and not'],
    [
      'one that is not used',
      (build) => Object.assign(build.substitutions ?? {}, { _X: '' }),
      '$_X is declared and not',
    ],
    [
      'a script that cannot see them',
      (build) => Reflect.deleteProperty(build.steps[2] as Node, 'automapSubstitutions'),
      'only with automapSubstitutions',
    ],
  ])('%s', (_, change, message) => {
    expect(spoilt(change).join('\n')).toContain(message);
  });

  test.each([
    ['npx sluice realease', 'sluice has no command realease'],
    ['npx sluice smoke --environment prod', 'sluice smoke has no option --environment'],
    ['npm run build:all', 'package.json has no script build:all'],
    ['sh infra/deploy/upload.sh', 'there is no infra/deploy/upload.sh'],
  ])('the call %s', (text, message) => {
    expect(checkCalls(text)).toEqual([message]);
  });
});
