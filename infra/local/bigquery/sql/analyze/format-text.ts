import { physicalNames, quoteText, type SqlType, scalar } from '../types.ts';
import { castTo } from './casts.ts';
import { typed } from './typed.ts';

/** FORMAT's %t: a value as people read it; NULL is the word. */
export function plainText(sql: string, type: SqlType, at: number): string {
  return `coalesce(${notNull(sql, type, plainText, plainScalar, at)}, 'NULL')`;
}

/** FORMAT's %T: a value as GoogleSQL writes its literal. */
export function literalText(sql: string, type: SqlType, at: number): string {
  return `coalesce(${notNull(sql, type, literalText, literalScalar, at)}, 'NULL')`;
}

type Render = (sql: string, type: SqlType, at: number) => string;

function notNull(sql: string, type: SqlType, nested: Render, own: Render, at: number): string {
  if (type.kind === 'ARRAY')
    return `('[' || array_to_string(list_transform(${sql}, lambda e: ${nested('e', type.element, at)}), ', ') || ']')`;
  if (type.kind !== 'STRUCT') return own(sql, type, at);
  const names = physicalNames(type.fields);
  const members = type.fields.map((field, i) =>
    nested(`struct_extract(${sql}, ${quoteText(names[i] ?? '')})`, field.type, at),
  );
  const open = nested === literalText && members.length === 1 ? 'STRUCT(' : '(';
  return `CASE WHEN ${sql} IS NOT NULL THEN '${open}' || ${members.join(" || ', ' || ")} || ')' END`;
}

const asText = (sql: string, type: SqlType, at: number) => castTo(typed(sql, type), scalar('STRING'), false, at).sql;

function plainScalar(sql: string, type: SqlType, at: number): string {
  switch (type.kind) {
    case 'FLOAT64':
      return `bq_format_double(${sql})`;
    case 'BYTES':
      return `bq_escape_bytes(${sql})`;
    case 'JSON':
      return `CAST(${sql} AS VARCHAR)`;
    default:
      return asText(sql, type, at);
  }
}

function literalScalar(sql: string, type: SqlType, at: number): string {
  switch (type.kind) {
    case 'STRING':
      return `bq_quote_text(${sql})`;
    case 'BYTES':
      return `bq_quote_bytes(${sql})`;
    case 'FLOAT64':
      return `CASE WHEN isfinite(${sql}) THEN bq_format_double(${sql}) ELSE 'CAST("' || bq_format_double(${sql}) || '" AS FLOAT64)' END`;
    case 'NUMERIC':
    case 'BIGNUMERIC':
    case 'DATE':
    case 'DATETIME':
    case 'TIME':
    case 'TIMESTAMP':
      return `('${type.kind} "' || ${asText(sql, type, at)} || '"')`;
    case 'RANGE<DATE>':
    case 'RANGE<DATETIME>':
    case 'RANGE<TIMESTAMP>':
      return `('${type.kind} "' || ${asText(sql, type, at)} || '"')`;
    case 'INTERVAL':
      return `('INTERVAL "' || ${asText(sql, type, at)} || '" YEAR TO SECOND')`;
    case 'JSON':
      return `('JSON ' || bq_quote_text(CAST(${sql} AS VARCHAR)))`;
    default:
      return asText(sql, type, at);
  }
}
