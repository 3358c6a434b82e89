import { VERY_LIKELY } from '../inspect/likelihood.ts';
import type { Detector } from './detector.ts';
import { isDigit, isLetter } from './scan.ts';

/** RFC 5321: 64 octets before the `@`, 255 after it; they also bound the work at each `@`. */
const LONGEST_LOCAL = 64;
export const LONGEST_DOMAIN = 255;
const LOCAL_PUNCTUATION = new Uint8Array(0x80);
for (const character of ".!#$%&'*+/=?^_`{|}~-") LOCAL_PUNCTUATION[character.charCodeAt(0)] = 1;

export const EMAIL: Detector = {
  infoTypes: ['EMAIL_ADDRESS'],
  find({ text }, report) {
    for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
      const start = localStart(text, at);
      const end = domainEnd(text, at + 1);
      if (start < at && end > 0) report('EMAIL_ADDRESS', start, end, VERY_LIKELY);
    }
  },
};

function localStart(text: string, at: number): number {
  let start = at;
  while (start > 0 && at - start < LONGEST_LOCAL) {
    const code = text.charCodeAt(start - 1);
    if (!isLetter(code) && !isDigit(code) && LOCAL_PUNCTUATION[code] !== 1) break;
    start--;
  }
  if (text[at - 1] === '.') return at;
  // A quote or a bracket before an address belongs to the text around it: 'a@b.com', (a@b.com), mailto:a@b.com?x=c@d.com
  while (start < at && !isDigit(text.charCodeAt(start)) && !isLetter(text.charCodeAt(start)) && text[start] !== '_')
    start++;
  return start;
}

const HYPHEN = 0x2d;
const LABEL = new Uint8Array(0x80);
for (let code = 0; code < LABEL.length; code++) if (isDigit(code) || isLetter(code) || code === HYPHEN) LABEL[code] = 1;

/** What a domain's labels are made of: digits, letters of any script, hyphens. */
export function isLabel(code: number): boolean {
  return code < LABEL.length ? LABEL[code] === 1 : isLetter(code);
}

/** End of a domain of at least two labels whose last one is no number; 0 if none stands here. */
export function domainEnd(text: string, start: number): number {
  const limit = Math.min(text.length, start + LONGEST_DOMAIN);
  let label = start;
  let labels = 0;
  let good = 0;
  for (let i = start; i <= limit; i++) {
    const code = i < limit ? text.charCodeAt(i) : 0x20;
    if (isLabel(code)) continue;
    if (i === label || text.charCodeAt(label) === HYPHEN || text.charCodeAt(i - 1) === HYPHEN) break;
    labels++;
    if (labels > 1 && isTopLevel(text, label, i)) good = i;
    if (code !== 0x2e) break;
    label = i + 1;
  }
  return good;
}

function isTopLevel(text: string, start: number, end: number): boolean {
  if (end - start >= 2 && end - start <= 24) {
    let i = start;
    while (i < end && isLetter(text.charCodeAt(i))) i++;
    if (i === end) return true;
  }
  return end - start <= 59 && text.startsWith('xn--', start);
}
