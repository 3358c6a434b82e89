import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Reads the schema of every resource and data source that the Terraform here uses out of @cdktf/provider-google, whose
 * bindings carry the provider's own schema, and writes google.json beside this file. Run it when a type is new or the
 * provider's version changes; the package is 307 MB and no dependency:
 *
 *     npm install --prefix /tmp/provider --ignore-scripts --legacy-peer-deps @cdktf/provider-google@16.12.1
 *     node infra/deploy/schema/extract.ts /tmp/provider/node_modules/@cdktf/provider-google
 */

export interface BlockSchema {
  attributes: Record<string, AttributeSchema>;
  blocks: Record<string, NestedSchema>;
}

export interface AttributeSchema {
  /** As HCL writes it: `string`, `number`, `bool`, `any`, `list(string)`, `map(string)`. */
  type: string;
  required?: true;
  /** Only the provider says it, and nobody may set it. */
  computed?: true;
  /** The provider says it where nobody has set it. */
  defaulted?: true;
}

export interface NestedSchema extends BlockSchema {
  required?: true;
  /** May stand more than once. */
  many?: true;
}

export interface ProviderSchema {
  /** `hashicorp/google 6.50.0` */
  version: string;
  /** The `provider` block itself. */
  provider: BlockSchema;
  resource: Record<string, BlockSchema>;
  data: Record<string, BlockSchema>;
}

const HERE = import.meta.dirname;

/** `resource "TYPE"` and `data "TYPE"` of all files of the module, its submodules and its examples. */
function usedTypes(folder: string): Record<'resource' | 'data', string[]> {
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.tf'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  const of = (kind: string): string[] =>
    [
      ...new Set(
        texts.flatMap((text) =>
          [...text.matchAll(new RegExp(`^${kind} "(\\w+)"`, 'gm'))].map(([, type]) => type ?? ''),
        ),
      ),
    ].sort();
  return { resource: of('resource'), data: of('data') };
}

/** The TypeScript that the bindings were compiled from: it alone says what is required and what is computed. */
function sourceOf(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => {
      const map = /sourceMappingURL=data:application\/json;base64,(\S+)/.exec(readFileSync(join(folder, name), 'utf8'));
      if (!map?.[1]) throw new Error(`${join(folder, name)} carries no source map`);
      return (JSON.parse(Buffer.from(map[1], 'base64').toString()) as { sourcesContent: string[] }).sourcesContent.join(
        '\n',
      );
    })
    .join('\n');
}

interface Entry {
  name: string;
  isBlock: boolean;
  type: string;
  storage: string;
}

