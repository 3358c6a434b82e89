import { LIKELY } from '../inspect/likelihood.ts';
import { createContextWords } from './context-words.ts';
import type { Detector } from './detector.ts';
import { isDigit, isLetter, isWordAt } from './scan.ts';

/** Numbers without a shape of their own: the word right before them, or their column's name, says what they are. */
const KINDS = [
  {
    infoType: 'MEDICAL_RECORD_NUMBER',
    words: createContextWords([
      'mrn',
      'medical record(?: ?(?:no|num|number|id))?',
      'patient ?(?:no|num|number|id)',
      'chart ?(?:no|num|number)',
      'health record',
    ]),
    least: 4,
  },
  {
    infoType: 'FINANCIAL_ACCOUNT_NUMBER',
    words: createContextWords([
      '(?:bank |checking |savings )?(?:account|acct|a/c) ?(?:no|num|number|#)',
      'bank account',
      'kontonummer',
      'konto-?nr',
      'num[ée]ro de compte',
    ]),
    least: 6,
  },
];
const LONGEST = 17;
/** Bounds the work at each number; what is longer than LONGEST is a UUID or a hash. */
const MOST_READ = 64;
const REACH = 30;

export const NAMED_NUMBERS: Detector = {
  infoTypes: KINDS.map(({ infoType }) => infoType),
  needsDigits: true,
  find(scan, report, wanted) {
    const { text, runs, runCount } = scan;
    let last = 0;
    for (let run = 0; run < runCount; run++) {
      let start = runs[run * 2] as number;
      if (start < last) continue;
      let end = runs[run * 2 + 1] as number;
      while (start > last && end - start <= LONGEST && isPart(text, start - 1)) start--;
      while (end - start <= MOST_READ && isPart(text, end)) end++;
      while (end > start && text[end - 1] === '-') end--;
      while (start < end && text[start] === '-') start++;
      last = end;
      if (end - start > LONGEST || isWordAt(text, start - 1)) continue;
      for (const { infoType, words, least } of KINDS) {
        if (wanted.has(infoType) && countDigits(text, start, end) >= least && words.near(scan, start, end, REACH))
          report(infoType, start, end, LIKELY);
      }
    }
  },
};

/** Letters of ASCII, digits and the hyphen: `MRN-12345`. */
function isPart(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return isDigit(code) || code === 0x2d || (code < 0x80 && isLetter(code));
}

function countDigits(text: string, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) if (isDigit(text.charCodeAt(i))) count++;
  return count;
}
