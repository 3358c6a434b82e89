import { fail, failText, type Macro } from './failures.ts';

/** Arithmetic, its errors, and numbers as text. */
export const NUMBER_MACROS: readonly Macro[] = [
  ['bq_is_number(s)', `regexp_full_match(s, '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*')`],
  // A number's text as digits times a power of ten: without zeros at either end it is the same for all spellings of one number.
  ['bq_number_mantissa(s)', `regexp_extract(s, '[\\d.]+')`],
  ['bq_number_digits(s)', `trim(replace(bq_number_mantissa(s), '.', ''), '0')`],
  [
    'bq_number_exponent(s)',
    `CASE WHEN bq_number_digits(s) = '' THEN 0 ELSE CAST(coalesce(nullif(regexp_extract(s, '[eE]([+-]?\\d+)', 1), ''), '0') AS BIGINT) - length(regexp_extract(bq_number_mantissa(s), '\\.(\\d*)', 1)) + length(replace(bq_number_mantissa(s), '.', '')) - length(rtrim(replace(bq_number_mantissa(s), '.', ''), '0')) END`,
  ],
  [
    'bq_finite(r, a, b)',
    `CASE WHEN (isinf(r) OR isnan(r)) AND isfinite(a) AND isfinite(b) THEN ${fail(`'Floating point error: overflow'`, 'DOUBLE')} ELSE r END`,
  ],
  ['bq_finite_or_null(r, a, b)', `CASE WHEN isfinite(r) OR NOT (isfinite(a) AND isfinite(b)) THEN r END`],
  ['bq_safe_divide(a, b)', `CASE WHEN b <> 0 THEN bq_finite_or_null(a / b, a, b) END`],
  [
    'bq_divide(a, b)',
    `CASE WHEN b = 0 THEN ${fail(`'division by zero: ' || regexp_replace(CAST(a AS VARCHAR), '\\.0$', '') || ' / ' || regexp_replace(CAST(b AS VARCHAR), '\\.0$', '')`, 'DOUBLE')} ELSE bq_finite(a / b, a, b) END`,
  ],
  ['bq_ieee_divide(a, b)', `CASE WHEN b = 0 AND (a = 0 OR isnan(a)) THEN CAST('nan' AS DOUBLE) ELSE a / b END`],
  // DuckDB takes 8 µs to round a DECIMAL(38,18) to nine places, JavaScript's whole numbers 0.5 µs, this 0.2 µs. A product of two doubles below 200,000 is off by less than
  // 0.1 units of the ninth place, by five roundings: where it lies within 0.4 of a whole number of them, that is the rounded product.
  [
    'bq_quick_numeric(x)',
    `list_transform([x], lambda n: CASE WHEN abs(n) < 200000 AND abs(n * 1e9 - round(n * 1e9)) < 0.4 THEN CAST(n AS DECIMAL(38,9)) END)[1]`,
  ],
  [
    'bq_multiply_numeric(a, b)',
    `coalesce(bq_quick_numeric(CAST(a AS DOUBLE) * CAST(b AS DOUBLE)), bq_numeric_multiply(a, b))`,
  ],
  // DuckDB's sum of a DECIMAL has the range of its 128 bits, which is more than the type's 38 digits.
  [
    'bq_sum_numeric(s)',
    `CASE WHEN s > CAST('99999999999999999999999999999.999999999' AS DECIMAL(38,9)) OR s < CAST('-99999999999999999999999999999.999999999' AS DECIMAL(38,9)) THEN ${fail(`'numeric overflow: SUM'`, 'DECIMAL(38,9)')} ELSE s END`,
  ],
  ['bq_average_numeric(s, n)', `CASE WHEN n > 0 THEN bq_numeric_divide(s, CAST(n AS DECIMAL(38,9))) END`],
  [
    'bq_div(a, b)',
    `CASE WHEN b = 0 THEN ${fail(`'division by zero: ' || a || ' / ' || b`)} WHEN b = -1 THEN -a ELSE a // b END`,
  ],
  [
    'bq_mod(a, b)',
    `CASE WHEN b = 0 THEN a % CAST(bq_error_text('division by zero: MOD(' || a || ', ' || b || ')') AS BIGINT) WHEN b = -1 THEN 0 ELSE a % b END`,
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
  // DuckDB's own wherever it comes out as Google's 80-bit numbers do: not where x * 10^n is just about halfway between two
  // whole numbers (whole, for TRUNC), nor for so many digits that the last bit of the result may differ.
  [
    'bq_round(x, n)',
    `CASE WHEN NOT isfinite(x) THEN x WHEN n BETWEEN -3 AND 3 AND abs(x) < 1e12 AND abs(x * pow(10, n)) % 1 <> 0.5 THEN round(x, TRY_CAST(n AS INTEGER)) ELSE bq_round_double(x, n) END`,
  ],
  [
    'bq_trunc(x, n)',
    `CASE WHEN NOT isfinite(x) THEN x WHEN n = 0 THEN trunc(x) WHEN n BETWEEN 1 AND 3 AND abs(x) < 1e12 AND x * pow(10, n) % 1 <> 0 THEN trunc(x * pow(10, n)) / pow(10, n) ELSE bq_trunc_double(x, n) END`,
  ],
  [
    'bq_pow(x, y)',
    `CASE WHEN x < 0 AND isfinite(x) AND isfinite(y) AND y <> trunc(y) THEN ${fail(`'Floating point error in function: POW(' || x || ', ' || y || ')'`, 'DOUBLE')} WHEN x = 0 AND y < 0 AND isfinite(y) THEN ${fail(`'Floating point error in function: POW(' || x || ', ' || y || ')'`, 'DOUBLE')} ELSE bq_finite(pow(x, y), x, y) END`,
  ],
  [
    'bq_sqrt(x)',
    `CASE WHEN x < 0 THEN ${fail(`'Argument to SQRT cannot be negative: ' || x`, 'DOUBLE')} ELSE sqrt(x) END`,
  ],
  ['bq_exp(x)', `bq_finite(exp(x), x, x)`],
  [
    'bq_ln(x)',
    `CASE WHEN x = CAST('-inf' AS DOUBLE) THEN CAST('nan' AS DOUBLE) WHEN x <= 0 THEN ${fail(`'Floating point error in function: LN(' || x || ')'`, 'DOUBLE')} ELSE ln(x) END`,
  ],
  [
    'bq_log10(x)',
    `CASE WHEN x = CAST('-inf' AS DOUBLE) THEN CAST('nan' AS DOUBLE) WHEN x <= 0 THEN ${fail(`'Floating point error in function: LOG10(' || x || ')'`, 'DOUBLE')} ELSE log10(x) END`,
  ],
  [
    'bq_log(x, b)',
    `CASE WHEN isinf(b) OR x = CAST('-inf' AS DOUBLE) THEN CAST('nan' AS DOUBLE) WHEN b = 1 OR b <= 0 OR x <= 0 THEN ${fail(`'Floating point error in function: LOG(' || x || ', ' || b || ')'`, 'DOUBLE')} ELSE ln(x) / ln(b) END`,
  ],
  ...['sin', 'cos', 'tan'].map(
    (fn) => [`bq_${fn}(x)`, `CASE WHEN isinf(x) THEN CAST('nan' AS DOUBLE) ELSE ${fn}(x) END`] as const,
  ),
  ...['asin', 'acos'].map(
    (fn) =>
      [
        `bq_${fn}(x)`,
        `CASE WHEN NOT isfinite(x) THEN CAST('nan' AS DOUBLE) WHEN x < -1 OR x > 1 THEN ${fail(`'Floating point error in function: ${fn.toUpperCase()}'`, 'DOUBLE')} ELSE ${fn}(x) END`,
      ] as const,
  ),
  [
    'bq_acosh(x)',
    `CASE WHEN x = CAST('-inf' AS DOUBLE) THEN CAST('nan' AS DOUBLE) WHEN x < 1 THEN ${fail(`'Floating point error in function: ACOSH(' || x || ')'`, 'DOUBLE')} ELSE acosh(x) END`,
  ],
  [
    'bq_atanh(x)',
    `CASE WHEN NOT isfinite(x) THEN CAST('nan' AS DOUBLE) WHEN abs(x) >= 1 THEN ${fail(`'Floating point error in function: ATANH(' || x || ')'`, 'DOUBLE')} ELSE atanh(x) END`,
  ],
  ['bq_sec(x)', `CASE WHEN isinf(x) THEN CAST('nan' AS DOUBLE) ELSE 1 / cos(x) END`],
  ...(
    [
      ['csc', 'CASE WHEN isinf(x) THEN NULL ELSE sin(x) END', '1'],
      ['csch', 'sinh(x)', '1'],
      ['cot', 'CASE WHEN isinf(x) THEN NULL ELSE sin(x) END', 'cos(x)'],
      ['coth', 'sinh(x)', 'cosh(x)'],
    ] as const
  ).map(
    ([name, below, above]) =>
      [
        `bq_${name}(x)`,
        `CASE WHEN x = 0 THEN ${fail(`'Floating point error in function: ${name.toUpperCase()}(0)'`, 'DOUBLE')} ${name === 'coth' ? 'WHEN isnan(x) THEN x WHEN abs(x) > 30 THEN sign(x)' : `WHEN isinf(x) THEN ${name === 'csch' ? '0' : "CAST('nan' AS DOUBLE)"}`} ELSE (${above}) / (${below}) END`,
      ] as const,
  ),
  [
    'bq_range_bucket(x, a)',
    `CASE WHEN x IS NULL OR a IS NULL THEN NULL WHEN len(list_filter(a, lambda e: e IS NULL)) > 0 THEN ${fail(`'Elements in input array to RANGE_BUCKET cannot be NULL'`)} WHEN list_sort(a, 'ASC', 'NULLS FIRST') <> a THEN ${fail(`'Elements in input array to RANGE_BUCKET must be in ascending order'`)} ELSE CAST(len(list_filter(a, lambda e: e <= x)) AS BIGINT) END`,
  ],
  [
    'bq_range_bucket_double(x, a)',
    `CASE WHEN len(list_filter(a, lambda e: isnan(e))) > 0 THEN ${fail(`'Elements in input array to RANGE_BUCKET cannot be NaN'`)} WHEN NOT isnan(x) THEN bq_range_bucket(x, a) END`,
  ],
  // Spaces around the sign, and commas between digits, as PARSE_NUMERIC takes them.
  [
    'bq_spaced_number(s, t)',
    `CASE WHEN s IS NULL THEN NULL WHEN regexp_full_match(s, '\\s*[+-]?\\s*(\\d[\\d,]*\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*[+-]?\\s*') AND length(regexp_replace(s, '[^+-]', '', 'g')) - length(regexp_replace(regexp_extract(s, '[eE][+-]?'), '[^+-]', '', 'g')) <= 1
      THEN CASE WHEN regexp_matches(s, '-\\s*$') THEN '-' ELSE '' END || regexp_replace(regexp_replace(s, '[+-]\\s*$', ''), '[\\s,]', '', 'g') ELSE ${failText(`'Invalid input to PARSE_' || t || ': ' || s`)} END`,
  ],
  [
    'bq_rounding_mode(m)',
    `CASE upper(m) WHEN 'ROUND_HALF_AWAY_FROM_ZERO' THEN 'away' WHEN 'ROUND_HALF_EVEN' THEN 'even' ELSE CASE WHEN m IS NOT NULL THEN ${failText(`'Invalid rounding mode: ' || m`)} END END`,
  ],
  [
    'bq_range_number(x)',
    `CASE WHEN isnan(x) THEN ${fail(`'not supported by the embedded warehouse: NaN in the ORDER BY of a RANGE frame without an end'`, 'DOUBLE')} ELSE x END`,
  ],
  [
    'bq_same_length(a, b, r)',
    `CASE WHEN len(a) <> len(b) THEN ${fail(`'Array arguments to a distance function must have equal lengths'`, 'DOUBLE')} WHEN len(list_filter(a, lambda e: e IS NULL)) + len(list_filter(b, lambda e: e IS NULL)) > 0 THEN ${fail(`'Array arguments to a distance function must not hold NULL'`, 'DOUBLE')} ELSE r END`,
  ],
  [
    'bq_cosine_distance(a, b)',
    `bq_same_length(a, b, CASE WHEN list_inner_product(a, a) = 0 OR list_inner_product(b, b) = 0 THEN ${fail(`'Cannot compute cosine distance against zero vector.'`, 'DOUBLE')} ELSE 1 - list_inner_product(a, b) / (sqrt(list_inner_product(a, a)) * sqrt(list_inner_product(b, b))) END)`,
  ],
  // A sparse vector's magnitudes of its dimensions, over the dimensions `every`.
  [
    'bq_dense(dims, sizes, every)',
    `CASE WHEN len(list_filter(dims, lambda e: e IS NULL)) > 0 THEN [${fail(`'Array arguments to a distance function must not hold NULL'`, 'DOUBLE')}] WHEN len(list_distinct(dims)) < len(dims) THEN [${fail(`'Duplicate index in an array argument to a distance function'`, 'DOUBLE')}] ELSE list_transform(every, lambda e: CASE WHEN list_contains(dims, e) THEN sizes[list_position(dims, e)] ELSE 0 END) END`,
  ],
  [
    'bq_edit_distance_to(n, most)',
    `CASE WHEN most < 0 THEN ${fail(`'max_distance must be non-negative'`)} WHEN n IS NOT NULL AND most IS NOT NULL THEN least(n, most) END`,
  ],
  ['bq_euclidean_distance(a, b)', `bq_same_length(a, b, list_distance(a, b))`],
  ['bq_all_known(items, r)', `CASE WHEN len(list_filter(items, lambda e: e IS NULL)) = 0 THEN r END`],
  ['bq_greatest_float(items)', `CASE WHEN len(list_filter(items, lambda e: e IS NULL)) = 0 THEN list_max(items) END`],
  [
    'bq_least_float(items)',
    `CASE WHEN len(list_filter(items, lambda e: e IS NULL)) > 0 THEN NULL WHEN len(list_filter(items, lambda e: isnan(e))) > 0 THEN CAST('nan' AS DOUBLE) ELSE list_min(items) END`,
  ],
  [
    'bq_float_text(x)',
    // 15 digits where they give the number back, else 17: as Google's own formatter.
    `CASE WHEN isnan(x) THEN 'nan' WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'inf' ELSE '-inf' END WHEN x = 0 THEN '0' WHEN CAST(printf('%.15g', x) AS DOUBLE) = x THEN printf('%.15g', x) ELSE printf('%.17g', x) END`,
  ],
  [
    'bq_format_double(x)',
    `CASE WHEN isfinite(x) AND NOT contains(bq_float_text(x), '.') AND NOT contains(bq_float_text(x), 'e') THEN bq_float_text(x) || '.0' ELSE bq_float_text(x) END`,
  ],
];
