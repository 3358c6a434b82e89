import { JobFailure } from './errors.ts';
import { arrayOf, parseScalarKind, type ScalarKind, type SqlType, scalar } from './sql/types.ts';

/** google.cloud.bigquery.v2.TableFieldSchema, its type in the spelling that BigQuery answers with. */
export interface Field {
  name: string;
  type: string;
  mode: 'NULLABLE' | 'REQUIRED' | 'REPEATED';
  description?: string;
  fields?: Field[];
}

const SPELLED: Partial<Record<ScalarKind, string>> = { INT64: 'INTEGER', FLOAT64: 'FLOAT', BOOL: 'BOOLEAN' };
const REFUSED = new Set(['GEOGRAPHY', 'INTERVAL', 'RANGE', 'FOREIGN']);
/** What is refused because the warehouse would not hold it to it. */
const REFUSED_KEYS = [
  'maxLength',
  'precision',
  'scale',
  'defaultValueExpression',
  'collation',
  'roundingMode',
  'rangeElementType',
  'foreignTypeDefinition',
];

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
  const description =
    typeof raw.description === 'string' && raw.description !== '' ? { description: raw.description } : {};
  if (spelled === 'RECORD' || spelled === 'STRUCT') {
    const fields = parseFields(raw.fields, `${path}${name}.`);
    if (fields.length === 0) throw invalid(`Field ${path}${name} is type RECORD but has no schema`);
    return { name, type: 'RECORD', mode, ...description, fields };
  }
  const kind = parseScalarKind(spelled);
  if (kind === undefined) {
    if (REFUSED.has(spelled))
      throw invalid(`not supported by the embedded warehouse: type ${spelled} of field ${path}${name}`);
    throw invalid(`Invalid value for type: ${spelled || '(none)'} is not a valid value`);
  }
  return { name, type: SPELLED[kind] ?? kind, mode, ...description };
}

export function typeOfField(field: Field): SqlType {
  const base: SqlType =
    field.type === 'RECORD'
      ? { kind: 'STRUCT', fields: (field.fields ?? []).map((one) => ({ name: one.name, type: typeOfField(one) })) }
      : scalar(parseScalarKind(field.type) ?? 'STRING');
  return field.mode === 'REPEATED' ? arrayOf(base) : base;
}

/** A query's output column as a field of a result's schema. */
export function fieldOfType(name: string, type: SqlType, mode: Field['mode'] = 'NULLABLE'): Field {
  if (type.kind === 'ARRAY') return fieldOfType(name, type.element, 'REPEATED');
  if (type.kind === 'STRUCT') {
    return {
      name,
      type: 'RECORD',
      mode,
      fields: type.fields.map((field, i) => fieldOfType(field.name ?? `_field_${i + 1}`, field.type)),
    };
  }
  return { name, type: SPELLED[type.kind] ?? type.kind, mode };
}

/** Whether `next` may replace `before` in place, or Google's reason why not. Columns may be added and relaxed. */
export function checkSchemaChange(before: Field[], next: Field[], table: string, path = ''): void {
  for (const old of before) {
    const now = next.find((field) => field.name.toLowerCase() === old.name.toLowerCase());
    const name = path + old.name;
    if (!now) throw invalid(`Provided Schema does not match Table ${table}. Field ${name} is missing in new schema`);
    if (now.type !== old.type)
      throw invalid(
        `Provided Schema does not match Table ${table}. Field ${name} has changed type from ${old.type} to ${now.type}`,
      );
    if (now.mode !== old.mode && !(old.mode === 'REQUIRED' && now.mode === 'NULLABLE'))
      throw invalid(
        `Provided Schema does not match Table ${table}. Field ${name} has changed mode from ${old.mode} to ${now.mode}`,
      );
    if (old.fields && now.fields) {
      checkSchemaChange(old.fields, now.fields, table, `${name}.`);
      if (now.fields.length !== old.fields.length)
        throw invalid(`not supported by the embedded warehouse: adding fields inside of RECORD ${name}`);
    }
  }
  for (const now of next) {
    if (before.some((old) => old.name.toLowerCase() === now.name.toLowerCase())) continue;
    if (now.mode === 'REQUIRED')
      throw invalid(
        `Provided Schema does not match Table ${table}. Cannot add required fields to an existing schema. (field: ${path}${now.name})`,
      );
  }
}
