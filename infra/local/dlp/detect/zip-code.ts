import { LIKELY, VERY_UNLIKELY } from '../inspect/likelihood.ts';
import { createContextWords } from './context-words.ts';
import type { Detector } from './detector.ts';
import { gazetteer, US_STATE } from './gazetteer.ts';
import { isWordAt } from './scan.ts';

const CONTEXT = createContextWords(['zip(?: ?code)?s?', 'postal ?code', 'post ?code']);
const STATE_BEFORE = /(?:^|[ ,])([A-Z]{2}|(?:(?:New|North|South|West|Rhode|District) (?:of )?)?[A-Z][a-z]+),? $/;

export const ZIP_CODE: Detector = {
  infoTypes: ['ZIP_CODE'],
  needsDigits: true,
  find(scan, report) {
    const { text, runs, runCount } = scan;
    for (let run = 0; run < runCount; run++) {
      const start = runs[run * 2] as number;
      let end = runs[run * 2 + 1] as number;
      if (end - start !== 5 || isWordAt(text, start - 1) || text[start - 1] === '-' || text[start - 1] === '.')
        continue;
      const isLong = text[end] === '-' && runs[run * 2 + 2] === end + 1 && runs[run * 2 + 3] === end + 5;
      if (isLong) end += 5;
      if (isWordAt(text, end) || (text[end] === '-' && isWordAt(text, end + 1))) continue;
      const state = STATE_BEFORE.exec(text.slice(Math.max(0, start - 24), start))?.[1];
      const follows =
        state !== undefined && (STATE_CODES.has(state) || (gazetteer().of(state.toLowerCase()) & US_STATE) !== 0);
      report('ZIP_CODE', start, end, follows || CONTEXT.near(scan, start, end, 20) ? LIKELY : VERY_UNLIKELY);
    }
  },
};

const STATE_CODES = new Set(
  (
    'AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT ' +
    'VT VA WA WV WI WY PR'
  ).split(' '),
);
