import { passesLuhn } from '../checksums.ts';
import { base36, digitAt, isAllSame, isShortDate, weigh } from './check-digits.ts';
import type { Identifier } from './identifier.ts';

/** Numbers of the United States, Canada and Latin America. Sources: the issuing authorities' specifications named at each. */
export const AMERICAS: readonly Identifier[] = [
  {
    // American Bankers Association: first two digits 00-12, 21-32, 61-72 or 80; weights 3, 7, 1.
    infoType: 'US_BANK_ROUTING_MICR',
    pattern: /^(?:0[0-9]|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)\d{7}$/,
    lengths: [9],
    groups: ['4-4-1'],
    check: (text) => weigh(text, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0 && !isAllSame(text),
    words: ['routing(?: ?(?:no|num|number|transit))?', 'aba', 'micr', 'rtn', 'bank'],
    alone: 'possible',
  },
  {
    // 45 CFR 162.408: Luhn over the number with the prefix 80840.
    infoType: 'US_HEALTHCARE_NPI',
    pattern: /^[12]\d{9}$/,
    lengths: [10],
    groups: ['4-3-3'],
    check: (text) => passesLuhn(`80840${text}`) && !/^(.)\1{8}/.test(text),
    words: ['npi', 'national provider(?: id(?:entifier)?)?', 'provider'],
    alone: 'possible',
  },
  {
    // IRS: begins with 9; the fourth and fifth digit are 50-65, 70-88, 90-92 or 94-99.
    infoType: 'US_INDIVIDUAL_TAXPAYER_IDENTIFICATION_NUMBER',
    pattern: /^9\d\d(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\d{4}$/,
    lengths: [9],
    groups: ['3-2-4', '3-6', '5-4'],
    words: ['itin', 'tax(?:payer)?(?: ?id)?', 'individual taxpayer'],
    alone: 'doubtful',
  },
  {
    infoType: 'US_EMPLOYER_IDENTIFICATION_NUMBER',
    pattern: /^(?:0[1-6]|1[0-6]|2[0-7]|3[0-9]|4[0-8]|5[0-9]|6[0-8]|7[1-7]|8[0-8]|9[0-589])\d{7}$/,
    lengths: [9],
    groups: ['2-7'],
    words: ['ein', 'fein', 'employer id(?:entification)?', 'federal tax id'],
    alone: 'doubtful',
  },
  {
    // DEA: two letters, six digits, and the last digit of (1st + 3rd + 5th) + 2 × (2nd + 4th + 6th).
    infoType: 'US_DEA_NUMBER',
    pattern: /^[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}$/,
    lengths: [9],
    check: (text) => weigh(text, [1, 2, 1, 2, 1, 2], 2) % 10 === digitAt(text, 8),
    words: ['dea'],
    alone: 'possible',
  },
  {
    // CMS, "Understanding the MBI format": no S, L, O, I, B, Z.
    infoType: 'US_MEDICARE_BENEFICIARY_ID_NUMBER',
    pattern: /^[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d[AC-HJKMNP-RT-Y]{2}\d\d$/,
    lengths: [11],
    groups: ['4-3-4'],
    words: ['mbi', 'medicare(?: id)?', 'beneficiary'],
    alone: 'possible',
  },
  {
    // ISO 3779 and 49 CFR 565.15: the ninth character checks the sum of transliterated ones.
    infoType: 'VEHICLE_IDENTIFICATION_NUMBER',
    pattern: /^[A-HJ-NPR-Z0-9]{8}[0-9X][A-HJ-NPR-Z0-9]{2}[A-HJ-NPR-Z0-9]{2}\d{4}$/,
    lengths: [17],
    check: passesVehicleCheck,
    words: ['vin', 'vehicle(?: id(?:entification)?)?', 'chassis', 'car'],
    alone: 'likely',
  },
  {
    // 3GPP TS 23.003: 14 digits and a Luhn digit.
    infoType: 'IMEI_HARDWARE_ID',
    pattern: /^\d{15}$/,
    lengths: [15],
    groups: ['2-6-6-1'],
    check: passesLuhn,
    words: ['imei', 'handset', 'device id'],
    alone: 'doubtful',
  },
  {
    infoType: 'CANADA_SOCIAL_INSURANCE_NUMBER',
    pattern: /^[1-79]\d{8}$/,
    lengths: [9],
    groups: ['3-3-3'],
    check: (text) => passesLuhn(text) && !isAllSame(text),
    words: ['s\\.?i\\.?n\\.?', 'social insurance(?: ?(?:no|num|number))?', 'nas', 'assurance sociale'],
    alone: 'possible',
  },
  {
    // Receita Federal: two digits, each mod 11.
    infoType: 'BRAZIL_CPF_NUMBER',
    pattern: /^\d{11}$/,
    lengths: [11],
    groups: ['3-3-3-2', '9-2'],
    check: (text) => {
      const first = ((weigh(text, [10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10;
      const second = ((weigh(text, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10;
      return first === digitAt(text, 9) && second === digitAt(text, 10) && !isAllSame(text);
    },
    words: ['cpf', 'cadastro de pessoas f[íi]sicas'],
    alone: 'possible',
  },
  {
    // RENAPO: the last character checks the first 17 in the alphabet with Ñ.
    infoType: 'MEXICO_CURP_NUMBER',
    pattern: /^[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[A-Z\d]\d$/,
    lengths: [18],
    check: (text) => {
      const alphabet = '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ';
      let sum = 0;
      for (let i = 0; i < 17; i++) sum += alphabet.indexOf(text[i] as string) * (18 - i);
      return (10 - (sum % 10)) % 10 === digitAt(text, 17) && isShortDate(text, 4, 6, 8);
    },
    words: ['curp'],
    alone: 'likely',
  },
  {
    infoType: 'CHILE_CDI_NUMBER',
    pattern: /^\d{7,8}[\dK]$/,
    lengths: [8, 9],
    groups: ['2-3-3-1', '1-3-3-1', '8-1', '7-1'],
    check: (text) => {
      const body = text.slice(0, -1).padStart(8, '0');
      const rest = 11 - (weigh(body, [3, 2, 7, 6, 5, 4, 3, 2]) % 11);
      return (rest === 11 ? '0' : rest === 10 ? 'K' : String(rest)) === text[text.length - 1];
    },
    words: ['rut', 'run', 'c[ée]dula'],
    alone: 'doubtful',
  },
  ...contextOnly('ARGENTINA_DNI_NUMBER', /^\d{7,8}$/, [7, 8], ['2-3-3', '1-3-3'], ['dni', 'documento nacional']),
  ...contextOnly(
    'COLOMBIA_CDC_NUMBER',
    /^\d{6,10}$/,
    [6, 7, 8, 10],
    ['1-3-3-3', '2-3-3'],
    ['c[ée]dula(?: de ciudadan[íi]a)?'],
  ),
  ...contextOnly('PERU_DNI_NUMBER', /^\d{8}$/, [8], [], ['dni', 'documento nacional de identidad']),
];

/** Numbers whose digits say nothing: only the word before them does. */
function contextOnly(
  infoType: string,
  pattern: RegExp,
  lengths: readonly number[],
  groups: readonly string[],
  words: readonly string[],
): Identifier[] {
  return [{ infoType, pattern, lengths, groups, words, alone: 'doubtful' }];
}

const VIN_WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
const VIN_VALUES = '0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ';

function passesVehicleCheck(text: string): boolean {
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += (VIN_VALUES.indexOf(text[i] as string) % 10) * (VIN_WEIGHTS[i] as number);
  const rest = sum % 11;
  return (rest === 10 ? 'X' : String(rest)) === text[8] && /[A-Z]/.test(text) && base36(text, 0) >= 0;
}
