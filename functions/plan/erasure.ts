import { terminal } from '../errors.ts';
import type { Column, ColumnType } from '../model/column.ts';
import type { ErasureAsk } from '../model/erasure.ts';
import type { Source } from '../model/source.ts';
import { contextColumn, verbatimPrimitive } from '../model/transformation.ts';
import { repeats } from './reidentification.ts';

/** Shorter than this says nothing to whoever reads it in a year. */
const MIN_REASON = 10;
const MAX_REASON = 500;
/** Values of these are equal where their texts are. */
const KEY_TYPES: readonly ColumnType[] = ['STRING', 'INT64', 'NUMERIC', 'DATE'];

/** Refuses an erasure that does not say why, or of whom. Throws BAD_REQUEST, which names columns and never their values. */
export function checkErasure(source: Source, { key, reason }: ErasureAsk): void {
  if (reason.trim().length < MIN_REASON || reason.length > MAX_REASON)
    refuse(`reason must say why, in ${MIN_REASON} to ${MAX_REASON} characters: it is kept with who asked`);
  if (repeats([reason], Object.values(key)))
    refuse('the reason holds the value of the key, and it is kept: name a case, not a person');
  const names = Object.keys(key);
  if (names.length === 0) refuse('the key must name at least one column');
  for (const name of names) checkColumn(source, name);
  const { load } = source;
  if (load.mode === 'merge' && (names.length !== load.key.length || load.key.some((one) => !names.includes(one))))
    refuse(
      `${source.id} is merged by ${load.key.join(', ')}: erase by that, all of it and nothing else, since an older row of the same key would take the place of one that is erased by another column`,
    );
}

function checkColumn(source: Source, name: string): void {
  const column = source.columns.find((one) => one.name === name);
  if (!column) {
    refuse(`${source.id} has no column ${name}; there are: ${source.columns.map((one) => one.name).join(', ')}`);
    return;
  }
  if (column.mode === 'repeated' || !KEY_TYPES.includes(column.type))
    refuse(`${name} is ${column.mode === 'repeated' ? 'repeated' : column.type}: a key is ${KEY_TYPES.join(', ')}`);
  if (traceOf(column) === 'none')
    refuse(
      `${name} does not tell whose a row is once it is protected (${describePrivacy(column)}): take a column that is public, tokenized, hashed or encrypted without a tweak`,
    );
}

/** A value without a column is of the key that the source is merged by, where that is one column. */
export function nameKey({ id, load }: Source, key: ErasureAsk['key']): ErasureAsk['key'] {
  const { '': value, ...named } = key;
  if (value === undefined) return key;
  const [only, ...more] = load.mode === 'merge' ? load.key : [];
  if (only === undefined || more.length > 0)
    return refuse(`${id} is not merged by one column: name the column that each value is of`);
  return { ...named, [only]: value };
}

const refuse = (rule: string): never => {
  throw terminal('BAD_REQUEST', rule);
};

const ONE_TO_ONE = ['cryptoDeterministicConfig', 'cryptoHashConfig', 'cryptoReplaceFfxFpeConfig'];

/** How a value of a column is found again past the gate: as it is, by what DLP makes of it, or not at all. */
export function traceOf({ privacy }: Column): 'value' | 'token' | 'either' | 'none' {
  if (privacy.kind === 'public') return 'value';
  if (privacy.kind === 'drop') return 'none';
  const { transform, when } = privacy;
  const isKept =
    ['tokenize', 'fpe', 'hash'].includes(transform.kind) || ONE_TO_ONE.includes(verbatimPrimitive(transform) ?? '');
  if (!isKept || contextColumn(transform) !== undefined) return 'none';
  // Which rows the condition holds for is not asked: neither of the two belongs to anybody else.
  return when ? 'either' : 'token';
}

const describePrivacy = ({ privacy }: Column): string =>
  privacy.kind === 'transform'
    ? `${privacy.transform.kind}${contextColumn(privacy.transform) === undefined ? '' : ' with a tweak'}`
    : privacy.kind;
