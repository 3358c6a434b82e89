import { type Likelihood, POSSIBLE } from '../inspect/likelihood.ts';
import type { Detector, Report } from './detector.ts';
import { COMMON_WORD, FAMILY_NAME, GIVEN_NAME, gazetteer } from './gazetteer.ts';
import { isTitled, judgePhrase } from './judge-phrase.ts';
import { organizationAt } from './organization.ts';
import { forgetWords, type ProperWords, readPhrase, readProperWords, readWord } from './proper-words.ts';
import { isWordAt, wordEnd } from './scan.ts';
import { findAddresses } from './street-address.ts';
import type { Verdict } from './verdict.ts';

/**
 * People, places, organizations and addresses, found together: the same word is any of them, and what it is taken for as one
 * rules out the others. Addresses go first (streets are named after people and towns), then organizations (so are firms),
 * then people and places by what stands around them.
 */
export const NAMES_AND_PLACES: Detector = {
  infoTypes: ['PERSON_NAME', 'FIRST_NAME', 'LAST_NAME', 'STREET_ADDRESS', 'LOCATION', 'US_STATE', 'ORGANIZATION_NAME'],
  wantsCapitals: true,
  find(scan, report) {
    const known = gazetteer();
    const { text } = scan;
    const words = readProperWords(scan, known);
    const addresses = findAddresses(scan, words);
    for (const { infoType, start, end, likelihood } of addresses) report(infoType, start, end, likelihood);
    let nextAddress = 0;
    let end = 0;
    let last: Verdict | undefined;
    const doubtful: Verdict[] = [];
    for (let k = 0; k < words.count; k++) {
      const start = words.starts[k] as number;
      if (start < end || isPartOfToken(text, start)) continue;
      while (nextAddress < addresses.length && (addresses[nextAddress]?.end ?? 0) <= start) nextAddress++;
      if ((addresses[nextAddress]?.start ?? Number.POSITIVE_INFINITY) <= start) continue;
      const organization = organizationAt(words, start, scan.header);
      if (organization && !isPersonOfFirm(words, start, organization.end)) {
        report('ORGANIZATION_NAME', start, organization.end, organization.likelihood);
        end = organization.end;
        continue;
      }
      const listed = last?.infoType === 'PERSON_NAME' && LIST.test(text.slice(last.end, start));
      const chained =
        last?.infoType === 'LOCATION' && last.likelihood >= POSSIBLE && CHAIN.test(text.slice(last.end, start));
      const verdict = judgePhrase(words, readPhrase(words, start), scan.header, { listed, chained });
      if (!verdict) continue;
      end = verdict.end;
      // In a list the doubtful ones are what the others are: `Petrenko, Lane and Brooks`.
      if (verdict.infoType === 'PERSON_NAME') {
        if (listed && verdict.likelihood < POSSIBLE && verdict.listable) verdict.likelihood = POSSIBLE;
        if (listed && verdict.likelihood >= POSSIBLE) {
          for (const before of doubtful) reportPerson(before, POSSIBLE, report);
        }
        if (!listed || verdict.likelihood >= POSSIBLE) doubtful.length = 0;
        if (verdict.likelihood < POSSIBLE && verdict.listable) doubtful.push(verdict);
      }
      last = verdict;
      reportVerdict(verdict, report);
    }
    forgetWords();
  },
};

/** `anna.Kowal@example.com`, `Order.Status`, `/Users`: identifiers, not words. */
function isPartOfToken(text: string, start: number): boolean {
  const before = text[start - 1];
  if (before === '@' || before === '/' || before === '#' || (before === '.' && isWordAt(text, start - 2))) return true;
  const end = wordEnd(text, start);
  const after = text[end];
  if (after === '@') return true;
  return end - start > 1 && after === '.' && isWordAt(text, end + 1) && isWordAt(text, end - 1);
}

const LIST = /^(?:,? and |, ?| & |,? or )$/;

const CHAIN = /^ (?:to|via|and to|then to) $/;

/** `Dr. Wikström of Hansen Bank`, `Anna Wikström of Hansen Bank`: the firm begins behind `of`. */
function isPersonOfFirm({ text, known }: ProperWords, start: number, end: number): boolean {
  const of = text.slice(start, end).search(/ of | at /);
  if (of < 0) return false;
  if (isTitled(text, start)) return true;
  const first = readWord(text, start, known);
  const second = text[first.end] === ' ' ? readWord(text, first.end + 1, known) : undefined;
  return (
    (first.flags & (GIVEN_NAME | COMMON_WORD)) === GIVEN_NAME &&
    second?.end === start + of &&
    (second.flags & FAMILY_NAME) !== 0
  );
}

function reportVerdict(verdict: Verdict, report: Report): void {
  if (verdict.infoType === 'PERSON_NAME') reportPerson(verdict, verdict.likelihood, report);
  else report(verdict.infoType, verdict.start, verdict.end, verdict.likelihood);
  if (verdict.usState) report('US_STATE', verdict.start, verdict.end, verdict.likelihood);
}

function reportPerson({ start, end, first, last }: Verdict, likelihood: Likelihood, report: Report): void {
  report('PERSON_NAME', start, end, likelihood);
  if (first) report('FIRST_NAME', first.start, first.end, likelihood);
  if (last) report('LAST_NAME', last.start, last.end, likelihood);
}
