import { isMute } from '../../../functions/plan/inspection.ts';

/** The name of the key that a proposal tokenises under; one for all, so that its tables join. */
export const PROPOSED_KEY = 'pii';

export interface ByName {
  privacy: unknown;
  /** What the name says that the column holds. */
  means: string;
}

/** Any of them, between underscores. */
const words = (...alternatives: string[]): RegExp => new RegExp(`(?:^|_)(?:${alternatives.join('|')})(?:$|_)`);
const person = 'first|last|middle|maiden|given|family|full|nick|contact|customer|patient|employee|person';

const NAMES: readonly (ByName & { name: RegExp; types?: readonly string[] })[] = [
  {
    name: words('birth_?da(?:y|te)', 'date_?of_?birth', 'dob', 'born'),
    types: ['DATE', 'TIMESTAMP'],
    privacy: { time_part: 'YEAR' },
    means: 'a date of birth: only the year stays; date_shift keeps ages',
  },
  {
    name: words('e_?mail(?:_?address)?'),
    types: ['STRING'],
    privacy: { tokenize: { key: PROPOSED_KEY } },
    means: 'an e-mail address',
  },
  { name: words('(?:tele)?phone', 'mobile', 'fax'), privacy: { mask: { keep_last: 4 } }, means: 'a phone number' },
  {
    name: words('ssn', 'social_?security', 'passport', 'drivers?', 'licen[cs]e', '(?:tax|national)_?id', 'iban'),
    privacy: { tokenize: { key: PROPOSED_KEY } },
    means: 'the number of a document or an account',
  },
  {
    name: new RegExp(`^(?:(?:${person})_?)?names?$|^(?:first|last|maiden|surname)$`),
    types: ['STRING'],
    privacy: 'drop',
    means: 'the name of a person',
  },
  {
    name: words('address', 'street', 'birth_?place'),
    types: ['STRING'],
    privacy: 'drop',
    means: 'a place that leads to a person',
  },
  { name: words('zip(?:_?code)?', 'post(?:al)?_?code'), privacy: { mask: { keep_first: 3 } }, means: 'a small area' },
  { name: words('password', 'secret', 'token', 'api_?key'), privacy: 'drop', means: 'a secret' },
];

/**
 * What a column's name says where DLP finds nothing at LIKELY: numbers of documents that no checksum tells, names and
 * places that stand alone. Too much protected is mended in a minute, too little never.
 */
export const byName = (name: string, type: string): ByName | undefined =>
  NAMES.find((one) => one.name.test(name) && (one.types?.includes(type) ?? !isMute(type)));
