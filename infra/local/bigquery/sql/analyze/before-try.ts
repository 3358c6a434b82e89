/** A column or a field of one, or a literal: nothing that could fail. */
const PLAIN =
  /^(?:(?:struct_extract\()*\w+(?:\.(?:\w+|"(?:[^"]|"")*"))?(?:, '(?:[^']|'')*'\))*|'(?:[^']|'')*'|\d+::BIGINT|CAST\('[^']*' AS \w+\))$/;

/**
 * SQL that holds TRY around these values. TRY would also hold back the values' own errors, which GoogleSQL's SAFE functions
 * let through, and DuckDB allows neither aggregates nor random values in it; so what is computed is computed before it.
 */
export function beforeTry(values: readonly string[], build: (values: string[]) => string): string {
  if (values.every((value) => PLAIN.test(value))) return build([...values]);
  const packed = values.map((value, i) => `a${i + 1} := ${value}`).join(', ');
  const unpacked = values.map((_, i) => `struct_extract(t, 'a${i + 1}')`);
  return `list_transform([struct_pack(${packed})], lambda t: ${build(unpacked)})[1]`;
}
