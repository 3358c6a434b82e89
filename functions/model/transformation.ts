import type { Alphabet, Transformation } from './column.ts';

/** The column whose value takes part in each transformation of a row: what decides a shift, or which token a value gets. */
export function contextColumn(transformation: Transformation): string | undefined {
  switch (transformation.kind) {
    case 'date_shift':
      return transformation.by;
    case 'tokenize':
    case 'fpe':
      return transformation.tweak;
    default:
      return undefined;
  }
}

/** Whether DLP reads the values as numbers or dates, not as text. */
export const travelsTyped = ({ kind }: Transformation): boolean =>
  kind === 'bucket' || kind === 'date_shift' || kind === 'time_part';

/**
 * Every character that an alphabet may hold, in the order of its digits; `radix: n` means the first n. Source:
 * CryptoReplaceFfxFpeConfig.custom_alphabet in google/privacy/dlp/v2/dlp.proto.
 */
export const ALPHABET_CHARACTERS =
  '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz~`!@#$%^&*()_-+={[}]|\\:;"\'<,>.?/';

const COMMON_ALPHABETS = { NUMERIC: 10, HEXADECIMAL: 16, UPPER_CASE_ALPHA_NUMERIC: 36, ALPHA_NUMERIC: 62 };

/** The characters that a value may be written with. */
export function charactersOf(alphabet: Alphabet): string {
  if (typeof alphabet === 'string') return ALPHABET_CHARACTERS.slice(0, COMMON_ALPHABETS[alphabet]);
  return 'radix' in alphabet ? ALPHABET_CHARACTERS.slice(0, alphabet.radix) : alphabet.characters;
}
