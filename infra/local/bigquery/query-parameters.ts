import { JobFailure } from './errors.ts';
import { readScalarKind } from './schema.ts';
import { castTo } from './sql/analyze/casts.ts';
import { bytesSql, integerOf, numericOf, textOf } from './sql/analyze/literals.ts';
import { nullOf, type Typed, typed } from './sql/analyze/typed.ts';
import { SqlError } from './sql/sql-error.ts';
import {
  arrayOf,
  duckType,
  isRangeKind,
  physicalNames,
  quoteName,
  RANGE_ELEMENTS,
  type SqlType,
  scalar,
} from './sql/types.ts';

export interface ParameterType {
  type?: string;
  arrayType?: ParameterType;
  rangeElementType?: ParameterType;
  structTypes?: { name?: string | undefined; type: ParameterType }[];
}
interface ParameterValue {
  /** Clients write numbers as such, too; and a Buffer as an object, which is no value. */
  value?: string | number | boolean | object | null;
  arrayValues?: ParameterValue[];
  structValues?: Record<string, ParameterValue>;
  rangeValue?: { start?: ParameterValue; end?: ParameterValue };
}
export interface QueryParameter {
  name?: string;
  parameterType?: ParameterType;
  parameterValue?: ParameterValue;
}

const invalid = (message: string) => new JobFailure('invalid', message);

/** The request's parameters → a function that gives each `@name` or `?` its literal. */
export function readParameters(
  parameters: QueryParameter[],
): (name: string | undefined, index: number, at: number) => Typed {
  const named = new Map<string, Typed>();
  const positional: Typed[] = [];
  for (const parameter of parameters) {
    const literal = literalOf(readParameterType(parameter.parameterType ?? {}), parameter.parameterValue ?? {});
    const key = parameter.name?.toLowerCase();
    if (key && named.has(key)) throw invalid(`Duplicate query parameter name: ${parameter.name}`);
    if (key) named.set(key, literal);
    else positional.push(literal);
  }
  return (name, index, at) => {
    const found = name === undefined ? positional[index] : named.get(name.toLowerCase());
    if (found) return found;
    throw name === undefined
      ? new SqlError(`Query parameter number ${index + 1} is not defined (${positional.length} provided)`, at)
      : new SqlError(`Query parameter '${name}' not found`, at);
  };
}

function readParameterType(raw: ParameterType): SqlType {
  const name = String(raw.type ?? '').toUpperCase();
  if (name === 'ARRAY') return arrayOf(readParameterType(raw.arrayType ?? {}));
  if (name === 'STRUCT' || name === 'RECORD') {
    return {
      kind: 'STRUCT',
      fields: (raw.structTypes ?? []).map((field) => ({ name: field.name, type: readParameterType(field.type) })),
    };
  }
  const kind = readScalarKind(name, raw.rangeElementType);
  if (kind === undefined)
    throw invalid(`not supported by the embedded warehouse: query parameters of type ${name || '(none)'}`);
  return scalar(kind);
}

/** A type as the API names it. */
export function renderParameterType(type: SqlType): ParameterType {
  if (type.kind === 'ARRAY') return { type: 'ARRAY', arrayType: renderParameterType(type.element) };
  if (type.kind === 'STRUCT')
    return {
      type: 'STRUCT',
      structTypes: type.fields.map((field) => ({
        ...(field.name !== undefined && { name: field.name }),
        type: renderParameterType(field.type),
      })),
    };
  if (isRangeKind(type.kind)) return { type: 'RANGE', rangeElementType: { type: RANGE_ELEMENTS[type.kind] } };
  return { type: type.kind };
}

function literalOf(type: SqlType, value: ParameterValue): Typed {
  if (type.kind === 'ARRAY') {
    const items = (value.arrayValues ?? []).map((item) => literalOf(type.element, item).sql);
    return typed(`CAST([${items.join(', ')}] AS ${duckType(type)})`, type);
  }
  if (type.kind === 'STRUCT') {
    if (!value.structValues) return typed(nullOf(type).sql, type);
    const names = physicalNames(type.fields);
    const parts = type.fields.map(
      (field, i) =>
        `${quoteName(names[i] ?? '')} := ${literalOf(field.type, value.structValues?.[field.name ?? ''] ?? {}).sql}`,
    );
    return typed(`struct_pack(${parts.join(', ')})`, type);
  }
  if (isRangeKind(type.kind) && value.rangeValue) {
    const bounds = [value.rangeValue.start, value.rangeValue.end].map((bound) =>
      momentText(String(bound?.value ?? 'UNBOUNDED')),
    );
    return castTo(textOf(`[${bounds.join(', ')})`), type, false, 0);
  }
  const text = value.value;
  if (text === undefined || text === null) return typed(nullOf(type).sql, type);
  if (typeof text === 'object') throw invalid(`Invalid query parameter value: an object is no ${type.kind}`);
  return scalarLiteral(type, String(text));
}

/** Timestamps may end in UTC, and Google's Node client writes nanoseconds: zeros, where a microsecond is all that there is. */
const momentText = (text: string): string =>
  text.replace(/(T\d\d:\d\d:\d\d\.\d{6})000Z$/, '$1Z').replace(/ ?UTC$/, '+00');

const isInt64 = (value: bigint) => BigInt.asIntN(64, value) === value;

function scalarLiteral(type: SqlType, text: string): Typed {
  const bad = () => invalid(`Invalid query parameter value: ${JSON.stringify(text)} is no ${type.kind}`);
  switch (type.kind) {
    case 'INT64':
      if (!/^\s*[+-]?\d+\s*$/.test(text)) throw bad();
      if (!isInt64(BigInt(text.trim().replace('+', '')))) throw bad();
      return integerOf(BigInt(text.trim().replace('+', '')));
    case 'STRING':
      return textOf(text);
    case 'BYTES':
      if (!/^(?:[\w+/-]{4})*(?:[\w+/-]{2}(?:==)?|[\w+/-]{3}=?)?$/.test(text)) throw bad();
      return typed(bytesSql(Buffer.from(text, 'base64')), type);
    case 'BOOL':
      if (!/^(true|false)$/i.test(text)) throw bad();
      return typed(text.toLowerCase(), type);
    case 'NUMERIC':
    case 'BIGNUMERIC':
      return numericOf(text, type.kind, 0);
    case 'FLOAT64':
      return castTo(textOf(text.replace(/^([+-]?)Infinity$/i, '$1inf')), type, false, 0);
    case 'JSON':
      return typed(`bq_parse_json(${textOf(text).sql})`, type);
    default:
      return castTo(textOf(momentText(text)), type, false, 0);
  }
}
