import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from '@cdktf/hcl2json';

/** Terraform as its parser gives it: plain JSON, every block a list, expressions as text in `${…}`. */

export type Value = string | number | boolean | null | Value[] | { [name: string]: Value };
export type Body = { [name: string]: Value };

export interface Module {
  resource: Record<string, Record<string, Body[]>>;
  data: Record<string, Record<string, Body[]>>;
  variable: Record<string, Body[]>;
  output: Record<string, Body[]>;
  locals: Body;
  module: Record<string, Body[]>;
  terraform: Body[];
  provider: Record<string, Body[]>;
}

export const DEPLOY = fileURLToPath(new URL('../../../infra/deploy', import.meta.url));

/** All `.tf` files of one folder as one module. Throws where two of them say the same thing. */
export async function readModule(folder = DEPLOY): Promise<Module> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.tf'));
  const module = emptyModule();
  for (const name of names.sort()) {
    merge(module, (await parse(name, readFileSync(join(folder, name), 'utf8'))) as Record<string, Value>, name);
  }
  return module;
}

export async function parseModule(text: string): Promise<Module> {
  const module = emptyModule();
  merge(module, (await parse('text.tf', text)) as Record<string, Value>, 'text.tf');
  return module;
}

const emptyModule = (): Module => ({
  resource: {},
  data: {},
  variable: {},
  output: {},
  locals: {},
  module: {},
  terraform: [],
  provider: {},
});

function merge(module: Module, file: Record<string, Value>, name: string): void {
  for (const [kind, content] of Object.entries(file)) {
    if (kind === 'locals') for (const body of content as Body[]) put(module.locals, body, name);
    else if (kind === 'terraform') module.terraform.push(...(content as Body[]));
    else if (kind === 'resource' || kind === 'data')
      for (const [type, named] of Object.entries(content as Record<string, Body>)) {
        module[kind][type] ??= {};
        putBlocks(module[kind][type] as Body, named, name);
      }
    else if (kind in module) putBlocks(module[kind as 'variable'] as Body, content as Body, name);
    else throw new Error(`${name} has a block "${kind}" that nothing here knows`);
  }
}

function put(into: Body, from: Body, file: string): void {
  for (const [name, value] of Object.entries(from)) {
    if (name in into) throw new Error(`${file} says "${name}" a second time`);
    into[name] = value;
  }
}

/** Of a block that stands twice in one file the parser makes a list of two. */
function putBlocks(into: Body, from: Body, file: string): void {
  for (const [name, bodies] of Object.entries(from))
    if ((bodies as Body[]).length > 1) throw new Error(`${file} says "${name}" a second time`);
  put(into, from, file);
}

export interface Block {
  kind: 'resource' | 'data';
  type: string;
  name: string;
  /** `google_storage_bucket.data` */
  address: string;
  body: Body;
}

export function blocksOf(module: Module): Block[] {
  return (['resource', 'data'] as const).flatMap((kind) =>
    Object.entries(module[kind]).flatMap(([type, named]) =>
      Object.entries(named).map(([name, [body]]) => ({
        kind,
        type,
        name,
        address: `${kind === 'data' ? 'data.' : ''}${type}.${name}`,
        body: body ?? {},
      })),
    ),
  );
}

/** Bodies of a nested block, whether written out or `dynamic`. */
export function nested(body: Body, name: string): Body[] {
  const plain = Array.isArray(body[name]) ? (body[name] as Body[]) : [];
  const dynamic = ((body.dynamic ?? {}) as Record<string, Body[]>)[name] ?? [];
  return [...plain, ...dynamic.flatMap(({ content }) => content as Body[])];
}

/** Every text in a value, with where it stands. */
export function* textsOf(
  value: Value,
  path: readonly string[] = [],
): Generator<{ path: readonly string[]; text: string }> {
  if (typeof value === 'string') yield { path, text: value };
  else if (Array.isArray(value))
    for (const [index, item] of value.entries()) yield* textsOf(item, [...path, String(index)]);
  else if (typeof value === 'object' && value !== null)
    for (const [name, item] of Object.entries(value)) yield* textsOf(item, [...path, name]);
}

/** A copy that a test may spoil. */
export const copyOf = (module: Module): Module => structuredClone(module);

/** The body of one resource or data source of a module; throws when there is none, so that no test looks at nothing. */
export function bodyOf(module: Module, address: string): Body {
  const body = blocksOf(module).find((block) => block.address === address)?.body;
  if (!body) throw new Error(`there is no ${address}`);
  return body;
}

/** An expression as the parser writes one. */
export const hcl = (expression: string): string => `\${${expression}}`;
