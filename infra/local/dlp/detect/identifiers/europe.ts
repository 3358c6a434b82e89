import { passesLuhn } from '../checksums.ts';
import { base36, digitAt, isAllSame, isShortDate, modulo, passes731, passesMod11And10, weigh } from './check-digits.ts';
import type { Identifier } from './identifier.ts';

const DNI_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE';
const dniLetter = (digits: string): string | undefined => DNI_LETTERS[Number(digits) % 23];
const FINNISH = '0123456789ABCDEFHJKLMNPRSTUVWXY';
/** Values of characters at odd places of an Italian fiscal code, in the order 0-9A-Z. */
const ITALIAN_ODD = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22,
  25, 24, 23,
];

/** Numbers of European countries. Sources: the issuing authorities' specifications. */
export const EUROPE: readonly Identifier[] = [
  {
    // Mod 11 with weights 10 to 2. Source: NHS Data Dictionary.
    infoType: 'UK_NATIONAL_HEALTH_SERVICE_NUMBER',
    pattern: /^\d{10}$/,
    lengths: [10],
    groups: ['3-3-4'],
    check: (text) => {
      const check = (11 - (weigh(text, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
      return check === digitAt(text, 9) && !isAllSame(text);
    },
    words: ['nhs(?: ?(?:no|num|number))?', 'national health(?: service)?'],
    alone: 'possible',
  },
  {
    // HMRC NIM39110: no D, F, I, Q, U, V in the prefix, no O in second place, and some pairs not used.
    infoType: 'UK_NATIONAL_INSURANCE_NUMBER',
    pattern: /^(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/,
    lengths: [9],
    groups: ['2-2-2-2-1', '2-6-1', '2-7'],
    words: ['nino', 'ni(?: ?(?:no|num|number))?', 'national insurance'],
    alone: 'possible',
  },
  {
    // DVLA: five of the surname, decade, month (women plus 50), day, year's last digit, initials, check.
    infoType: 'UK_DRIVERS_LICENSE_NUMBER',
    pattern:
      /^(?=.{5}\d)[A-Z]{1,5}9{0,4}\d(?:0[1-9]|1[0-2]|5[1-9]|6[0-2])(?:0[1-9]|[12]\d|3[01])\d[A-Z9]{2}[A-Z0-9][A-Z]{2}$/,
    lengths: [16],
    words: ["driv(?:er|ing)'?s? licen[cs]e", 'dvla'],
    alone: 'possible',
  },
  {
    infoType: 'SPAIN_NIF_NUMBER',
    pattern: /^\d{8}[A-Z]$/,
    lengths: [9],
    groups: ['8-1'],
    check: (text) => dniLetter(text.slice(0, 8)) === text[8],
    words: ['nif', 'dni', 'documento nacional'],
    alone: 'possible',
  },
  {
    infoType: 'SPAIN_NIE_NUMBER',
    pattern: /^[XYZ]\d{7}[A-Z]$/,
    lengths: [9],
    groups: ['8-1', '1-7-1'],
    check: (text) => dniLetter(`${'XYZ'.indexOf(text[0] as string)}${text.slice(1, 8)}`) === text[8],
    words: ['nie', 'identificaci[óo]n de extranjero'],
    alone: 'possible',
  },
  {
    infoType: 'ITALY_FISCAL_CODE',
    pattern: /^[A-Z]{6}[\dLMNP-V]{2}[A-EHLMPRST][\dLMNP-V]{2}[A-Z][\dLMNP-V]{3}[A-Z]$/,
    lengths: [16],
    groups: ['3-3-5-5', '6-5-4-1'],
    check: (text) => {
      let sum = 0;
      for (let i = 0; i < 15; i++) {
        const value = base36(text, i);
        sum += i % 2 === 0 ? (ITALIAN_ODD[value] as number) : value > 9 ? value - 10 : value;
      }
      return sum % 26 === text.charCodeAt(15) - 65;
    },
    words: ['codice fiscale', 'fiscal code', 'c\\.?f\\.?'],
    alone: 'likely',
  },
  {
    // Weights 1, 3, 7, 9; the month carries the century.
    infoType: 'POLAND_PESEL_NUMBER',
    pattern: /^\d{2}(?:[02468][1-9]|[13579][0-2])(?:0[1-9]|[12]\d|3[01])\d{5}$/,
    lengths: [11],
    check: (text) => (10 - (weigh(text, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 === digitAt(text, 10),
    words: ['pesel'],
    alone: 'possible',
  },
  {
    infoType: 'FINLAND_NATIONAL_ID_NUMBER',
    // The century's mark is a letter, or a hyphen, which counts as a separator here.
    pattern: /^\d{6}[A-FU-Y]?\d{3}[0-9A-FHJ-NPR-Y]$/,
    lengths: [10, 11],
    groups: ['6-4'],
    separator: '-',
    check: (text) => {
      const serial = text.slice(-4, -1);
      const check = FINNISH[Number(text.slice(0, 6) + serial) % 31];
      return isShortDate(text, 4, 2, 0) && Number(serial) >= 2 && check === text[text.length - 1];
    },
    words: ['hetu', 'henkil[öo]tunnus', 'personbeteckning'],
    alone: 'possible',
  },
  {
    // Luhn over the ten digits; coordination numbers add 60 to the day.
    infoType: 'SWEDEN_NATIONAL_ID_NUMBER',
    pattern: /^(?:18|19|20)?\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[1-3]\d|[6-9]\d)\d{4}$/,
    lengths: [10, 12],
    groups: ['8-4', '6-4'],
    check: (text) => {
      const short = text.slice(-10);
      const day = digitAt(short, 4) >= 6 ? `${digitAt(short, 4) - 6}${short[5]}` : short.slice(4, 6);
      return isShortDate(short.slice(0, 4) + day, 0, 2, 4) && passesLuhn(short);
    },
    words: ['personnummer', 'samordningsnummer', 'swedish id'],
    alone: 'possible',
  },
  {
    infoType: 'NORWAY_NI_NUMBER',
    pattern: /^\d{11}$/,
    lengths: [11],
    groups: ['6-5'],
    check: (text) =>
      isShortDate(text, 4, 2, 0) &&
      weigh(text, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
      weigh(text, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
    words: ['f[øo]dselsnummer', 'personnummer'],
    alone: 'possible',
  },
  {
    // The check digit was given up in 2007: only the date tells.
    infoType: 'DENMARK_CPR_NUMBER',
    pattern: /^\d{10}$/,
    lengths: [10],
    groups: ['6-4'],
    check: (text) => isShortDate(text, 4, 2, 0),
    words: ['cpr(?:-?(?:nr|nummer))?', 'personnummer'],
    alone: 'doubtful',
  },
  {
    infoType: 'GERMANY_TAXPAYER_IDENTIFICATION_NUMBER',
    pattern: /^[1-9]\d{10}$/,
    lengths: [11],
    groups: ['2-3-3-3'],
    check: (text) => passesMod11And10(text) && !isAllSame(text),
    words: ['steuer[- ]?(?:id(?:entifikationsnummer)?|nummer)', 'tax id', 'idnr'],
    alone: 'possible',
  },
  {
    infoType: 'GERMANY_IDENTITY_CARD_NUMBER',
    pattern: /^[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ\d]{7}\d$/,
    lengths: [9],
    check: (text) => passes731(text) && /\d{2}/.test(text),
    words: ['(?:personal)?ausweis(?:nummer| ?nr)?', 'identity card'],
    alone: 'possible',
  },
  {
    infoType: 'GERMANY_PASSPORT',
    pattern: /^[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ\d]{7}\d$/,
    lengths: [9],
    check: (text) => passes731(text) && /\d{2}/.test(text),
    words: ['(?:reise)?pass(?:nummer|nr)?', 'passport'],
    alone: 'possible',
  },
  {
    // Fifteen digits; the last two are 97 less the rest, Corsica's letters as 19 and 18.
    infoType: 'FRANCE_NIR',
    pattern: /^[1-478]\d{2}(?:0[1-9]|1[0-2]|[2-9]\d)(?:\d{2}|2A|2B)\d{8}$/,
    lengths: [15],
    groups: ['1-2-2-2-3-3-2', '13-2'],
    check: (text) =>
      97 - modulo(text.slice(0, 13).replace('2A', '19').replace('2B', '18'), 97) === Number(text.slice(13)),
    words: ['nir', 's[ée]curit[ée] sociale', 'num[ée]ro de s[ée]cu'],
    alone: 'likely',
  },
  {
    infoType: 'NETHERLANDS_BSN_NUMBER',
    pattern: /^\d{9}$/,
    lengths: [9],
    groups: ['3-3-3', '4-2-3'],
    check: (text) => weigh(text, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0 && !isAllSame(text),
    words: ['bsn', 'burgerservicenummer', 'sofinummer'],
    alone: 'doubtful',
  },
  {
    infoType: 'BELGIUM_NATIONAL_ID_CARD_NUMBER',
    pattern: /^\d{12}$/,
    lengths: [12],
    groups: ['3-7-2'],
    check: (text) => (modulo(text.slice(0, 10), 97) || 97) === Number(text.slice(10)),
    words: ['(?:e-?)?id card', 'identiteitskaart', "carte d'identit[ée]"],
    alone: 'doubtful',
  },
  {
    infoType: 'CROATIA_PERSONAL_ID_NUMBER',
    pattern: /^\d{11}$/,
    lengths: [11],
    check: (text) => passesMod11And10(text) && !isAllSame(text),
    words: ['oib', 'osobni identifikacijski'],
    alone: 'doubtful',
  },
  {
    infoType: 'IRELAND_PPSN',
    pattern: /^\d{7}[A-W][A-IW]?$/,
    lengths: [8, 9],
    groups: ['7-1', '7-2'],
    check: (text) => {
      const second = text[8] === undefined || text[8] === 'W' ? 0 : text.charCodeAt(8) - 64;
      return 'WABCDEFGHIJKLMNOPQRSTUV'[(weigh(text, [8, 7, 6, 5, 4, 3, 2]) + 9 * second) % 23] === text[7];
    },
    words: ['pps(?:n|(?: ?(?:no|num|number)))?', 'personal public service'],
    alone: 'possible',
  },
  {
    infoType: 'SWITZERLAND_SOCIAL_SECURITY_NUMBER',
    pattern: /^756\d{10}$/,
    lengths: [13],
    groups: ['3-4-4-2'],
    check: (text) => weigh(text, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0,
    words: ['ahv', 'avs', 'sozialversicherungsnummer'],
    alone: 'likely',
  },
  {
    infoType: 'TURKEY_ID_NUMBER',
    pattern: /^[1-9]\d{9}[02468]$/,
    lengths: [11],
    check: (text) => {
      const odd = weigh(text, [1, 0, 1, 0, 1, 0, 1, 0, 1]);
      const even = weigh(text, [0, 1, 0, 1, 0, 1, 0, 1]);
      const first = (((odd * 7 - even) % 10) + 10) % 10;
      return first === digitAt(text, 9) && weigh(text, Array(10).fill(1)) % 10 === digitAt(text, 10);
    },
    words: ['t\\.?c\\.?(?: kimlik)?', 'kimlik', 'turkish id'],
    alone: 'possible',
  },
];
