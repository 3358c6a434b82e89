import type { Transformation } from '../model/column.ts';

/**
 * Which free text need not go to DLP. Only for infoTypes that a pattern or a checksum defines: a text that lacks what
 * every instance must have cannot hold one. The tests are wider than any pattern on purpose. Names, places, addresses and
 * dates have no such mark, so a column that asks for one of them is always sent.
 */
const MARKS: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['EMAIL_ADDRESS', (text: string) => /[@\uFF20\uFE6B]|%40|&#(?:64|x40);/i.test(text)],
  // 1-800-FLOWERS has four.
  ['PHONE_NUMBER', (text: string) => hasDigits(text, 3)],
  ['CREDIT_CARD_NUMBER', (text: string) => hasDigits(text, 12)],
  ['US_SOCIAL_SECURITY_NUMBER', (text: string) => hasDigits(text, 9)],
  // Guatemala's and Kuwait's may be letters but for the two check digits, which follow the country's two letters.
  [
    'IBAN_CODE',
    (text: string) => /\p{L}[^\p{L}\p{N}]{0,3}\p{L}[^\p{L}\p{N}]{0,3}\p{N}[^\p{L}\p{N}]{0,3}\p{N}/u.test(text),
  ],
  ['IP_ADDRESS', (text: string) => DOT.test(text) || COLON.test(text)],
  [
    'MAC_ADDRESS',
    (text: string) => DOT.test(text) || COLON.test(text) || /[-\u2010-\u2015\uFF0D]|[0-9A-Fa-f]{12}/.test(text),
  ],
  ['URL', (text: string) => DOT.test(text) || COLON.test(text)],
]);

/** Also as East Asian texts write them, which browsers and resolvers read alike. */
const DOT = /[.\u3002\uFF0E\uFF61\uFE52]|%2E/i;
const COLON = /[:\uFF1A\uFE55]|%3A/i;

export const isGated = (infoTypes: readonly string[]): boolean =>
  infoTypes.length > 0 && infoTypes.every((infoType) => MARKS.has(infoType));

/**
 * What a column's texts can be told harmless by; undefined = all of them are sent. An infoType of one's own may be any words or
 * pattern, and what DLP's own words or a template look for is not known to be wider.
 */
export function gatedInfoTypes(transformation: Transformation): readonly string[] | undefined {
  if (transformation.kind !== 'redact_findings' || transformation.custom !== undefined) return undefined;
  return isGated(transformation.infoTypes) ? transformation.infoTypes : undefined;
}

/** False only where the text cannot hold an instance of any of them. */
export function mayHoldFindings(text: string, infoTypes: readonly string[]): boolean {
  return infoTypes.length === 0 || infoTypes.some((infoType) => MARKS.get(infoType)?.(text) ?? true);
}

/** At least `count` digits, of whatever script. */
function hasDigits(text: string, count: number): boolean {
  let found = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // A pair of surrogates may be a digit as well (𝟏); letters of ASCII, nearly all of all text, are told at once.
    const isDigit = code < 128 ? code >= 48 && code <= 57 : isNumber(text.codePointAt(i) ?? 0);
    if (isDigit && ++found >= count) return true;
  }
  return false;
}

const isNumber = (codePoint: number): boolean => /\p{N}/u.test(String.fromCodePoint(codePoint));
