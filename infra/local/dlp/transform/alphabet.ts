import { ApiError } from '../../api-error.ts';
import type { CryptoReplaceFfxFpeConfig } from '../wire/deidentification.ts';

/** The characters of an FPE alphabet in the order of their digits. */
export interface Alphabet {
  characters: string;
  radix: number;
  /** Digit of an ASCII code, or 255. */
  digitOf: Uint8Array;
}

/**
 * Every character that a custom alphabet may hold, in the order of the digits: dlp.proto's list, and the blank that fills its
 * 95 places.
 */
const ALL = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz~`!@#$%^&*()_-+={[}]|\\:;"\'<,>.?/ ';

const COMMON: Record<string, number> = {
  NUMERIC: 10,
  HEXADECIMAL: 16,
  UPPER_CASE_ALPHA_NUMERIC: 36,
  ALPHA_NUMERIC: 62,
};

export function parseAlphabet(config: CryptoReplaceFfxFpeConfig): Alphabet {
  const { commonAlphabet, customAlphabet, radix } = config;
  if (customAlphabet !== undefined) return fromCharacters(checkedCustom(customAlphabet));
  if (commonAlphabet !== undefined) {
    const size = COMMON[commonAlphabet];
    if (size === undefined)
      throw invalid(`common_alphabet ${commonAlphabet} is none of ${Object.keys(COMMON).join(', ')}`);
    return fromCharacters(ALL.slice(0, size));
  }
  if (radix !== undefined) {
    if (radix < 2 || radix > ALL.length) throw invalid(`radix must be in the range [2, 95], but it is ${radix}`);
    return fromCharacters(ALL.slice(0, radix));
  }
  throw invalid('one of common_alphabet, custom_alphabet and radix must be set');
}

/** "The order of characters does not matter": they are put into the order of the full list. */
function checkedCustom(custom: string): string {
  if (custom.length < 2 || custom.length > ALL.length) {
    throw invalid(`custom_alphabet must hold 2 to 95 characters, but it holds ${custom.length}`);
  }
  const given = new Set(custom);
  if (given.size !== custom.length) throw invalid('custom_alphabet must list each character only once');
  for (const character of given)
    if (!ALL.includes(character)) throw invalid(`custom_alphabet must not hold ${JSON.stringify(character)}`);
  return [...ALL].filter((character) => given.has(character)).join('');
}

function fromCharacters(characters: string): Alphabet {
  const digitOf = new Uint8Array(128).fill(255);
  for (let digit = 0; digit < characters.length; digit++) digitOf[characters.charCodeAt(digit)] = digit;
  return { characters, radix: characters.length, digitOf };
}

const invalid = (message: string) => new ApiError('INVALID_ARGUMENT', `crypto_replace_ffx_fpe_config: ${message}`);
