import { duckType, physicalNames, quoteName, quoteText, type SqlType } from '../types.ts';

const hasArray = (type: SqlType): boolean =>
  type.kind === 'ARRAY' || (type.kind === 'STRUCT' && type.fields.some((field) => hasArray(field.type)));

/**
 * What a table or a result keeps of a value: at any depth a NULL array is an empty one, and a NULL element of an array is an
 * error. `field` names the column in it. Source: cloud.google.com/bigquery/docs/reference/standard-sql/data-types#array_nulls
 */
export function stored(x: string, type: SqlType, field: string): string {
  if (!hasArray(type)) return x;
  // A struct is taken apart, and must be computed once.
  if (type.kind === 'STRUCT' && !/^[\w.]+$/.test(x))
    return `list_transform([${x}], lambda v: ${kept('v', type, field)})[1]`;
  return kept(x, type, field);
}

/** `x` is a name or a field of one, or an array. */
function kept(x: string, type: SqlType, field: string): string {
  if (!hasArray(type)) return x;
  if (type.kind === 'ARRAY') {
    const items = hasArray(type.element) ? `list_transform(${x}, lambda e: ${kept('e', type.element, field)})` : x;
    return `coalesce(bq_no_null(${items}, ${quoteText(field)}), CAST([] AS ${duckType(type)}))`;
  }
  if (type.kind !== 'STRUCT') return x;
  const names = physicalNames(type.fields);
  const parts = type.fields.map((one, i) => {
    const name = names[i] ?? '';
    return `${quoteName(name)} := ${kept(`struct_extract(${x}, ${quoteText(name)})`, one.type, `${field}.${one.name ?? name}`)}`;
  });
  return `CASE WHEN ${x} IS NOT NULL THEN struct_pack(${parts.join(', ')}) END`;
}
