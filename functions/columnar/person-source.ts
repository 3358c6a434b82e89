import type { Column } from '../model/column.ts';
import type { Source } from '../model/source.ts';

/**
 * The source as a search reads it: the columns that tell whose a record is as canonical text, and nothing else. A file that
 * the declaration would refuse for its other columns is looked through all the same.
 */
export function personSource(source: Source, names: readonly string[]): Source {
  const isKey = ({ name }: Column): boolean => names.includes(name);
  // Without a header it is the declaration that says which column is which.
  const isPlaced = source.format.type === 'csv' && !source.format.header;
  const columns = source.columns
    .filter((column) => isPlaced || isKey(column))
    .map((column): Column => {
      const privacy = isKey(column)
        ? // Any protected column is kept as text until somebody answers for it, and here nobody does.
          ({ kind: 'transform', transform: { kind: 'hash', key: '' } } as const)
        : ({ kind: 'drop' } as const);
      return { ...column, mode: 'nullable', privacy };
    });
  return { ...source, columns, onNewColumn: 'hold', load: { mode: 'append' } };
}
