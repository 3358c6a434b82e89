/** A name of a column, which costs nothing to say again. */
const PLAIN = /^[\w."]+$/;

/** An expression that is computed once for all of its uses; macros repeat their arguments' text, at every level anew. */
export function once(sql: string, name: string, use: (value: string) => string): string {
  return PLAIN.test(sql) ? use(sql) : `list_transform([${sql}], lambda ${name}: ${use(name)})[1]`;
}
