import { isIPv6 } from 'node:net';
import { LIKELY, POSSIBLE, UNLIKELY, VERY_LIKELY } from '../inspect/likelihood.ts';
import { createContextWords } from './context-words.ts';
import type { Detector, Report } from './detector.ts';
import { isDigit, isLetter, isWordAt, type Scan } from './scan.ts';

const CONTEXT = createContextWords([
  'ip(?:v[46])?',
  'ip address',
  'addr(?:ess)?',
  'host',
  'server',
  'gateway',
  'subnet',
  'dns',
  'client',
  'ping',
  'connect\\w*',
]);
const VERSION = createContextWords(['v', 'ver', 'version', 'release', 'build', 'firmware', 'section', 'chapter']);

/** "ffff:" seven times and a dotted quad is the longest IPv6 text; a zone name may follow. */
const LONGEST = 45;

export const IP_ADDRESS: Detector = {
  infoTypes: ['IP_ADDRESS'],
  find(scan, report) {
    const taken = findV6(scan, report);
    findV4(scan, report, taken);
  },
};

/** `taken` are spans of IPv6 addresses, as flat pairs in order of place: their last 32 bits may be written as a quad. */
function findV4(scan: Scan, report: Report, taken: readonly number[]): void {
  const { text, runs, runCount, openings, openingCount } = scan;
  let next = 0;
  for (let k = 0; k < openingCount; k++) {
    const run = openings[k] as number;
    if (run + 3 >= runCount) break;
    // Told first, since most numbers have no dot behind them.
    const first = runs[run * 2 + 1] as number;
    if (runs[run * 2 + 2] !== first + 1 || text.charCodeAt(first) !== DOT) continue;
    const start = runs[run * 2] as number;
    const end = runs[run * 2 + 7] as number;
    if (end - start > 15 || end - start < 7) continue;
    const before = text[start - 1];
    if ((before === '.' || before === '-') && isWordAt(text, start - 2)) continue;
    if (
      !isQuad(scan, run) ||
      isWordAt(text, end) ||
      ((text[end] === '.' || text[end] === '-') && isDigit(text.charCodeAt(end + 1)))
    )
      continue;
    while (next < taken.length && (taken[next + 1] as number) < end) next += 2;
    if (next < taken.length && start >= (taken[next] as number)) continue;
    const version = VERSION.inText(text, start, end, 10);
    const likelihood = version ? UNLIKELY : CONTEXT.near(scan, start, end, 30) ? VERY_LIKELY : LIKELY;
    report('IP_ADDRESS', start, withPrefixLength(text, end, 32), likelihood);
  }
}

function isQuad({ text, runs }: Scan, run: number): boolean {
  for (let k = 0; k < 4; k++) {
    const from = runs[(run + k) * 2] as number;
    const to = runs[(run + k) * 2 + 1] as number;
    if (to - from > 3 || (to - from > 1 && text[from] === '0') || Number(text.slice(from, to)) > 255) return false;
    if (k < 3 && (text[to] !== '.' || runs[(run + k) * 2 + 2] !== to + 1)) return false;
  }
  return true;
}

/** Reports the IPv6 addresses and returns their spans, as flat pairs. */
function findV6({ text }: Scan, report: Report): number[] {
  const spans: number[] = [];
  let end = 0;
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', Math.max(at + 1, end))) {
    let start = at;
    while (start > end && at - start < 4 && isHex(text.charCodeAt(start - 1))) start--;
    end = at;
    while (end - start < LONGEST && isAddressCode(text.charCodeAt(end))) end++;
    // A full stop or a colon after an address belongs to the sentence.
    while (end > at && (text[end - 1] === '.' || (text[end - 1] === ':' && text[end - 2] !== ':'))) end--;
    // `10:14:06`: without `::` an address takes six colons at least.
    if (!mayBeV6(text, start, end)) {
      end = Math.max(end, at + 1);
      continue;
    }
    const address = text.slice(start, end);
    if (end - at < 2 || !isIPv6(address) || isWordAt(text, start - 1) || isWordAt(text, end)) {
      end = Math.max(end, at + 1);
      continue;
    }
    const whole = withPrefixLength(text, end, 128);
    // "::" alone is a C++ name as often as the unspecified address.
    const bare = address === '::' && whole === end;
    const assigned = text[start - 1] === '=' || text[start - 1] === '"' || text[start - 1] === '[';
    report('IP_ADDRESS', start, whole, bare ? (assigned ? POSSIBLE : UNLIKELY) : VERY_LIKELY);
    spans.push(start, end);
  }
  return spans;
}

function mayBeV6(text: string, start: number, end: number): boolean {
  let colons = 0;
  for (let i = start; i < end; i++) {
    if (text.charCodeAt(i) !== 0x3a) continue;
    if (text.charCodeAt(i + 1) === 0x3a) return true;
    colons++;
  }
  return colons >= 6;
}

/** Past a CIDR suffix such as /24, if one follows. */
function withPrefixLength(text: string, end: number, most: number): number {
  if (text[end] !== '/') return end;
  let to = end + 1;
  while (to < end + 4 && isDigit(text.charCodeAt(to))) to++;
  return to > end + 1 && !isWordAt(text, to) && Number(text.slice(end + 1, to)) <= most ? to : end;
}

function isHex(code: number): boolean {
  return isDigit(code) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66 && isLetter(code));
}

const DOT = 0x2e;

const isAddressCode = (code: number) => isHex(code) || code === 0x3a || code === 0x2e;
