/**
 * Functions of GoogleSQL that BigQuery itself does not offer, for queries written for its other engines.
 * Those of arrays stand in analyze/array-calls.ts.
 */
const ranged = (sql: string, low: string, high: string, type: string) =>
  `bq_in_range(${sql}, ${low}::HUGEINT, ${high}::HUGEINT, '${type}')`;
const INT32 = ['-2147483648', '2147483647', 'INT32'] as const;
const UINT32 = ['0', '4294967295', 'UINT32'] as const;
// Values above INT64's are refused when they are read: there is no type here that holds them.
const UINT64 = ['0', '9223372036854775807', 'UINT64'] as const;
const int = 'CAST(bq_json_int($1) AS BIGINT)';
const lax = 'CAST(bq_json_lax_int(CAST($1 AS VARCHAR)) AS BIGINT)';
const inRange = (of: string, [low, high]: readonly [string, string, string]) =>
  `CASE WHEN ${of} BETWEEN ${low} AND ${high} THEN ${of} END`;
const each = (fn: string, body: string) =>
  `list_transform(CAST(${fn}(CAST($1 AS VARCHAR)) AS BIGINT[]), lambda e: ${body})`;

const numbers = (build: (kind: string) => [signature: string, template: string]) =>
  Object.fromEntries(['INT64', 'NUMERIC', 'BIGNUMERIC', 'FLOAT64'].map(build));

export const BEYOND_BIGQUERY: Record<string, string> = {
  ...numbers((kind) => [`NULLIFZERO(${kind}) ${kind}`, 'nullif($1, 0)']),
  ...numbers((kind) => [`ZEROIFNULL(${kind}) ${kind}`, 'coalesce($1, 0)']),
  'PI() FLOAT64': 'pi()',
  'SPLIT_SUBSTR(STRING, STRING, INT64, INT64) STRING': 'bq_split_substr($1, $2, $3, $4)',
  'PI_NUMERIC() NUMERIC': "CAST('3.141592654' AS DECIMAL(38,9))",
  'PI_BIGNUMERIC() BIGNUMERIC': "bq_text_bignumeric('3.14159265358979323846264338327950288420')",
  'BIT_CAST_TO_INT32(INT64) INT64': '((($1 & 4294967295) + 2147483648) % 4294967296 - 2147483648)',
  'BIT_CAST_TO_INT64(INT64) INT64': '$1',
  'BIT_CAST_TO_UINT32(INT64) INT64': '($1 & 4294967295)',
  'BIT_CAST_TO_UINT64(INT64) INT64': ranged('$1', UINT64[0], UINT64[1], UINT64[2]),
  'DOUBLE(JSON) FLOAT64': 'bq_json_float($1)',
  'FLOAT(JSON) FLOAT64': 'CAST(CAST(bq_json_float($1) AS FLOAT) AS DOUBLE)',
  'INT32(JSON) INT64': ranged(int, ...INT32),
  'UINT32(JSON) INT64': ranged(int, ...UINT32),
  'UINT64(JSON) INT64': ranged(int, ...UINT64),
  'LAX_DOUBLE(JSON) FLOAT64': 'CAST(bq_json_lax_float(CAST($1 AS VARCHAR)) AS DOUBLE)',
  'LAX_FLOAT(JSON) FLOAT64': 'CAST(CAST(bq_json_lax_float(CAST($1 AS VARCHAR)) AS FLOAT) AS DOUBLE)',
  'LAX_INT32(JSON) INT64': inRange(lax, INT32),
  'LAX_UINT32(JSON) INT64': inRange(lax, UINT32),
  'LAX_UINT64(JSON) INT64': inRange(lax, UINT64),
  'DOUBLE_ARRAY(JSON) ARRAY<FLOAT64>': 'CAST(bq_json_float_array(CAST($1 AS VARCHAR)) AS DOUBLE[])',
  'FLOAT_ARRAY(JSON) ARRAY<FLOAT64>': 'CAST(CAST(bq_json_float_array(CAST($1 AS VARCHAR)) AS FLOAT[]) AS DOUBLE[])',
  'INT32_ARRAY(JSON) ARRAY<INT64>': each('bq_json_int_array', ranged('e', ...INT32)),
  'UINT32_ARRAY(JSON) ARRAY<INT64>': each('bq_json_int_array', ranged('e', ...UINT32)),
  'UINT64_ARRAY(JSON) ARRAY<INT64>': each('bq_json_int_array', ranged('e', ...UINT64)),
  'LAX_DOUBLE_ARRAY(JSON) ARRAY<FLOAT64>': 'CAST(bq_json_lax_float_array(CAST($1 AS VARCHAR)) AS DOUBLE[])',
  'LAX_FLOAT_ARRAY(JSON) ARRAY<FLOAT64>':
    'CAST(CAST(bq_json_lax_float_array(CAST($1 AS VARCHAR)) AS FLOAT[]) AS DOUBLE[])',
  'LAX_INT32_ARRAY(JSON) ARRAY<INT64>': each('bq_json_lax_int_array', inRange('e', INT32)),
  'LAX_UINT32_ARRAY(JSON) ARRAY<INT64>': each('bq_json_lax_int_array', inRange('e', UINT32)),
  'LAX_UINT64_ARRAY(JSON) ARRAY<INT64>': each('bq_json_lax_int_array', inRange('e', UINT64)),
  'TIMESTAMP_FROM_UNIX_SECONDS(INT64) TIMESTAMP': 'bq_micros($1 * 1000000)',
  'TIMESTAMP_FROM_UNIX_MILLIS(INT64) TIMESTAMP': 'bq_micros($1 * 1000)',
  'TIMESTAMP_FROM_UNIX_MICROS(INT64) TIMESTAMP': 'bq_micros($1)',
  'TIMESTAMP_FROM_UNIX_SECONDS(TIMESTAMP) TIMESTAMP': '$1',
  'TIMESTAMP_FROM_UNIX_MILLIS(TIMESTAMP) TIMESTAMP': '$1',
  'TIMESTAMP_FROM_UNIX_MICROS(TIMESTAMP) TIMESTAMP': '$1',
};
