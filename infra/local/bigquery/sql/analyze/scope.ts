import { SqlError } from '../sql-error.ts';
import { physicalNames, quoteName, quoteText } from '../types.ts';
import { type Typed, typed } from './typed.ts';

/** A column that a FROM clause or a query makes visible. */
export interface Column {
  /** Absent where the query gave it none. */
  name: string | undefined;
  value: Typed;
  /** Reached by its name alone, not by `*`: `_TABLE_SUFFIX`. */
  isHidden?: true;
  /** Of a select list's alias, and of an aggregate function's parameter: it may not stand everywhere that a name may. */
  holds?: 'aggregate' | 'analytic' | 'rows';
  /** Notes that the statement reads what lies under this column, for the bytes that are billed. */
  touch(): void;
}

/** What a FROM clause's alias stands for. */
export interface Range {
  alias: string;
  columns: Column[];
  /** The value itself, for UNNEST; a table's alias stands for a struct of its columns. */
  row: Typed | undefined;
}

export interface Scope {
  /** What unqualified names and `*` see, USING columns merged, in order. */
  visible: Column[];
  ranges: Range[];
  parent: Scope | undefined;
  /** A function's arguments, which are no one's rows. */
  isArguments?: true;
}

/** What a name stands for, and the scope that it was found in. */
export type Target = { range: Range; scope: Scope } | { column: Column; scope: Scope };

export const EMPTY_SCOPE: Scope = { visible: [], ranges: [], parent: undefined };

/** What is left in reach where the rows of outer queries are not. */
export function argumentsOf(scope: Scope): Scope {
  for (let s: Scope | undefined = scope; s; s = s.parent) if (s.isArguments) return s;
  return EMPTY_SCOPE;
}

export const isEmpty = (scope: Scope): boolean =>
  scope.visible.length + scope.ranges.length === 0 && (scope.parent === undefined || isEmpty(scope.parent));

const same = (a: string | undefined, b: string) => a !== undefined && a.toLowerCase() === b.toLowerCase();

/** From the inside out. In one scope a FROM clause's alias hides a column of the same name, as GoogleSQL has it. */
export function lookUp(scope: Scope | undefined, name: string, at: number): Target | undefined {
  for (let s = scope; s; s = s.parent) {
    const range = s.ranges.find((one) => same(one.alias, name));
    if (range) return { range, scope: s };
    const column = onlyColumn(s.visible, name, at);
    if (column) return { column, scope: s };
  }
  return undefined;
}

/** What a FROM clause's alias alone stands for: the value, or a struct of the columns. */
export function rowOf(range: Range): Typed {
  if (!range.row) return structOf(range);
  for (const column of range.columns) column.touch();
  return range.row;
}

export function findInRange(range: Range, name: string, at: number): Typed | undefined {
  const column = onlyColumn(range.columns, name, at);
  return column && use(column);
}

function onlyColumn(columns: Column[], name: string, at: number): Column | undefined {
  const found = columns.filter((column) => same(column.name, name));
  if (found.length > 1) throw new SqlError(`Column name ${name} is ambiguous`, at);
  return found[0];
}

export function use(column: Column): Typed {
  column.touch();
  return column.value;
}

/** DuckDB's names of what a FROM clause joins. */
export function namesIn({ visible, ranges }: Pick<Scope, 'visible' | 'ranges'>): ReadonlySet<string> {
  const columns = [...visible, ...ranges.flatMap((range) => range.columns)];
  return new Set(columns.flatMap(({ value }) => namesOf(value.sql)));
}

/** Those in reach inside of `outer`: of one query's FROM clause. */
export function namesBelow(scope: Scope, outer: Scope): ReadonlySet<string> {
  const names = new Set<string>();
  for (let s: Scope | undefined = scope; s && s !== outer; s = s.parent) for (const name of namesIn(s)) names.add(name);
  return names;
}

/** All that are in reach, but for a query's own. */
export function namesAround(scope: Scope, own: ReadonlySet<string>): ReadonlySet<string> {
  const names = new Set<string>();
  for (let s: Scope | undefined = scope; s; s = s.parent)
    for (const name of namesIn(s)) if (!own.has(name)) names.add(name);
  return names;
}

const namesOf = (sql: string): string[] => sql.match(/\br\d+(?=\.)/g) ?? [];
/** Whether DuckDB's SQL names one of these. */
export const mentions = (sql: string, names: ReadonlySet<string>): boolean =>
  namesOf(sql).some((name) => names.has(name));

export const shown = (columns: readonly Column[]) => columns.filter((column) => !column.isHidden);

function structOf(range: Range): Typed {
  const columns = shown(range.columns);
  const fields = columns.map((column) => ({ name: column.name, type: column.value.type }));
  const names = physicalNames(fields);
  const parts = columns.map((column, i) => `${quoteName(names[i] ?? '')} := ${use(column).sql}`);
  return typed(`struct_pack(${parts.join(', ')})`, { kind: 'STRUCT', fields });
}

/** A struct's or a JSON object's field by name. */
export function fieldOf(of: Typed, name: string, at: number): Typed {
  if (of.type.kind === 'JSON') return typed(`bq_json_key(${of.sql}, ${quoteText(name)})`, of.type);
  if (of.type.kind !== 'STRUCT') {
    throw new SqlError(`Cannot access field ${name} on a value with type ${describe(of)}`, at);
  }
  const matches = of.type.fields.map((field, i) => ({ field, i })).filter(({ field }) => same(field.name, name));
  const [match] = matches;
  if (!match) throw new SqlError(`Field name ${name} does not exist in ${describe(of)}`, at);
  if (matches.length > 1) throw new SqlError(`Struct field name ${name} is ambiguous`, at);
  const physical = physicalNames(of.type.fields)[match.i] ?? '';
  return typed(`struct_extract(${of.sql}, ${quoteText(physical)})`, match.field.type);
}

function describe(of: Typed): string {
  if (of.type.kind === 'STRUCT')
    return `STRUCT<${of.type.fields.map((f) => `${f.name ? `${f.name} ` : ''}${f.type.kind}`).join(', ')}>`;
  return of.type.kind === 'ARRAY' ? `ARRAY<${of.type.element.kind}>` : of.type.kind;
}

/** All names in reach, for `Did you mean …?`. */
export function namesInReach(scope: Scope | undefined): string[] {
  const names: string[] = [];
  for (let s = scope; s; s = s.parent) {
    for (const column of s.visible) if (column.name !== undefined) names.push(column.name);
    for (const range of s.ranges) names.push(range.alias);
  }
  return names;
}
