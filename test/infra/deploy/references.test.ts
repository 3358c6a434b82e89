import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkReferences, type References } from './check-references.ts';
import { DEPLOY, parseModule, readModule } from './module.ts';

const NOTHING: References = { problems: [], unused: [], cycles: [] };

describe('every reference leads somewhere', () => {
  let found: References;
  beforeAll(async () => {
    found = await checkReferences(await readModule());
  });

  test('of the module', () => expect(found).toEqual(NOTHING));

  test.each(readdirSync(join(DEPLOY, 'examples')))('of the example %s', async (name) => {
    expect(await checkReferences(await readModule(join(DEPLOY, 'examples', name)))).toEqual(NOTHING);
  });
});

describe('what leads nowhere is found', () => {
  const of = async (text: string): Promise<References> => checkReferences(await parseModule(text));
  const TOPIC = 'resource "google_pubsub_topic" "t" {\n  name = "t"\n}\n';
  const MANY = 'resource "google_pubsub_topic" "t" {\n  for_each = toset(["a"])\n  name = each.key\n}\n';
  const output = (expression: string): string => `output "o" {\n  value = ${expression}\n}\n`;

  test.each([
    ['a variable', output('var.nowhere'), 'output.o: var.nowhere is not there'],
    ['a local', output(`"x-$\{local.nowhere}"`), 'output.o: local.nowhere is not there'],
    ['a module', output('module.nowhere.x'), 'output.o: module.nowhere is not there'],
    ['a resource', output('google_pubsub_topic.nowhere.id'), 'output.o: google_pubsub_topic.nowhere is not there'],
    ['data', output('data.google_project.nowhere.number'), 'output.o: data.google_project.nowhere is not there'],
    ['an attribute', TOPIC + output('google_pubsub_topic.t.email'), 'google_pubsub_topic.t has no email'],
    [
      'an attribute behind a key',
      MANY + output('google_pubsub_topic.t["a"].email'),
      'google_pubsub_topic.t has no email',
    ],
    [
      'an attribute behind a computed key',
      MANY + output('[for x in ["a"] : google_pubsub_topic.t[x].email]'),
      'has no email',
    ],
    ['one of several without its key', MANY + output('google_pubsub_topic.t.id'), 'stands for several'],
    ['a key of what is one', TOPIC + output('google_pubsub_topic.t[0].id'), 'is one, and is indexed'],
    [
      'each without for_each',
      'resource "google_pubsub_topic" "t" {\n  name = each.key\n}\n',
      'each stands where there is no for_each',
    ],
    [
      'depends_on',
      'resource "google_pubsub_topic" "t" {\n  name = "t"\n  depends_on = [google_storage_bucket.b]\n}\n',
      'google_storage_bucket.b is not there',
    ],
  ])('%s', async (_, text, problem) => {
    expect((await of(text)).problems.join('\n')).toContain(problem);
  });

  test('a variable and a local that nothing uses', async () => {
    const { unused } = await of('variable "v" {\n  type = string\n}\nlocals {\n  l = 1\n}\n');
    expect(unused).toEqual(['var.v', 'local.l']);
  });

  test('a circle', async () => {
    const { cycles } = await of('locals {\n  a = local.b\n  b = { c = local.c }\n  c = [local.a]\n}\n');
    expect(cycles).toEqual(['local.a → local.b → local.c → local.a']);
  });
});
