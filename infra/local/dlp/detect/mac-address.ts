import { VERY_LIKELY } from '../inspect/likelihood.ts';
import type { Detector } from './detector.ts';
import { isWordAt } from './scan.ts';

const PAIRS = /[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}/y;
const DOTTED = /[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}/y;

export const MAC_ADDRESS: Detector = {
  infoTypes: ['MAC_ADDRESS'],
  find({ text }, report) {
    const at = (pattern: RegExp, separator: string, before: number) => {
      for (let hit = text.indexOf(separator); hit >= 0; hit = text.indexOf(separator, hit + 1)) {
        const start = hit - before;
        // The next separator's place tells nearly all others apart before the pattern is tried.
        if (start < 0 || text[hit + before + 1] !== separator || isBound(text, start - 1, separator)) continue;
        pattern.lastIndex = start;
        const match = pattern.exec(text);
        if (!match || isBound(text, pattern.lastIndex, separator)) continue;
        report('MAC_ADDRESS', start, pattern.lastIndex, VERY_LIKELY);
        hit = pattern.lastIndex;
      }
    };
    at(PAIRS, ':', 2);
    at(PAIRS, '-', 2);
    at(DOTTED, '.', 4);
  },
};

/** A word character, or a separator that ties on a further group. */
function isBound(text: string, index: number, separator: string): boolean {
  return isWordAt(text, index) || (text[index] === separator && isWordAt(text, index - 1) && isWordAt(text, index + 1));
}
