/** A message of DLP with each of its contexts read from `field`, a column of the request; the declaration names one of the source. */
export function inContext(message: unknown, field: string | undefined): object {
  return rename(message, field) as object;
}

function rename(value: unknown, field: string | undefined): unknown {
  if (field === undefined) return value;
  if (Array.isArray(value)) return value.map((inner) => rename(inner, field));
  if (typeof value !== 'object' || value === null) return value;
  // Only what takes a context has a field of that name: deterministic and format-preserving encryption, and date shifts.
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, name === 'context' ? { name: field } : rename(inner, field)]),
  );
}
