import { beforeAll, describe, expect, test } from 'vitest';
import { DEPLOYMENT } from '../../../infra/cli/env/deployment-file.ts';
import { type Body, type Module, readModule } from './module.ts';

let output: Body;
let names: Module['locals'];
beforeAll(async () => {
  const deploy = await readModule();
  output = deploy.output.environment?.[0]?.value as Body;
  names = deploy.locals;
});

/** `toset(["a", "b"])` */
const setOf = (name: string): string[] =>
  [...String(names[name]).matchAll(/"(\w+)"/g)].map(([, item = '']) => item).sort();
const keysOf = (part: { shape: object }): string[] => Object.keys(part.shape).sort();

describe('what Terraform writes for `sluice --env`', () => {
  test('has just the fields that the command line reads', () => {
    const { endpoints: _, ...written } = DEPLOYMENT.shape;
    expect(Object.keys(output).sort()).toEqual(Object.keys(written).sort());
    expect(Object.keys(output.topics as Body).sort()).toEqual(keysOf(DEPLOYMENT.shape.topics));
  });

  test.each([
    ['buckets', 'bucket_roles'],
    ['queues', 'queue_names'],
    ['functions', 'function_names'],
  ] as const)('names the same %s', (field, set) => {
    expect(setOf(set)).toEqual(keysOf(DEPLOYMENT.shape[field]));
  });

  test('one that lacks a field, or has one more, is refused', () => {
    const whole = {
      project: 'p',
      location: 'US',
      region: 'us-central1',
      buckets: Object.fromEntries(setOf('bucket_roles').map((role) => [role, `p-${role}`])),
      queues: Object.fromEntries(setOf('queue_names').map((name) => [name, `projects/p/locations/l/queues/${name}`])),
      topics: { events: 'projects/p/topics/e', arrivals: 'projects/p/topics/a' },
      functions: Object.fromEntries(setOf('function_names').map((name) => [name, `https://${name}-1.r.run.app`])),
      operator: 'sluice-operator@p.iam.gserviceaccount.com',
      reidentifiers: { ann: 'sluice-reid-ann@p.iam.gserviceaccount.com' },
      forgetters: { ben: 'sluice-forget-ben@p.iam.gserviceaccount.com' },
      archives: 'p-archives',
    };
    expect(DEPLOYMENT.safeParse(whole).success).toBe(true);
    for (const field of Object.keys(whole))
      expect(DEPLOYMENT.safeParse({ ...whole, [field]: undefined }).success, field).toBe(false);
    expect(DEPLOYMENT.safeParse({ ...whole, extra: 1 }).success).toBe(false);
    const plain = { ...whole.functions, adhoc: 'http://example.com' };
    expect(DEPLOYMENT.safeParse({ ...whole, functions: plain }).success).toBe(false);
  });
});
