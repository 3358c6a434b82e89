import { LIKELY, type Likelihood, POSSIBLE, UNLIKELY } from '../inspect/likelihood.ts';
import { createContextWords } from './context-words.ts';
import type { Detector } from './detector.ts';
import { type Gazetteer, gazetteer } from './gazetteer.ts';
import { isUpper, isWordAt, type Scan, wordEnd } from './scan.ts';

const TITLE =
  /(?:^|[^\p{L}])(?:mr|mrs|ms|miss|dr|prof|professor|sir|madam|mme|mlle|herr|frau|se[ñn]or|se[ñn]ora|sr|sra)\.? $/iu;
const INTRODUCTION = createContextWords([
  'name(?: is)?',
  'named',
  'called',
  "i'?m",
  'i am',
  'dear',
  'hi',
  'hello',
  'patient',
  'customer',
  'client',
  'employee',
  'mr',
  'mrs',
  'ms',
  'dr',
  'sincerely',
  'regards',
]);
/** Who did it: `invented by`, `written by`. What follows with a capital is a person more often than a firm. */
const AGENT = /\b(?:\p{L}+ed|written|sung|given|made|built|drawn|told|sent|taken|known|led|said) by $/u;
/** Particles that join the parts of a family name. */
const PARTICLES = new Set([
  'van',
  'von',
  'der',
  'den',
  'de',
  'del',
  'della',
  'di',
  'da',
  'dos',
  'du',
  'la',
  'le',
  'bin',
  'ibn',
  'al',
  'el',
  'ten',
  'ter',
  'zu',
  'af',
]);
const MOST_WORDS = 5;

/** A word of a name: its text, and what the gazetteer knows of it. */
interface Word {
  start: number;
  end: number;
  given: boolean;
  family: boolean;
  common: boolean;
  initial: boolean;
}

export const PERSON_NAME: Detector = {
  infoTypes: ['PERSON_NAME', 'FIRST_NAME', 'LAST_NAME'],
  wantsCapitals: true,
  find(scan, report, wanted) {
    const names = gazetteer();
    let end = 0;
    for (let k = 0; k < scan.capitalCount; k++) {
      const start = scan.capitals[k] as number;
      if (start < end) continue;
      const words = wordsAt(scan.text, start, names);
      const likelihood = likelihoodOf(scan, words, names);
      if (likelihood === undefined) continue;
      const last = words[words.length - 1] as Word;
      end = withPossessive(scan.text, last.end);
      report('PERSON_NAME', start, end, likelihood);
      if (!wanted.has('FIRST_NAME') && !wanted.has('LAST_NAME')) continue;
      const first = words[0] as Word;
      if (first.given) report('FIRST_NAME', first.start, first.end, likelihood);
      if (words.length > 1 || !first.given) report('LAST_NAME', last.start, last.end, likelihood);
    }
  },
};

/** Capitalized words from `start`, joined by single blanks, initials and particles between them included. */
function wordsAt(text: string, start: number, names: Gazetteer): Word[] {
  const words: Word[] = [];
  let at = start;
  while (words.length < MOST_WORDS) {
    const end = nameEnd(text, at);
    if (end === at || !isUpper(text.charCodeAt(at)) || isWordAt(text, end)) break;
    const word = text.slice(at, end);
    const initial = word.length === 1 && text[end] === '.';
    const common = names.commonWords.has(word.toLowerCase());
    const known = wordKey(word);
    words.push({
      start: at,
      end: initial ? end + 1 : end,
      given: names.givenNames.has(known),
      family: names.familyNames.has(known),
      common,
      initial,
    });
    at = initial ? end + 1 : end;
    if (text[at] !== ' ') break;
    at = pastParticles(text, at + 1);
  }
  // An initial ends no name: `Anna B. said` is cut before it.
  while (words.length > 1 && words[words.length - 1]?.initial) words.pop();
  return words;
}

/** SMITH and Smith are the same name; McDonald keeps its inner capital. */
function wordKey(word: string): string {
  return word.length > 1 && word === word.toUpperCase() ? word[0] + word.slice(1).toLowerCase() : word;
}

