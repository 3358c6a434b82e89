import { fail, type Macro } from './failures.ts';

/** Conversions whose rules are GoogleSQL’s own, dates and times aside. */
export const CAST_MACROS: readonly Macro[] = [
  [
    'bq_float_int(x)',
    `CASE WHEN isnan(x) OR isinf(x) OR round(x) >= 9223372036854775808.0 OR round(x) < -9223372036854775808.0 THEN ${fail(`'Invalid cast from FLOAT64 to INT64: ' || bq_float_text(x)`)} ELSE CAST(round(x) AS BIGINT) END`,
  ],
  [
    'bq_in_range(n, low, high, t)',
    `CASE WHEN n < low OR n > high THEN ${fail(`t || ' out of range: ' || n`)} ELSE n END`,
  ],
  ['bq_numeric_int(x)', `CAST(round(x, 0) AS BIGINT)`],
  [
    'bq_float_numeric(x)',
    `CASE WHEN isnan(x) OR isinf(x) THEN ${fail(`'Illegal conversion of non-finite floating point number to numeric: ' || bq_float_text(x)`, 'DECIMAL(38,9)')} ELSE CAST(CAST(x AS VARCHAR) AS DECIMAL(38,9)) END`,
  ],
  [
    'bq_text_bool(s)',
    `CASE lower(s) WHEN 'true' THEN true WHEN 'false' THEN false ELSE CASE WHEN s IS NOT NULL THEN ${fail(`'Bad bool value: ' || s`, 'BOOLEAN')} END END`,
  ],
  [
    'bq_text_int(s)',
    `CASE WHEN s IS NULL THEN NULL WHEN regexp_full_match(s, '\\s*[+-]?\\d+\\s*') THEN CAST(trim(s, ' \t\r\n') AS BIGINT) WHEN regexp_full_match(s, '\\s*0[xX][0-9a-fA-F]{1,15}\\s*') THEN CAST(lower(trim(s, ' \t\r\n')) AS BIGINT) ELSE ${fail(`'Bad int64 value: ' || s`)} END`,
  ],
  [
    'bq_text_float(s)',
    `CASE WHEN s IS NULL THEN NULL WHEN regexp_full_match(s, '(?i)\\s*[+-]?((\\d+\\.?\\d*|\\.\\d+)(e[+-]?\\d+)?|inf(inity)?|nan)\\s*') AND (isfinite(TRY_CAST(trim(s, ' \t\r\n') AS DOUBLE)) OR NOT regexp_matches(s, '\\d')) THEN CAST(trim(s, ' \t\r\n') AS DOUBLE) ELSE ${fail(`'Bad double value: ' || s`, 'DOUBLE')} END`,
  ],
  // DuckDB reads text into a DECIMAL of 18 digits in a fiftieth of the time that one of 38 takes.
  ['bq_is_short_decimal(s)', `regexp_full_match(s, '-?\\d{1,9}(\\.\\d{1,9})?')`],
  [
    'bq_text_numeric(s)',
    `CASE WHEN s IS NULL THEN NULL WHEN bq_is_short_decimal(s) THEN CAST(CAST(s AS DECIMAL(18,9)) AS DECIMAL(38,9)) WHEN bq_is_number(s) THEN CAST(trim(s, ' \t\r\n') AS DECIMAL(38,9)) ELSE ${fail(`'Invalid NUMERIC value: ' || s`, 'DECIMAL(38,9)')} END`,
  ],
  ['bq_numeric(s)', `CAST(s AS DECIMAL(38,9))`],
  [
    'bq_text_bignumeric(s)',
    `CASE WHEN s IS NULL THEN NULL WHEN bq_is_short_decimal(s) THEN CAST(CAST(s AS DECIMAL(18,9)) AS DECIMAL(38,18)) WHEN NOT bq_is_number(s) THEN ${fail(`'Invalid BIGNUMERIC value: ' || s`, 'DECIMAL(38,18)')} WHEN bq_number_exponent(s) >= -18 AND length(bq_number_digits(s)) + bq_number_exponent(s) <= 20 THEN CAST(trim(s, ' \t\r\n') AS DECIMAL(38,18)) ELSE ${fail(`'not supported by the embedded warehouse: a BIGNUMERIC of more than 20 digits before the point or 18 behind it: ' || s`, 'DECIMAL(38,18)')} END`,
  ],
  ['bq_bytes_text(b)', `decode(b)`],
];
