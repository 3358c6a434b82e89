import { terminal } from '../errors.ts';
import type { Ask } from '../model/reidentification.ts';
import type { Source } from '../model/source.ts';
import { declaredColumn, MAX_ROWS, type PlacedColumn } from '../plan/reidentification.ts';
import type { Ports } from '../ports.ts';
import { renderSelection } from '../render/selection.ts';
import { queryRows } from './run-job.ts';

export interface SelectedRow {
  run: string;
  row: number;
  /** By column, as the warehouse has them. */
  texts: Readonly<Record<string, string | null>>;
}

/** The rows that are asked for, and no more than MAX_ROWS. Throws BAD_REQUEST where there are more, or a column has several values a row. */
export async function selectRows(
  ports: Ports,
  source: Source,
  columns: readonly PlacedColumn[],
  { rows = [], where }: Ask,
  run = '',
): Promise<SelectedRow[]> {
  const by = Object.keys(where ?? {}).map((path) => declaredColumn(source, path));
  for (const { path, repeated, column } of [...columns, ...by]) {
    if (repeated) throw terminal('BAD_REQUEST', `${path} has several values a row: give its tokens`);
    if (column.privacy.kind === 'drop')
      throw terminal('BAD_REQUEST', `${path} is dropped: the warehouse has no such column`);
  }
  const query = renderSelection({
    project: ports.warehouse.project,
    table: source.id,
    columns: columns.map(({ path }) => path),
    selection: where ? { where } : { run, rows },
    limit: MAX_ROWS + 1,
  });
  const place = { name: `reidentify-${source.id}`, n: 0, step: ports.clock.unique() };
  const { rows: found } = await queryRows(ports, place, query);
  if (found.length > MAX_ROWS)
    throw terminal('BAD_REQUEST', `more than ${MAX_ROWS} rows are chosen: choose them by row number, or by a key`);
  return found.map((row) => ({
    run: row._run_id ?? '',
    row: Number(row._row_number),
    texts: Object.fromEntries(columns.map(({ path }, at) => [path, row[`c${at}`] ?? null])),
  }));
}
