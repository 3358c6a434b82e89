import { failAs } from '../macros/failures.ts';
import { isDecimal } from '../type-parameters.ts';
import {
  arrayOf,
  duckType,
  physicalNames,
  quoteName,
  quoteText,
  type ScalarKind,
  type SqlType,
  sameType,
  scalar,
} from '../types.ts';
import type { Scan } from './analysis.ts';
import { timeLiteral } from './time-literals.ts';
import { decimalConstant, WIDENINGS } from './widening.ts';

/** An expression of GoogleSQL, as DuckDB's SQL. */
export interface Typed {
  sql: string;
  type: SqlType;
  /** Of a struct that is built here: its fields' own values, so that literals among them still coerce as such. */
  parts?: Typed[];
  /** The partitioning column that the value is, or the day of. */
  origin?: Origin;
  /** Of a parameter whose type its place tells: it is told that type. */
  wanted?: (type: SqlType) => void;
  /** Literals and parameters coerce further than other expressions do; their text is kept for that. */
  literal?: { kind: 'null' | 'error' | 'text' | 'integer' | 'float' | 'empty array'; value: string };
}

export interface Origin {
  scan: Scan;
  isDay: boolean;
}

export const typed = (sql: string, type: SqlType): Typed => ({ sql, type });

export function nullOf(type: SqlType): Typed {
  return { sql: `CAST(NULL AS ${duckType(type)})`, type, literal: { kind: 'null', value: '' } };
}

/** ERROR(…): takes any type that its place wants, and fails when it is evaluated. */
export function raise(message: string): Typed {
  const type = scalar('INT64');
  return { sql: failAs(message, type), type, literal: { kind: 'error', value: message } };
}

const FROM_TEXT = new Set<SqlType['kind']>(['DATE', 'DATETIME', 'TIME', 'TIMESTAMP']);

/** Implicit conversion by GoogleSQL's rules, or undefined where there is none. */
export function coerce(from: Typed, to: SqlType): Typed | undefined {
  if (from.literal?.kind === 'error') return typed(failAs(from.literal.value, to), to);
  if (sameType(from.type, to))
    return from.type.kind === 'STRUCT' || from.type.kind === 'ARRAY' ? rename(from, to) : from;
  if (from.literal?.kind === 'null') {
    from.wanted?.(to);
    return nullOf(to);
  }
  if (from.literal?.kind === 'empty array' && to.kind === 'ARRAY') return typed(`CAST([] AS ${duckType(to)})`, to);
  // A FLOAT64 literal becomes a decimal by its own digits, not by the nearest double; so does an INT64 literal.
  if ((from.literal?.kind === 'float' || from.literal?.kind === 'integer') && isDecimal(to.kind)) {
    const constant = decimalConstant(from.literal.value, to.kind);
    return constant === undefined ? undefined : { ...typed(constant, to), literal: from.literal };
  }
  const template = WIDENINGS[from.type.kind as ScalarKind]?.[to.kind as ScalarKind];
  if (template !== undefined) {
    const widened = typed(
      template.replaceAll('$', () => from.sql),
      to,
    );
    return from.literal ? { ...widened, literal: from.literal } : widened;
  }
  if (from.literal?.kind === 'text' && FROM_TEXT.has(to.kind)) return fromText(from.literal.value, to);
  if (from.type.kind === 'DATE' && to.kind === 'DATETIME') return typed(`CAST(${from.sql} AS TIMESTAMP)`, to);
  if (from.type.kind === 'STRUCT' && to.kind === 'STRUCT') return coerceStruct(from, to);
  return undefined;
}

/** Fields are converted by position; their names become the target's. */
function coerceStruct(from: Typed, to: Extract<SqlType, { kind: 'STRUCT' }>): Typed | undefined {
  if (from.type.kind !== 'STRUCT' || from.type.fields.length !== to.fields.length) return undefined;
  const [old, names] = [physicalNames(from.type.fields), physicalNames(to.fields)];
  const parts: string[] = [];
  for (const [i, field] of from.type.fields.entries()) {
    const target = to.fields[i];
    const own = from.parts?.[i];
    const part =
      target &&
      coerce(own ?? typed(`struct_extract(${from.sql}, ${quoteText(old[i] ?? '')})`, field.type), target.type);
    if (!part) return undefined;
    parts.push(`${quoteName(names[i] ?? '')} := ${part.sql}`);
  }
  const packed = `struct_pack(${parts.join(', ')})`;
  return typed(from.parts ? packed : `CASE WHEN ${from.sql} IS NOT NULL THEN ${packed} END`, to);
}

/** Same types, but struct fields inside may be named differently, which DuckDB would take for other fields. */
function rename(from: Typed, to: SqlType): Typed {
  if (duckType(from.type) === duckType(to)) return { ...from, type: to };
  if (from.type.kind === 'STRUCT' && to.kind === 'STRUCT') return coerceStruct(from, to) ?? from;
  if (from.type.kind === 'ARRAY' && to.kind === 'ARRAY') {
    const element = rename(typed('e', from.type.element), to.element);
    return typed(`list_transform(${from.sql}, lambda e: ${element.sql})`, to);
  }
  return from;
}

export function fromText(text: string, to: SqlType): Typed | undefined {
  const sql = timeLiteral(text, to.kind);
  return sql === undefined ? undefined : typed(sql, to);
}

const UNTYPED = new Set(['null', 'error', 'empty array']);

/**
 * The supertype of all of these, or undefined. Literals give way to expressions. A DATE converts to DATETIME, but it has no
 * supertype beside itself. Source: cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules#supertypes
 */
export function commonType(items: readonly Typed[]): SqlType | undefined {
  const type = comparedType(items);
  const isMixed = type?.kind === 'DATETIME' && items.some((item) => item.type.kind === 'DATE' && !item.literal);
  return isMixed ? undefined : type;
}

/** The type in which all of these are compared: that to which they convert. */
export function comparedType(items: readonly Typed[]): SqlType | undefined {
  const candidates = [
    ...items.filter((item) => !item.literal),
    ...items.filter((item) => item.literal && !UNTYPED.has(item.literal.kind)),
  ];
  const types =
    candidates.length > 0 ? candidates.map((item) => item.type) : items.slice(0, 1).map((item) => item.type);
  const options = [...types];
  // Where no single type takes the others: INT64 with NUMERIC literals and the like go up to FLOAT64.
  if (types.some((type) => type.kind === 'FLOAT64')) options.push(scalar('FLOAT64'));
  const structs = candidates.filter((item) => item.type.kind === 'STRUCT');
  const merged = structs.length > 1 ? mergeStructs(structs) : undefined;
  if (merged) options.unshift(merged);
  const arrays = types.filter((type) => type.kind === 'ARRAY');
  if (arrays.length > 1) options.push(arrayOf((arrays[0] as Extract<SqlType, { kind: 'ARRAY' }>).element));
  return options.find((option) => items.every((item) => coerce(item, option) !== undefined));
}

/** Two structs may need different fields widened: the common type is found field by field. */
function mergeStructs(structs: readonly Typed[]): SqlType | undefined {
  const first = structs[0]?.type;
  if (first?.kind !== 'STRUCT') return undefined;
  const fields = first.fields.map((field, i) => {
    const values = structs.map(
      (one) =>
        one.parts?.[i] ??
        (one.type.kind === 'STRUCT' && one.type.fields[i] ? typed('', one.type.fields[i].type) : undefined),
    );
    const type = values.every((value) => value !== undefined) ? commonType(values) : undefined;
    return type && { name: field.name, type };
  });
  return fields.every((field) => field !== undefined) ? { kind: 'STRUCT', fields } : undefined;
}
