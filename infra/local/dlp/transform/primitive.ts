import type { KeyRing } from '../crypto/keys.ts';
import type { Value } from '../wire/value.ts';

/** Why one value could not be transformed. Never holds the value. */
export interface Failure {
  failure: string;
}

/** What became of one value: a text, a Value of another type, a failure, or undefined when there was nothing to transform. */
export type Outcome = string | Value | Failure | undefined;

export function isFailure(outcome: Outcome): outcome is Failure {
  return typeof outcome === 'object' && 'failure' in outcome;
}

/** The values that one primitive transforms in one go: a column's cells, or what was found of one infoType. */
export interface Subjects {
  texts: readonly string[];
  /** The cells themselves where whole cells are transformed; absent for findings, which are text. */
  cells?: readonly Value[];
  /** The infoType of each finding; absent for whole cells. */
  infoTypes?: readonly string[];
  /** The cell of the context field in the same record, if the item has records and the field is there. */
  contexts?: readonly (Value | undefined)[];
}

export interface Primitive {
  /** Field whose cell is the context of each value. */
  contextField?: string;
  /** Free of the transformation price when inspection is configured (redact and replace with infoType). */
  simpleRedaction?: boolean;
  /** One outcome a text, in order. Never throws on data. */
  apply(subjects: Subjects): Outcome[];
}

/** What a primitive needs besides its configuration. */
export interface Workshop {
  keys: KeyRing;
  /** Random bytes, for what is drawn at random: shifts without a key, words of a dictionary. */
  random: (size: number) => Buffer;
  /** `cell` when whole cells are transformed without inspection, `finding` when what was found is. */
  target: 'cell' | 'finding';
  /** Whether the item is a table; date shifts with a context need one. */
  hasRecords: boolean;
}

/** A cell's outcome from its text alone; most primitives are that simple. */
export function perText(change: (text: string, index: number) => Outcome): Primitive['apply'] {
  return ({ texts }) => texts.map(change);
}
