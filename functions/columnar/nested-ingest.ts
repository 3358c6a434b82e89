import type { Column } from '../model/column.ts';
import type { RejectReason } from '../model/run.ts';
import type { NestedValue } from './nested-value.ts';
import { renderOutside } from './outside-sql.ts';
import { isAnswered, type Lookup, renderConstant, renderContext, renderWhen } from './protect.ts';
import { type ReadColumn, readColumn } from './read-column.ts';
import { identifier } from './sql-text.ts';

/**
 * A nested column as the table `rows` keeps it: the shape of the file with the names of the warehouse, where each
 * protected leaf is still its raw text. Beside such a leaf stand, in fields that no column can have the names of, which of
 * its values are transformed and with what context.
 */
export type Node =
  /** Ready to be written, whatever is in it. */
  | { kind: 'typed' }
  | { kind: 'values'; leaf: Leaf }
  | { kind: 'record'; fields: { name: string; node: Node }[] }
  | { kind: 'list'; element: Node };

/** Raw text that must be replaced by what DLP answers. */
export interface Leaf {
  /** Under its path. */
  column: Column;
  /** Names the table of its answers. */
  at: string;
  hasWhen: boolean;
  hasContext: boolean;
}

export const whenField = (name: string): string => identifier(`${name} when`);
export const contextField = (name: string): string => identifier(`${name} by`);

/** Why a leaf's values cannot be transformed, over the whole of a row. */
export interface LeafCheck {
  path: string;
  reason: RejectReason;
  fails: string;
}

export interface Taken {
  value: string;
  bad: string;
  checks: LeafCheck[];
  node: Node;
}

/** What can be referred to from within a record: its own single values, and all around it. */
export type Names = ReadonlyMap<string, ReadColumn>;

/** The single values of a column, those of records in it under their paths; what is repeated is not among them. */
export function namesIn(column: Column, path: string, value: NestedValue): [string, ReadColumn][] {
  if (column.mode === 'repeated') return [];
  if (column.type !== 'RECORD') return [[path, readColumn(column, value.scalar(column))]];
  return fieldNames(column, path, value);
}

const fieldNames = (column: Column, path: string, value: NestedValue): [string, ReadColumn][] =>
  (column.fields ?? []).flatMap((field) => namesIn(field, `${path}.${field.name}`, value.field(field.from)));

export const lookupIn =
  (names: Names): Lookup =>
  (path) =>
    names.get(path) as ReadColumn;

/** Takes a nested column apart; `at` is its name in `rows`. */
export function takeNested(column: Column, at: string, value: NestedValue, names: Names): Taken {
  let leaves = 0;
  return takeValue(column, column.name, value, names, 0);

  function takeValue(one: Column, path: string, from: NestedValue, known: Names, depth: number): Taken {
    if (one.mode === 'repeated') return takeList(one, path, from, known, depth);
    return one.type === 'RECORD' ? takeRecord(one, path, from, known, depth) : takeLeaf(one, path, from, known);
  }

  function takeList(one: Column, path: string, from: NestedValue, known: Names, depth: number): Taken {
    const variable = `e${depth}`;
    const element = from.element(variable);
    const own = one.type === 'RECORD' ? new Map([...known, ...fieldNames(one, path, element)]) : known;
    const taken = takeValue({ ...one, mode: 'nullable' }, path, element, own, depth + 1);
    const any = (fails: string): string => `len(list_filter(${from.elements}, lambda ${variable}: ${fails})) > 0`;
    return {
      value: `CASE WHEN ${from.isList} THEN list_transform(${from.elements}, lambda ${variable}: ${taken.value}) END`,
      // BigQuery's lists hold no NULL.
      bad: `CASE WHEN ${from.isNull} THEN false WHEN NOT ${from.isList} THEN true ELSE ${any(either([`${variable} IS NULL`, taken.bad]))} END`,
      checks: taken.checks.map((check) => ({
        ...check,
        fails: `CASE WHEN ${from.isList} THEN ${any(check.fails)} ELSE false END`,
      })),
      node: taken.node.kind === 'typed' ? taken.node : { kind: 'list', element: taken.node },
    };
  }

  function takeRecord(one: Column, path: string, from: NestedValue, known: Names, depth: number): Taken {
    const packed: string[] = [];
    const bad: string[] = from.badRecord ? [`(${from.badRecord})`] : [];
    const checks: LeafCheck[] = [];
    const fields: { name: string; node: Node }[] = [];
    // What stands beside a field must not be written.
    let isTyped = true;
    for (const field of one.fields ?? []) {
      if (field.privacy.kind === 'drop') continue;
      const found = from.field(field.from);
      const taken = takeValue(field, `${path}.${field.name}`, found, known, depth);
      const beside = besides(field, known);
      packed.push(`${identifier(field.name)} := ${taken.value}`, ...beside);
      isTyped &&= taken.node.kind === 'typed' && beside.length === 0;
      bad.push(taken.bad, ...(field.mode === 'required' ? [found.isNull] : []));
      checks.push(...taken.checks);
      fields.push({ name: field.name, node: taken.node });
    }
    return {
      value: `CASE WHEN ${from.isRecord} THEN struct_pack(${packed.join(', ')}) END`,
      bad: `CASE WHEN ${from.isNull} THEN false WHEN NOT ${from.isRecord} THEN true ELSE ${either(bad)} END`,
      checks,
      node: isTyped ? { kind: 'typed' } : { kind: 'record', fields },
    };
  }

  function takeLeaf(one: Column, path: string, from: NestedValue, known: Names): Taken {
    const read = readColumn(one, from.scalar(one));
    const { typed, canonical } = read;
    const bad = typed.bad ?? 'false';
    if (one.privacy.kind !== 'transform') return { value: typed.value, bad, checks: [], node: { kind: 'typed' } };
    const lookup = lookupIn(known);
    const flag = renderWhen(one, lookup);
    if (!isAnswered(one)) return { value: renderConstant(read, flag), bad, checks: [], node: { kind: 'typed' } };
    const { transform } = one.privacy;
    const outside = renderOutside(one, transform, canonical, typed.value);
    const fails = outside && (flag ? `(${outside.fails}) AND ${flag}` : outside.fails);
    const hasContext = renderContext(one, lookup) !== undefined;
    const leaf = { column: { ...one, name: path }, at: `${at}_${leaves++}`, hasWhen: flag !== undefined, hasContext };
    return {
      value: canonical,
      bad,
      checks: outside && fails ? [{ path, reason: outside.reason, fails: `coalesce(${fails}, false)` }] : [],
      node: { kind: 'values', leaf },
    };
  }
}

/** What stands beside a leaf that needs it. */
function besides(field: Column, known: Names): string[] {
  if (field.type === 'RECORD') return [];
  const when = renderWhen(field, lookupIn(known));
  const context = renderContext(field, lookupIn(known));
  return [
    ...(when === undefined ? [] : [`${whenField(field.name)} := ${when}`]),
    ...(context === undefined ? [] : [`${contextField(field.name)} := ${context}`]),
  ];
}

function either(conditions: readonly string[]): string {
  const possible = conditions.filter((condition) => condition !== 'false');
  return possible.length === 0 ? 'false' : `(${possible.join(' OR ')})`;
}
