import { ApiError } from '../../api-error.ts';
import type { CharacterMaskConfig } from '../wire/deidentification.ts';
import type { Value } from '../wire/value.ts';
import type { Outcome, Primitive } from './primitive.ts';

/** Characters that CharsToIgnore.CommonCharsToIgnore names. Source: dlp.proto. */
const COMMON: Record<string, string> = {
  NUMERIC: '0123456789',
  ALPHA_UPPER_CASE: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  ALPHA_LOWER_CASE: 'abcdefghijklmnopqrstuvwxyz',
  PUNCTUATION: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
  WHITESPACE: ' \t\n\v\f\r',
};

export function planMask(config: CharacterMaskConfig): Primitive {
  const given = config.maskingCharacter;
  if ([...given].length > 1) {
    throw new ApiError(
      'INVALID_ARGUMENT',
      `character_mask_config.masking_character must have a length of 1, but it has ${[...given].length}`,
    );
  }
  const skipped = skippedCharacters(config);
  const mask = (text: string, character: string) =>
    maskText(text, character, config.numberToMask, config.reverseOrder, skipped);
  return {
    apply({ texts, cells }) {
      return texts.map((text, index): Outcome => {
        const cell = cells?.[index];
        const numeric = cell !== undefined && (cell.integerValue !== undefined || cell.floatValue !== undefined);
        const masked = mask(text, given || (numeric ? '0' : '*'));
        return numeric ? keepType(cell, masked) : masked;
      });
    },
  };
}

/** "We'll attempt to preserve the original data's type": a masked integer of digits only stays an integer. */
function keepType(cell: Value, masked: string): Outcome {
  return cell.integerValue !== undefined && /^-?\d{1,18}$/.test(masked)
    ? { integerValue: BigInt(masked).toString() }
    : masked;
}

function skippedCharacters(config: CharacterMaskConfig): Set<string> {
  const skipped = new Set<string>();
  for (const { charactersToSkip, commonCharactersToIgnore } of config.charactersToIgnore) {
    const common = COMMON[commonCharactersToIgnore ?? ''];
    if (charactersToSkip === undefined && common === undefined) {
      throw new ApiError(
        'INVALID_ARGUMENT',
        'character_mask_config.characters_to_ignore must name characters_to_skip or common_characters_to_ignore',
      );
    }
    for (const character of charactersToSkip ?? common ?? '') skipped.add(character);
  }
  return skipped;
}

/**
 * Replaces `number` characters (all of them for 0; all but that many for a negative number) from the start, or from the end
 * in reverse order. A character is a code point; skipped ones do not count.
 */
function maskText(text: string, character: string, number: number, reverse: boolean, skipped: Set<string>): string {
  // Without astral characters code units are characters, which spares the array of a million short values.
  const simple = skipped.size === 0 && !hasSurrogates(text);
  if (simple) {
    const masked = maskedCount(text.length, number);
    if (masked === text.length) return character.repeat(masked);
    // Inverse masking keeps the far end, as masking does: the last n, or in reverse order the first n.
    return reverse
      ? text.slice(0, text.length - masked) + character.repeat(masked)
      : character.repeat(masked) + text.slice(masked);
  }
  const characters = [...text];
  const total = characters.reduce((count, each) => (skipped.has(each) ? count : count + 1), 0);
  let left = maskedCount(total, number);
  const step = reverse ? -1 : 1;
  for (let i = reverse ? characters.length - 1 : 0; left > 0; i += step) {
    if (skipped.has(characters[i] as string)) continue;
    characters[i] = character;
    left--;
  }
  return characters.join('');
}

function maskedCount(total: number, number: number): number {
  if (number === 0) return total;
  return number > 0 ? Math.min(number, total) : Math.max(0, total + number);
}

function hasSurrogates(text: string): boolean {
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xf800) === 0xd800) return true;
  return false;
}
