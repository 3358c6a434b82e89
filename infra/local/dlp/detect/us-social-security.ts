import { LIKELY, POSSIBLE, UNLIKELY, VERY_LIKELY, VERY_UNLIKELY } from '../inspect/likelihood.ts';
import { createContextWords } from './context-words.ts';
import type { Detector } from './detector.ts';
import { isWordAt, type Scan } from './scan.ts';

const CONTEXT = createContextWords([
  'ssns?',
  'social security(?: (?:no|num|number))?',
  'soc(?:ial)? sec',
  'ss ?#',
  'ssid',
]);

/** What is said to be another number is one. */
const OTHER = createContextWords([
  'national id',
  'tax(?:payer)?(?: ?id)?',
  'passport',
  'licen[cs]e',
  '(?:account|order|invoice|case|ticket|reference|tracking|part|serial|phone|fax) ?(?:no|num|number|id|#)',
]);

/** Numbers that were printed in advertisements and never issued. Source: Social Security Administration, "Misused SSNs". */
const NEVER_ISSUED = new Set(['078051120', '219099999', '123456789', '987654321']);

export const US_SOCIAL_SECURITY: Detector = {
  infoTypes: ['US_SOCIAL_SECURITY_NUMBER'],
  needsDigits: true,
  find(scan, report) {
    const { text, runs, openings, openingCount } = scan;
    for (let k = 0; k < openingCount; k++) {
      const run = openings[k] as number;
      const start = runs[run * 2] as number;
      const length = (runs[run * 2 + 1] as number) - start;
      if (length !== 9 && length !== 3) continue;
      if (isJoined(text, start - 1, -1)) continue;
      const grouped = length === 3;
      const end = grouped ? groupedEnd(scan, run) : start + 9;
      if (end === 0 || isWordAt(text, end) || isJoined(text, end, 1)) continue;
      const digits = grouped ? text.slice(start, end).replace(/\D/g, '') : text.slice(start, end);
      if (!isIssuable(digits)) continue;
      const near = CONTEXT.near(scan, start, end);
      if (!near && OTHER.near(scan, start, end, 25)) report('US_SOCIAL_SECURITY_NUMBER', start, end, VERY_UNLIKELY);
      else if (near) report('US_SOCIAL_SECURITY_NUMBER', start, end, VERY_LIKELY);
      else if (!grouped) report('US_SOCIAL_SECURITY_NUMBER', start, end, VERY_UNLIKELY);
      else if (text[start + 3] === '-') report('US_SOCIAL_SECURITY_NUMBER', start, end, LIKELY);
      else report('US_SOCIAL_SECURITY_NUMBER', start, end, text[start + 3] === ' ' ? POSSIBLE : UNLIKELY);
    }
  },
};

/** End of 3-2-4 with the same separator twice; 0 for any other grouping. */
function groupedEnd({ text, runs, runCount }: Scan, run: number): number {
  if (run + 2 >= runCount) return 0;
  const start = runs[run * 2] as number;
  const separator = text[start + 3];
  if (separator !== '-' && separator !== ' ' && separator !== '.') return 0;
  const fits =
    runs[run * 2 + 2] === start + 4 &&
    runs[run * 2 + 3] === start + 6 &&
    runs[run * 2 + 4] === start + 7 &&
    runs[run * 2 + 5] === start + 11 &&
    text[start + 6] === separator;
  return fits ? start + 11 : 0;
}

/** Area 000, 666 and 900 up, group 00 and serial 0000 are never issued. Source: SSA, since the randomization of 2011. */
function isIssuable(digits: string): boolean {
  const area = digits.slice(0, 3);
  if (area === '000' || area === '666' || area >= '900') return false;
  return digits.slice(3, 5) !== '00' && digits.slice(5) !== '0000' && !NEVER_ISSUED.has(digits);
}

/** Whether a hyphen or a dot ties the number to a further digit or letter. */
function isJoined(text: string, at: number, step: 1 | -1): boolean {
  return (text[at] === '-' || text[at] === '.') && isWordAt(text, at + step);
}
