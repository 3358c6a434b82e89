/**
 * DuckDB macros for what GoogleSQL means differently. `bq_error_text` marks a message that is GoogleSQL's own; it is
 * thrown by a cast that fails, because TRY refuses error(), which is volatile.
 */
const fail = (message: string, type = 'BIGINT') => `CAST(bq_error_text(${message}) AS ${type})`;
const failText = (message: string) => `CAST(${fail(message)} AS VARCHAR)`;
const quoted = (x: string) => `'"' || ${x} || '"'`;

/** Name with its parameters → body. Order matters: a macro stands behind those that it uses. */
export const MACROS: readonly (readonly [string, string])[] = [
  ['bq_error_text(m)', `'bq<' || m || '>bq'`],

  // Numbers
  [
    'bq_finite(r, a, b)',
    `CASE WHEN (isinf(r) OR isnan(r)) AND isfinite(a) AND isfinite(b) THEN ${fail(`'Floating point error: overflow'`, 'DOUBLE')} ELSE r END`,
  ],
  [
    'bq_divide(a, b)',
    `CASE WHEN b = 0 THEN ${fail(`'division by zero: ' || regexp_replace(CAST(a AS VARCHAR), '\\.0$', '') || ' / ' || regexp_replace(CAST(b AS VARCHAR), '\\.0$', '')`, 'DOUBLE')} ELSE bq_finite(a / b, a, b) END`,
  ],
  ['bq_ieee_divide(a, b)', `CASE WHEN b = 0 AND (a = 0 OR isnan(a)) THEN CAST('nan' AS DOUBLE) ELSE a / b END`],
  ['bq_units(x)', `CAST(x * CAST(1000000000 AS HUGEINT) AS HUGEINT)`],
  // Half away from zero at the ninth digit; HUGEINT holds |a| up to 1.7e20, beyond that the multiplication fails aloud.
  [
    'bq_divide_numeric(a, b)',
    `CASE WHEN b = 0 THEN ${fail(`'division by zero: ' || CAST(a AS VARCHAR) || ' / ' || CAST(b AS VARCHAR)`, 'DECIMAL(38,9)')}
     ELSE CAST(CAST((2 * bq_units(abs(a)) * 1000000000 + bq_units(abs(b))) // (2 * bq_units(abs(b))) * CASE WHEN (a < 0) <> (b < 0) THEN -1 ELSE 1 END AS DECIMAL(38,0)) * CAST(0.000000001 AS DECIMAL(10,9)) AS DECIMAL(38,9)) END`,
  ],
  ['bq_average_numeric(s, n)', `CASE WHEN n > 0 THEN bq_divide_numeric(s, CAST(n AS DECIMAL(38,9))) END`],
  [
    'bq_div(a, b)',
    `CASE WHEN b = 0 THEN ${fail(`'division by zero: ' || a || ' / ' || b`)} WHEN b = -1 THEN -a ELSE a // b END`,
  ],
  [
    'bq_mod(a, b)',
    `CASE WHEN b = 0 THEN a % CAST(bq_error_text('division by zero: MOD(' || a || ', ' || b || ')') AS BIGINT) ELSE a % b END`,
  ],
  ['bq_floor_div(a, b)', `CASE WHEN a >= 0 THEN a // b ELSE -((-a + b - 1) // b) END`],
  ['bq_elapsed(a, b)', `a // b`],
  [
    'bq_shift_left(a, n)',
    `CASE WHEN n < 0 THEN ${fail(`'Bitwise binary operator for INT64 requires the second argument to be non-negative'`)} WHEN n > 63 THEN 0
    ELSE CAST(CASE WHEN ((CAST(a AS HUGEINT) & 18446744073709551615::HUGEINT) << CAST(n AS INTEGER)) & 18446744073709551615::HUGEINT >= 9223372036854775808::HUGEINT
      THEN (((CAST(a AS HUGEINT) & 18446744073709551615::HUGEINT) << CAST(n AS INTEGER)) & 18446744073709551615::HUGEINT) - 18446744073709551616::HUGEINT
      ELSE ((CAST(a AS HUGEINT) & 18446744073709551615::HUGEINT) << CAST(n AS INTEGER)) & 18446744073709551615::HUGEINT END AS BIGINT) END`,
  ],
  [
    'bq_shift_right(a, n)',
    `CASE WHEN n < 0 THEN ${fail(`'Bitwise binary operator for INT64 requires the second argument to be non-negative'`)} WHEN n > 63 THEN 0
    WHEN a >= 0 THEN a >> n WHEN n = 0 THEN a ELSE CAST((CAST(a AS HUGEINT) + 18446744073709551616::HUGEINT) >> CAST(n AS INTEGER) AS BIGINT) END`,
  ],
  ['bq_round(x, n)', `CASE WHEN isfinite(x) THEN round(x, CAST(n AS INTEGER)) ELSE x END`],
  ['bq_trunc(x, n)', `CASE WHEN isfinite(x) THEN trunc(x * pow(10, n)) / pow(10, n) ELSE x END`],
  [
    'bq_round_numeric(x, n)',
    `CASE WHEN n >= 9 THEN x WHEN n <= -29 THEN CAST(0 AS DECIMAL(38,9)) ELSE CAST(CAST(sign(x) AS DECIMAL(38,9)) * CAST((bq_units(abs(x)) + CAST(pow(10, 9 - n) AS HUGEINT) // 2) // CAST(pow(10, 9 - n) AS HUGEINT) * CAST(pow(10, 9 - n) AS HUGEINT) AS DECIMAL(38,0)) * CAST(0.000000001 AS DECIMAL(10,9)) AS DECIMAL(38,9)) END`,
  ],
  [
    'bq_trunc_numeric(x, n)',
    `CASE WHEN n >= 9 THEN x WHEN n <= -29 THEN CAST(0 AS DECIMAL(38,9)) ELSE CAST(CAST(bq_units(x) // CAST(pow(10, 9 - n) AS HUGEINT) * CAST(pow(10, 9 - n) AS HUGEINT) AS DECIMAL(38,0)) * CAST(0.000000001 AS DECIMAL(10,9)) AS DECIMAL(38,9)) END`,
  ],
  [
    'bq_pow(x, y)',
    `CASE WHEN x < 0 AND isfinite(x) AND isfinite(y) AND y <> trunc(y) THEN ${fail(`'Floating point error in function: POW(' || x || ', ' || y || ')'`, 'DOUBLE')} WHEN x = 0 AND y < 0 THEN ${fail(`'Floating point error in function: POW(' || x || ', ' || y || ')'`, 'DOUBLE')} ELSE bq_finite(pow(x, y), x, y) END`,
  ],
  [
    'bq_pow_numeric(x, y)',
    `CASE WHEN y = trunc(y) AND y >= 0 AND y <= 64 THEN CAST(list_reduce(list_prepend(CAST(1 AS DECIMAL(38,9)), list_transform(range(CAST(y AS BIGINT)), lambda i: x)), lambda p, q: CAST(p * q AS DECIMAL(38,9))) AS DECIMAL(38,9)) ELSE ${fail(`'not supported by the embedded warehouse: POW of NUMERIC with such an exponent'`, 'DECIMAL(38,9)')} END`,
  ],
  [
    'bq_sqrt(x)',
    `CASE WHEN x < 0 THEN ${fail(`'Argument to SQRT cannot be negative: ' || x`, 'DOUBLE')} ELSE sqrt(x) END`,
  ],
  ['bq_exp(x)', `bq_finite(exp(x), x, x)`],
  [
    'bq_ln(x)',
    `CASE WHEN x <= 0 THEN ${fail(`'Floating point error in function: LN(' || x || ')'`, 'DOUBLE')} ELSE ln(x) END`,
  ],
  [
    'bq_log10(x)',
    `CASE WHEN x <= 0 THEN ${fail(`'Floating point error in function: LOG10(' || x || ')'`, 'DOUBLE')} ELSE log10(x) END`,
  ],
  [
    'bq_log(x, b)',
    `CASE WHEN b = 1 OR b <= 0 OR x <= 0 THEN ${fail(`'Floating point error in function: LOG(' || x || ', ' || b || ')'`, 'DOUBLE')} ELSE ln(x) / ln(b) END`,
  ],
  ...['sin', 'cos', 'tan'].map(
    (fn) => [`bq_${fn}(x)`, `CASE WHEN isinf(x) THEN CAST('nan' AS DOUBLE) ELSE ${fn}(x) END`] as const,
  ),
  ...['asin', 'acos'].map(
    (fn) =>
      [
        `bq_${fn}(x)`,
        `CASE WHEN x < -1 OR x > 1 THEN ${fail(`'Floating point error in function: ${fn.toUpperCase()}'`, 'DOUBLE')} ELSE ${fn}(x) END`,
      ] as const,
  ),
  ['bq_all_known(items, r)', `CASE WHEN len(list_filter(items, lambda e: e IS NULL)) = 0 THEN r END`],
  ['bq_greatest_float(items)', `CASE WHEN len(list_filter(items, lambda e: e IS NULL)) = 0 THEN list_max(items) END`],
  [
    'bq_least_float(items)',
    `CASE WHEN len(list_filter(items, lambda e: e IS NULL)) > 0 THEN NULL WHEN len(list_filter(items, lambda e: isnan(e))) > 0 THEN CAST('nan' AS DOUBLE) ELSE list_min(items) END`,
  ],

  // Text of numbers
  [
    'bq_float_text(x)',
    `CASE WHEN isnan(x) THEN 'nan' WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'inf' ELSE '-inf' END WHEN x = 0 THEN '0' ELSE regexp_replace(CAST(x AS VARCHAR), '\\.0$', '') END`,
  ],
  [
    'bq_format_double(x)',
    `CASE WHEN isfinite(x) AND NOT contains(bq_float_text(x), '.') AND NOT contains(bq_float_text(x), 'e') THEN bq_float_text(x) || '.0' ELSE bq_float_text(x) END`,
  ],
  [
    'bq_numeric_text(x)',
    `CASE WHEN contains(CAST(x AS VARCHAR), '.') THEN regexp_replace(CAST(x AS VARCHAR), '\\.?0+$', '') ELSE CAST(x AS VARCHAR) END`,
  ],
  ['bq_hex(x)', `lower(to_hex(x))`],
  [
    'bq_octal(x)',
    `CASE WHEN x < 0 THEN ${failText(`'not supported by the embedded warehouse: FORMAT %o of a negative number'`)} ELSE to_base(x, 8) END`,
  ],

  // Casts
  [
    'bq_float_int(x)',
    `CASE WHEN isnan(x) OR isinf(x) OR round(x) >= 9223372036854775808.0 OR round(x) < -9223372036854775808.0 THEN ${fail(`'Invalid cast from FLOAT64 to INT64: ' || bq_float_text(x)`)} ELSE CAST(round(x) AS BIGINT) END`,
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
    `CASE WHEN s IS NULL THEN NULL WHEN regexp_full_match(s, '(?i)\\s*[+-]?((\\d+\\.?\\d*|\\.\\d+)(e[+-]?\\d+)?|inf(inity)?|nan)\\s*') THEN CAST(trim(s, ' \t\r\n') AS DOUBLE) ELSE ${fail(`'Bad double value: ' || s`, 'DOUBLE')} END`,
  ],
  [
    'bq_text_numeric(s)',
    `CASE WHEN s IS NULL THEN NULL WHEN regexp_full_match(s, '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*') THEN CAST(trim(s, ' \t\r\n') AS DECIMAL(38,9)) ELSE ${fail(`'Invalid NUMERIC value: ' || s`, 'DECIMAL(38,9)')} END`,
  ],
  ['bq_numeric(s)', `CAST(s AS DECIMAL(38,9))`],
  [
    'bq_text_bignumeric(s)',
    `CASE WHEN s IS NULL THEN NULL WHEN regexp_full_match(s, '\\s*[+-]?(\\d+\\.?\\d{0,18}|\\.\\d{1,18})0*\\s*') THEN CAST(trim(s, ' \t\r\n') AS DECIMAL(38,18)) ELSE ${fail(`'Invalid BIGNUMERIC value, or one that the embedded warehouse cannot hold: ' || s`, 'DECIMAL(38,18)')} END`,
  ],
  ['bq_bytes_text(b)', `decode(b)`],
  [
    'bq_bytes_text_lax(b)',
    `coalesce(TRY(decode(b)), CASE WHEN b IS NOT NULL THEN ${failText(`'not supported by the embedded warehouse: SAFE_CONVERT_BYTES_TO_STRING of bytes that are not UTF-8'`)} END)`,
  ],

  // Dates and times
  [
    'bq_date_range(d)',
    `CASE WHEN d < DATE '0001-01-01' OR d > DATE '9999-12-31' THEN ${fail(`'Date value is out of allowed range: from 0001-01-01 to 9999-12-31'`, 'DATE')} ELSE d END`,
  ],
  [
    'bq_datetime_range(d)',
    `CASE WHEN d < TIMESTAMP '0001-01-01' OR d >= TIMESTAMP '10000-01-01' THEN ${fail(`'Datetime value is out of allowed range: from 0001-01-01 00:00:00 to 9999-12-31 23:59:59.999999'`, 'TIMESTAMP')} ELSE d END`,
  ],
  [
    'bq_timestamp_range(t)',
    `CASE WHEN t < TIMESTAMPTZ '0001-01-01 00:00:00+00' OR t >= TIMESTAMPTZ '10000-01-01 00:00:00+00' THEN ${fail(`'Timestamp value is out of allowed range: from 0001-01-01 00:00:00.000000+00 to 9999-12-31 23:59:59.999999+00'`, 'TIMESTAMPTZ')} ELSE t END`,
  ],
  ['bq_micros(n)', `bq_timestamp_range(make_timestamptz(n))`],
  [
    'bq_text_date(s)',
    `CASE WHEN s IS NULL THEN NULL WHEN regexp_full_match(s, '\\s*\\d{1,4}-\\d{1,2}-\\d{1,2}\\s*') AND TRY(CAST(trim(s) AS DATE)) IS NOT NULL THEN CAST(trim(s) AS DATE) ELSE ${fail(`'Invalid date: ' || chr(39) || s || chr(39)`, 'DATE')} END`,
  ],
  ['bq_clock_pattern()', `'\\d{1,2}:\\d{1,2}:\\d{1,2}(\\.\\d{0,6})?'`],
  [
    'bq_text_time(s)',
    `CASE WHEN s IS NULL THEN NULL WHEN regexp_full_match(s, '\\s*' || bq_clock_pattern() || '\\s*') AND TRY(CAST(trim(s) AS TIME)) IS NOT NULL AND NOT starts_with(trim(s), '24') THEN CAST(trim(s) AS TIME) ELSE ${fail(`'Invalid time string ' || ${quoted('s')}`, 'TIME')} END`,
  ],
  [
    'bq_text_datetime(s)',
    `CASE WHEN s IS NULL THEN NULL WHEN regexp_full_match(s, '(?i)\\s*\\d{1,4}-\\d{1,2}-\\d{1,2}([ t]' || bq_clock_pattern() || ')?\\s*') AND TRY(CAST(replace(trim(s), 't', 'T') AS TIMESTAMP)) IS NOT NULL THEN CAST(replace(trim(s), 't', 'T') AS TIMESTAMP) ELSE ${fail(`'Invalid datetime string ' || ${quoted('s')}`, 'TIMESTAMP')} END`,
  ],
  [
    'bq_zone(tz)',
    `CASE WHEN regexp_full_match(tz, '[+-]\\d{1,2}(:\\d{2})?') THEN ${failText(`'not supported by the embedded warehouse: time zones given as an offset'`)} ELSE tz END`,
  ],
  ['bq_local(t, tz)', `timezone(bq_zone(tz), t)`],
  ['bq_instant(d, tz)', `timezone(bq_zone(tz), d)`],
  [
    'bq_offset_minutes(o)',
    `CASE WHEN o IS NULL OR upper(o) IN ('', 'Z', 'UTC') THEN 0 ELSE (CASE WHEN o[1] = '-' THEN -1 ELSE 1 END) * (CAST(regexp_extract(o, '^[+-](\\d{1,2})', 1) AS INTEGER) * 60 + CAST(coalesce(nullif(regexp_extract(o, '^[+-]\\d{1,2}:?(\\d{2})$', 1), ''), '0') AS INTEGER)) END`,
  ],
  ['bq_at_offset_text(d, o)', `timezone('UTC', d - to_minutes(bq_offset_minutes(o)))`],
  [
    'bq_timestamp_pattern()',
    `'(?i)\\s*(\\d{1,4}-\\d{1,2}-\\d{1,2})(?:[ t](\\d{1,2}:\\d{1,2}(?::\\d{1,2}(?:\\.\\d{0,6})?)?))?\\s*(z|[+-]\\d{1,2}(?::?\\d{2})?|utc)?\\s*'`,
  ],
  [
    'bq_zoned_pattern()',
    `'(?i)\\s*(\\d{1,4}-\\d{1,2}-\\d{1,2})(?:[ t](\\d{1,2}:\\d{1,2}:\\d{1,2}(?:\\.\\d{0,6})?))?\\s+([a-z][a-z_]+(?:/[a-z0-9_+-]+)+)\\s*'`,
  ],
  [
    'bq_clock_text(c)',
    `CASE WHEN c = '' OR c IS NULL THEN '00:00:00' WHEN regexp_full_match(c, '\\d{1,2}:\\d{1,2}') THEN c || ':00' ELSE c END`,
  ],
  [
    'bq_wall_clock(s, p)',
    `CAST(regexp_extract(s, p, 1) || ' ' || bq_clock_text(regexp_extract(s, p, 2)) AS TIMESTAMP)`,
  ],
  [
    'bq_text_timestamp_in(s, tz)',
    `CASE WHEN s IS NULL THEN NULL
    WHEN regexp_full_match(s, bq_timestamp_pattern()) THEN CASE WHEN regexp_extract(s, bq_timestamp_pattern(), 3) = '' THEN bq_instant(bq_wall_clock(s, bq_timestamp_pattern()), tz) ELSE bq_at_offset_text(bq_wall_clock(s, bq_timestamp_pattern()), regexp_extract(s, bq_timestamp_pattern(), 3)) END
    WHEN regexp_full_match(s, bq_zoned_pattern()) THEN timezone(regexp_extract(s, bq_zoned_pattern(), 3), bq_wall_clock(s, bq_zoned_pattern()))
    ELSE ${fail(`'Invalid timestamp: ' || chr(39) || s || chr(39)`, 'TIMESTAMPTZ')} END`,
  ],
  ['bq_text_timestamp(s)', `bq_text_timestamp_in(s, 'UTC')`],
  ['bq_date_text(d)', `lpad(CAST(year(d) AS VARCHAR), 4, '0') || strftime(d, '-%m-%d')`],
  // Fractions print in groups of three digits.
  [
    'bq_fraction(us)',
    `CASE WHEN us % 1000000 = 0 THEN '' WHEN us % 1000 = 0 THEN '.' || lpad(CAST((us % 1000000) // 1000 AS VARCHAR), 3, '0') ELSE '.' || lpad(CAST(us % 1000000 AS VARCHAR), 6, '0') END`,
  ],
  ['bq_micro_part(t)', `(epoch_us(t) % 1000000 + 1000000) % 1000000`],
  ['bq_datetime_text(d)', `bq_date_text(d) || strftime(d, ' %H:%M:%S') || bq_fraction(bq_micro_part(d))`],
  [
    'bq_time_text(t)',
    `strftime(DATE '1970-01-01' + t, '%H:%M:%S') || bq_fraction(bq_micro_part(DATE '1970-01-01' + t))`,
  ],
  [
    'bq_offset_text(t, tz, sep)',
    `CASE WHEN bq_local(t, tz) < timezone('UTC', t) THEN '-' ELSE '+' END || strftime(TIMESTAMP '1970-01-01' + to_microseconds(abs(epoch_us(bq_local(t, tz)) - epoch_us(timezone('UTC', t)))), '%H' || sep || '%M')`,
  ],
  [
    'bq_timestamp_text_in(t, tz)',
    `bq_datetime_text(bq_local(t, tz)) || regexp_replace(bq_offset_text(t, tz, ':'), ':00$', '')`,
  ],
  ['bq_timestamp_text(t)', `bq_datetime_text(timezone('UTC', t)) || '+00'`],
  [
    'bq_seconds_text(d)',
    `strftime(d, '%S') || regexp_replace(CASE WHEN bq_micro_part(d) = 0 THEN '' ELSE '.' || lpad(CAST(bq_micro_part(d) AS VARCHAR), 6, '0') END, '0+$', '')`,
  ],
  [
    'bq_make_date(y, m, d)',
    `CASE WHEN y IS NULL OR m IS NULL OR d IS NULL THEN NULL WHEN y BETWEEN 1 AND 9999 AND TRY(make_date(y, m, d)) IS NOT NULL THEN make_date(y, m, d) ELSE ${fail(`'Input calculates to invalid date: ' || y || '-' || m || '-' || d`, 'DATE')} END`,
  ],
  [
    'bq_clock(h, m, s)',
    `CASE WHEN h IS NULL OR m IS NULL OR s IS NULL THEN NULL WHEN h BETWEEN 0 AND 23 AND m BETWEEN 0 AND 59 AND s >= 0 AND s < 60 THEN TIME '00:00:00' + to_microseconds(CAST(h AS BIGINT) * 3600000000 + CAST(m AS BIGINT) * 60000000 + CAST(s * 1000000 AS BIGINT)) ELSE ${fail(`'Input calculates to invalid time: ' || h || ':' || m || ':' || s`, 'TIME')} END`,
  ],
  ['bq_make_time(h, m, s)', `bq_clock(h, m, s)`],
  ['bq_make_datetime(y, mo, d, h, mi, s)', `(bq_make_date(y, mo, d) + bq_clock(h, mi, s))`],
  [
    'bq_hour12(h, half)',
    `CASE WHEN h BETWEEN 1 AND 12 THEN h % 12 + CASE WHEN lower(half) = 'pm' THEN 12 ELSE 0 END ELSE ${fail(`'Failed to parse input string: hour ' || h`)} END`,
  ],
  [
    'bq_day_of_year(y, n)',
    `CASE WHEN n BETWEEN 1 AND dayofyear(make_date(y, 12, 31)) THEN make_date(y, 1, 1) + CAST(n - 1 AS INTEGER) ELSE ${fail(`'Failed to parse input string: day of year ' || n || ' is out of range'`, 'DATE')} END`,
  ],
  ['bq_short_year(y)', `CASE WHEN y < 69 THEN 2000 + y ELSE 1900 + y END`],
  ['bq_isoyear_start(d)', `CAST(date_trunc('week', make_date(isoyear(d), 1, 4)) AS DATE)`],
  [
    'bq_date_series(a, b, n)',
    `CASE WHEN n = 0 THEN [${fail(`'Sequence step cannot be 0.'`, 'DATE')}] WHEN a IS NULL OR b IS NULL OR n IS NULL THEN NULL ELSE list_transform(generate_series(0::BIGINT, CAST(b - a AS BIGINT), n), lambda i: a + CAST(i AS INTEGER)) END`,
  ],
  [
    'bq_month_series(a, b, n)',
    `CASE WHEN n = 0 THEN [${fail(`'Sequence step cannot be 0.'`, 'DATE')}] WHEN a IS NULL OR b IS NULL OR n IS NULL THEN NULL ELSE list_filter(list_transform(generate_series(0::BIGINT, CAST((year(b) - year(a)) * 12 + month(b) - month(a) AS BIGINT), n), lambda i: CAST(a + to_months(CAST(i AS INTEGER)) AS DATE)), lambda d: CASE WHEN n > 0 THEN d <= b ELSE d >= b END) END`,
  ],

  // Text
  [
    'bq_upper(s)',
    `CASE WHEN contains(s, 'ß') THEN replace(upper(replace(s, 'ß', chr(1))), chr(1), 'ß') ELSE upper(s) END`,
  ],
  [
    'bq_spaces()',
    `' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(133) || chr(160) || chr(5760) || chr(8192) || chr(8193) || chr(8194) || chr(8195) || chr(8196) || chr(8197) || chr(8198) || chr(8199) || chr(8200) || chr(8201) || chr(8202) || chr(8232) || chr(8233) || chr(8239) || chr(8287) || chr(12288)`,
  ],
  ['bq_trim(s)', `trim(s, bq_spaces())`],
  ['bq_ltrim(s)', `ltrim(s, bq_spaces())`],
  ['bq_rtrim(s)', `rtrim(s, bq_spaces())`],
  ['bq_start(s, p)', `CASE WHEN p = 0 THEN 1 WHEN p < 0 THEN greatest(length(s) + p + 1, 1) ELSE p END`],
  ['bq_substr(s, p)', `substring(s, bq_start(s, p))`],
  [
    'bq_substr3(s, p, n)',
    `CASE WHEN n < 0 THEN ${failText(`'Third argument in SUBSTR() cannot be negative'`)} ELSE substring(s, bq_start(s, p), n) END`,
  ],
  [
    'bq_left(s, n)',
    `CASE WHEN n < 0 THEN ${failText(`'Second argument in LEFT() cannot be negative'`)} ELSE substring(s, 1, n) END`,
  ],
  [
    'bq_right(s, n)',
    `CASE WHEN n < 0 THEN ${failText(`'Second argument in RIGHT() cannot be negative'`)} WHEN n = 0 THEN substring(s, 1, 0) ELSE substring(s, greatest(length(s) - n + 1, 1)) END`,
  ],
  [
    'bq_reverse(s)',
    `array_to_string(list_reverse(list_transform(range(1, length(s) + 1), lambda i: substring(s, i, 1))), '')`,
  ],
  [
    'bq_repeat(s, n)',
    `CASE WHEN n < 0 THEN ${failText(`'Second argument in REPEAT() cannot be negative'`)} ELSE repeat(s, n) END`,
  ],
  [
    'bq_lpad(s, n, p)',
    `CASE WHEN n < 0 OR p = '' THEN ${failText(`'Second argument in LPAD() cannot be negative, third cannot be empty'`)} ELSE lpad(s, CAST(n AS INTEGER), p) END`,
  ],
  [
    'bq_rpad(s, n, p)',
    `CASE WHEN n < 0 OR p = '' THEN ${failText(`'Second argument in RPAD() cannot be negative, third cannot be empty'`)} ELSE rpad(s, CAST(n AS INTEGER), p) END`,
  ],
  ['bq_pad(s, n, l)', `CASE WHEN length(s) >= n THEN s WHEN l THEN rpad(s, n, ' ') ELSE lpad(s, n, ' ') END`],
  [
    'bq_pad_zero(s, n)',
    `CASE WHEN length(s) >= n THEN s WHEN starts_with(s, '-') THEN '-' || lpad(substring(s, 2), n - 1, '0') ELSE lpad(s, n, '0') END`,
  ],
  ['bq_split(s, d)', `CASE WHEN s IS NULL OR d IS NULL THEN NULL WHEN s = '' THEN [''] ELSE string_split(s, d) END`],
  [
    'bq_initcap(s)',
    `array_to_string(list_transform(regexp_extract_all(s, '[^\\s\\[\\](){}/|<>!?@"^#$&~_,.:;*%+\\-]+|[\\s\\[\\](){}/|<>!?@"^#$&~_,.:;*%+\\-]+'), lambda w: upper(substring(w, 1, 1)) || lower(substring(w, 2))), '')`,
  ],
  [
    'bq_translate(s, a, b)',
    `array_to_string(list_transform(list_transform(range(1, length(s) + 1), lambda i: substring(s, i, 1)), lambda c: CASE WHEN strpos(a, c) = 0 THEN c ELSE substring(b, strpos(a, c), 1) END), '')`,
  ],
  ['bq_join(items)', `CASE WHEN len(list_filter(items, lambda e: e IS NULL)) = 0 THEN array_to_string(items, '') END`],
  ['bq_chr(n)', `CASE WHEN n = 0 THEN '' ELSE chr(CAST(n AS INTEGER)) END`],
  [
    'bq_ascii(s)',
    `CASE WHEN s = '' THEN 0 WHEN unicode(s) > 127 THEN ${fail(`'Input is not an ASCII string'`)} ELSE CAST(unicode(s) AS BIGINT) END`,
  ],
  ['bq_unicode(s)', `CASE WHEN s = '' THEN 0 ELSE CAST(unicode(s) AS BIGINT) END`],
  [
    'bq_code_points(s)',
    `list_transform(range(1, length(s) + 1), lambda i: CAST(unicode(substring(s, i, 1)) AS BIGINT))`,
  ],
  [
    'bq_from_code_points(a)',
    `CASE WHEN len(list_filter(a, lambda e: e IS NULL)) = 0 THEN array_to_string(list_transform(a, lambda e: bq_chr(e)), '') END`,
  ],
  [
    'bq_from_hex(s)',
    `unhex(CASE WHEN regexp_full_match(s, '[0-9a-fA-F]*') THEN CASE WHEN length(s) % 2 = 1 THEN '0' || s ELSE s END ELSE ${failText(`'Failed to decode hex string'`)} END)`,
  ],
  [
    'bq_from_base64(s)',
    `from_base64(CASE WHEN regexp_full_match(s, '[A-Za-z0-9+/]*={0,2}') AND length(rtrim(s, '=')) % 4 <> 1 THEN rtrim(s, '=') || repeat('=', (4 - length(rtrim(s, '=')) % 4) % 4) ELSE ${failText(`'Failed to decode invalid base64 string'`)} END)`,
  ],
  ['bq_regexp_extract(s, p, g)', `CASE WHEN regexp_matches(s, p) THEN regexp_extract(s, p, g) END`],

  // Arrays
  [
    'bq_in_array(x, a)',
    `CASE WHEN a IS NULL OR len(a) = 0 THEN false WHEN x IS NULL THEN NULL WHEN list_contains(a, x) THEN true WHEN len(list_filter(a, lambda e: e IS NULL)) > 0 THEN NULL ELSE false END`,
  ],
  ['bq_array_includes(a, x)', `CASE WHEN a IS NOT NULL AND x IS NOT NULL THEN list_contains(a, x) END`],
  ['bq_safe_ordinal(a, i)', `CASE WHEN i >= 1 AND i <= len(a) THEN a[i] END`],
  ['bq_safe_offset(a, i)', `CASE WHEN i >= 0 AND i < len(a) THEN a[i + 1] END`],
  // The failing index is inside the brackets, so that the result keeps the element's type.
  [
    'bq_at_offset(a, i)',
    `a[CASE WHEN i < 0 OR i >= len(a) THEN ${fail(`'Array index ' || i || ' is out of bounds'`)} ELSE i + 1 END]`,
  ],
  [
    'bq_at_ordinal(a, i)',
    `a[CASE WHEN i < 1 OR i > len(a) THEN ${fail(`'Array index ' || i || ' is out of bounds'`)} ELSE i END]`,
  ],
  [
    'bq_array_first(a)',
    `a[CASE WHEN len(a) = 0 THEN ${fail(`'ARRAY_FIRST cannot get the first element of an empty array'`)} ELSE 1 END]`,
  ],
  [
    'bq_array_last(a)',
    `a[CASE WHEN len(a) = 0 THEN ${fail(`'ARRAY_LAST cannot get the last element of an empty array'`)} ELSE len(a) END]`,
  ],
  ['bq_array_concat(a, b)', `CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN list_concat(a, b) END`],
  ['bq_flatten(items)', `CASE WHEN len(list_filter(items, lambda e: e IS NULL)) = 0 THEN flatten(items) END`],
  ['bq_flatten_known(items)', `flatten(items)`],
  [
    'bq_array_text(a, d)',
    `CASE WHEN d IS NOT NULL AND a IS NOT NULL THEN coalesce(array_to_string(list_filter(a, lambda e: e IS NOT NULL), d), '') END`,
  ],
  [
    'bq_array_text_null(a, d, n)',
    `CASE WHEN d IS NOT NULL AND a IS NOT NULL AND n IS NOT NULL THEN coalesce(array_to_string(list_transform(a, lambda e: coalesce(e, n)), d), '') END`,
  ],
  [
    'bq_series(a, b, n)',
    `CASE WHEN n = 0 THEN [${fail(`'Sequence step cannot be 0.'`)}] WHEN a IS NULL OR b IS NULL OR n IS NULL THEN NULL ELSE generate_series(a, b, n) END`,
  ],
  [
    'bq_no_null(a, field)',
    `CASE WHEN len(list_filter(a, lambda e: e IS NULL)) > 0 THEN list_resize(a, ${fail(`'Array cannot have a null element; error in writing field ' || field`)}) ELSE a END`,
  ],

  // Loads: what files may hold where literals may not
  [
    'bq_load_bool(s)',
    `CASE lower(s) WHEN 'true' THEN true WHEN 't' THEN true WHEN 'yes' THEN true WHEN 'y' THEN true WHEN '1' THEN true WHEN 'false' THEN false WHEN 'f' THEN false WHEN 'no' THEN false WHEN 'n' THEN false WHEN '0' THEN false ELSE CASE WHEN s IS NOT NULL THEN ${fail(`'Bad bool value: ' || s`, 'BOOLEAN')} END END`,
  ],
  // Seconds since 1970 are timestamps too.
  [
    'bq_load_timestamp(s)',
    `CASE WHEN regexp_full_match(s, '-?\\d{1,12}(\\.\\d{1,6})?') THEN make_timestamptz(CAST(CAST(s AS DECIMAL(20,6)) * 1000000 AS BIGINT)) ELSE bq_text_timestamp(regexp_replace(s, ' UTC$', '+00')) END`,
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

  // JSON
  [
    'bq_parse_json(s)',
    `CASE WHEN s IS NULL THEN NULL WHEN json_valid(s) THEN json(s) ELSE ${failText(`'Invalid input to PARSE_JSON: ' || s`)} END`,
  ],
  ['bq_json_or_null(s)', `CASE WHEN json_valid(s) THEN CAST(s AS JSON) END`],
  [
    'bq_json_type(j)',
    `CASE json_type(j) WHEN 'OBJECT' THEN 'object' WHEN 'ARRAY' THEN 'array' WHEN 'VARCHAR' THEN 'string' WHEN 'BOOLEAN' THEN 'boolean' WHEN 'NULL' THEN 'null' WHEN NULL THEN NULL ELSE CASE WHEN j IS NOT NULL THEN 'number' END END`,
  ],
  [
    'bq_json_value(j, p)',
    `CASE json_type(j, p) WHEN 'OBJECT' THEN NULL WHEN 'ARRAY' THEN NULL WHEN 'NULL' THEN NULL ELSE json_extract_string(j, p) END`,
  ],
  ['bq_json_query(j, p)', `json_extract(j, p)`],
  ['bq_json_query_array(j, p)', `CASE WHEN json_type(j, p) = 'ARRAY' THEN CAST(json_extract(j, p) AS JSON[]) END`],
  [
    'bq_json_value_array(j, p)',
    `CASE WHEN json_type(j, p) = 'ARRAY' AND len(list_filter(CAST(json_extract(j, p) AS JSON[]), lambda e: json_type(e) IN ('OBJECT', 'ARRAY'))) = 0 THEN list_transform(CAST(json_extract(j, p) AS JSON[]), lambda e: CASE WHEN json_type(e) = 'NULL' THEN NULL ELSE json_extract_string(e, '$') END) END`,
  ],
  ['bq_json_key(j, k)', `CASE WHEN json_type(j) = 'OBJECT' THEN json_extract(j, '$."' || k || '"') END`],
  ['bq_json_item(j, i)', `CASE WHEN json_type(j) = 'ARRAY' AND i >= 0 THEN json_extract(j, '$[' || i || ']') END`],
  [
    'bq_json_string(j)',
    `CASE WHEN j IS NULL THEN NULL WHEN json_type(j) = 'VARCHAR' THEN json_extract_string(j, '$') ELSE ${failText(`'The provided JSON input is not a string'`)} END`,
  ],
  [
    'bq_json_int(j)',
    `CASE WHEN j IS NULL THEN NULL WHEN json_type(j) IN ('BIGINT', 'UBIGINT') OR (json_type(j) = 'DOUBLE' AND CAST(j AS DOUBLE) = trunc(CAST(j AS DOUBLE))) THEN CAST(j AS BIGINT) ELSE ${fail(`'The provided JSON number is not an integer'`)} END`,
  ],
  [
    'bq_json_float(j)',
    `CASE WHEN j IS NULL THEN NULL WHEN json_type(j) IN ('BIGINT', 'UBIGINT', 'DOUBLE') THEN CAST(j AS DOUBLE) ELSE ${fail(`'The provided JSON input is not a number'`, 'DOUBLE')} END`,
  ],
  [
    'bq_json_bool(j)',
    `CASE WHEN j IS NULL THEN NULL WHEN json_type(j) = 'BOOLEAN' THEN CAST(j AS BOOLEAN) ELSE ${fail(`'The provided JSON input is not a boolean'`, 'BOOLEAN')} END`,
  ],
  [
    'bq_json_integer(n)',
    `CASE WHEN n BETWEEN -9007199254740992 AND 9007199254740992 THEN CAST(n AS VARCHAR) ELSE '"' || n || '"' END`,
  ],
  [
    'bq_json_double(x)',
    `CASE WHEN isnan(x) THEN '"NaN"' WHEN isinf(x) THEN CASE WHEN x > 0 THEN '"Infinity"' ELSE '"-Infinity"' END ELSE bq_float_text(x) END`,
  ],
  [
    'bq_json_decimal(x)',
    `CASE WHEN bq_numeric_text(x) = bq_float_text(CAST(x AS DOUBLE)) THEN bq_numeric_text(x) ELSE '"' || bq_numeric_text(x) || '"' END`,
  ],
];
