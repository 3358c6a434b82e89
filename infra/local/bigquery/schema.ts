import { JobFailure } from './errors.ts';
import { parseStandaloneExpression } from './sql/parse/statements.ts';
import { DECIMAL_DIGITS, isDecimal } from './sql/type-parameters.ts';
import {
  arrayOf,
  isRangeKind,
  parseScalarKind,
  RANGE_ELEMENTS,
  type ScalarKind,
  type SqlType,
  type TypeParameters,
} from './sql/types.ts';

/** google.cloud.bigquery.v2.TableFieldSchema, its type in the spelling that BigQuery answers with. */
export interface Field {
  name: string;
  type: string;
  mode: 'NULLABLE' | 'REQUIRED' | 'REPEATED';
  description?: string;
  /** Of STRING and BYTES; 64-bit numbers are text in the API. */
  maxLength?: string;
  /** Of NUMERIC and BIGNUMERIC. */
  precision?: string;
  scale?: string;
  /** Of RANGE: what its bounds are. */
  rangeElementType?: { type: string };
  /** The text of an expression of GoogleSQL. */
  defaultValueExpression?: string;
  fields?: Field[];
}

const SPELLED: Partial<Record<ScalarKind, string>> = { INT64: 'INTEGER', FLOAT64: 'FLOAT', BOOL: 'BOOLEAN' };
const REFUSED = new Set(['GEOGRAPHY', 'FOREIGN']);
/** What is refused because the warehouse would not hold it to it. */
const REFUSED_KEYS = ['collation', 'roundingMode', 'foreignTypeDefinition'];

const invalid = (message: string) => new JobFailure('invalid', message);

/** A request's `schema.fields` → the schema as it is kept. Throws JobFailure `invalid`. */
export function parseFields(raw: unknown, path = ''): Field[] {
  if (!Array.isArray(raw)) throw invalid('Schema fields must be an array');
  const seen = new Set<string>();
  return raw.map((one: Record<string, unknown>) => {
    const field = parseField(one, path);
    const key = field.name.toLowerCase();
    if (seen.has(key)) throw invalid(`Duplicate field name: ${path}${field.name}`);
    seen.add(key);
    return field;
  });
}

