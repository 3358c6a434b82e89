import { passesLuhn } from '../checksums.ts';
import { digitAt, modulo, passesMod11And10, weigh } from './check-digits.ts';
import type { Identifier } from './identifier.ts';

/** What follows the country's letters, and the check of those whose rule is public. Source: VIES, "VAT identification number structure". */
const COUNTRIES: Record<string, { body: string; check?: (body: string) => boolean }> = {
  AT: { body: 'U\\d{8}', check: checkAustria },
  BE: { body: '[01]\\d{9}', check: (body) => 97 - modulo(body.slice(0, 8), 97) === Number(body.slice(8)) },
  BG: { body: '\\d{9,10}' },
  CY: { body: '\\d{8}[A-Z]' },
  CZ: { body: '\\d{8,10}' },
  DE: { body: '[1-9]\\d{8}', check: passesMod11And10 },
  DK: { body: '\\d{8}', check: (body) => weigh(body, [2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0 },
  EE: { body: '\\d{9}', check: (body) => weigh(body, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0 },
  EL: { body: '\\d{9}' },
  ES: { body: '(?:[A-Z]\\d{8}|\\d{8}[A-Z]|[A-Z]\\d{7}[A-Z])' },
  FI: { body: '\\d{8}', check: (body) => weigh(body, [7, 9, 10, 5, 8, 4, 2, 1]) % 11 === 0 },
  FR: { body: '[0-9A-HJ-NP-Z]{2}\\d{9}', check: checkFrance },
  GB: { body: '(?:\\d{9}|\\d{12})', check: checkBritain },
  HR: { body: '\\d{11}', check: passesMod11And10 },
  HU: { body: '\\d{8}', check: (body) => weigh(body, [9, 7, 3, 1, 9, 7, 3, 1]) % 10 === 0 },
  IE: { body: '\\d[0-9A-Z]\\d{5}[A-W][A-I]?' },
  IT: { body: '\\d{11}', check: passesLuhn },
  LT: { body: '(?:\\d{9}|\\d{12})' },
  LU: { body: '\\d{8}', check: (body) => Number(body.slice(0, 6)) % 89 === Number(body.slice(6)) },
  LV: { body: '\\d{11}' },
  MT: { body: '\\d{8}', check: (body) => 37 - (weigh(body, [3, 4, 6, 7, 8, 9]) % 37) === Number(body.slice(6)) },
  NL: { body: '\\d{9}B\\d{2}' },
  PL: { body: '\\d{10}', check: (body) => weigh(body, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 === digitAt(body, 9) },
  PT: {
    body: '[1-9]\\d{8}',
    check: (body) => ((11 - (weigh(body, [9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11) % 10 === digitAt(body, 8),
  },
  RO: { body: '[1-9]\\d{5,9}' },
  SE: { body: '\\d{10}01', check: (body) => passesLuhn(body.slice(0, 10)) },
  SI: {
    body: '[1-9]\\d{7}',
    check: (body) => (11 - (weigh(body, [8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === digitAt(body, 7),
  },
  SK: { body: '[1-9]\\d{9}', check: (body) => Number(body) % 11 === 0 },
};

export const VAT: Identifier = {
  infoType: 'VAT_NUMBER',
  pattern: new RegExp(
    `^(?:${Object.entries(COUNTRIES)
      .map(([country, { body }]) => country + body)
      .join('|')})$`,
  ),
  lengths: [8, 9, 10, 11, 12, 13, 14],
  groups: ['2-3-3-3', '2-9', '2-3-4-2', '2-2-9', '2-8', '2-10', '2-11', '2-4-3-3', '2-12'],
  check: (text) => COUNTRIES[text.slice(0, 2)]?.check?.(text.slice(2)) ?? true,
  words: [
    'vat(?: ?(?:no|num|number|id|reg))?',
    'ust-?id(?:nr)?',
    'tva',
    'iva',
    'p\\.? ?iva',
    'btw',
    'moms',
    'mwst',
    'umsatzsteuer',
  ],
  alone: 'possible',
};

function checkAustria(body: string): boolean {
  let sum = 4;
  for (let i = 0; i < 7; i++) {
    const digit = digitAt(body, i + 1) * (i % 2 === 0 ? 1 : 2);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return (10 - (sum % 10)) % 10 === digitAt(body, 8);
}

/** The two characters ahead of the SIREN check it where they are digits. */
function checkFrance(body: string): boolean {
  const siren = body.slice(2);
  if (!passesLuhn(siren)) return false;
  return /^\d\d/.test(body) ? (12 + 3 * (Number(siren) % 97)) % 97 === Number(body.slice(0, 2)) : true;
}

/** The last two digits are 97 less the weighted sum, since 2010 less 55 as well. */
function checkBritain(body: string): boolean {
  const sum = weigh(body, [8, 7, 6, 5, 4, 3, 2]) + Number(body.slice(7, 9));
  return sum % 97 === 0 || (sum + 55) % 97 === 0;
}
