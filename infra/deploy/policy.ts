import { CALLS, NEEDS, type Need, type PortCall, type Scope } from '../../functions/gcp/permissions.ts';
import type { FunctionName } from '../../functions/model/deployment.ts';

/** One custom role: what one function may do with one resource, or group of resources. */
export interface Grant {
  function: FunctionName;
  kind: 'bucket' | 'queue' | 'topic' | 'account' | 'project' | 'dataset';
  target: string;
  /** Only objects whose names begin with it; '' = all. */
  prefix: string;
  permissions: readonly string[];
}

/** Exactly the sum of what the calls of a function need, resource by resource. */
export function planGrants(calls: typeof CALLS = CALLS): Grant[] {
  return entries(calls).flatMap(([name, scopes]) =>
    entries(scopes)
      .map(([scope, made = []]) => ({
        function: name,
        ...parseScope(scope),
        permissions: [...new Set(made.flatMap((call) => NEEDS[call].map(({ permission }) => permission)))].sort(),
      }))
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
  );
}

export function parseScope(scope: Scope): Pick<Grant, 'kind' | 'target' | 'prefix'> {
  const [kind, rest = ''] = scope.split(':');
  const [target = '', ...prefix] = rest.split('/');
  return { kind: kind as Grant['kind'], target, prefix: prefix.join('/') };
}

const keyOf = ({ kind, target, prefix }: Grant): string => `${kind} ${target} ${prefix}`;

/** What Terraform calls it: `load/bucket/state/pending`. */
export const addressOf = ({ function: name, kind, target, prefix }: Grant): string =>
  [name, kind, target, prefix.replace(/\/$/, '')].filter(Boolean).join('/');

export const renderGrants = (grants: readonly Grant[]): string =>
  `[\n${grants.map((grant) => `  ${JSON.stringify(grant)}`).join(',\n')}\n]\n`;

/** Function × resource × permission × reason, for the one who reviews it. */
export function renderPolicy(calls: typeof CALLS = CALLS): string {
  const lines = [
    '# What each function may do, and why',
    '',
    'Written by `node infra/deploy/generate.ts` from `functions/gcp/permissions.ts`; a test holds it fresh, and another',
    'one compares it with the calls that the functions make while the pipeline runs. Each row is a permission of the custom',
    'role that the function’s account has on that resource; there is nothing else that it may do.',
  ];
  for (const [name, scopes] of entries(calls)) {
    lines.push('', `## ${name}`, '', '| resource | permission | why | call |', '|---|---|---|---|');
    const rows = entries(scopes).flatMap(([scope, made = []]) => rowsOf(scope, made));
    lines.push(...rows.sort().map((row) => `| ${row} |`));
  }
  return `${lines.join('\n')}\n`;
}

function rowsOf(scope: Scope, calls: readonly PortCall[]): string[] {
  const needs = calls.flatMap((call) => NEEDS[call].map((need): Need & { call: PortCall } => ({ ...need, call })));
  return [...Map.groupBy(needs, ({ permission }) => permission)].map(([permission, of]) => {
    const whys = [...new Set(of.map(({ why }) => why))].join('; ');
    const by = [...new Set(of.map(({ call }) => `\`${call}\``))].join(', ');
    return `${describe(scope)} | \`${permission}\` | ${whys} | ${by}`;
  });
}

function describe(scope: Scope): string {
  const { kind, target, prefix } = parseScope(scope);
  if (kind === 'project') return 'the project';
  if (kind === 'dataset') return target === 'own' ? 'dataset `_sluice`' : `datasets: ${target}`;
  return prefix ? `${kind} ${target}, under \`${prefix}\`` : `${kind} ${target}`;
}

const entries = <Key extends string, Value>(record: Readonly<Partial<Record<Key, Value>>>): [Key, Value][] =>
  Object.entries(record) as [Key, Value][];
