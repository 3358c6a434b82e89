import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BlockSchema, NestedSchema, ProviderSchema } from '../../../infra/deploy/schema/extract.ts';
import { type Block, type Body, blocksOf, DEPLOY, type Module, type Value } from './module.ts';

export const SCHEMA = JSON.parse(readFileSync(join(DEPLOY, 'schema/google.json'), 'utf8')) as ProviderSchema;

/** Arguments of Terraform's own that every block may have. */
const META = new Set(['for_each', 'count', 'depends_on', 'provider', 'lifecycle', 'dynamic']);

/** What the provider would refuse: unknown types, arguments and blocks, missing and computed ones, values of another type. */
export function checkSchema(module: Module, schema: ProviderSchema = SCHEMA): string[] {
  return blocksOf(module).flatMap((block) => {
    const known = schema[block.kind][block.type];
    if (!known) return [`${block.address}: the provider's schema has no ${block.kind} of this type`];
    return [...checkMeta(block), ...checkBody(block.body, known, block.address, META)];
  });
}

function checkMeta({ body, address }: Block): string[] {
  return 'for_each' in body && 'count' in body ? [`${address}: for_each and count exclude each other`] : [];
}

function checkBody(body: Body, schema: BlockSchema, at: string, allowed: ReadonlySet<string>): string[] {
  const problems: string[] = [];
  const dynamic = (body.dynamic ?? {}) as Record<string, Body[]>;
  for (const [name, value] of Object.entries(body)) {
    if (allowed.has(name)) continue;
    const attribute = schema.attributes[name];
    const block = schema.blocks[name];
    if (attribute?.computed) problems.push(`${at}.${name}: the provider says it; it cannot be set`);
    else if (attribute) problems.push(...checkType(value, attribute.type, `${at}.${name}`));
    else if (block) problems.push(...checkBlocks(value, block, `${at}.${name}`, name in dynamic));
    else problems.push(`${at}.${name}: there is no such argument or block`);
  }
  for (const [name, blocks] of Object.entries(dynamic)) {
    const block = schema.blocks[name];
    if (!block) problems.push(`${at}.${name}: there is no such block`);
    for (const { content, for_each } of blocks) {
      if (for_each === undefined) problems.push(`${at}.${name}: a dynamic block needs for_each`);
      if (block)
        for (const one of content as Body[])
          problems.push(...checkBody(one, block, `${at}.${name}`, new Set(['dynamic'])));
    }
  }
  for (const [name, { required }] of [...Object.entries(schema.attributes), ...Object.entries(schema.blocks)])
    if (required && !(name in body) && !(name in dynamic)) problems.push(`${at}.${name}: it is required and missing`);
  return problems;
}

function checkBlocks(value: Value, schema: NestedSchema, at: string, alsoDynamic: boolean): string[] {
  const bodies = Array.isArray(value) ? value : [value];
  const problems = bodies.flatMap((body) =>
    typeof body === 'object' && body !== null && !Array.isArray(body)
      ? checkBody(body, schema, at, new Set(['dynamic']))
      : [`${at}: it is a block, and not a value`],
  );
  if (!schema.many && (bodies.length > 1 || alsoDynamic)) problems.push(`${at}: it may stand once only`);
  return problems;
}

/** Only what is written out has a type here; an expression's is Terraform's to find. */
function checkType(value: Value, type: string, at: string): string[] {
  if (value === null || (typeof value === 'string' && value.includes('${'))) return [];
  const [outer = ''] = type.split('(');
  const fits =
    type === 'any' ||
    (type === 'string' && typeof value !== 'object') ||
    (type === 'number' && (typeof value === 'number' || (value !== '' && !Number.isNaN(Number(value))))) ||
    (type === 'bool' && (typeof value === 'boolean' || value === 'true' || value === 'false')) ||
    (['list', 'set'].includes(outer) && Array.isArray(value)) ||
    (outer === 'map' && typeof value === 'object' && !Array.isArray(value));
  return fits ? [] : [`${at}: ${JSON.stringify(value)} is no ${type}`];
}
