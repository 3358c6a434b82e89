import type { Column, Normalization } from '../model/column.ts';
import type { Typed } from './cast.ts';

/** How a value that is one text is found in the raw relation. */
export interface Cell {
  /** Expression of its text. */
  text: string;
  /** Its typed value, before normalization. */
  typed: Typed;
  /** The same of any text expression, for normalized text; absent where the file has types of its own. */
  cast?: (text: string) => Typed;
}

export interface ReadColumn {
  column: Column;
  /** Text as the file has it. */
  raw: string;
  /** The same, normalized. */
  text: string;
  typed: Typed;
  /** What stands for the value where it is protected or decides a shift: 007 and 7 are the same number. */
  canonical: string;
}

export function readColumn(column: Column, cell: Cell): ReadColumn {
  const text = column.normalize.reduce(normalize, cell.text);
  const typed = column.normalize.length > 0 && cell.cast ? cell.cast(text) : cell.typed;
  return { column, raw: cell.text, text, typed, canonical: canonicalText(column, text, typed) };
}

function canonicalText(column: Column, text: string, typed: Typed): string {
  switch (column.type) {
    case 'STRING':
      return text;
    case 'BYTES':
      return `to_base64(${typed.value})`;
    case 'NUMERIC': {
      const decimal = `(${typed.value})::VARCHAR`;
      return column.precision !== undefined && !column.scale ? decimal : `regexp_replace(${decimal}, '\\.?0+$', '')`;
    }
    default:
      return `(${typed.value})::VARCHAR`;
  }
}

function normalize(text: string, step: Normalization): string {
  switch (step) {
    case 'trim':
      return `trim(${text}, ' \t\r\n')`;
    case 'lower':
      return `lower(${text})`;
    case 'upper':
      return `upper(${text})`;
    case 'digits':
      return `regexp_replace(${text}, '[^0-9]', '', 'g')`;
    case 'collapse_spaces':
      return `regexp_replace(${text}, '\\s+', ' ', 'g')`;
  }
}
