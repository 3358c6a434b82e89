import { passesLuhn } from '../checksums.ts';
import { digitAt, isAllSame, isShortDate, passesVerhoeff, weigh } from './check-digits.ts';
import { CHECK_IN_BRACKETS, type Identifier } from './identifier.ts';

const KOREAN = /^\d{6}[1-8]\d{6}$/;

/** Numbers of countries of Asia, the Pacific and Africa. Sources: the issuing authorities' specifications. */
export const ASIA_PACIFIC_AFRICA: readonly Identifier[] = [
  {
    infoType: 'AUSTRALIA_TAX_FILE_NUMBER',
    pattern: /^\d{9}$/,
    lengths: [9],
    groups: ['3-3-3'],
    check: (text) => weigh(text, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0 && !isAllSame(text),
    words: ['tfn', 'tax file(?: ?(?:no|num|number))?'],
    alone: 'doubtful',
  },
  {
    infoType: 'AUSTRALIA_MEDICARE_NUMBER',
    pattern: /^[2-6]\d{9}\d?$/,
    lengths: [10, 11],
    groups: ['4-5-1', '4-5-1-1'],
    check: (text) => weigh(text, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === digitAt(text, 8),
    words: ['medicare'],
    alone: 'possible',
  },
  {
    infoType: 'INDIA_AADHAAR_INDIVIDUAL',
    pattern: /^[2-9]\d{11}$/,
    lengths: [12],
    groups: ['4-4-4'],
    check: (text) => passesVerhoeff(text) && text !== [...text].reverse().join(''),
    words: ['aadhaar', 'uidai', 'uid'],
    alone: 'possible',
  },
  {
    infoType: 'INDIA_PAN_INDIVIDUAL',
    pattern: /^[A-Z]{3}[ABCFGHLJPT][A-Z]\d{4}[A-Z]$/,
    lengths: [10],
    words: ['pan(?: ?(?:no|num|number|card))?', 'permanent account'],
    alone: 'possible',
  },
  {
    infoType: 'INDIA_GST_INDIVIDUAL',
    pattern: /^(?:0[1-9]|[12]\d|3[0-8])[A-Z]{5}\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]$/,
    lengths: [15],
    words: ['gst(?:in)?s?'],
    alone: 'possible',
  },
  {
    // No check since October 2020: the date and the sex tell.
    infoType: 'KOREA_RRN',
    pattern: /^\d{6}[1-4]\d{6}$/,
    lengths: [13],
    groups: ['6-7'],
    check: (text) => KOREAN.test(text) && isShortDate(text, 0, 2, 4),
    words: ['rrn', 'resident registration', '주민등록(?:번호)?'],
    alone: 'possible',
  },
  {
    infoType: 'KOREA_ARN',
    pattern: /^\d{6}[5-8]\d{6}$/,
    lengths: [13],
    groups: ['6-7'],
    check: (text) => KOREAN.test(text) && isShortDate(text, 0, 2, 4),
    words: ['arn', 'frn', 'alien registration', '외국인등록(?:번호)?'],
    alone: 'possible',
  },
  {
    infoType: 'SINGAPORE_NATIONAL_REGISTRATION_ID_NUMBER',
    pattern: /^[STFGM]\d{7}[A-Z]$/,
    lengths: [9],
    check: (text) => {
      const series = text[0] as string;
      const sum = weigh(text, [2, 7, 6, 5, 4, 3, 2], 1) + (series === 'M' ? 3 : 'TG'.includes(series) ? 4 : 0);
      if (series === 'M') return 'KLJNPQRTUWX'[10 - (sum % 11)] === text[8];
      return ('ST'.includes(series) ? 'JZIHGFEDCBA' : 'XWUTRQPNMLK')[sum % 11] === text[8];
    },
    words: ['nric', 'fin', 'identity card'],
    alone: 'possible',
  },
  {
    infoType: 'THAILAND_NATIONAL_ID_NUMBER',
    // The second and third digit are a province.
    pattern: /^[1-8](?:1\d|2[0-7]|[34]\d|5[0-8]|6[0-7]|7[0-7]|8[0-6]|9[0-6])\d{10}$/,
    lengths: [13],
    groups: ['1-4-5-2-1'],
    check: (text) =>
      (11 - (weigh(text, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === digitAt(text, 12) &&
      !isAllSame(text),
    words: ['thai id', 'tnin', 'เลขประจำตัวประชาชน', 'เลขบัตรประชาชน'],
    alone: 'possible',
  },
  {
    infoType: 'SOUTH_AFRICA_ID_NUMBER',
    pattern: /^\d{10}[0-2][89]\d$/,
    lengths: [13],
    groups: ['6-4-3', '6-4-1-1-1'],
    check: (text) => isShortDate(text, 0, 2, 4) && passesLuhn(text),
    words: ['sa id', 'id(?: ?(?:no|num|number))?', 'identity'],
    alone: 'possible',
  },
  {
    // GB 11643: ISO 7064 MOD 11-2.
    infoType: 'CHINA_RESIDENT_ID_NUMBER',
    pattern: /^[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]$/,
    lengths: [18],
    check: (text) =>
      '10X98765432'[weigh(text, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11] === text[17],
    words: ['身份证(?:号码?)?', 'resident id(?:entity)?'],
    alone: 'likely',
  },
  {
    infoType: 'HONG_KONG_ID_NUMBER',
    pattern: /^[A-Z]\d{6}[\dA]$/,
    lengths: [8],
    groups: [CHECK_IN_BRACKETS],
    check: (text) => {
      const sum = 36 * 9 + (text.charCodeAt(0) - 55) * 8 + weigh(text, [7, 6, 5, 4, 3, 2], 1);
      return '0A987654321'[sum % 11] === text[7];
    },
    words: ['hkid', 'hong kong id(?:entity)?', '身份證'],
    alone: 'doubtful',
  },
  {
    infoType: 'JAPAN_INDIVIDUAL_NUMBER',
    pattern: /^\d{12}$/,
    lengths: [12],
    groups: ['4-4-4'],
    check: (text) => {
      const rest = weigh(text, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
      return (rest <= 1 ? 0 : 11 - rest) === digitAt(text, 11) && !isAllSame(text);
    },
    words: ['my number', 'individual number', '個人番号', 'マイナンバー'],
    alone: 'doubtful',
  },
  {
    infoType: 'INDONESIA_NIK_NUMBER',
    pattern: /^[1-9]\d{5}(?:[04][1-9]|[1256]\d|[37][01])(?:0[1-9]|1[0-2])\d{6}$/,
    lengths: [16],
    words: ['nik', 'ktp', 'kependudukan'],
    alone: 'doubtful',
  },
  {
    infoType: 'ISRAEL_IDENTITY_CARD_NUMBER',
    pattern: /^\d{9}$/,
    lengths: [9],
    groups: ['8-1'],
    check: passesLuhn,
    words: ['teudat zehut', 'israeli? id', 'תעודת זהות'],
    alone: 'doubtful',
  },
];
