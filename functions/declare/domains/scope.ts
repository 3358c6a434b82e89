import { ANY_COLUMNS, fieldOf, type Relation, structOf, UNKNOWN, union, type Value } from './values.ts';

/** What an item of FROM is called, and what it gives. */
export interface Variable {
  /** In lower case. */
  name: string | undefined;
  /** The row itself, or the element of an array. */
  self: Value;
  columns: Relation;
}

/** What names mean at one place of a query. */
export interface Scope {
  /** WITH queries, by their names in lower case. */
  queries: ReadonlyMap<string, Relation>;
  variables: readonly Variable[];
  /** Columns that USING made one of two. */
  using: readonly string[];
  /** Names that the select list gives, for the clauses after it. */
  aliases?: Relation;
  /** The query around, which a subquery sees. */
  outer?: Scope;
}

export const EMPTY: Scope = { queries: new Map(), variables: [], using: [] };

export const inside = (outer: Scope): Scope => ({ queries: outer.queries, variables: [], using: [], outer });

export const withQuery = (scope: Scope, name: string | undefined, relation: Relation): Scope =>
  name === undefined ? scope : { ...scope, queries: new Map(scope.queries).set(name.toLowerCase(), relation) };

export const withVariable = (scope: Scope, variable: Variable): Scope => ({
  ...scope,
  variables: [...scope.variables, variable],
});

/** A row of a table or of a query. */
export const rowVariable = (name: string | undefined, columns: Relation): Variable => ({
  name: name?.toLowerCase(),
  self: structOf(columns),
  columns,
});

/** An element of an array: its fields, or it itself under its own name. */
export const elementVariable = (name: string | undefined, self: Value): Variable => ({
  name: name?.toLowerCase(),
  self,
  columns: self.of ?? (self.open ? ANY_COLUMNS : { fields: [{ ...(name && { name }), value: self }], open: false }),
});

/** What a path of names stands for: `email`, `c.email`, `shop.customers.email`, `c.address.street`. */
export function resolve(scope: Scope, path: readonly string[]): Value {
  return resolveHere(scope, path) ?? (scope.outer ? resolve(scope.outer, path) : UNKNOWN);
}

function resolveHere(scope: Scope, [first = '', ...rest]: readonly string[]): Value | undefined {
  const variable = variableHere(scope, first);
  if (variable && rest.length > 0) return follow(variable.self, rest);
  const column = columnHere(scope, first);
  if (column) return follow(column, rest);
  if (variable) return variable.self;
  // A table without an alias may be called by its dataset too.
  const [second = '', ...others] = rest;
  const table = variableHere(scope, second);
  return table && follow(table.self, others);
}

/** Fields of fields. */
export function follow(value: Value, names: readonly string[]): Value {
  return names.reduce<Value>((inner, name) => (inner.of && fieldOf(inner.of, name)) ?? UNKNOWN, value);
}

export const isVariable = (scope: Scope, name: string): boolean =>
  variableHere(scope, name) !== undefined || (scope.outer !== undefined && isVariable(scope.outer, name));

const variableHere = ({ variables }: Scope, name: string): Variable | undefined =>
  variables.findLast((variable) => variable.name === name.toLowerCase());

function columnHere({ variables, aliases }: Scope, name: string): Value | undefined {
  const found = variables.flatMap(({ columns }) => fieldOf(columns, name) ?? []);
  // Two tables with one name in them are an error, unless USING made one column of two: so what is not known is not it.
  const known = found.filter((value) => value !== UNKNOWN);
  // Whether the clause means the column or what the select list calls so is not decided here: it may be either.
  const alias = aliases && fieldOf(aliases, name);
  if (alias) known.push(alias);
  if (known.length > 0) return union(known);
  return found.length > 0 ? UNKNOWN : undefined;
}
