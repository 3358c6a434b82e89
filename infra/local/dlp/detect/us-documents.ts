import { LIKELY, UNLIKELY, VERY_LIKELY } from '../inspect/likelihood.ts';
import { createContextWords } from './context-words.ts';
import type { Detector } from './detector.ts';
import { isLetter, isWordAt } from './scan.ts';

const PASSPORT = createContextWords(['passports?(?: ?(?:no|num|number|id))?']);
const LICENSE = createContextWords([
  "driv(?:er|ers|er'?s|ing)'? ?(?:licen[cs]e|lic|permit)",
  'dl ?#?',
  'licen[cs]e(?: ?(?:no|num|number|#))?',
  "driver'?s",
]);
const LICENSE_WORDS = createContextWords(['plate', 'software', 'fishing', 'business']);

/** Numbers whose shape says little: they count only near the words that name the document. */
export const US_DOCUMENTS: Detector = {
  infoTypes: ['US_PASSPORT', 'US_DRIVERS_LICENSE_NUMBER'],
  needsDigits: true,
  find(scan, report, wanted) {
    const { text, runs, runCount } = scan;
    for (let run = 0; run < runCount; run++) {
      const digitsStart = runs[run * 2] as number;
      const digitsEnd = runs[run * 2 + 1] as number;
      let start = digitsStart;
      while (digitsStart - start < 2 && isLetter(text.charCodeAt(start - 1))) start--;
      const end = isLetter(text.charCodeAt(digitsEnd)) && !isWordAt(text, digitsEnd + 1) ? digitsEnd + 1 : digitsEnd;
      if (isWordAt(text, start - 1) || isWordAt(text, end) || text[start - 1] === '@' || text[end] === '@') continue;
      const letters = digitsStart - start;
      const digits = digitsEnd - digitsStart;
      // Nine digits, or since 2021 a letter and eight digits. Source: Department of State.
      if (
        wanted.has('US_PASSPORT') &&
        end === digitsEnd &&
        ((letters === 0 && digits === 9) || (letters === 1 && digits === 8))
      ) {
        const near = PASSPORT.near(scan, start, end);
        report('US_PASSPORT', start, end, near ? VERY_LIKELY : UNLIKELY);
      }
      // The states' formats together: up to two letters, four to fourteen digits, at most one letter behind.
      if (wanted.has('US_DRIVERS_LICENSE_NUMBER') && digits >= 4 && digits <= 14 && letters + digits >= 6) {
        const near = LICENSE.near(scan, start, end, 35) && !LICENSE_WORDS.inText(text, start, end, 35);
        if (near) report('US_DRIVERS_LICENSE_NUMBER', start, end, LIKELY);
      }
    }
  },
};
