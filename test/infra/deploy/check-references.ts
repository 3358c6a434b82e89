import { getReferencesInExpression } from '@cdktf/hcl2json';
import type { BlockSchema } from '../../../infra/deploy/schema/extract.ts';
import { SCHEMA } from './check-schema.ts';
import { type Block, type Body, blocksOf, type Module, textsOf, type Value } from './module.ts';

/** What refers to nothing, what nothing refers to, and what refers to itself. */
export interface References {
  problems: string[];
  unused: string[];
  cycles: string[];
}

/** Something that has expressions: `var.x`, `local.x`, `google_x.y`, `output.x`. */
interface Node {
  address: string;
  value: Value;
  block?: Block;
}

const ITERATORS = new Set(['each', 'count', 'path', 'terraform', 'self']);

export async function checkReferences(module: Module): Promise<References> {
  const nodes = nodesOf(module);
  const known = new Map(nodes.map((node) => [node.address, node]));
  const problems: string[] = [];
  const edges = new Map<string, Set<string>>();
  for (const node of nodes) {
    const targets = new Set<string>();
    edges.set(node.address, targets);
    for (const reference of await referencesOf(node)) {
      const [target, problem] = resolve(reference, node, known);
      if (target && target !== node.address) targets.add(target);
      // A variable's validation looks at the variable itself.
      if (target === node.address && !target.startsWith('var.')) problems.push(`${node.address} refers to itself`);
      if (problem) problems.push(`${node.address}: ${problem}`);
    }
  }
  const used = new Set([...edges.values()].flatMap((targets) => [...targets]));
  const unused = [...known.keys()].filter((address) => /^(var|local|data)\./.test(address) && !used.has(address));
  return { problems: [...new Set(problems)], unused, cycles: cyclesOf(edges) };
}

function nodesOf(module: Module): Node[] {
  const named = (prefix: string, of: Record<string, Value>): Node[] =>
    Object.entries(of).map(([name, value]) => ({ address: `${prefix}.${name}`, value }));
  return [
    ...named('var', module.variable as Body),
    ...named('local', module.locals),
    ...named('output', module.output as Body),
    ...named('module', module.module as Body),
    ...named('provider', module.provider as Body),
    ...blocksOf(module).map((block) => ({ address: block.address, value: block.body, block })),
  ];
}

/** `var.x`, `local.y.z`, `google_t.n.attribute`, with what stands in brackets left out. */
async function referencesOf({ value }: Node): Promise<string[][]> {
  const found: string[][] = [];
  for (const { path, text } of textsOf(value)) {
    // A reference in depends_on and a type are written without quotes and come as expressions too.
    if (!text.includes('${') || path.at(-1) === 'type') continue;
    for (const { value: reference } of await getReferencesInExpression('expression.tf', escapeTemplate(text)))
      found.push(reference.split('.').filter((part) => part !== ''));
    for (const [, type = '', name = '', attribute = ''] of text.matchAll(
      /\b((?:data\.)?google_\w+)\.(\w+)\[(?:[^[\]]|\[[^\]]*\])*\]\.(\w+)/g,
    ))
      found.push([...type.split('.'), name, '"…"', attribute]);
    // The parser's own search leaves out what is indexed by an expression.
    for (const [, root = '', name = ''] of text.matchAll(/(?<![\w."/])((?:data\.)?google_\w+|var|local)\.(\w+)\[/g))
      found.push([...root.split('.'), name]);
    // What belongs to a dynamic block or to each is known where it stands.
    for (const [, root = '', member = ''] of text.matchAll(/(?<![\w.])(each|count)\.(\w+)/g))
      found.push([root, member]);
  }
  return found;
}

/** The parser takes the escapes out of a template's text, and its search for references wants them in again. */
function escapeTemplate(text: string): string {
  let escaped = '';
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (depth === 0 && text.startsWith('${', at)) {
      escaped += '${';
      depth = 1;
      at++;
      continue;
    }
    if (depth > 0) depth += char === '{' ? 1 : char === '}' ? -1 : 0;
    escaped += depth === 0 && char !== '}' ? JSON.stringify(char).slice(1, -1) : char;
  }
  return escaped;
}

function resolve(
  [root = '', ...rest]: readonly string[],
  node: Node,
  known: ReadonlyMap<string, Node>,
): [target?: string, problem?: string] {
  const body = node.block?.body ?? {};
  if (root === 'each' && !('for_each' in body)) return [undefined, 'each stands where there is no for_each'];
  if (root === 'count' && !('count' in body)) return [undefined, 'count stands where there is no count'];
  if (ITERATORS.has(root) || isDynamic(body, root)) return [];
  const isResource = root.startsWith('google_');
  const [name = '', ...members] = root === 'data' ? rest.slice(1) : rest;
  const address = root === 'data' ? `data.${rest[0]}.${name}` : `${root}.${name}`;
  const target = known.get(address);
  if (!target) return [undefined, `${address} is not there`];
  return isResource || root === 'data' ? [address, checkAttribute(target, members)] : [address];
}

/** Names that a `dynamic` block, at any depth, gives to what it iterates over. */
function isDynamic(body: Body, name: string): boolean {
  return Object.entries(body).some(([key, value]) =>
    key === 'dynamic'
      ? name in (value as Body) ||
        Object.values(value as Body).some((inner) => (inner as Body[]).some((one) => isDynamic(one, name)))
      : Array.isArray(value) &&
        value.some((one) => typeof one === 'object' && one !== null && !Array.isArray(one) && isDynamic(one, name)),
  );
}

function checkAttribute({ address, block }: Node, members: readonly string[]): string | undefined {
  if (!block) return undefined;
  const isMany = 'for_each' in block.body || 'count' in block.body;
  const isIndexed = members[0] !== undefined && /^"|^\d+$|^\*$/.test(members[0]);
  const [attribute] = isIndexed ? members.slice(1) : members;
  if (attribute === undefined) return undefined;
  if (isMany && !isIndexed) return `${address} stands for several, and .${attribute} is asked of none of them`;
  if (!isMany && isIndexed && members[0] !== '*') return `${address} is one, and is indexed`;
  const schema: BlockSchema | undefined = SCHEMA[block.kind][block.type];
  const exists = schema && (attribute in schema.attributes || attribute in schema.blocks);
  return exists ? undefined : `${address} has no ${attribute}`;
}

function cyclesOf(edges: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (at: string, path: readonly string[]): void => {
    if (path.includes(at)) cycles.push([...path.slice(path.indexOf(at)), at].join(' → '));
    else if (!done.has(at)) {
      for (const next of edges.get(at) ?? []) visit(next, [...path, at]);
      done.add(at);
    }
  };
  for (const address of edges.keys()) visit(address, []);
  return cycles;
}
