import { fail, failText, type Macro } from './failures.ts';

/** Text and bytes. */
export const TEXT_MACROS: readonly Macro[] = [
  // ASCII text is as many bytes as characters.
  ['bq_upper(s)', `CASE WHEN strlen(s) = length(s) THEN upper(s) ELSE bq_full_upper(s) END`],
  ['bq_lower(s)', `CASE WHEN strlen(s) = length(s) THEN lower(s) ELSE bq_full_lower(s) END`],
  [
    'bq_ascii_upper(s)',
    `array_to_string(list_transform(regexp_extract_all(s, '[a-z]+|[^a-z]+'), lambda w: CASE WHEN w[1] BETWEEN 'a' AND 'z' THEN upper(w) ELSE w END), '')`,
  ],
  [
    'bq_ascii_lower(s)',
    `array_to_string(list_transform(regexp_extract_all(s, '[A-Z]+|[^A-Z]+'), lambda w: CASE WHEN w[1] BETWEEN 'A' AND 'Z' THEN lower(w) ELSE w END), '')`,
  ],
  [
    'bq_spaces()',
    `' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(133) || chr(160) || chr(5760) || chr(8192) || chr(8193) || chr(8194) || chr(8195) || chr(8196) || chr(8197) || chr(8198) || chr(8199) || chr(8200) || chr(8201) || chr(8202) || chr(8232) || chr(8233) || chr(8239) || chr(8287) || chr(12288)`,
  ],
  ['bq_trim(s)', `trim(s, bq_spaces())`],
  ['bq_ltrim(s)', `ltrim(s, bq_spaces())`],
  ['bq_rtrim(s)', `rtrim(s, bq_spaces())`],
  // No text is longer than DuckDB's substring() counts.
  ['bq_count(n)', `CASE WHEN n > 1000000000 THEN 1000000000 ELSE n END`],
  ['bq_start(s, p)', `CASE WHEN p = 0 THEN 1 WHEN p < 0 THEN greatest(length(s) + p + 1, 1) ELSE bq_count(p) END`],
  ['bq_substr(s, p)', `substring(s, bq_start(s, p))`],
  [
    'bq_substr3(s, p, n)',
    `CASE WHEN s IS NULL OR p IS NULL THEN NULL WHEN n < 0 THEN ${failText(`'Third argument in SUBSTR() cannot be negative'`)} ELSE substring(s, bq_start(s, p), bq_count(n)) END`,
  ],
  [
    'bq_left(s, n)',
    `CASE WHEN s IS NULL THEN NULL WHEN n < 0 THEN ${failText(`'Second argument in LEFT() cannot be negative'`)} ELSE substring(s, 1, bq_count(n)) END`,
  ],
  [
    'bq_right(s, n)',
    `CASE WHEN s IS NULL THEN NULL WHEN n < 0 THEN ${failText(`'Second argument in RIGHT() cannot be negative'`)} WHEN n = 0 THEN substring(s, 1, 0) WHEN n IS NOT NULL THEN substring(s, greatest(length(s) - n + 1, 1)) END`,
  ],
  [
    'bq_reverse(s)',
    `array_to_string(list_reverse(list_transform(range(1, length(s) + 1), lambda i: substring(s, i, 1))), '')`,
  ],
  [
    'bq_repeat(s, n)',
    `CASE WHEN s IS NULL THEN NULL WHEN n < 0 THEN ${failText(`'Second argument in REPEAT() cannot be negative'`)} ELSE repeat(s, n) END`,
  ],
  [
    'bq_lpad(s, n, p)',
    `CASE WHEN s IS NULL OR n IS NULL OR p IS NULL THEN NULL WHEN n < 0 OR p = '' THEN ${failText(`'Second argument in LPAD() cannot be negative, third cannot be empty'`)} ELSE lpad(s, CAST(n AS INTEGER), p) END`,
  ],
  [
    'bq_rpad(s, n, p)',
    `CASE WHEN s IS NULL OR n IS NULL OR p IS NULL THEN NULL WHEN n < 0 OR p = '' THEN ${failText(`'Second argument in RPAD() cannot be negative, third cannot be empty'`)} ELSE rpad(s, CAST(n AS INTEGER), p) END`,
  ],
  ['bq_split(s, d)', `CASE WHEN s IS NULL OR d IS NULL THEN NULL WHEN s = '' THEN [''] ELSE string_split(s, d) END`],
  [
    'bq_initcap(s)',
    `CASE WHEN strlen(s) = length(s) THEN array_to_string(list_transform(regexp_extract_all(s, '[^\\s\\x0b\\\\\\[\\](){}/|<>!?@"^#$&~_,.:;*%+\\-]+|[\\s\\x0b\\\\\\[\\](){}/|<>!?@"^#$&~_,.:;*%+\\-]+'), lambda w: upper(substring(w, 1, 1)) || lower(substring(w, 2))), '') ELSE bq_initcap_by_default(s) END`,
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
    `unhex(CASE WHEN s IS NULL THEN NULL WHEN regexp_full_match(s, '[0-9a-fA-F]*') THEN CASE WHEN length(s) % 2 = 1 THEN '0' || s ELSE s END ELSE ${failText(`'Failed to decode hex string'`)} END)`,
  ],
  [
    'bq_from_base64(s)',
    `from_base64(CASE WHEN s IS NULL THEN NULL WHEN regexp_full_match(s, '[A-Za-z0-9+/]*={0,2}') AND length(rtrim(s, '=')) % 4 <> 1 THEN rtrim(s, '=') || repeat('=', (4 - length(rtrim(s, '=')) % 4) % 4) ELSE ${failText(`'Failed to decode invalid base64 string'`)} END)`,
  ],
  [
    'bq_like_pattern(p)',
    `CASE WHEN ends_with(p, '\\') AND regexp_full_match(p, '(?s)(?:[^\\\\]|\\\\.)*\\\\') THEN ${failText(`'LIKE pattern ends with a backslash'`)} ELSE p END`,
  ],
  ['bq_regexp_extract(s, p, g)', `CASE WHEN regexp_matches(s, p) THEN regexp_extract(s, p, g) END`],
];
