import { limitOf, readMark } from './loads/checks.ts';
import { type Field, typeOfField } from './schema.ts';

/** google.cloud.bigquery.v2.TableDataInsertAllResponse.insertErrors. */
export interface RowError {
  index: number;
  errors: { reason: string; location: string; debugInfo: string; message: string }[];
}

/** Why a row was not stored, by its mark. BigQuery's messages quote the value; these do not. */
export function rowError(mark: string, row: unknown, schema: Field[]): RowError['errors'][number] {
  const bad = readMark(mark);
  const field = bad.kind === 'other' ? undefined : schema[bad.index];
  const invalid = (location: string, message: string) => ({ reason: 'invalid', location, debugInfo: '', message });
  if (bad.kind === 'other' || !field) {
    const unknown = unknownField(row, schema);
    return unknown === undefined ? invalid('', `${mark}.`) : invalid(unknown, `no such field: ${unknown}.`);
  }
  switch (bad.kind) {
    case 'missing':
      return invalid(field.name, `Missing required field: ${field.name}.`);
    case 'limit':
      return invalid(field.name, `Field ${field.name}: ${limitOf(field)}`);
    case 'value':
      return invalid(field.name, `Cannot convert value to ${typeOfField(field).kind.toLowerCase()} (bad value).`);
  }
}

/** What the other rows of a request are told that a bad one has kept out. */
export const stoppedRow = (index: number): RowError => ({
  index,
  errors: [{ reason: 'stopped', location: '', debugInfo: '', message: '' }],
});

/** The first key that the schema does not know, `a.b` where it is nested. */
function unknownField(value: unknown, fields: Field[]): string | undefined {
  if (Array.isArray(value)) {
    for (const item of value) {
      const found = unknownField(item, fields);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (value === null || typeof value !== 'object') return undefined;
  for (const [key, one] of Object.entries(value)) {
    const field = fields.find(({ name }) => name.toLowerCase() === key.toLowerCase());
    if (!field) return key;
    const below = field.fields && unknownField(one, field.fields);
    if (below !== undefined) return `${key}.${below}`;
  }
  return undefined;
}
