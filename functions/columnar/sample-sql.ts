import type { Column } from '../model/column.ts';
import { goodRows, type Stored } from './ingest-sql.ts';
import type { Ingested } from './ingested.ts';

/** Every so many-th record that is good: number in the file and texts, `r` and `c0`, `c1`, …. */
export function renderSample(
  { ingest, index }: Ingested,
  columns: readonly Stored[],
  firstRecord: number,
  step: number,
): string {
  const texts = columns.map(({ column, at }, n) => `${textOf(column, at)} AS c${n}`);
  return `SELECT ${[`(${firstRecord} + ${index}) AS r`, ...texts].join(', ')} FROM rows WHERE (${index}) % ${step} = 0 AND ${goodRows(ingest.masks)} ORDER BY r`;
}

function textOf({ type, mode }: Column, at: string): string {
  return type === 'RECORD' || mode === 'repeated' ? `to_json(${at})::VARCHAR` : `${at}::VARCHAR`;
}
