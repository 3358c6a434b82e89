import { LIKELY, POSSIBLE, VERY_LIKELY } from '../inspect/likelihood.ts';
import type { Detector, Report } from './detector.ts';
import { isWordAt } from './scan.ts';

const GCP_KEY = /AIza[0-9A-Za-z_-]{35}/y;
/** Base64url of `{"`, three parts; each bound is what a header of 8 KB holds, which keeps the pattern linear. */
const JWT = /eyJ[0-9A-Za-z_-]{8,8192}\.eyJ[0-9A-Za-z_-]{8,8192}\.[0-9A-Za-z_-]{8,8192}/y;
const BEARER =
  /(?:bearer|token|basic|apikey|api[_-]key|secret|access[_-]token|auth[_-]token)["']?\s{0,3}[:=]?\s{0,3}["']?([0-9A-Za-z_\-.~+/]{20,2048}={0,2})/giu;

export const SECRETS: Detector = {
  infoTypes: ['AUTH_TOKEN', 'GCP_API_KEY', 'JSON_WEB_TOKEN'],
  find({ text }, report, wanted) {
    if (wanted.has('GCP_API_KEY')) findPrefixed(text, 'AIza', GCP_KEY, 'GCP_API_KEY', report);
    if (wanted.has('JSON_WEB_TOKEN')) findPrefixed(text, 'eyJ', JWT, 'JSON_WEB_TOKEN', report);
    if (!wanted.has('AUTH_TOKEN')) return;
    for (const match of text.matchAll(BEARER)) {
      const token = match[1] as string;
      if (!isRandom(token)) continue;
      const start = match.index + match[0].length - token.length;
      report('AUTH_TOKEN', start, start + token.length, /^bearer|^basic/i.test(match[0]) ? LIKELY : POSSIBLE);
    }
  },
};

function findPrefixed(text: string, prefix: string, pattern: RegExp, infoType: string, report: Report): void {
  for (let at = text.indexOf(prefix); at >= 0; at = text.indexOf(prefix, at + 1)) {
    // A hyphen goes on with the token before: without this check `-eyJ-eyJ-…` would be read anew at each part.
    if (isWordAt(text, at - 1) || text[at - 1] === '-') continue;
    pattern.lastIndex = at;
    if (!pattern.test(text) || isWordAt(text, pattern.lastIndex)) continue;
    report(infoType, at, pattern.lastIndex, VERY_LIKELY);
    at = pattern.lastIndex - 1;
  }
}

/** A token mixes digits and letters; a path or a word does not. */
const isRandom = (token: string) => /\d/.test(token) && /[A-Za-z]/.test(token) && new Set(token).size >= 10;
