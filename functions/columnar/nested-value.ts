import type { Column } from '../model/column.ts';
import type { Cell } from './read-column.ts';

/** A value of a file that may hold others, as SQL sees it: what takes it apart is the same for JSON and Parquet. */
export interface NestedValue {
  /** Boolean expressions, none of which is ever NULL. Neither list nor record nor null is another shape than declared. */
  isNull: string;
  isList: string;
  isRecord: string;
  /** A list of what the list holds. */
  elements: string;
  /** What a variable over `elements` stands for. */
  element(variable: string): NestedValue;
  field(name: string): NestedValue;
  /** When a record is one that cannot be read. */
  badRecord?: string;
  scalar(column: Column): Cell;
}
