import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Reads what a build of Cloud Build and its trigger may hold out of Google's own protocol, which @google-cloud/cloudbuild
 * carries, and writes cloudbuild.json beside this file. Run it when the API has something new; the package is no dependency:
 *
 *     npm install --prefix /tmp/cloudbuild --ignore-scripts @google-cloud/cloudbuild@6.1.0
 *     node infra/deploy/schema/extract-build.ts /tmp/cloudbuild/node_modules/@google-cloud/cloudbuild
 */

export interface FieldSchema {
  /** A scalar (`string`, `bool`, `int`, `duration`, `timestamp`), or the name of a message or an enum of this file. */
  type: string;
  many?: true;
  /** Text → type. */
  map?: true;
  /** Only Google says it. */
  output?: true;
}

export interface BuildSchema {
  package: string;
  messages: Record<string, Record<string, FieldSchema>>;
  enums: Record<string, string[]>;
}

interface ProtoNode {
  nested?: Record<string, ProtoNode>;
  fields?: Record<string, { type: string; rule?: string; keyType?: string; options?: Record<string, unknown> }>;
  values?: Record<string, number>;
}

const SCALARS: Readonly<Record<string, string>> = {
  string: 'string',
  bytes: 'string',
  bool: 'bool',
  int32: 'int',
  int64: 'int',
  'google.protobuf.Duration': 'duration',
  'google.protobuf.Timestamp': 'timestamp',
};
const PACKAGE = ['google', 'devtools', 'cloudbuild', 'v1'];
const ROOTS = ['Build', 'BuildTrigger'];

function extract(root: ProtoNode): Omit<BuildSchema, 'package'> {
  const scope = PACKAGE.reduce<ProtoNode>((node, name) => node.nested?.[name] ?? {}, root);
  const messages: BuildSchema['messages'] = {};
  const enums: BuildSchema['enums'] = {};

  /** From the inside out: `Status` within `Build` is `Build.Status` before it is the package's. */
  function find(type: string, within: string): { name: string; node: ProtoNode } {
    for (let outer = within; ; outer = outer.slice(0, Math.max(0, outer.lastIndexOf('.')))) {
      const name = outer === '' ? type : `${outer}.${type}`;
      const node = name.split('.').reduce<ProtoNode | undefined>((at, part) => at?.nested?.[part], scope);
      if (node) return { name, node };
      if (outer === '') break;
    }
    throw new Error(`the protocol has no type ${type} (in ${within})`);
  }

  function visit(name: string, { fields = {} }: ProtoNode): void {
    if (messages[name]) return;
    const message: Record<string, FieldSchema> = {};
    messages[name] = message;
    for (const [field, { type, rule, keyType, options = {} }] of Object.entries(fields)) {
      const scalar = SCALARS[type];
      const found = scalar ? undefined : find(type, name);
      message[field] = {
        type: scalar ?? found?.name ?? type,
        ...(rule === 'repeated' && { many: true as const }),
        ...(keyType !== undefined && { map: true as const }),
        ...(options['(google.api.field_behavior)'] === 'OUTPUT_ONLY' && { output: true as const }),
      };
      if (found?.node.values) enums[found.name] = Object.keys(found.node.values);
      else if (found) visit(found.name, found.node);
    }
  }
  for (const name of ROOTS) visit(name, scope.nested?.[name] ?? {});
  // The REST API has it (@googleapis/cloudbuild, Schema$BuildTrigger), the published protocol has not.
  if (messages.BuildTrigger) messages.BuildTrigger.approvalConfig = { type: 'ApprovalConfig' };
  return { messages, enums };
}

function main(folder: string): void {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, string>;
  const protos = JSON.parse(readFileSync(join(folder, 'build/protos/protos.json'), 'utf8')) as ProtoNode;
  const schema: BuildSchema = { package: `${name} ${version}`, ...extract(protos) };
  writeFileSync(join(import.meta.dirname, 'cloudbuild.json'), render(schema));
}

/** A line a type, so that a diff shows which type has changed. */
function render({ package: from, messages, enums }: BuildSchema): string {
  const lines = (types: object): string =>
    Object.entries(types)
      .map(([name, type]) => `    ${JSON.stringify(name)}: ${JSON.stringify(type)}`)
      .join(',\n');
  return `{\n  "package": ${JSON.stringify(from)},\n  "messages": {\n${lines(messages)}\n  },\n  "enums": {\n${lines(enums)}\n  }\n}\n`;
}

if (import.meta.main && process.argv[2]) main(process.argv[2]);