/** A word's end without a possessive `'s`, which is part of the finding but not of the name. */
function nameEnd(text: string, start: number): number {
  const end = wordEnd(text, start);
  const tail = text.slice(end - 2, end);
  return tail === "'s" || tail === '’s' ? end - 2 : end;
}

function withPossessive(text: string, end: number): number {
  return /^['’]s(?!\p{L})/u.test(text.slice(end, end + 3)) ? end + 2 : end;
}

function pastParticles(text: string, start: number): number {
  let at = start;
  for (let n = 0; n < 3; n++) {
    const end = wordEnd(text, at);
    if (text[end] !== ' ' || !PARTICLES.has(text.slice(at, end))) break;
    at = end + 1;
  }
  return at;
}

/** Cuts `words` to those that make up a name and tells how likely it is; undefined when none is. */
function likelihoodOf(scan: Scan, words: Word[], names: Gazetteer): Likelihood | undefined {
  const first = words[0];
  if (!first) return undefined;
  const titled = TITLE.test(scan.text.slice(Math.max(0, first.start - 12), first.start));
  if (!titled && isStreet(scan.text, words, names)) return UNLIKELY;
  if (first.given && words.length > 1) {
    cut(words, (word, k) => k === 0 || !word.common || word.family || word.given);
    if (words.length > 1) return first.common && !words[1]?.family && !titled ? POSSIBLE : LIKELY;
  }
  const next = words[1];
  if (!first.given && !first.common && first.family && next?.given) {
    cut(words, (word, k) => k < 2 || word.given || word.family);
    return POSSIBLE;
  }
  words.length = 1;
  if (titled) return first.common && !first.family && !first.given ? undefined : LIKELY;
  const place = names.places.has(scan.text.slice(first.start, first.end).toLowerCase());
  const near = () => INTRODUCTION.near(scan, first.start, first.end, 20);
  // `Pie`, `Jordan` and `Hope` are given names too, and `Line item 3` begins with a Danish one.
  const doubtful = first.common || place || first.end - first.start <= 3 || isForeignOpening(scan.text, first, names);
  if (first.given) return doubtful ? (near() ? POSSIBLE : UNLIKELY) : near() ? LIKELY : POSSIBLE;
  if (first.common || place) return first.family ? UNLIKELY : undefined;
  if (AGENT.test(scan.text.slice(Math.max(0, first.start - 24), first.start))) return POSSIBLE;
  return first.family ? (near() ? POSSIBLE : UNLIKELY) : undefined;
}

/** Whether it begins a sentence that goes on in small letters, and is no English name. */
function isForeignOpening(text: string, { start, end }: Word, { englishGivenNames }: Gazetteer): boolean {
  const opens = start === 0 || /[.!?\n]\s*$/.test(text.slice(Math.max(0, start - 3), start));
  return opens && /^ \p{Ll}/u.test(text.slice(end, end + 3)) && !englishGivenNames.has(wordKey(text.slice(start, end)));
}

/** `1825 Brittany Bypass` and `12 Rue Joseph Vernet` are named after people. */
function isStreet(text: string, words: readonly Word[], { streetSuffixes, streetPrefixes }: Gazetteer): boolean {
  const ahead = text.slice(Math.max(0, (words[0] as Word).start - 16), (words[0] as Word).start);
  const before = /([\p{L}\d.]+) $/u.exec(ahead)?.[1]?.toLowerCase();
  if (before === undefined) return false;
  if (streetPrefixes.has(before)) return true;
  if (!/^\d+$/.test(before)) return false;
  const last = words[words.length - 1] as Word;
  const next = text[last.end] === ' ' ? text.slice(last.end + 1, wordEnd(text, last.end + 1)) : '';
  return (
    words.some(({ start, end }, k) => k > 0 && streetSuffixes.has(text.slice(start, end).toLowerCase())) ||
    streetSuffixes.has(next.toLowerCase())
  );
}

function cut(words: Word[], keep: (word: Word, index: number) => boolean): void {
  const length = words.findIndex((word, index) => !keep(word, index));
  if (length > 0) words.length = length;
}
