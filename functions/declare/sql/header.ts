import { nearest } from '../nearest.ts';

/** The YAML in the leading comment, laid out so that its lines and columns are those of the file. */
export type HeaderText =
  | { kind: 'none' }
  | { kind: 'yaml'; text: string; offset: number }
  | { kind: 'misspelt'; word: string; offset: number }
  | { kind: 'unclosed'; offset: number };

const WORD = 'transform';
const OPENING = /^\s*\/\*\s*(\w+)\s*:/;

/** `/* transform: … *` + `/` at the start of the file, white space aside. Another comment there is the user's own. */
export function readHeader(sql: string): HeaderText {
  const match = OPENING.exec(sql);
  const word = match?.[1] ?? '';
  const offset = sql.indexOf('/*');
  if (match === null) return { kind: 'none' };
  if (word !== WORD) return nearest(word, [WORD]) === undefined ? { kind: 'none' } : { kind: 'misspelt', word, offset };
  const end = sql.indexOf('*/', offset);
  if (end === -1) return { kind: 'unclosed', offset };
  // The opening becomes blanks; the YAML below may then be indented as one likes.
  const blank = match[0].replace(/[^\n]/g, ' ');
  return { kind: 'yaml', text: blank + sql.slice(match[0].length, end), offset };
}
