/** The grouping of `A123456(3)`. */
export const CHECK_IN_BRACKETS = '()';

/** How one kind of number or code is told. */
export interface Identifier {
  infoType: string;
  /** Of the compact form: blanks and separators taken out, letters capital. */
  pattern: RegExp;
  /** Lengths of the compact form. */
  lengths: readonly number[];
  /** Lengths of the groups that it may be written in besides in one piece, such as `3-3-4`. */
  groups?: readonly string[];
  /** The only separator between the groups, if not all are taken. */
  separator?: string;
  /** Absent = the shape alone tells. */
  check?: (compact: string) => boolean;
  /** Words that name it, as sources of patterns. */
  words: readonly string[];
  /**
   * What it is without such a word: `possible` where a check of one in eleven or better, or a shape of letters and digits, tells
   * it; `doubtful` where nothing but the number of digits does.
   */
  alone: 'possible' | 'likely' | 'doubtful';
}
