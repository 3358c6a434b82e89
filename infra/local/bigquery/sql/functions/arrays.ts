/** Arrays: signature → DuckDB. See analyze/signature.ts for the notation. */
export const ARRAYS: Record<string, string> = {
  'ARRAY_LENGTH(ARRAY<T>) INT64': 'CAST(len($1) AS BIGINT)',
  'ARRAY_REVERSE(ARRAY<T>) ARRAY<T>': 'list_reverse($1)',
  'ARRAY_FIRST(ARRAY<T>) T': 'bq_array_first($1)',
  'ARRAY_LAST(ARRAY<T>) T': 'bq_array_last($1)',
  'ARRAY_CONCAT(ARRAY<T>, …) ARRAY<T>': 'bq_flatten([$*])',
  'ARRAY_TO_STRING(ARRAY<STRING>, STRING) STRING': 'bq_array_text($1, $2)',
  'ARRAY_TO_STRING(ARRAY<STRING>, STRING, STRING) STRING': 'bq_array_text_null($1, $2, $3)',
  'GENERATE_ARRAY(INT64, INT64) ARRAY<INT64>': 'bq_series($1, $2, 1::BIGINT)',
  'GENERATE_ARRAY(INT64, INT64, INT64) ARRAY<INT64>': 'bq_series($1, $2, $3)',
  'GENERATE_ARRAY(NUMERIC, NUMERIC) ARRAY<NUMERIC>': 'bq_series_numeric($1, $2, CAST(1 AS DECIMAL(38,9)))',
  'GENERATE_ARRAY(NUMERIC, NUMERIC, NUMERIC) ARRAY<NUMERIC>': 'bq_series_numeric($1, $2, $3)',
  'GENERATE_ARRAY(FLOAT64, FLOAT64) ARRAY<FLOAT64>': 'bq_series_float($1, $2, 1.0::DOUBLE)',
  'GENERATE_ARRAY(FLOAT64, FLOAT64, FLOAT64) ARRAY<FLOAT64>': 'bq_series_float($1, $2, $3)',
};
