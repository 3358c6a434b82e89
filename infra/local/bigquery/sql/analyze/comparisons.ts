import { physicalNames, quoteText, type SqlType } from '../types.ts';
import { type Typed, typed } from './typed.ts';

/**
 * Equality by GoogleSQL's rules: NULL where an operand is NULL, false where both are NaN. Structs are compared field by
 * field, so a NULL field leaves open what no other field decides; DuckDB holds NULL fields and NaNs equal.
 */
export function equals(a: Typed, b: Typed, type: SqlType): string {
  if (type.kind === 'FLOAT64') {
    const checks = [a, b].filter((one) => one.literal === undefined).map((one) => `isnan(${one.sql})`);
    return checks.length < 2 ? `(${a.sql} = ${b.sql})` : `(${a.sql} = ${b.sql} AND NOT (${checks.join(' AND ')}))`;
  }
  if (type.kind !== 'STRUCT') return `(${a.sql} = ${b.sql})`;
  const names = physicalNames(type.fields);
  const fields = type.fields.map((field, i) => {
    const [x, y] = [a, b].map((one) =>
      typed(`struct_extract(${one.sql}, ${quoteText(names[i] ?? '')})`, field.type),
    ) as [Typed, Typed];
    return equals(x, y, field.type);
  });
  return `(${fields.join(' AND ')})`;
}

/** `<`, `<=`, `>`, `>=`: none of them is true of NaN, which DuckDB holds above all numbers. */
export function precedes(op: string, a: Typed, b: Typed, type: SqlType): string {
  const sql = `(${a.sql} ${op} ${b.sql})`;
  if (type.kind !== 'FLOAT64') return sql;
  const checks = [a, b]
    .filter((one) => one.literal === undefined || one.literal.kind === 'null')
    .map((one) => `isnan(${one.sql})`);
  if (checks.length < 2) return `(${[sql, ...checks.map((check) => `NOT ${check}`)].join(' AND ')})`;
  // Where one is NULL the answer is NULL, whatever the other is.
  return `(${sql} AND NOT ((${checks.join(' OR ')}) AND ${sql} IS NOT NULL))`;
}
