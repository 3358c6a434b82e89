import { ApiError } from '../api-error.ts';
import { atMost, LIMITS } from './limits.ts';
import type { FieldId, Table, Value } from './wire/value.ts';

/** Where a table's fields stand. A name may head several columns: list elements are headed with their index, which names leave out. */
export interface Columns {
  count: number;
  headers: readonly string[];
  of(field: string): readonly number[];
}

const NONE: readonly number[] = [];

/** @throws ApiError INVALID_ARGUMENT when rows and headers do not fit together, or for more cells than Google takes. */
export function readColumns(table: Table): Columns {
  const headers = table.headers.map(({ name }) => name);
  const byName = new Map<string, number[]>();
  headers.forEach((header, column) => {
    const name = withoutIndexes(header);
    byName.set(name, [...(byName.get(name) ?? []), column]);
  });
  let values = 0;
  table.rows.forEach((row, index) => {
    values += row.values.length;
    if (row.values.length !== headers.length) {
      throw new ApiError(
        'INVALID_ARGUMENT',
        `item.table.rows[${index}] has ${row.values.length} values, but the table has ${headers.length} headers; they must be as many`,
      );
    }
  });
  atMost(LIMITS.tableValues, values, 'table values');
  return { count: headers.length, headers, of: (field) => byName.get(withoutIndexes(field)) ?? NONE };
}

/** "Instead of contact.nums[0].type, use contact.nums.type." Source: FieldTransformation.fields in dlp.proto. */
const withoutIndexes = (name: string) => (name.includes('[') ? name.replace(/\[\d+\]/g, '') : name);

/** The cells of `field` in the rows that `rows` lists; undefined if the table has no such field. */
export function cellsOf(
  table: Table,
  columns: Columns,
  field: FieldId | undefined,
  rows: readonly number[],
): Value[] | undefined {
  const column = field && columns.of(field.name)[0];
  if (column === undefined) return undefined;
  return rows.map((row) => table.rows[row]?.values[column] ?? {});
}
