import { LIKELY, type Likelihood, POSSIBLE, UNLIKELY, VERY_LIKELY } from '../inspect/likelihood.ts';
import { passesLuhnIn } from './checksums.ts';
import { createContextWords } from './context-words.ts';
import type { Detector } from './detector.ts';
import { isInIban } from './iban.ts';
import { isWordAt, type Scan } from './scan.ts';

const CONTEXT = createContextWords([
  '(?:credit|debit|payment|bank)?[ -]?cards?',
  'visa',
  'master ?card',
  'amex',
  'american express',
  'discover',
  'diners',
  'jcb',
  'maestro',
  'unionpay',
  'cc(?: ?(?:no|num|number))?',
  'pan',
  'carte',
  'tarjeta',
  'kreditkarte',
]);

const IDS = createContextWords([
  'ids?',
  'ref(?:erence)?',
  'key',
  'order',
  'invoice',
  'tracking',
  'sku',
  'serial',
  'hash',
  'epoch(?: \\w+)?',
  'count',
]);

/** Prefixes and lengths of the networks' numbers. `common` ones need no context. Source: ISO/IEC 7812 registration authority, networks' pages. */
const NETWORKS: readonly { from: number; to: number; digits: number; lengths: readonly number[]; common: boolean }[] = [
  { from: 4, to: 4, digits: 1, lengths: [13, 16, 19], common: true },
  { from: 51, to: 55, digits: 2, lengths: [16], common: true },
  { from: 2221, to: 2720, digits: 4, lengths: [16], common: true },
  { from: 34, to: 34, digits: 2, lengths: [15], common: true },
  { from: 37, to: 37, digits: 2, lengths: [15], common: true },
  { from: 6011, to: 6011, digits: 4, lengths: [16, 19], common: true },
  { from: 644, to: 659, digits: 3, lengths: [16, 19], common: true },
  { from: 300, to: 305, digits: 3, lengths: [14, 16], common: true },
  { from: 36, to: 36, digits: 2, lengths: [14, 16, 19], common: true },
  { from: 38, to: 39, digits: 2, lengths: [14, 16], common: true },
  { from: 3528, to: 3589, digits: 4, lengths: [16, 19], common: true },
  { from: 62, to: 62, digits: 2, lengths: [16, 17, 18, 19], common: true },
  { from: 2200, to: 2204, digits: 4, lengths: [16, 19], common: true },
  { from: 5018, to: 5020, digits: 4, lengths: [16, 19], common: true },
  { from: 6759, to: 6763, digits: 4, lengths: [16, 19], common: true },
  { from: 50, to: 50, digits: 2, lengths: [12, 13, 14, 15, 16, 17, 18, 19], common: false },
  { from: 56, to: 69, digits: 2, lengths: [12, 13, 14, 15, 16, 17, 18, 19], common: false },
  { from: 1, to: 1, digits: 1, lengths: [15], common: false },
];

export const CREDIT_CARD: Detector = {
  infoTypes: ['CREDIT_CARD_NUMBER'],
  needsDigits: true,
  find(scan, report) {
    let end = 0;
    for (let k = 0; k < scan.openingCount; k++) {
      const run = scan.openings[k] as number;
      const start = scan.runs[run * 2] as number;
      if (start < end) continue;
      const card = cardAt(scan, run);
      if (!card) continue;
      report('CREDIT_CARD_NUMBER', start, card.end, card.likelihood);
      end = card.end;
    }
  },
};

/** A card number that begins with this run: one run, or groups of at least three digits joined by the same blank or hyphen. */
function cardAt(scan: Scan, first: number): { end: number; likelihood: Likelihood } | undefined {
  const { text, runs, runCount } = scan;
  const start = runs[first * 2] as number;
  let end = runs[first * 2 + 1] as number;
  let digits = end - start;
  if (digits > 19 || digits < 3) return undefined;
  if (digits < 12 && !goesOn(scan, first)) return undefined;
  if (isJoinedBefore(text, start)) return undefined;
  let lastRun = first;
  const separator = text.charCodeAt(end);
  if (digits < 12 && (separator === 0x20 || separator === 0x2d)) {
    for (let run = first + 1; run < runCount; run++) {
      const from = runs[run * 2] as number;
      const to = runs[run * 2 + 1] as number;
      if (
        from !== end + 1 ||
        text.charCodeAt(end) !== separator ||
        to - from < 3 ||
        to - from > 6 ||
        digits + to - from > 19
      )
        break;
      end = to;
      digits += to - from;
      lastRun = run;
    }
  }
  if (digits < 12 || isWordAt(text, end) || (text[end] === '.' && isWordAt(text, end + 1))) return undefined;
  if (!passesLuhnIn(text, start, end) || isInIban(text, start, end)) return undefined;
  const number = lastRun === first ? text.slice(start, end) : text.slice(start, end).replace(/[ -]/g, '');
  const network = networkOf(number);
  const near = CONTEXT.near(scan, start, end);
  const bare = lastRun === first;
  // Networks take new prefixes into use; what is called a card and passes its check is one.
  if (!network) return near && digits >= 15 && number[0] !== '0' ? { end, likelihood: LIKELY } : undefined;
  if (network.common) {
    if (near || !bare) return { end, likelihood: VERY_LIKELY };
    // One in fifty ids of sixteen digits passes for a card; cards of seventeen and more are rarer than such ids.
    const isId = digits > 16 || (scan.header !== undefined && IDS.near(scan, 0, 0, 0));
    return { end, likelihood: isId ? POSSIBLE : LIKELY };
  }
  return { end, likelihood: near ? LIKELY : bare ? UNLIKELY : POSSIBLE };
}

/** Whether a further group of three to six digits follows behind one blank or hyphen. */
function goesOn({ text, runs, runCount }: Scan, run: number): boolean {
  if (run + 1 >= runCount) return false;
  const end = runs[run * 2 + 1] as number;
  const from = runs[run * 2 + 2] as number;
  const length = (runs[run * 2 + 3] as number) - from;
  const separator = text.charCodeAt(end);
  return from === end + 1 && length >= 3 && length <= 6 && (separator === 0x20 || separator === 0x2d);
}

/** Networks by the first four digits of a number. */
const BY_PREFIX = Array.from({ length: 10_000 }, (_, prefix) =>
  NETWORKS.filter(({ from, to, digits }) => {
    const head = Math.floor(prefix / 10 ** (4 - digits));
    return head >= from && head <= to;
  }),
);

function networkOf(number: string): (typeof NETWORKS)[number] | undefined {
  return BY_PREFIX[Number(number.slice(0, 4))]?.find(({ lengths }) => lengths.includes(number.length));
}

/** `x-4111…` and `3.4111…` are parts of longer things. */
function isJoinedBefore(text: string, start: number): boolean {
  const before = text[start - 1];
  return (before === '-' || before === '.') && isWordAt(text, start - 2);
}
