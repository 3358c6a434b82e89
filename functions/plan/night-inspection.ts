import type { Column } from '../model/column.ts';
import type { Finding } from '../model/dlp.ts';
import { leafColumns } from '../model/leaf.ts';
import type { Release } from '../model/release.ts';
import type { NightFinding } from '../model/report.ts';
import type { Source } from '../model/source.ts';
import type { Transform } from '../model/transform.ts';
import { infoTypesOf } from '../model/transformation.ts';
import type { TableField } from '../model/warehouse-type.ts';
import { isMute } from './inspection.ts';

/**
 * What analysts read is looked at once more, every night: a transform may join what was apart, a new detector may know more
 * than the one that looked at the load, and a template of DLP may have been changed.
 */

/** Tables of one night. Where there are more they take turns, so that each is looked at every few nights. */
export const MOST_TABLES = 200;
/** Which findings in a column are no surprise: those that `allow` names, or all but those that `only` names. */
export type Expected = { allow: readonly string[] } | { only: readonly string[] };

/** By column. One that is not there is not looked at where `others` is missing. */
export interface Expectations {
  columns: ReadonlyMap<string, Expected | 'anything'>;
  others: 'nothing' | 'anything';
}

export interface NightTable {
  id: string;
  expectations: Expectations;
}

/** The tables of a night, in order of their ids. `day` counts nights. */
export function planNight({ sources, transforms }: Release, day: number, most = MOST_TABLES): NightTable[] {
  const known = new Map<string, Expectations>();
  for (const source of sources) known.set(source.id, ofSource(source));
  // In the release each transform stands behind its inputs.
  for (const transform of transforms) known.set(transform.id, ofTransform(transform, known));
  const tables = [...known].map(([id, expectations]) => ({ id, expectations })).sort((a, b) => (a.id < b.id ? -1 : 1));
  const from = tables.length > most ? (day * most) % tables.length : 0;
  return [...tables.slice(from), ...tables.slice(0, from)].slice(0, most);
}

function ofSource({ columns }: Source): Expectations {
  return {
    columns: new Map(leafColumns(columns).map((column) => [column.name, expectedOf(column)])),
    others: 'anything',
  };
}

function expectedOf({ privacy }: Column): Expected | 'anything' {
  if (privacy.kind === 'drop') return 'anything';
  if (privacy.kind === 'public') return { allow: privacy.allow };
  const { transform, when, allow = [] } = privacy;
  switch (transform.kind) {
    case 'redact_findings':
      return when ? { allow } : { only: infoTypesOf(transform) };
    case 'tokenize':
    case 'hash':
    case 'redact':
      return { allow };
    default:
      // What is made up, masked or keeps its form may look like what it stands for.
      return 'anything';
  }
}

/** A column that goes through under its name is expected to hold what it held; all else is expected to hold nothing. */
function ofTransform({ inputs, allowFindings }: Transform, known: ReadonlyMap<string, Expectations>): Expectations {
  const columns = new Map<string, Expected | 'anything'>();
  for (const input of inputs)
    for (const [name, expected] of known.get(input)?.columns ?? []) {
      const before = columns.get(name);
      columns.set(name, before === undefined ? expected : wider(before, expected));
    }
  for (const [name, allow] of Object.entries(allowFindings ?? {}))
    columns.set(name, wider(columns.get(name) ?? { allow: [] }, { allow }));
  return { columns, others: 'nothing' };
}

/** Both may stand in one column of a transform, so what either expects is expected. */
function wider(a: Expected | 'anything', b: Expected | 'anything'): Expected | 'anything' {
  if (a === 'anything' || b === 'anything') return 'anything';
  if ('allow' in a && 'allow' in b) return { allow: [...new Set([...a.allow, ...b.allow])] };
  if ('only' in a && 'only' in b) return { only: a.only.filter((one) => b.only.includes(one)) };
  const [allow, only] =
    'allow' in a
      ? [a.allow, (b as { only: readonly string[] }).only]
      : [(b as { allow: readonly string[] }).allow, a.only];
  return { only: only.filter((one) => !allow.includes(one)) };
}

/** BigQuery's older names, which its API answers with. */
const NEWER: Readonly<Record<string, string>> = { FLOAT: 'FLOAT64', BOOLEAN: 'BOOL' };

/** A column that is looked at, or a field of one: a path from the table down, `customer.email`. */
export interface NightColumn {
  name: string;
  /** From the table's column to the field that holds values. */
  fields: readonly TableField[];
}

/** What is looked at of a table, of that which it has. Sluice's own columns are not. */
export function nightColumns(fields: readonly TableField[], { columns, others }: Expectations): NightColumn[] {
  return fields
    .flatMap((field) => leavesOf([field]))
    .filter(({ name, fields: [first, ...rest] }) => {
      const { type } = rest.at(-1) ?? first ?? { type: '' };
      if (name.startsWith('_') || isMute(NEWER[type] ?? type)) return false;
      const expected = columns.get(name) ?? (others === 'nothing' ? { allow: [] } : 'anything');
      return expected !== 'anything';
    });
}

function leavesOf(path: readonly TableField[]): NightColumn[] {
  const inner = path.at(-1)?.fields ?? [];
  if (inner.length > 0) return inner.flatMap((field) => leavesOf([...path, field]));
  return [{ name: path.map(({ name }) => name).join('.'), fields: path }];
}

/** Surrogates: `pii(36):…`. What DLP would make of their letters says nothing of anybody. */
const TOKEN = /^[A-Za-z][\w-]*\(\d+\):[A-Za-z0-9+/=]+$/;

/** Rows as they are shown: tokens left out, also those of a list, whose elements are lines. */
export const withoutTokens = (values: readonly (string | null)[]): (string | null)[] =>
  values.map((value) => {
    const lines = value?.split('\n').filter((line) => !TOKEN.test(line)) ?? [];
    return lines.length === 0 ? null : lines.join('\n');
  });

/** What should not be there: column, infoType and in how many of the rows that were shown. */
export function judgeNight({ id, expectations }: NightTable, findings: readonly Finding[]): NightFinding[] {
  const unexpected = findings.filter(({ column, infoType }) => {
    const expected = expectations.columns.get(column) ?? { allow: [] };
    if (expected === 'anything') return false;
    return 'allow' in expected ? !expected.allow.includes(infoType) : expected.only.includes(infoType);
  });
  const groups = Map.groupBy(unexpected, ({ column, infoType }) => `${column} ${infoType}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { column, infoType } = first;
    return [{ table: id, column, infoType, rows: new Set(group.map(({ row }) => row)).size }];
  });
}
