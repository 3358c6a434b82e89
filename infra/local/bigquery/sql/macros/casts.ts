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
  [
    'bq_numeric_int(x)',
    `list_transform([x], lambda n: CASE WHEN n IS NOT NULL THEN coalesce(TRY_CAST(round(n, 0) AS BIGINT), ${fail(`'int64 out of range: ' || bq_numeric_text(n)`)}) END)[1]`,
  ],
  // A double holds 2^53 units of the ninth place; DuckDB divides what is more in two roundings.
  [
    'bq_numeric_float(x)',
    `list_transform([x], lambda n: CASE WHEN abs(n) < 9007199 THEN CAST(n AS DOUBLE) ELSE CAST(CAST(n AS VARCHAR) AS DOUBLE) END)[1]`,
  ],
  [
    'bq_text_bool(s)',
    `CASE lower(s) WHEN 'true' THEN true WHEN 'false' THEN false ELSE CASE WHEN s IS NOT NULL THEN ${fail(`'Bad bool value: ' || s`, 'BOOLEAN')} END END`,
  ],
  [
    'bq_text_int(s)',
    `CASE WHEN s IS NULL THEN NULL WHEN regexp_full_match(s, '\\s*[+-]?\\d+\\s*') THEN coalesce(TRY_CAST(trim(s, ' \t\r\n') AS BIGINT), ${fail(`'Bad int64 value: ' || s`)}) WHEN regexp_full_match(s, '\\s*[+-]?0[xX][0-9a-fA-F]+\\s*') THEN bq_hex_int(s) ELSE ${fail(`'Bad int64 value: ' || s`)} END`,
  ],
  [
    'bq_text_float(s)',
    `CASE WHEN s IS NULL THEN NULL WHEN regexp_full_match(s, '(?i)\\s*[+-]?((\\d+\\.?\\d*|\\.\\d+)(e[+-]?\\d+)?|inf(inity)?|nan)\\s*') AND (isfinite(TRY_CAST(trim(s, ' \t\r\n') AS DOUBLE)) OR NOT regexp_matches(s, '\\d')) THEN CAST(trim(s, ' \t\r\n') AS DOUBLE) ELSE ${fail(`'Bad double value: ' || s`, 'DOUBLE')} END`,
  ],
  // DuckDB reads text into a DECIMAL of 18 digits in a fiftieth of the time that one of 38 takes. Of texts that repeat it
  // casts each once, those of the other branch too: they must not fail.
  ['bq_is_short_decimal(s)', `regexp_full_match(s, '-?\\d{1,9}(\\.\\d{1,9})?')`],
  [
    'bq_text_numeric(s)',
    `CASE WHEN s IS NULL THEN NULL WHEN bq_is_short_decimal(s) THEN CAST(TRY_CAST(s AS DECIMAL(18,9)) AS DECIMAL(38,9)) WHEN bq_is_number(s) THEN bq_text_numeric_exact(s) ELSE ${fail(`'Invalid NUMERIC value: ' || s`, 'DECIMAL(38,9)')} END`,
  ],
  ['bq_bytes_text(b)', `decode(b)`],
];
