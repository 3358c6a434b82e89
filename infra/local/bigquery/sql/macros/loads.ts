import { fail, failText, type Macro } from './failures.ts';
import { isCommonTime } from './times.ts';

/** What files may hold where literals may not. */
export const LOAD_MACROS: readonly Macro[] = [
  // What may be written into `_PARTITIONTIME`: the moments at which partitions begin.
  [
    'bq_partition_time(t, unit)',
    `CASE WHEN t IS NOT NULL AND date_trunc(unit, t) = t THEN t ELSE ${fail(`'Value of _PARTITIONTIME must be where a partition begins: a whole ' || unit || ', and not NULL'`, 'TIMESTAMPTZ')} END`,
  ],
  ['bq_load_datetime_range(d)', 'bq_datetime_range(CAST(d AS TIMESTAMP))'],
  [
    'bq_load_time_range(t)',
    `CASE WHEN t = TIME '24:00:00' THEN ${fail(`'Time value is out of allowed range: from 00:00:00 to 23:59:59.999999'`, 'TIME')} ELSE t END`,
  ],
  [
    'bq_load_bool(s)',
    `CASE lower(s) WHEN 'true' THEN true WHEN 't' THEN true WHEN 'yes' THEN true WHEN 'y' THEN true WHEN '1' THEN true WHEN 'false' THEN false WHEN 'f' THEN false WHEN 'no' THEN false WHEN 'n' THEN false WHEN '0' THEN false ELSE CASE WHEN s IS NOT NULL THEN ${fail(`'Bad bool value: ' || s`, 'BOOLEAN')} END END`,
  ],
  // Slashes in the date, a clock without seconds and a space before the offset, put as GoogleSQL's own casts take them.
  [
    'bq_load_plain_time(s)',
    `regexp_replace(regexp_replace(regexp_replace(s, '^(\\d{4})/(\\d{1,2})/', '\\1-\\2-'), '^(\\S+[ T]\\d{1,2}:\\d{2})( |Z|[+-]|$)', '\\1:00\\2'), ' ([+-]\\d)', '\\1')`,
  ],
  // Seconds since 1970 are timestamps too, and Google's Node client writes zeros for nanoseconds.
  [
    'bq_load_timestamp(s)',
    `CASE WHEN ${isCommonTime('s')} THEN CAST(s AS TIMESTAMPTZ) WHEN regexp_full_match(s, '-?\\d{1,12}(\\.\\d{1,6})?') THEN bq_micros(CAST(CAST(s AS DECIMAL(20,6)) * 1000000 AS BIGINT)) WHEN strlen(s) = 30 AND s LIKE '%000Z' THEN bq_text_timestamp(s[:26] || 'Z') WHEN regexp_matches(s, '^\\d{4}/|[ T]\\d{1,2}:\\d{2}( |Z|[+-]|$)| [+-]\\d') THEN bq_text_timestamp(regexp_replace(bq_load_plain_time(s), ' UTC$', '+00')) ELSE bq_text_timestamp(regexp_replace(s, ' UTC$', '+00')) END`,
  ],
  [
    'bq_load_scalar(j)',
    `CASE json_type(j) WHEN 'NULL' THEN NULL WHEN 'OBJECT' THEN ${failText(`'JSON object specified for non-record field'`)} WHEN 'ARRAY' THEN ${failText(`'Array specified for non-repeated field'`)} ELSE json_extract_string(j, '$') END`,
  ],
  [
    'bq_load_array(j)',
    `CASE WHEN j IS NULL OR json_type(j) = 'NULL' THEN NULL WHEN json_type(j) = 'ARRAY' THEN j ELSE ${failText(`'Repeated field must be imported as a JSON array'`)} END`,
  ],
  [
    'bq_load_object(j)',
    `CASE WHEN j IS NULL OR json_type(j) = 'NULL' THEN NULL WHEN json_type(j) = 'OBJECT' THEN j ELSE ${failText(`'JSON value specified for record field is no object'`)} END`,
  ],
];