/** Letters, digits and underscores, and in flexible names most other characters; at most 300 bytes. */
function checkName(name: unknown, path: string): string {
  if (typeof name !== 'string' || name === '') throw invalid('Field name is missing');
  if (Buffer.byteLength(name) > 300 || /[!"$()*,./;?@[\]\\^`{}~\p{Cc}]/u.test(name) || /^\s|\s$/.test(name))
    throw invalid(
      `Invalid field name "${path}${name}". Fields must contain only letters, numbers, and underscores, start with a letter or underscore, and be at most 300 characters long.`,
    );
  if (/^(_TABLE_|_FILE_|_PARTITION|_ROW_TIMESTAMP|__ROOT__|_COLIDENTIFIER|_CHANGE_)/i.test(name))
    throw invalid(
      `Invalid field name "${name}". Field names are not allowed to start with the (case-insensitive) reserved prefixes`,
    );
  if (name.toLowerCase() === 'rowid') throw invalid('not supported by the embedded warehouse: a column named rowid');
  return name;
}

function parseField(raw: Record<string, unknown>, path: string): Field {
  const name = checkName(raw.name, path);
  const spelled = String(raw.type ?? '').toUpperCase();
  const mode = String(raw.mode ?? 'NULLABLE').toUpperCase();
  if (mode !== 'NULLABLE' && mode !== 'REQUIRED' && mode !== 'REPEATED')
    throw invalid(`Invalid mode ${mode} of field ${path}${name}`);
  for (const key of REFUSED_KEYS) {
    if (raw[key] !== undefined && raw[key] !== null && raw[key] !== '')
      throw invalid(`not supported by the embedded warehouse: ${key} of field ${path}${name}`);
  }
  const fallback = raw.defaultValueExpression;
  if (fallback !== undefined && fallback !== null && fallback !== '' && path !== '')
    throw invalid(`Field ${path}${name}: a default value is only possible for a column, not for a field of a RECORD`);
  const common =
    typeof fallback === 'string' && fallback !== '' ? { defaultValueExpression: checkDefault(fallback, name) } : {};
  const described =
    typeof raw.description === 'string' && raw.description !== '' ? { description: raw.description } : {};
  const description = { ...described, ...common };
  if (spelled === 'RECORD' || spelled === 'STRUCT') {
    const fields = parseFields(raw.fields, `${path}${name}.`);
    if (fields.length === 0) throw invalid(`Field ${path}${name} is type RECORD but has no schema`);
    return { name, type: 'RECORD', mode, ...description, ...readParameters(raw, 'RECORD', path + name), fields };
  }
  if (spelled === 'RANGE')
    return { name, type: 'RANGE', mode, ...description, rangeElementType: readRangeElement(raw, path + name) };
  const kind = parseScalarKind(spelled);
  if (kind === undefined || isRangeKind(kind)) {
    if (REFUSED.has(spelled))
      throw invalid(`not supported by the embedded warehouse: type ${spelled} of field ${path}${name}`);
    throw invalid(`Invalid value for type: ${spelled || '(none)'} is not a valid value`);
  }
  return { name, type: SPELLED[kind] ?? kind, mode, ...description, ...readParameters(raw, kind, path + name) };
}

function readRangeElement(raw: Record<string, unknown>, name: string): { type: string } {
  const { type } = (raw.rangeElementType ?? {}) as { type?: unknown };
  const element = String(type ?? '').toUpperCase();
  if (!isRangeKind(`RANGE<${element}>`))
    throw invalid(
      `Field ${name} is type RANGE but its rangeElementType is ${element || 'missing'}: DATE, DATETIME or TIMESTAMP`,
    );
  return { type: element };
}

/** What `type` and `rangeElementType` say together: of a schema's field, of a query parameter. */
export function readScalarKind(type: string, rangeElementType: { type?: string } | undefined): ScalarKind | undefined {
  const name = type.toUpperCase();
  if (name === 'RANGE') return parseScalarKind(`RANGE<${String(rangeElementType?.type ?? '')}>`);
  const kind = parseScalarKind(name);
  return kind !== undefined && isRangeKind(kind) ? undefined : kind;
}

function checkDefault(text: string, name: string): string {
  try {
    parseStandaloneExpression(text);
  } catch (error) {
    throw invalid(`Invalid default value expression of field ${name}: ${(error as Error).message}`);
  }
  return text;
}

type Parameters = Pick<Field, 'maxLength' | 'precision' | 'scale'>;

function readParameters(raw: Record<string, unknown>, kind: string, name: string): Parameters {
  const read = (key: keyof Parameters, takenBy: boolean): number | undefined => {
    const value = raw[key];
    if (value === undefined || value === null || value === '') return undefined;
    if (!takenBy) throw invalid(`Field ${name} of type ${kind} cannot have ${key}`);
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw invalid(`Invalid ${key} of field ${name}: ${String(value)}`);
    return number;
  };
  const maxLength = read('maxLength', kind === 'STRING' || kind === 'BYTES');
  const precision = read('precision', isDecimal(kind));
  const scale = read('scale', isDecimal(kind));
  if (maxLength !== undefined && maxLength <= 0) throw invalid(`Field ${name}: ${kind} length must be greater than 0`);
  if (scale !== undefined && precision === undefined)
    throw invalid(`Field ${name} has scale ${scale} but no precision`);
  if (precision !== undefined && isDecimal(kind)) checkDigits(kind, precision, scale ?? 0, name);
  return {
    ...(maxLength !== undefined && { maxLength: String(maxLength) }),
    ...(precision !== undefined && { precision: String(precision) }),
    ...(scale !== undefined && { scale: String(scale) }),
  };
}

function checkDigits(kind: keyof typeof DECIMAL_DIGITS, precision: number, scale: number, name: string): void {
  const most = DECIMAL_DIGITS[kind];
  const has = `Field ${name} has precision ${precision} and scale ${scale} but precision and scale for ${kind} must be`;
  if (scale < 0 || scale > most.scale) throw invalid(`${has}: 0 <= scale <= ${most.scale}`);
  if (precision < Math.max(1, scale) || precision - scale > most.integer)
    throw invalid(`${has}: 0 <= precision - scale <= ${most.integer}`);
}

export function parametersOf(field: Field): TypeParameters | undefined {
  if (field.maxLength !== undefined) return { maxLength: Number(field.maxLength) };
  return field.precision === undefined
    ? undefined
    : { precision: Number(field.precision), scale: Number(field.scale ?? 0) };
}

function renderParameters(parameters: TypeParameters | undefined): Parameters {
  if (!parameters) return {};
  if ('maxLength' in parameters) return { maxLength: String(parameters.maxLength) };
  const { precision, scale } = parameters;
  return { precision: String(precision), ...(scale > 0 && { scale: String(scale) }) };
}

/** The column's type, with what its values are held to. */
export function typeOfField(field: Field): SqlType {
  const parameters = parametersOf(field);
  const base: SqlType =
    field.type === 'RECORD'
      ? {
          kind: 'STRUCT',
          fields: (field.fields ?? []).map((one) => ({
            name: one.name,
            type: typeOfField(one),
            ...(one.mode === 'REQUIRED' && { required: true }),
          })),
        }
      : { kind: readScalarKind(field.type, field.rangeElementType) ?? 'STRING', ...(parameters && { parameters }) };
  return field.mode === 'REPEATED' ? arrayOf(base) : base;
}

/** A type as a field: of a query's result, or of a column that DDL declares. */
export function fieldOfType(name: string, type: SqlType, mode: Field['mode'] = 'NULLABLE'): Field {
  if (type.kind === 'ARRAY') return fieldOfType(name, type.element, 'REPEATED');
  if (type.kind === 'STRUCT') {
    return {
      name,
      type: 'RECORD',
      mode,
      fields: type.fields.map((field, i) =>
        fieldOfType(field.name ?? `_field_${i + 1}`, field.type, field.required ? 'REQUIRED' : undefined),
      ),
    };
  }
  if (isRangeKind(type.kind))
    return { name, type: 'RANGE', mode, rangeElementType: { type: RANGE_ELEMENTS[type.kind] } };
  return { name, type: SPELLED[type.kind] ?? type.kind, mode, ...renderParameters(type.parameters) };
}
