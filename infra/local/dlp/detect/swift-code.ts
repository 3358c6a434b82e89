import { LIKELY, UNLIKELY } from '../inspect/likelihood.ts';
import { createContextWords } from './context-words.ts';
import type { Detector } from './detector.ts';
import { isWordAt } from './scan.ts';

const CONTEXT = createContextWords([
  'swift(?: ?(?:code|bic))?',
  'bic(?: ?code)?',
  'bank identifier code',
  'iban',
  'bank',
]);
/** ISO 9362: bank (four letters), country, location (two), and branch (three) if it is not the head office. */
const CODE = /[A-Z]{4}([A-Z]{2})[A-Z0-9]{2}(?:[A-Z0-9]{3})?/y;
/** ISO 3166-1 alpha-2, and XK for Kosovo. */
const COUNTRIES = new Set(
  (
    'AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BM BN BO BR BS BT BW BY BZ CA CD CF CG CH CI CK CL CM CN CO CR ' +
    'CU CV CW CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT ' +
    'HU ID IE IL IM IN IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MH MK ML MM ' +
    'MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PR PS PT PW PY QA RE RO RS RU RW SA ' +
    'SB SC SD SE SG SH SI SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TG TH TJ TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VI VN VU ' +
    'WF WS XK YE YT ZA ZM ZW'
  ).split(' '),
);

export const SWIFT_CODE: Detector = {
  infoTypes: ['SWIFT_CODE'],
  wantsCapitals: true,
  find(scan, report) {
    const { text, capitals, capitalCount } = scan;
    for (let k = 0; k < capitalCount; k++) {
      const start = capitals[k] as number;
      CODE.lastIndex = start;
      const match = CODE.exec(text);
      if (!match || isWordAt(text, start - 1) || isWordAt(text, CODE.lastIndex) || !COUNTRIES.has(match[1] as string))
        continue;
      // Eight capital letters are a word as often as a code.
      report('SWIFT_CODE', start, CODE.lastIndex, CONTEXT.near(scan, start, CODE.lastIndex) ? LIKELY : UNLIKELY);
    }
  },
};
