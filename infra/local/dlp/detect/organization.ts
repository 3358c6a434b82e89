import { LIKELY, POSSIBLE } from '../inspect/likelihood.ts';
import type { Detector, Report } from './detector.ts';
import { FUNCTION_WORDS } from './function-words.ts';
import { gazetteer } from './gazetteer.ts';
import { isUpper, wordEnd } from './scan.ts';

/** Legal forms, and words that name an institution when they end or begin its name. */
const LEGAL_FORMS = new Set(
  'inc incorporated llc llp ltd limited corp corporation co company plc gmbh ag kg sa sas sarl srl spa nv bv ab as oy aps pty kft sro'.split(
    ' ',
  ),
);
const INSTITUTIONS = new Set(
  (
    'group holdings partners associates industries enterprises foundation institute university college hospital clinic bank insurance ' +
    'technologies solutions systems services consulting ventures capital labs laboratories agency council society union'
  ).split(' '),
);
const OPENINGS = new Set(['university', 'bank', 'institute', 'department', 'ministry', 'college', 'museum']);
const MOST_WORDS = 6;

export const ORGANIZATION: Detector = {
  infoTypes: ['ORGANIZATION_NAME'],
  wantsCapitals: true,
  find({ text, capitals, capitalCount }, report) {
    let end = 0;
    for (let k = 0; k < capitalCount; k++) {
      const start = capitals[k] as number;
      if (start >= end) end = Math.max(end, organizationAt(text, start, report));
    }
  },
};

/** Reports the organization at `start` and returns its end; 0 if none is there. */
function organizationAt(text: string, start: number, report: Report): number {
  const ends: { at: number; word: string }[] = [];
  // `The IBAN for Barber LLC`: the name begins later.
  if (FUNCTION_WORDS.has(text.slice(start, wordEnd(text, start)).toLowerCase())) return 0;
  let at = start;
  while (ends.length < MOST_WORDS) {
    const end = wordEnd(text, at);
    if (end === at) break;
    const word = text.slice(at, end).toLowerCase();
    const joins = word === 'and' || word === 'of' || word === 'the';
    if (!isUpper(text.charCodeAt(at)) && !joins) break;
    ends.push({ at: end, word });
    const gap = /^(?:,? |, | & )/.exec(text.slice(end, end + 3));
    if (!gap) break;
    at = end + gap[0].length;
  }
  for (let n = ends.length - 1; n > 0; n--) {
    const { at: end, word } = ends[n] as { at: number; word: string };
    if (LEGAL_FORMS.has(word)) {
      const stop = text[end] === '.' ? end + 1 : end;
      report('ORGANIZATION_NAME', start, stop, LIKELY);
      return stop;
    }
    // `Bank and` goes on; `The Group` is no name.
    if (INSTITUTIONS.has(word) && !(n === 1 && gazetteer().commonWords.has(ends[0]?.word ?? ''))) {
      report('ORGANIZATION_NAME', start, end, POSSIBLE);
      return end;
    }
  }
  const last = ends[ends.length - 1];
  if (
    last &&
    OPENINGS.has(ends[0]?.word ?? '') &&
    ends[1]?.word === 'of' &&
    ends.length > 2 &&
    !['of', 'and', 'the'].includes(last.word)
  ) {
    report('ORGANIZATION_NAME', start, last.at, POSSIBLE);
    return last.at;
  }
  return 0;
}
