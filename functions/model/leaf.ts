import type { Column } from './column.ts';

/**
 * The columns that hold values and are kept, those inside a RECORD under their path: `customer.email`. A path is what
 * names a value wherever one speaks of it: in requests, findings, reasons. Top-level columns are the same objects.
 */
export const leafColumns = (columns: readonly Column[]): Column[] => columns.flatMap((column) => leavesOf(column, ''));

function leavesOf(column: Column, before: string): Column[] {
  if (column.privacy.kind === 'drop') return [];
  const path = before + column.name;
  if (column.type === 'RECORD') return (column.fields ?? []).flatMap((field) => leavesOf(field, `${path}.`));
  return [before === '' ? column : { ...column, name: path }];
}
