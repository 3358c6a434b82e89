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
  [
    'bq_json_sorted(s)',
    `CASE WHEN regexp_matches(s, '[{.eE\\\\]|\\d{16}') THEN CAST(bq_json_sort(s) AS JSON) ELSE json(s) END`,
  ],
  [
    'bq_parse_json(s)',
    `CASE WHEN s IS NULL THEN NULL WHEN NOT bq_json_valid(s) THEN ${failText(`'Invalid input to PARSE_JSON: ' || s`)} WHEN len(bq_wide_numbers(s)) > 0 THEN ${failText(`'Invalid input to PARSE_JSON: Input number: ' || bq_wide_numbers(s)[1] || ' cannot round-trip through string representation'`)} ELSE bq_json_sorted(s) END`,
  ],
  [
    'bq_parse_json_round(s)',
    `CASE WHEN s IS NULL THEN NULL WHEN NOT bq_json_valid(s) THEN ${failText(`'Invalid input to PARSE_JSON: ' || s`)} ELSE bq_json_sorted(s) END`,
  ],
  // DuckDB's reader writes numbers with exponents, and letters that are escaped by their code, in another spelling.
  ['bq_json_is_respelled(j)', `regexp_matches(CAST(j AS VARCHAR), '\\d[eE]|\\\\u')`],
  // So it does, beside, with numbers in text that are no double's own spelling; and unsound text it does not read at all.
  [
    'bq_text_is_respelled(s)',
    `NOT json_valid(s) OR regexp_matches(s, '\\.\\d*0(?:\\D|$)|0\\.0000|-0|\\d[eE]|[\\d.]{16}|\\\\u|[\\x{2028}\\x{2029}]|[nN][aA][nN]|[iI][nN][fF]')`,
  ],
  [
    'bq_json_type(j)',
    `CASE json_type(j) WHEN 'OBJECT' THEN 'object' WHEN 'ARRAY' THEN 'array' WHEN 'VARCHAR' THEN 'string' WHEN 'BOOLEAN' THEN 'boolean' WHEN 'NULL' THEN 'null' WHEN NULL THEN NULL ELSE CASE WHEN j IS NOT NULL THEN 'number' END END`,
  ],
  [
    'bq_json_value(j, p)',
    `CASE json_type(j, p) WHEN 'OBJECT' THEN NULL WHEN 'ARRAY' THEN NULL WHEN 'NULL' THEN NULL ELSE json_extract_string(j, p) END`,
  ],
  ['bq_json_query(j, p)', `json_extract(j, p)`],
  ['bq_text_value(j, p)', `bq_json_value(j, p)`],
  // In text, JSON's null is an absent value.
  ['bq_text_query(j, p)', `nullif(CAST(json_extract(j, p) AS VARCHAR), 'null')`],
  [
    'bq_json_key(j, k)',
    `list_transform([j], lambda o: CASE WHEN json_type(o) <> 'OBJECT' THEN NULL WHEN bq_json_is_respelled(o) OR NOT regexp_full_match(k, '[A-Za-z_][\\w-]*') THEN CAST(bq_json_member(CAST(o AS VARCHAR), k) AS JSON) ELSE json_extract(o, '$."' || k || '"') END)[1]`,
  ],
  [
    'bq_json_item(j, i)',
    `list_transform([j], lambda o: CASE WHEN json_type(o) <> 'ARRAY' OR i < 0 THEN NULL WHEN bq_json_is_respelled(o) THEN CAST(bq_json_element(CAST(o AS VARCHAR), i) AS JSON) ELSE json_extract(o, '$[' || i || ']') END)[1]`,
  ],
  [
    'bq_json_string(j)',
    `CASE WHEN j IS NULL THEN NULL WHEN json_type(j) = 'VARCHAR' THEN json_extract_string(j, '$') ELSE ${failText(`'The provided JSON input is not a string'`)} END`,
  ],
  [
    'bq_json_int(j)',
    `CASE WHEN j IS NULL THEN NULL WHEN json_type(j) = 'DOUBLE' AND CAST(j AS DOUBLE) = trunc(CAST(j AS DOUBLE)) AND abs(CAST(j AS DOUBLE)) < 9223372036854775808 THEN CAST(CAST(j AS DOUBLE) AS BIGINT) WHEN json_type(j) IN ('BIGINT', 'UBIGINT') THEN CAST(j AS BIGINT) ELSE ${fail(`'The provided JSON number is not an integer'`)} END`,
  ],
  [
    'bq_json_float(j)',
    `CASE WHEN j IS NULL THEN NULL WHEN json_type(j) IN ('BIGINT', 'UBIGINT', 'DOUBLE') THEN CAST(j AS DOUBLE) ELSE ${fail(`'The provided JSON input is not a number'`, 'DOUBLE')} END`,
  ],
  [
    'bq_json_float_exact(j)',
    `CASE WHEN json_type(j) IN ('BIGINT', 'UBIGINT') AND abs(CAST(CAST(j AS VARCHAR) AS HUGEINT)) > 9007199254740992 THEN ${fail(`'JSON number: ' || j || ' cannot be converted to FLOAT64 without loss of precision'`, 'DOUBLE')} ELSE bq_json_float(j) END`,
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
  // The JSON type's own doubles keep a point; bq_json_sorted gives them their spelling.
  [
    'bq_json_kept_double(x)',
    `CASE WHEN isfinite(x) THEN CASE WHEN x = 0 THEN '0.0' ELSE CAST(x AS VARCHAR) END ELSE bq_json_double(x) END`,
  ],
  [
    'bq_json_decimal(t)',
    `list_transform([t], lambda d: CASE WHEN length(d) < 18 AND NOT contains(d, '.') AND TRY_CAST(d AS BIGINT) BETWEEN -9007199254740992 AND 9007199254740992 THEN d ELSE '"' || d || '"' END)[1]`,
  ],
  [
    'bq_json_text(s)',
    `CASE WHEN regexp_matches(s, '[\\x00-\\x1f\\x{2028}\\x{2029}]') THEN bq_json_quote(s) ELSE CAST(to_json(s) AS VARCHAR) END`,
  ],
];
