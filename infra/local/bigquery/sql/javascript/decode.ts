import { once } from '../once.ts';
import { duckType, physicalNames, quoteName, type SqlType } from '../types.ts';

/** What a JavaScript function answered, a VARCHAR → the value that it stands for; see `encode` in prelude.js. */
export function decodeResult(text: string, type: SqlType): string {
  if (type.kind !== 'ARRAY' && type.kind !== 'STRUCT') return fromText(text, type);
  return once(`CAST(CAST(${text} AS JSON) AS ${texts(type)})`, 'j0', (value) => fromTexts(value, type, 1));
}

/** The type with text in place of all that is no list and no struct. */
function texts(type: SqlType): string {
  if (type.kind === 'ARRAY') return `${texts(type.element)}[]`;
  if (type.kind !== 'STRUCT') return 'VARCHAR';
  return `STRUCT(${type.fields.map((field, i) => `f${i + 1} ${texts(field.type)}`).join(', ')})`;
}

function fromTexts(value: string, type: SqlType, depth: number): string {
  if (type.kind === 'ARRAY')
    return `list_transform(${value}, lambda j${depth}: ${fromTexts(`j${depth}`, type.element, depth + 1)})`;
  if (type.kind !== 'STRUCT') return fromText(value, type);
  const names = physicalNames(type.fields);
  const parts = type.fields.map((field, i) => {
    const part = fromTexts(`struct_extract(${value}, 'f${i + 1}')`, field.type, depth);
    return `${quoteName(names[i] ?? '')} := ${part}`;
  });
  return `CASE WHEN ${value} IS NOT NULL THEN struct_pack(${parts.join(', ')}) END`;
}

function fromText(text: string, type: SqlType): string {
  switch (type.kind) {
    case 'STRING':
      return text;
    case 'NUMERIC':
      return `bq_text_numeric(${text})`;
    case 'BIGNUMERIC':
      return `bq_text_bignumeric(${text})`;
    case 'JSON':
      return `bq_parse_json_round(${text})`;
    case 'BYTES':
      return `from_base64(${text})`;
    case 'DATE':
      return `(DATE '1970-01-01' + CAST(${text} AS INTEGER))`;
    case 'TIMESTAMP':
      return `make_timestamptz(CAST(${text} AS BIGINT))`;
    default:
      return `CAST(${text} AS ${duckType(type)})`;
  }
}
