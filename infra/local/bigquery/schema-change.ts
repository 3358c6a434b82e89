import { JobFailure, notSupported } from './errors.ts';
import { type Field, parametersOf } from './schema.ts';
import { isAtLeastAsWide, renderParameterized } from './sql/type-parameters.ts';

/** What a column's type parameters may become: none other, absent too (the table's own then hold), or only wider ones. */
export type ParameterRule = 'same' | 'same or absent' | 'wider';

const kindText = ({ type, rangeElementType }: Field) => (rangeElementType ? `${type}<${rangeElementType.type}>` : type);
const typeText = (field: Field) => renderParameterized(kindText(field), parametersOf(field));

function mayBecome(before: Field, next: Field, rule: ParameterRule): boolean {
  if (kindText(before) !== kindText(next)) return false;
  if (typeText(before) === typeText(next)) return true;
  if (rule === 'same or absent') return parametersOf(next) === undefined;
  return rule === 'wider' && isAtLeastAsWide(parametersOf(before), parametersOf(next));
}

export const mismatch = (table: string, reason: string) =>
  new JobFailure('invalid', `Provided Schema does not match Table ${table}. ${reason}`);

/** Whether `next` may replace `before` in place, or Google's reason why not. Columns may be added, relaxed and, by `rule`, widened. */
export function checkSchemaChange(before: Field[], next: Field[], table: string, rule: ParameterRule, path = ''): void {
  for (const old of before) {
    const now = next.find((field) => field.name.toLowerCase() === old.name.toLowerCase());
    const name = path + old.name;
    if (!now) throw mismatch(table, `Field ${name} is missing in new schema`);
    if (!mayBecome(old, now, rule))
      throw mismatch(table, `Field ${name} has changed type from ${typeText(old)} to ${typeText(now)}`);
    if (now.mode !== old.mode && !(old.mode === 'REQUIRED' && now.mode === 'NULLABLE'))
      throw mismatch(table, `Field ${name} has changed mode from ${old.mode} to ${now.mode}`);
    if (old.fields && now.fields) checkSchemaChange(old.fields, now.fields, table, rule, `${name}.`);
  }
  for (const now of next) {
    if (before.some((old) => old.name.toLowerCase() === now.name.toLowerCase())) continue;
    if (now.mode === 'REQUIRED')
      throw mismatch(table, `Cannot add required fields to an existing schema. (field: ${path}${now.name})`);
    // The rows that are there would hold NULL where BigQuery reads an empty array.
    if (path !== '' && now.mode === 'REPEATED')
      throw notSupported(`adding the REPEATED field ${path}${now.name} inside of a RECORD`);
  }
}

const isSame = (a: Field, b: Field) => a.name.toLowerCase() === b.name.toLowerCase();

/** Old fields keep their places, at every depth; new ones come behind them. */
export function inOrder(before: Field[], next: Field[]): Field[] {
  return [
    ...before.map((old) => {
      const now = next.find((one) => isSame(one, old)) ?? old;
      return old.fields && now.fields ? { ...now, fields: inOrder(old.fields, now.fields) } : now;
    }),
    ...addedFields(before, next),
  ];
}

export const addedFields = (before: Field[], next: Field[]): Field[] =>
  next.filter((now) => !before.some((old) => isSame(now, old)));

/** A load's own schema, with the table's type parameters where it says none: values are held to what the table says. */
export function adoptParameters(fields: Field[], table: Field[]): Field[] {
  return fields.map((field) => {
    const known = table.find((one) => one.name.toLowerCase() === field.name.toLowerCase());
    if (known?.type !== field.type) return field;
    const { maxLength, precision, scale } = known;
    return {
      ...field,
      ...(parametersOf(field) === undefined && {
        ...(maxLength !== undefined && { maxLength }),
        ...(precision !== undefined && { precision }),
        ...(scale !== undefined && { scale }),
      }),
      ...(field.fields && { fields: adoptParameters(field.fields, known.fields ?? []) }),
    };
  });
}
