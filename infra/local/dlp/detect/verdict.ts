import type { Likelihood } from '../inspect/likelihood.ts';
import type { Word } from './proper-words.ts';

/** What a phrase of proper words was taken for. */
export interface Verdict {
  infoType: 'PERSON_NAME' | 'LOCATION';
  start: number;
  end: number;
  likelihood: Likelihood;
  /** Given and family name of a person. */
  first?: Word;
  last?: Word;
  usState?: boolean;
  /** Whether a list of names may raise it. */
  listable?: boolean;
}
