import { createRequire } from 'node:module';
import type { LocaleDefinition } from '@faker-js/faker';
import { FUNCTION_WORDS } from './function-words.ts';

/**
 * Names of people and places, and words of companies and streets, out of faker's locales (MIT): 25,000 given names, 19,000
 * family names and 15,000 towns of 77 locales. Read at the first look-up; it takes 80 ms and 10 MB.
 */
export interface Gazetteer {
  givenNames: ReadonlySet<string>;
  /** Those that are common in English: the only ones believed at the start of a sentence. */
  englishGivenNames: ReadonlySet<string>;
  familyNames: ReadonlySet<string>;
  /** Towns, states and countries; in lower case, of up to `longestPlace` words. */
  places: ReadonlySet<string>;
  longestPlace: number;
  usStates: ReadonlySet<string>;
  /** Common English words, in lower case: what begins a sentence is more likely one of them than a name. */
  commonWords: ReadonlySet<string>;
  /** `Street`, `Lane`; in lower case. */
  streetSuffixes: ReadonlySet<string>;
  /** `Rue`, `Calle`; in lower case. */
  streetPrefixes: ReadonlySet<string>;
}

let loaded: Gazetteer | undefined;

export function gazetteer(): Gazetteer {
  loaded ??= load();
  return loaded;
}

function load(): Gazetteer {
  const { allLocales } = createRequire(import.meta.url)('@faker-js/faker') as {
    allLocales: Record<string, LocaleDefinition>;
  };
  const locales = Object.values(allLocales);
  const all = (pick: (locale: LocaleDefinition) => unknown) => locales.flatMap((locale) => stringsIn(pick(locale)));
  const english = allLocales.en;
  const usStates = lower(stringsIn(english?.location?.state));
  const places = lower([
    ...all(({ location }) => location?.city_name),
    ...all(({ location }) => location?.country),
    ...all(({ location }) => location?.state),
  ]);
  return {
    givenNames: new Set(all(({ person }) => person?.first_name)),
    englishGivenNames: new Set(stringsIn(english?.person?.first_name)),
    familyNames: new Set(all(({ person }) => person?.last_name)),
    places,
    longestPlace: Math.max(...[...places].map((place) => place.split(' ').length)),
    usStates,
    commonWords: new Set([...lower(stringsIn(english?.word)), ...FUNCTION_WORDS]),
    streetSuffixes: new Set([...lower(stringsIn(english?.location?.street_suffix)), ...SUFFIX_ABBREVIATIONS]),
    streetPrefixes: lower(all(({ location }) => [location?.street_prefix, leadingSuffixes(location)])),
  };
}

/** Italian and Spanish put first what the locale calls a suffix: `Via Verbano`. */
function leadingSuffixes(location: LocaleDefinition['location']): unknown {
  const leads = stringsIn(location?.street_pattern).some((pattern) =>
    pattern.startsWith('{{location.street_suffix}} '),
  );
  return leads ? location?.street_suffix : [];
}

/** USPS Publication 28, appendix C1: the common abbreviations. */
const SUFFIX_ABBREVIATIONS =
  'boulevard aly ave blvd br byp cir ct crk cres dr expy ext fwy grv hts hwy ln lndg mnr mt pkwy pl plz rd rdg sq st sta ter trl tpke vly vw xing'.split(
    ' ',
  );

const lower = (words: readonly string[]) => new Set(words.map((word) => word.toLowerCase()));

/** Every string in nested arrays and objects of arrays; weighted entries hold theirs as `value`. */
function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(stringsIn);
  if (typeof value !== 'object' || value === null) return [];
  const entry = value as Record<string, unknown>;
  return typeof entry.value === 'string' ? [entry.value] : Object.values(entry).flatMap(stringsIn);
}
