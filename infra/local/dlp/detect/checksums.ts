/** The check digits by which real numbers are told from others of the same shape. */

/** ISO/IEC 7812 (Luhn), over the ASCII digits of `digits`. */
export function passesLuhn(digits: string): boolean {
  return passesLuhnIn(digits, 0, digits.length);
}

/** The same for what of a text stands between two places: digits, and blanks or hyphens between them. */
export function passesLuhnIn(text: string, start: number, end: number): boolean {
  let sum = 0;
  for (let i = end - 1, twice = false; i >= start; i--) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0) continue;
    sum += twice ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
    twice = !twice;
  }
  return sum % 10 === 0;
}

/** ISO 7064 MOD 97-10 as IBANs use it: the first four characters moved to the end, letters as 10 to 35. */
export function passesMod97(iban: string): boolean {
  let remainder = 0;
  for (let i = 0; i < iban.length; i++) {
    const code = iban.charCodeAt((i + 4) % iban.length);
    const value = code <= 57 ? code - 48 : code - 55;
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}
