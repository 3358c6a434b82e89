import { paint } from '../../output.ts';
import { formatBytes, formatCount, formatCounted } from '../../quantities.ts';
import { renderColumns } from '../../table.ts';
import type { FileFact, RejectFact } from '../facts.ts';
import { indent, renderSection } from './section.ts';

export function renderFiles(files: readonly FileFact[]): string {
  const sum = (what: 'size' | 'records' | 'rejects' | 'rows'): number =>
    files.reduce((total, file) => total + file[what], 0);
  const row = (
    name: string,
    { size, records, rejects, rows }: Pick<FileFact, 'size' | 'records' | 'rejects' | 'rows'>,
    state: string,
  ) => [
    name,
    formatBytes(size),
    formatCount(records),
    rejects > 0 ? formatCount(rejects) : paint('dim', '–'),
    formatCount(rows),
    state,
  ];
  const total = { size: sum('size'), records: sum('records'), rejects: sum('rejects'), rows: sum('rows') };
  const head = (text: string): string => paint('dim', text);
  const table = renderColumns(
    [
      { head: head('in the raw bucket') },
      { head: head('size'), align: 'right' },
      { head: head('rows in'), align: 'right' },
      { head: head('rejects'), align: 'right' },
      { head: head('rows out'), align: 'right' },
      { head: '' },
    ],
    [
      ...files.map((file) =>
        row(file.name, file, file.state === 'DONE' ? paint('green', 'loaded') : paint('red', file.state.toLowerCase())),
      ),
      row(paint('dim', formatCounted(files.length, 'file')), total, ''),
    ],
  );
  return renderSection('Files', [indent(table)]);
}

export function renderRejects(rejects: readonly RejectFact[]): string {
  const rows = rejects.map(({ object, row, column, text }) => [object, `row ${formatCount(row)}`, column, text]);
  const columns = rows[0]?.map(() => ({ head: '' })) ?? [];
  return renderSection('Rejects, by row and column, never by value', [indent(renderColumns(columns, rows))]);
}
