import { physicalNames, quoteText, RANGE_ELEMENTS, type RangeKind, type SqlType, scalar } from '../types.ts';
import { rangeBound } from './ranges.ts';

/**
 * Which numbers stand in quotes because JSON's readers lose digits of them: TO_JSON_STRING quotes integers beyond 2^53 and
 * decimals with a fraction; TO_JSON none, or if told so all that no double holds.
 * Source: cloud.google.com/bigquery/docs/reference/standard-sql/json_functions#json_encodings
 */
type Quoted = 'wide' | 'all' | 'none';

/** A typed expression as JSON text: what BigQuery prints for each type, put together from SQL. */
export function jsonText(sql: string, type: SqlType, quoted: Quoted = 'wide'): string {
  return `coalesce(${notNull(sql, type, quoted)}, 'null')`;
}

function notNull(sql: string, type: SqlType, numbers: Quoted): string {
  const quoted = (text: string) => `('"' || ${text} || '"')`;
  switch (type.kind) {
    case 'BOOL':
      return `CAST(${sql} AS VARCHAR)`;
    case 'INT64':
      return numbers === 'none' ? `CAST(${sql} AS VARCHAR)` : `bq_json_integer(${sql})`;
    case 'FLOAT64':
      return numbers === 'wide' ? `bq_json_double(${sql})` : `bq_json_kept_double(${sql})`;
    case 'NUMERIC':
      return decimalNumber(`bq_numeric_text(${sql})`, numbers);
    case 'BIGNUMERIC':
      return decimalNumber(`bq_bignumeric_text(${sql})`, numbers);
    case 'STRING':
      return `bq_json_text(${sql})`;
    case 'BYTES':
      return quoted(`to_base64(${sql})`);
    case 'DATE':
      return quoted(`bq_date_text(${sql})`);
    case 'TIME':
      return quoted(`bq_time_text(${sql})`);
    case 'DATETIME':
      return quoted(`replace(bq_datetime_text(${sql}), ' ', 'T')`);
    case 'TIMESTAMP':
      return quoted(`(replace(bq_datetime_text(${sql} AT TIME ZONE 'UTC'), ' ', 'T') || 'Z')`);
    case 'INTERVAL':
      return quoted(`bq_interval_iso(${sql})`);
    case 'RANGE<DATE>':
    case 'RANGE<DATETIME>':
    case 'RANGE<TIMESTAMP>':
      return rangeText(sql, type.kind, numbers);
    case 'JSON':
      return `CAST(${sql} AS VARCHAR)`;
    case 'ARRAY':
      return `('[' || array_to_string(list_transform(${sql}, lambda e: ${jsonText('e', type.element, numbers)}), ',') || ']')`;
    case 'STRUCT': {
      const names = physicalNames(type.fields);
      const members = type.fields.map((field, i) => {
        const key = quoteText(`${JSON.stringify(field.name ?? '')}:`);
        return `${key} || ${jsonText(`struct_extract(${sql}, ${quoteText(names[i] ?? '')})`, field.type, numbers)}`;
      });
      return `CASE WHEN ${sql} IS NOT NULL THEN '{' || ${members.join(" || ',' || ")} || '}' END`;
    }
  }
}

const decimalNumber = (text: string, numbers: Quoted) =>
  numbers === 'wide' ? `bq_json_decimal(${text})` : `bq_json_decimal_number(${text}, ${numbers === 'all'})`;

/** An object of the bounds, null where there is none. */
function rangeText(sql: string, kind: RangeKind, numbers: Quoted): string {
  const part = (side: 'start' | 'end') =>
    `'"${side}":' || ${jsonText(rangeBound(sql, side), scalar(RANGE_ELEMENTS[kind]), numbers)}`;
  return `CASE WHEN ${sql} IS NOT NULL THEN '{' || ${part('start')} || ',' || ${part('end')} || '}' END`;
}
