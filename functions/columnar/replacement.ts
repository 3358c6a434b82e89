import type { Column } from '../model/column.ts';
import { warehouseType } from '../model/warehouse-type.ts';
import { UNLEARNT } from './duckdb.ts';
import { literal } from './sql-text.ts';
import { mapName } from './value-map.ts';

/** A protected value where it stands in a query: expressions of its raw text, of whether it is transformed, of its context. */
export interface Replaced {
  column: Column;
  /** Names the table of what DLP answered. */
  at: string;
  value: string;
  when?: string;
  context?: string;
}

/** The join that `renderReplaced` needs. */
export function renderReplacement({ at, value, context }: Replaced): string {
  const map = mapName(at);
  return `LEFT JOIN ${map} ON ${map}.value = ${value}${context ? ` AND ${map}.context = ${context}` : ''}`;
}

/** What DLP answered for the value, in the type it has in the warehouse. */
export function renderReplaced({ column, at, value, when }: Replaced): string {
  const type = replacementType(column);
  const typed = (text: string): string => (type === undefined ? text : `${text}::${type}`);
  // An empty string holds nothing to protect and DLP skips it. Whatever else was not answered for stops the shard.
  const untouched = when ? `NOT ${when} OR ${value} IS NULL OR ${value} = ''` : `${value} IS NULL OR ${value} = ''`;
  return `CASE WHEN ${untouched} THEN ${typed(value)} WHEN ${mapName(at)}.value IS NULL THEN error(${literal(UNLEARNT)}) ELSE ${typed(`${mapName(at)}.output`)} END`;
}

/** The type that a transformed value takes up again; undefined = it stays text. */
export function replacementType(column: Column): string | undefined {
  if (column.privacy.kind !== 'transform') return undefined;
  switch (warehouseType(column)) {
    case 'DATE':
      return 'DATE';
    case 'DATETIME':
      return 'TIMESTAMP';
    case 'TIMESTAMP':
      return 'TIMESTAMPTZ';
    case 'INT64':
      return 'BIGINT';
    default:
      return undefined;
  }
}
