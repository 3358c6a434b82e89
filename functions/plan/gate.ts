/**
 * Which free text need not go to DLP. Only for infoTypes that a pattern or a checksum defines: a text that lacks what
 * every instance must have cannot hold one. The tests are wider than any pattern on purpose. Names, places, addresses and
 * dates have no such mark, so a column that asks for one of them is always sent.
 */
const MARKS: Readonly<Record<string, (text: string) => boolean>> = {
  EMAIL_ADDRESS: (text) => /[@\uFF20\uFE6B]|%40/.test(text),
  // 1-800-FLOWERS has four.
  PHONE_NUMBER: (text) => digits(text, 3),
  CREDIT_CARD_NUMBER: (text) => digits(text, 12),
  US_SOCIAL_SECURITY_NUMBER: (text) => digits(text, 9),
  IBAN_CODE: (text) => digits(text, 8),
  IP_ADDRESS: (text) => /[.:\uFF0E\uFF1A]/.test(text),
  MAC_ADDRESS: (text) => /[.:-]/.test(text),
  URL: (text) => /[.:]/.test(text),
};

export const isGated = (infoTypes: readonly string[]): boolean => infoTypes.every((infoType) => infoType in MARKS);

export function mayHoldFindings(text: string, infoTypes: readonly string[]): boolean {
  return infoTypes.some((infoType) => MARKS[infoType]?.(text) ?? true);
}

/** At least `count` digits, of whatever script. */
function digits(text: string, count: number): boolean {
  let found = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const isDigit = (code >= 48 && code <= 57) || (code > 127 && /\p{N}/u.test(text.charAt(i)));
    if (isDigit && ++found >= count) return true;
  }
  return false;
}
