import Table from 'cli-table3';

export interface Column {
  head: string;
  align?: 'left' | 'right';
}

const BARE = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const;

/** Columns side by side without lines, as `ls` and `docker` print them. */
export function renderColumns(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  return renderTable(columns, rows, {
    chars: BARE,
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
  });
}

/** A table with lines, for results on a terminal. */
export function renderGrid(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  return renderTable(columns, rows, { style: { head: [], border: [], compact: true } });
}

function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: ConstructorParameters<typeof Table>[0],
): string {
  const table = new Table({
    ...options,
    ...(columns.some(({ head }) => head !== '') && { head: columns.map(({ head }) => head) }),
    colAligns: columns.map(({ align = 'left' }) => align),
  });
  for (const row of rows) table.push([...row]);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
