/** JSON without a path: signature → DuckDB. Functions with paths stand in analyze/special-calls.ts. */
export const JSONS: Record<string, string> = {
  'JSON_TYPE(JSON) STRING': 'bq_json_type($1)',
  'STRING(JSON) STRING': 'bq_json_string($1)',
  'INT64(JSON) INT64': 'bq_json_int($1)',
  'FLOAT64(JSON) FLOAT64': 'bq_json_float($1)',
  'BOOL(JSON) BOOL': 'bq_json_bool($1)',
};