const ENTRY =
  /^ {6}(\w+): \{\n {8}value: .*\n {8}isBlock: (true|false),\n {8}type: "(\w+)",\n {8}storageClassType: "(\w+)",$/gm;
const STRUCT_ENTRY =
  /^ {4}(\w+): \{\n {6}value: .*\n {6}isBlock: (true|false),\n {6}type: "(\w+)",\n {6}storageClassType: "(\w+)",$/gm;
const FLAGS =
  /^ {2}\/\/ (\w+) - computed: (true|false), optional: (true|false), required: (true|false)\n(?: {2}private _\w+ = new (\w+)\()?/gm;

function parseBindings(source: string, type: string): BlockSchema {
  const structs = new Map<string, Entry[]>();
  for (const [, name = '', body = ''] of source.matchAll(
    /^export function (\w+)ToHclTerraform\([\s\S]*?\n {2}const attrs = \{([\s\S]*?)\n {2}\};/gm,
  ))
    structs.set(name.toLowerCase(), entriesOf(body, STRUCT_ENTRY));
  const classes = new Map<string, string>();
  for (const chunk of source.split(/^export class /m).slice(1))
    classes.set((/^\w+/.exec(chunk)?.[0] ?? '').toLowerCase(), chunk);

  const main = [...classes.entries()].find(([, chunk]) => chunk.includes(`tfResourceType = "${type}"`));
  if (!main) throw new Error(`the bindings of ${type} have no class of it`);
  const body = /synthesizeHclAttributes\(\)[^{]*\{ [^}]* \} \{\n {4}const attrs = \{([\s\S]*?)\n {4}\};/.exec(
    main[1],
  )?.[1];
  return blockOf(main[1], body === undefined ? [] : entriesOf(body, ENTRY));

  function blockOf(chunk: string, entries: readonly Entry[]): BlockSchema {
    const block: BlockSchema = { attributes: {}, blocks: {} };
    const flags = new Map([...chunk.matchAll(FLAGS)].map((found) => [found[1] ?? '', found]));
    for (const { name, isBlock, type: kind, storage } of entries) {
      const flag = flags.get(name);
      const required = flag?.[4] === 'true' ? { required: true as const } : {};
      if (!isBlock) {
        const defaulted = flag?.[2] === 'true' ? { defaulted: true as const } : {};
        block.attributes[name] = { type: typeOf(kind, storage), ...required, ...defaulted };
      } else {
        const struct = storage.replace(/List$/, '').toLowerCase();
        const inner = classes.get(`${struct}outputreference`) ?? '';
        const nested = blockOf(inner, structs.get(struct) ?? []);
        const many = flag?.[5]?.endsWith('List') ? { many: true as const } : {};
        block.blocks[name] = { ...required, ...many, ...nested };
      }
    }
    for (const [name, found] of flags)
      if (!block.attributes[name] && !block.blocks[name] && found[2] === 'true')
        block.attributes[name] = { type: getterType(chunk, name), computed: true };
    return block;
  }
}

/** `simple` and `string` are a string, `list` and `stringList` a list of them. */
function typeOf(kind: string, storage: string): string {
  const element = storage.replace(/(List|Map)$/, '').replace('boolean', 'bool');
  return kind === 'simple' ? element : `${kind}(${element})`;
}

/** What only the provider says has no setter; the getter tells its type, or that it is a structure of its own. */
function getterType(chunk: string, name: string): string {
  const [, getter = ''] =
    new RegExp(`return (?:cdktf\\.Fn\\.tolist\\()?this\\.get(\\w+)Attribute\\('${name}'\\)`).exec(chunk) ?? [];
  const types: Record<string, string> = { String: 'string', Number: 'number', Boolean: 'bool', List: 'list(string)' };
  return types[getter] ?? (chunk.includes(`new cdktf.StringMap(this, "${name}")`) ? 'map(string)' : 'any');
}

const entriesOf = (body: string, pattern: RegExp): Entry[] =>
  [...body.matchAll(pattern)].map(([, name = '', isBlock, type = '', storage = '']) => ({
    name,
    isBlock: isBlock === 'true',
    type,
    storage,
  }));

/** `google_pubsub_topic` lies in `pubsub-topic`, as a data source in `data-google-pubsub-topic`. */
function folderOf(root: string, kind: 'resource' | 'data', type: string): string {
  const plain = type.replace(/^google_/, '').replaceAll('_', '-');
  const wanted = kind === 'data' ? `data-google-${plain}` : plain;
  return join(root, 'lib', wanted);
}

function main(root: string | undefined): void {
  if (root === undefined) throw new Error('say where @cdktf/provider-google lies');
  const used = usedTypes(join(HERE, '..'));
  const schema: ProviderSchema = {
    version: versionOf(root),
    provider: parseBindings(sourceOf(join(root, 'lib', 'provider')), 'google'),
    resource: {},
    data: {},
  };
  for (const kind of ['resource', 'data'] as const) {
    for (const type of used[kind]) {
      const source = sourceOf(folderOf(root, kind, type));
      schema[kind][type] = parseBindings(source, type);
    }
  }
  writeFileSync(join(HERE, 'google.json'), `${render(schema)}\n`);
}

/** The version that the bindings' links to the registry name. */
function versionOf(root: string): string {
  const version = /providers\/hashicorp\/google\/(\d+\.\d+\.\d+)/.exec(
    readFileSync(join(root, 'lib', 'provider', 'index.d.ts'), 'utf8'),
  )?.[1];
  if (!version) throw new Error('the bindings do not say the version of the provider');
  return `hashicorp/google ${version}`;
}

/** A line a type, so that a diff shows which type has changed. */
function render({ version, provider, resource, data }: ProviderSchema): string {
  const lines = (types: Record<string, BlockSchema>): string =>
    Object.entries(types)
      .map(([type, block]) => `    ${JSON.stringify(type)}: ${JSON.stringify(block)}`)
      .join(',\n');
  return `{\n  "version": ${JSON.stringify(version)},\n  "provider": ${JSON.stringify(provider)},\n  "resource": {\n${lines(resource)}\n  },\n  "data": {\n${lines(data)}\n  }\n}`;
}

if (import.meta.main) main(process.argv[2]);
