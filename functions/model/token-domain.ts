import type { Column, Normalization, Transformation } from './column.ts';

/** Primitives that give one token to equal values, wherever key, normalization and settings are the same. */
const TOKENS: readonly string[] = ['tokenize', 'hash', 'fpe'];

/** The key's name with its version, the further settings of the primitive: all of it decides what a value's token is. */
type Tokenizing = Transformation & { key: string };

/** The transformation that makes a column hold tokens; undefined = it holds none. */
export function tokenizing({ privacy }: Column): Tokenizing | undefined {
  if (privacy.kind !== 'transform' || !TOKENS.includes(privacy.transform.kind)) return undefined;
  return 'key' in privacy.transform ? privacy.transform : undefined;
}

/**
 * What a column's tokens can be equal to: two columns give one value one token if, and only if, this is the same for both.
 * Not the description, nor the condition under which rows are tokenised. undefined = the column holds no tokens.
 *
 * Batches keep it, and a table whose newest batch has another one takes nothing in: a setting that a primitive gets later
 * must be absent where nothing is said, and no part of this may be worded otherwise.
 */
export function tokenDomain(column: Column): string | undefined {
  const transform = tokenizing(column);
  if (transform === undefined) return undefined;
  return canonicalJson([transform, canonicalOrder(column.normalize), textForm(column)]);
}

/** The same for the same content, in whatever order its keys were written. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );

/** `tokenize { key: pii }, normalized by trim, lower` */
export function describeDomain(column: Column): string | undefined {
  const transform = tokenizing(column);
  if (transform === undefined) return undefined;
  const { kind, ...settings } = transform;
  const written = Object.entries(settings).map(([name, value]) => `${name}: ${textOf(value)}`);
  const form = textForm(column);
  return [
    `${kind} { ${written.join(', ')} }`,
    column.normalize.length > 0 ? `normalized by ${column.normalize.join(', ')}` : 'not normalized',
    ...(form === 'TEXT' ? [] : [`of ${form}`]),
  ].join(', ');
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Steps give the same text in any order, but for `lower` and `upper`, of which the later one counts. */
function canonicalOrder(normalize: readonly Normalization[]): string[] {
  const cased = normalize.filter((step) => step === 'lower' || step === 'upper').at(-1);
  const others = normalize.filter((step) => step !== 'lower' && step !== 'upper');
  return [...new Set(cased === undefined ? others : [...others, cased])].sort();
}

/** What is tokenised is text. A whole number is written as its digits are; other types have a form of their own. */
function textForm({ type, scale }: Column): string {
  if (type === 'STRING' || type === 'INT64') return 'TEXT';
  return scale === undefined ? type : `${type} of scale ${scale}`;
}
