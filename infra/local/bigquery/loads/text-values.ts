import { notSupported } from '../errors.ts';
import type { Field } from '../schema.ts';
import type { SqlType } from '../sql/types.ts';
import { duckType, isRangeKind, quoteName, quoteText, RANGE_ELEMENTS } from '../sql/types.ts';

/** A CSV cell's text → the column's value. Anything that is no such value fails. */
export function fromText(x: string, type: SqlType): string {
  switch (type.kind) {
    case 'STRING':
      return x;
    case 'BYTES':
      return `bq_from_base64(${x})`;
    case 'BOOL':
      return `bq_load_bool(${x})`;
    case 'INT64':
      return `bq_text_int(${x})`;
    case 'FLOAT64':
      return `bq_text_float(${x})`;
    case 'NUMERIC':
      return `bq_text_numeric(${x})`;
    case 'BIGNUMERIC':
      return `bq_text_bignumeric(${x})`;
    case 'DATE':
      return `bq_text_date(${x})`;
    case 'DATETIME':
      return `bq_text_datetime(${x})`;
    case 'TIME':
      return `bq_text_time(${x})`;
    case 'TIMESTAMP':
      return `bq_load_timestamp(${x})`;
    case 'JSON':
      return `bq_parse_json_round(${x})`;
    case 'RANGE<DATE>':
      return `bq_text_range_date(${x})`;
    case 'RANGE<DATETIME>':
      return `bq_text_range_datetime(${x})`;
    case 'RANGE<TIMESTAMP>':
      return `bq_text_range_timestamp(${x})`;
    default:
      throw notSupported(`loading ${type.kind} from text`);
  }
}

/** What a JSON column has of a value: files hold the value itself. */
export const jsonItself = (j: string): string =>
  `CASE WHEN json_type(${j}) = 'NULL' THEN NULL ELSE bq_parse_json_round(CAST(${j} AS VARCHAR)) END`;

/** The same of a streamed row, where clients send it as text; `{` alone is a bad row. */
export const jsonInText = (j: string): string =>
  `CASE json_type(${j}) WHEN 'NULL' THEN NULL WHEN 'VARCHAR' THEN bq_parse_json_round(json_extract_string(${j}, '$')) ELSE bq_parse_json_round(CAST(${j} AS VARCHAR)) END`;

/** A JSON value (DuckDB's JSON, JSON null told apart from absent by the caller) → the field's value. */
export function fromJson(j: string, type: SqlType, readJson = jsonItself): string {
  if (type.kind === 'ARRAY') {
    const items = `list_transform(CAST(bq_load_array(${j}) AS JSON[]), lambda e: ${fromJson('e', type.element, readJson)})`;
    return `bq_no_null(coalesce(${items}, CAST([] AS ${duckType(type)})), 'array')`;
  }
  if (type.kind === 'STRUCT') {
    const parts = type.fields.map(
      (field) =>
        `${quoteName(field.name ?? '')} := ${fromJson(`json_extract(${j}, ${jsonKey(field.name ?? '')})`, field.type, readJson)}`,
    );
    return `CASE WHEN bq_load_object(${j}) IS NOT NULL THEN struct_pack(${parts.join(', ')}) END`;
  }
  if (isRangeKind(type.kind)) return `bq_load_range_${RANGE_ELEMENTS[type.kind].toLowerCase()}(${j})`;
  if (type.kind === 'JSON') return readJson(j);
  if (type.kind === 'BOOL') return jsonBool(`bq_load_scalar(${j})`);
  return fromText(`bq_load_scalar(${j})`, type);
}

/** JSON spells it out, CSV may abbreviate. Source: cloud.google.com/bigquery/docs/data-types#legacy_sql_data_types */
export const jsonBool = (x: string) => `CASE WHEN lower(${x}) IN ('true', 'false') THEN bq_load_bool(${x}) END`;

export const jsonKey = (name: string) => quoteText(`$."${name}"`);

/**
 * The condition under which an object holds keys that the schema does not know, at any depth; without `guard` it has none
 * of its own.
 */
export function unknownKeys(j: string, fields: Field[], guard = 'true'): string {
  const names = fields.map((field) => quoteText(field.name)).join(', ');
  const own = `${guard} AND len(list_filter(json_keys(${j}), lambda k: k NOT IN (${names}))) > 0`;
  const nested = fields.flatMap((field) => {
    if (field.type !== 'RECORD') return [];
    const inner = `json_extract(${j}, ${jsonKey(field.name)})`;
    if (field.mode !== 'REPEATED')
      return [`(json_type(${inner}) = 'OBJECT' AND (${unknownKeys(inner, field.fields ?? [])}))`];
    return [
      `(json_type(${inner}) = 'ARRAY' AND len(list_filter(CAST(${inner} AS JSON[]), lambda e: ${unknownKeys('e', field.fields ?? [])})) > 0)`,
    ];
  });
  return [own, ...nested].join(' OR ');
}
