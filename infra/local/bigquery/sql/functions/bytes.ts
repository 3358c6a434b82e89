/** BYTES where text has the same function: each byte passes as one character. See analyze/signature.ts for the notation. */
const L1 = 'bq_latin1($1)';
const L2 = 'bq_latin1($2)';
const back = (text: string) => `bq_from_latin1(${text})`;

export const BYTES: Record<string, string> = {
  'HLL_COUNT.EXTRACT(BYTES) INT64': `coalesce(bq_hll_estimate($1, 'HLL_COUNT.EXTRACT'), 0)`,
  'UPPER(BYTES) BYTES': back(`bq_ascii_upper(${L1})`),
  'LOWER(BYTES) BYTES': back(`bq_ascii_lower(${L1})`),
  'REVERSE(BYTES) BYTES': back(`bq_reverse(${L1})`),
  'REPEAT(BYTES, INT64) BYTES': back(`bq_repeat(${L1}, $2)`),
  'LEFT(BYTES, INT64) BYTES': back(`bq_left(${L1}, $2)`),
  'RIGHT(BYTES, INT64) BYTES': back(`bq_right(${L1}, $2)`),
  'SUBSTR(BYTES, INT64) BYTES': back(`bq_substr(${L1}, $2)`),
  'SUBSTR(BYTES, INT64, INT64) BYTES': back(`bq_substr3(${L1}, $2, $3)`),
  'SUBSTRING(BYTES, INT64) BYTES': back(`bq_substr(${L1}, $2)`),
  'SUBSTRING(BYTES, INT64, INT64) BYTES': back(`bq_substr3(${L1}, $2, $3)`),
  'LPAD(BYTES, INT64) BYTES': back(`bq_lpad(${L1}, $2, ' ')`),
  'LPAD(BYTES, INT64, BYTES) BYTES': back(`bq_lpad(${L1}, $2, bq_latin1($3))`),
  'RPAD(BYTES, INT64) BYTES': back(`bq_rpad(${L1}, $2, ' ')`),
  'RPAD(BYTES, INT64, BYTES) BYTES': back(`bq_rpad(${L1}, $2, bq_latin1($3))`),
  'TRIM(BYTES, BYTES) BYTES': back(`trim(${L1}, ${L2})`),
  'LTRIM(BYTES, BYTES) BYTES': back(`ltrim(${L1}, ${L2})`),
  'RTRIM(BYTES, BYTES) BYTES': back(`rtrim(${L1}, ${L2})`),
  'REPLACE(BYTES, BYTES, BYTES) BYTES': back(
    `CASE WHEN octet_length($2) = 0 AND $3 IS NOT NULL THEN ${L1} ELSE replace(${L1}, ${L2}, bq_latin1($3)) END`,
  ),
  'TRANSLATE(BYTES, BYTES, BYTES) BYTES': back(`bq_translate(${L1}, ${L2}, bq_latin1($3))`),
  'SPLIT(BYTES, BYTES) ARRAY<BYTES>': `list_transform(bq_split(${L1}, ${L2}), lambda e: bq_from_latin1(e))`,
  'STARTS_WITH(BYTES, BYTES) BOOL': `starts_with(${L1}, ${L2})`,
  'ENDS_WITH(BYTES, BYTES) BOOL': `ends_with(${L1}, ${L2})`,
  'STRPOS(BYTES, BYTES) INT64': `strpos(${L1}, ${L2})`,
  'INSTR(BYTES, BYTES) INT64': `strpos(${L1}, ${L2})`,
  'INSTR(BYTES, BYTES, INT64) INT64': `bq_instr(${L1}, ${L2}, $3, 1::BIGINT)`,
  'INSTR(BYTES, BYTES, INT64, INT64) INT64': `bq_instr(${L1}, ${L2}, $3, $4)`,
  'ASCII(BYTES) INT64': `CASE WHEN octet_length($1) = 0 THEN 0 ELSE bq_bytes_points($1)[1] END`,
  'TO_CODE_POINTS(BYTES) ARRAY<INT64>': 'bq_bytes_points($1)',
  'CODE_POINTS_TO_BYTES(ARRAY<INT64>) BYTES': 'bq_points_bytes($1)',
  'BIT_COUNT(BYTES) INT64':
    'CASE WHEN octet_length($1) = 0 THEN 0 ELSE CAST(list_sum(list_transform(bq_bytes_points($1), lambda e: bit_count(e))) AS BIGINT) END',
  'ARRAY_TO_STRING(ARRAY<BYTES>, BYTES) BYTES': back(
    `bq_array_text(list_transform($1, lambda e: bq_latin1(e)), ${L2})`,
  ),
  'ARRAY_TO_STRING(ARRAY<BYTES>, BYTES, BYTES) BYTES': back(
    `bq_array_text_null(list_transform($1, lambda e: bq_latin1(e)), ${L2}, bq_latin1($3))`,
  ),
};
