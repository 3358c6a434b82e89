import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkSchema, SCHEMA } from './check-schema.ts';
import { type Body, blocksOf, bodyOf, copyOf, DEPLOY, type Module, parseModule, readModule } from './module.ts';

let deploy: Module;
const examples = readdirSync(join(DEPLOY, 'examples'));
beforeAll(async () => {
  deploy = await readModule();
});

describe('every block is what the provider takes', () => {
  test('of the module', () => {
    expect(blocksOf(deploy).length).toBeGreaterThan(60);
    expect(checkSchema(deploy)).toEqual([]);
  });

  test.each(examples)('of the example %s', async (name) => {
    expect(checkSchema(await readModule(join(DEPLOY, 'examples', name)))).toEqual([]);
  });

  test('the schema is of the version that is pinned, and of no type that is not used', async () => {
    expect(deploy.terraform[0]?.required_providers).toEqual([
      { google: { source: SCHEMA.version.split(' ')[0], version: SCHEMA.version.split(' ')[1] } },
    ]);
    const modules = [
      deploy,
      ...(await Promise.all(examples.map((name) => readModule(join(DEPLOY, 'examples', name))))),
    ];
    for (const kind of ['resource', 'data'] as const) {
      const used = new Set(modules.flatMap((module) => Object.keys(module[kind])));
      expect(Object.keys(SCHEMA[kind])).toEqual([...used].sort());
    }
  });
});

describe('what the provider would refuse is found', () => {
  const spoil = (address: string, change: (body: Body) => void): string[] => {
    const module = copyOf(deploy);
    change(bodyOf(module, address));
    return checkSchema(module);
  };
  const BUCKET = 'google_storage_bucket.data';
  const first = (body: Body, name: string): Body => (body[name] as Body[])[0] as Body;

  test.each<[string, string, (body: Body) => void, string]>([
    [
      'an argument that there is not',
      BUCKET,
      (body) => (body.public_access = 'enforced'),
      `${BUCKET}.public_access: there is no such`,
    ],
    [
      'a nested one that there is not',
      BUCKET,
      (body) => (first(body, 'versioning').enable = true),
      `${BUCKET}.versioning.enable: there is no such`,
    ],
    [
      'a block that there is not',
      BUCKET,
      (body) => (body.retention = [{ days: 1 }]),
      `${BUCKET}.retention: there is no such`,
    ],
    [
      'a required argument that is missing',
      BUCKET,
      (body) => delete body.location,
      `${BUCKET}.location: it is required`,
    ],
    [
      'a nested required one that is missing',
      BUCKET,
      (body) => delete first(body, 'versioning').enabled,
      `${BUCKET}.versioning.enabled: it is required`,
    ],
    [
      'a required block that is missing',
      BUCKET,
      (body) => delete first(body, 'lifecycle_rule').action,
      `${BUCKET}.lifecycle_rule.action: it is required`,
    ],
    [
      'one that only the provider says',
      BUCKET,
      (body) => (body.self_link = 'x'),
      `${BUCKET}.self_link: the provider says it`,
    ],
    [
      'a block that stands twice',
      BUCKET,
      (body) => (body.versioning = [{ enabled: true }, { enabled: true }]),
      `${BUCKET}.versioning: it may stand once`,
    ],
    [
      'a value in the place of a block',
      BUCKET,
      (body) => (body.versioning = ['on']),
      `${BUCKET}.versioning: it is a block`,
    ],
    [
      'a number that is none',
      'google_pubsub_subscription.arrive',
      (body) => (body.ack_deadline_seconds = '60s'),
      'arrive.ack_deadline_seconds: "60s" is no number',
    ],
    [
      'a list that is none',
      'google_storage_notification.arrivals',
      (body) => (body.event_types = 'OBJECT_FINALIZE'),
      'arrivals.event_types: "OBJECT_FINALIZE" is no',
    ],
    [
      'a dynamic block that there is not',
      BUCKET,
      (body) => ((body.dynamic as Body).cypher = [{ for_each: [], content: [{}] }]),
      `${BUCKET}.cypher: there is no such`,
    ],
    ['for_each beside count', BUCKET, (body) => (body.count = 1), `${BUCKET}: for_each and count`],
  ])('%s', (_, address, change, problem) => {
    expect(spoil(address, change).join('\n')).toContain(problem);
  });

  test('a type that the provider has not', async () => {
    const module = await parseModule('resource "google_storage_bukkit" "b" {\n  name = "b"\n}');
    expect(checkSchema(module)).toEqual([
      "google_storage_bukkit.b: the provider's schema has no resource of this type",
    ]);
  });

  test.each([
    'locals {\n  a = 1\n}\nlocals {\n  a = 2\n}',
    'variable "a" {\n  type = string\n}\nvariable "a" {\n  type = number\n}',
    'resource "google_pubsub_topic" "t" {\n  name = "a"\n}\nresource "google_pubsub_topic" "t" {\n  name = "b"\n}',
  ])('what is said a second time', async (text) => {
    await expect(parseModule(text)).rejects.toThrow('a second time');
  });
});
