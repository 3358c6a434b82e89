import { fail, failText, type Macro } from './failures.ts';

/** JSON. */
export const JSON_MACROS: readonly Macro[] = [
  // DuckDB's own reader also takes NaN, Infinity and a comma behind the last element.
  ['bq_json_bare(s)', `regexp_replace(s, '"(?:\\\\.|[^"\\\\])*"', '""', 'g')`],
  ['bq_json_lax(s)', `regexp_matches(s, '(?i)nan|inf|,\\s*[}\\]]')`],
  ['bq_json_valid(s)', `json_valid(s) AND NOT (bq_json_lax(s) AND bq_json_lax(bq_json_bare(s)))`],
  [
    'bq_is_exact(n)',
    `CASE WHEN regexp_full_match(n, '-?\\d+') AND (TRY_CAST(n AS BIGINT) IS NOT NULL OR TRY_CAST(n AS UBIGINT) IS NOT NULL) THEN true ELSE coalesce(isfinite(TRY_CAST(n AS DOUBLE)) AND bq_number_digits(n) = bq_number_digits(CAST(TRY_CAST(n AS DOUBLE) AS VARCHAR)) AND bq_number_exponent(n) = bq_number_exponent(CAST(TRY_CAST(n AS DOUBLE) AS VARCHAR)), false) END`,
  ],
  // Numbers of up to 15 digits and no exponent are doubles without loss; only others are worth a look.
  [
    'bq_wide_numbers(s)',
    `CASE WHEN regexp_matches(s, '[\\d.]{16}|\\d[eE]') THEN list_filter(regexp_extract_all(bq_json_bare(s), '-?\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?'), lambda n: NOT bq_is_exact(n)) ELSE [] END`,
  ],
  // JSON values keep their keys sorted and their numbers in one spelling; only what has either is worth a look.
  ['bq_json_sorted(s)', `CASE WHEN regexp_matches(s, '[{.eE]|\\d{16}') THEN json(bq_json_sort(s)) ELSE json(s) END`],
  [
    'bq_parse_json(s)',
    `CASE WHEN s IS NULL THEN NULL WHEN NOT bq_json_valid(s) THEN ${failText(`'Invalid input to PARSE_JSON: ' || s`)} WHEN len(bq_wide_numbers(s)) > 0 THEN ${failText(`'Invalid input to PARSE_JSON: Input number: ' || bq_wide_numbers(s)[1] || ' cannot round-trip through string representation'`)} ELSE bq_json_sorted(s) END`,
  ],
  [
    'bq_round_json_number(n)',
    `CASE WHEN starts_with(n, '"') OR NOT regexp_matches(n, '\\d') OR bq_is_exact(n) THEN n WHEN isfinite(TRY_CAST(n AS DOUBLE)) THEN CAST(CAST(n AS DOUBLE) AS VARCHAR) ELSE ${failText(`'Invalid input to PARSE_JSON: Input number: ' || n || ' is out of range'`)} END`,
  ],
  [
    'bq_parse_json_round(s)',
    `CASE WHEN s IS NULL THEN NULL WHEN NOT bq_json_valid(s) THEN ${failText(`'Invalid input to PARSE_JSON: ' || s`)} WHEN len(bq_wide_numbers(s)) > 0 THEN json(array_to_string(list_transform(regexp_extract_all(s, '"(?:\\\\.|[^"\\\\])*"|-?\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|[^"\\d-]+'), lambda n: bq_round_json_number(n)), '')) ELSE bq_json_sorted(s) END`,
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
  [
    'bq_json_text_value(s, p)',
    `CASE WHEN NOT json_valid(s) THEN NULL WHEN regexp_matches(s, '\\.\\d*0(\\D|$)|\\d[eE]|\\d{16}') THEN bq_json_written(s, p) ELSE bq_json_value(CAST(s AS JSON), p) END`,
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
    'bq_json_bignumeric(x)',
    `list_transform([bq_bignumeric_text(x)], lambda t: CASE WHEN t = bq_float_text(CAST(t AS DOUBLE)) THEN t ELSE '"' || t || '"' END)[1]`,
  ],
  [
    'bq_json_decimal(x)',
    `CASE WHEN bq_numeric_text(x) = bq_float_text(bq_numeric_float(x)) THEN bq_numeric_text(x) ELSE '"' || bq_numeric_text(x) || '"' END`,
  ],
];
