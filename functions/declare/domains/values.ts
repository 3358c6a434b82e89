/** What values may hold, as far as it is known: domains of tokens, and columns that hold none. */

export interface Origin {
  /** `<dataset>.<name>` of the source, and the column in it, fields of records with dots. */
  table: string;
  column: string;
  /** The same for values that can be equal. */
  domain: string;
  isToken: boolean;
  /** As a person is told of it. */
  words: string;
}

export interface Value {
  /** By domain, each with the first column that it came from. An array counts as its elements. */
  domains: ReadonlyMap<string, Origin>;
  /** It may hold something that is not known here. */
  open: boolean;
  /** Of a STRUCT: its fields, in order. */
  of?: Relation;
}

export interface Field {
  /** Absent for what has no name, as in `SELECT 1`. */
  name?: string;
  value: Value;
}

/** The columns of a table, a query or a STRUCT. */
export interface Relation {
  fields: readonly Field[];
  /** There may be others, and the places of these are not known. */
  open: boolean;
}

export const UNKNOWN: Value = { domains: new Map(), open: true };
/** A literal, NULL, a parameter: it may equal anything, and says nothing of a column that it flows into. */
export const NEUTRAL: Value = { domains: new Map(), open: false };
export const ANY_COLUMNS: Relation = { fields: [], open: true };

export const structOf = (of: Relation): Value => ({ domains: new Map(), open: true, of });

/** What holds any of these. */
export function union(values: readonly Value[]): Value {
  const [only, ...others] = values;
  if (only === undefined) return NEUTRAL;
  if (others.length === 0) return only;
  const of =
    only.of && others.every((value) => value.of) ? mergeRelations(values.flatMap((one) => one.of ?? [])) : undefined;
  return {
    domains: new Map(values.toReversed().flatMap(({ domains }) => [...domains])),
    open: values.some(({ open }) => open),
    ...(of && { of }),
  };
}

function mergeRelations(relations: readonly Relation[]): Relation {
  const [first] = relations;
  const width = first?.fields.length ?? 0;
  if (relations.some(({ fields, open }) => open || fields.length !== width)) return ANY_COLUMNS;
  const fields = (first?.fields ?? []).map((field, at) => ({
    ...field,
    value: union(relations.flatMap((relation) => relation.fields[at]?.value ?? [])),
  }));
  return { fields, open: false };
}

/** Names of columns do not tell upper from lower case. undefined = there is none of this name. */
export function fieldOf({ fields, open }: Relation, name: string): Value | undefined {
  const found = fields.filter((field) => field.name?.toLowerCase() === name.toLowerCase());
  if (found.length > 0) return union(found.map(({ value }) => value));
  return open ? UNKNOWN : undefined;
}

/**
 * Two columns whose values can never be equal because one of them holds tokens: what both sides may hold is known, and
 * they have nothing in common. `both` asks for tokens on both sides.
 */
export function clashOf(a: Value, b: Value, { both = false } = {}): [Origin, Origin] | undefined {
  if (a.of && b.of && !a.of.open && !b.of.open && a.of.fields.length === b.of.fields.length) {
    for (const [at, { value }] of a.of.fields.entries()) {
      const other = b.of.fields[at]?.value;
      const clash = other && clashOf(value, other, { both });
      if (clash) return clash;
    }
    return undefined;
  }
  if (a.open || b.open) return undefined;
  const [left, right] = [[...a.domains.values()], [...b.domains.values()]];
  const [first, second] = [left.find(isToken) ?? left[0], right.find(isToken) ?? right[0]];
  if (first === undefined || second === undefined) return undefined;
  if (left.some(({ domain }) => b.domains.has(domain))) return undefined;
  const tokens = [first, second].filter(isToken).length;
  return tokens >= (both ? 2 : 1) ? [first, second] : undefined;
}

const isToken = (origin: Origin): boolean => origin.isToken;
