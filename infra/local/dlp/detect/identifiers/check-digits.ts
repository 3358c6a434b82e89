import { isCivilDate } from '../../../civil-date.ts';

/** The checks by which national numbers are told from others of their shape. Arguments are compact: no blanks, letters capital. */

export const digitAt = (text: string, index: number): number => text.charCodeAt(index) - 48;

/** Sum of the digits from `from` times `weights`. */
export function weigh(text: string, weights: readonly number[], from = 0): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += digitAt(text, from + i) * (weights[i] as number);
  return sum;
}

/** ISO/IEC 7064 MOD 11,10 over decimal digits, the last of which is the check. */
export function passesMod11And10(digits: string): boolean {
  let product = 10;
  for (let i = 0; i < digits.length - 1; i++) {
    const sum = (digitAt(digits, i) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === digitAt(digits, digits.length - 1);
}

const DIHEDRAL = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
];
const PERMUTATIONS = [
  '0123456789',
  '1576283094',
  '5803796142',
  '8916043527',
  '9453126870',
  '4286573901',
  '2793806415',
  '7046913258',
];

/** Verhoeff's scheme over the dihedral group of ten elements. */
export function passesVerhoeff(digits: string): boolean {
  let check = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digitAt(digits, digits.length - 1 - i);
    check = Number(DIHEDRAL[check]?.[Number(PERMUTATIONS[i % 8]?.[digit])]);
  }
  return check === 0;
}

/** Weights 7, 3, 1 in turn over digits and letters (A = 10), as in machine-readable travel documents. Source: ICAO 9303. */
export function passes731(text: string): boolean {
  let sum = 0;
  for (let i = 0; i < text.length - 1; i++) sum += base36(text, i) * ([7, 3, 1][i % 3] as number);
  return sum % 10 === digitAt(text, text.length - 1);
}

export function base36(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return code <= 57 ? code - 48 : code - 55;
}

/** Remainder of a decimal number of any length. */
export function modulo(digits: string, divisor: number): number {
  let rest = 0;
  for (let i = 0; i < digits.length; i++) rest = (rest * 10 + digitAt(digits, i)) % divisor;
  return rest;
}

/** Whether six digits, year, month and day at the places given, are a day of some century. */
export function isShortDate(text: string, year: number, month: number, day: number): boolean {
  const yy = Number(text.slice(year, year + 2));
  const mm = Number(text.slice(month, month + 2));
  const dd = Number(text.slice(day, day + 2));
  return isCivilDate(2000 + yy, mm, dd) || isCivilDate(1900 + yy, mm, dd);
}

export const isAllSame = (text: string): boolean => /^(.)\1*$/.test(text);
