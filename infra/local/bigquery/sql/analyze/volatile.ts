/** Whether two evaluations may differ: RAND, GENERATE_UUID and JavaScript that may be random, as DuckDB spells them. */
export const isVolatile = (sql: string): boolean => /\b(?:random\(\)|uuid\(\)|bq_js_volatile\()/.test(sql);

/**
 * SQL that names a value more than once: a volatile one is computed before, and stands under `name`, which must be fresh.
 * A subquery in what is built around a volatile value is refused by DuckDB.
 */
export function computedOnce(value: string, name: string, build: (value: string) => string): string {
  return isVolatile(value) ? `list_transform([${value}], lambda ${name}: ${build(name)})[1]` : build(value);
}
