import { LIKELY, type Likelihood, VERY_LIKELY } from '../inspect/likelihood.ts';
import { createContextWords } from './context-words.ts';
import type { Detector } from './detector.ts';
import { isWordAt } from './scan.ts';

const BEFORE = createContextWords([
  'aged?',
  '(?:is|was|turned|turns|turning) age',
  'age(?: of|:| is)?',
  '[âa]ge de',
  'edad',
  'alter',
]);
/** Years or months lived: `27 years old`, `27-year-old`, `27 yo`, `6 months old`, `27 years of age`. */
const UNIT = /(?: |-)?(?:years?|yrs?|months?|mos?)(?: |-)(?:old|of age)\b| ?y\/?o\b/iy;

export const AGE: Detector = {
  infoTypes: ['AGE'],
  needsDigits: true,
  find(scan, report) {
    const { text, runs, runCount, header } = scan;
    for (let run = 0; run < runCount; run++) {
      const start = runs[run * 2] as number;
      const end = runs[run * 2 + 1] as number;
      if (end - start > 3 || isWordAt(text, start - 1)) continue;
      const age = Number(text.slice(start, end));
      if (age > 125) continue;
      UNIT.lastIndex = end;
      if (UNIT.test(text)) {
        report('AGE', start, UNIT.lastIndex, VERY_LIKELY);
        continue;
      }
      if (isWordAt(text, end) || isFraction(text, start, end)) continue;
      const alone = header !== undefined && start === 0 && end === text.length;
      const likelihood: Likelihood = alone ? LIKELY : VERY_LIKELY;
      // Without a unit the word must stand right before the number: `age 76`, `aged: 8`.
      if (alone ? BEFORE.near(scan, start, end, 10) : BEFORE.inText(text, start, end, 10))
        report('AGE', start, end, likelihood);
    }
  },
};

/** `3.5`, `1/2`, `10-12`, `5%`: measures, not ages. */
function isFraction(text: string, start: number, end: number): boolean {
  const digitAt = (index: number) => /\d/.test(text[index] ?? '');
  return (
    text[end] === '%' ||
    (/[./:-]/.test(text[end] ?? '') && digitAt(end + 1)) ||
    (/[./:-]/.test(text[start - 1] ?? '') && digitAt(start - 2))
  );
}
