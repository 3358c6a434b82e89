import type { Column } from '../model/column.ts';
import { goodRows, type Stored } from './ingest-sql.ts';
import type { Ingested } from './ingested.ts';

/** Every so many-th record that is good: number in the file and what stays as it is of each column, `r` and `c0`, `c1`, …. */
export function renderSample(
  { ingest, index }: Ingested,
  columns: readonly Stored[],
  firstRecord: number,
  step: number,
): string {
  const texts = columns.map(({ column, at, when }, n) => {
    const text = textOf(column, at);
    return `${when ? `CASE WHEN NOT ${when} THEN ${text} END` : text} AS c${n}`;
  });
  return `SELECT ${[`(${firstRecord} + ${index}) AS r`, ...texts].join(', ')} FROM rows WHERE (${index}) % ${step} = 0 AND ${goodRows(ingest.masks)} ORDER BY r`;
}

function textOf({ type, mode }: Column, at: string): string {
  return type === 'RECORD' || mode === 'repeated' ? `to_json(${at})::VARCHAR` : `${at}::VARCHAR`;
}
