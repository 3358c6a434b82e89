import type { TimeKind } from './time-model.ts';

/**
 * Letters of the elements that a type has no part for: FORMAT_* writes such an element as it stands, PARSE_* refuses it.
 * Sources: SanitizeFormat in date_time_util.cc, ValidateParseFormat in parse_date_time.cc, github.com/google/zetasql
 */
const LACKING: Record<TimeKind, string> = {
  DATE: 'cHIklMPpRrSsTXZz',
  TIME: 'AaBbhCcDdeFGgJjmQsUuVWwxYyZz',
  DATETIME: 'Zz',
  TIMESTAMP: '',
};

/** `code` is what stands behind the %; E and O only change the letter behind them. */
export function lacksPart(code: string, kind: TimeKind): boolean {
  const letter = code[0] === 'E' || code[0] === 'O' ? (code.at(-1) ?? '') : code;
  return LACKING[kind].includes(letter);
}
