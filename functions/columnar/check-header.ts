import type { Column } from '../model/column.ts';
import type { Reason } from '../model/run.ts';

export interface HeaderCheck {
  reasons: Reason[];
  /** Positions (from 0) of columns that the declaration lacks. */
  unknown: number[];
}

/**
 * Compares a file's columns with the declared ones. A file without a header where one is declared shows its first row
 * here, so what it says is treated as values: an undeclared name is only ever printed when the rest proves it a header.
 */
export function checkHeader(header: readonly string[], columns: readonly Column[], allowUnknown: boolean): HeaderCheck {
  const declared = new Set(columns.map((column) => column.from));
  const reasons: Reason[] = [];
  const seen = new Map<string, number>();
  const unknown: number[] = [];
  header.forEach((name, position) => {
    const first = seen.get(name);
    if (first !== undefined && declared.has(name)) {
      reasons.push({
        code: 'DUPLICATE_COLUMN',
        column: name,
        message: `column ${name} stands twice in the file, at positions ${first + 1} and ${position + 1}: which one counts cannot be known; remove one`,
      });
    }
    if (!seen.has(name)) seen.set(name, position);
    if (!declared.has(name)) unknown.push(position);
  });
  const missing = columns.filter((column) => !seen.has(column.from)).map((column) => column.from);
  if (missing.length > 0) {
    const none = missing.length === columns.length;
    reasons.push({
      code: 'MISSING_COLUMN',
      column: missing.join(', '),
      message: none
        ? `the file has none of the ${columns.length} declared columns: is it the right file, and does it have a header? (format.header says whether it should)`
        : `the file lacks ${missing.length === 1 ? 'column' : 'columns'} ${missing.join(', ')}: add to the file or remove from the declaration`,
    });
  }
  if (unknown.length > 0 && !allowUnknown) {
    const isHeader = declared.size - missing.length >= columns.length / 2;
    const names = unknown.map((position) => nameOf(header[position] ?? '', position, isHeader));
    reasons.push({
      code: 'UNKNOWN_COLUMN',
      column: names.join(', '),
      message: `the file has ${names.length === 1 ? 'a column' : `${names.length} columns`} that the declaration lacks (${names.join(', ')}): declare with its privacy, or set on_new_column: hold to load without it; then replay`,
    });
  }
  return { reasons, unknown };
}

const nameOf = (name: string, position: number, isHeader: boolean): string =>
  isHeader && /^[A-Za-z_][A-Za-z0-9_ .-]{0,63}$/.test(name) ? name : `#${position + 1}`;
