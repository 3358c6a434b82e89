import type { Call } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { renderType, scalar } from '../types.ts';
import type { Build } from './aggregates.ts';
import { coerce, type Typed } from './typed.ts';

const INT64 = scalar('INT64');
const BYTES = scalar('BYTES');
const DEFAULT_PRECISION = 15;
/** The numbers that sketches have for their values' types; texts and bytes are one. */
const VALUE_TYPES: Record<string, { number: number; hash: (sql: string) => string }> = {
  INT64: { number: 4, hash: (sql) => `bq_hll_hash_integer(${sql})` },
  STRING: { number: 11, hash: (sql) => `bq_hll_hash(encode(${sql}))` },
  BYTES: { number: 11, hash: (sql) => `bq_hll_hash(${sql})` },
};

function precisionOf(given: Typed | undefined, call: Call): number {
  if (!given) return DEFAULT_PRECISION;
  const value = coerce(given, INT64);
  const precision = value?.literal?.kind === 'integer' ? Number(value.literal.value) : Number.NaN;
  if (!(precision >= 10 && precision <= 24))
    throw new SqlError(`The precision argument of ${call.name} must be a literal from 10 to 24`, call.at);
  // How many bits its sparse values have is documented up to here.
  if (precision > 20) throw unsupported(`${call.name} with a precision above 20`, call.at);
  return precision;
}

function checkPlain(call: Call): void {
  if (call.over) throw new SqlError(`Aggregate function ${call.name} does not support an OVER clause`, call.over.at);
  if (call.distinct) throw unsupported(`${call.name} with DISTINCT`, call.at);
}

const merged = ([sketch]: Typed[], call: Call) => {
  checkPlain(call);
  return (core: (name: string, args: string, options?: { filter?: string }) => string) =>
    `bq_hll_merge(${core('list', `${sketch?.sql}`, { filter: `${sketch?.sql} IS NOT NULL` })}, '${call.name}')`;
};
const isSketch = (args: Typed[]) => args.length === 1 && args[0]?.type.kind === 'BYTES';

/** Aggregates that make and join sketches of distinct values: see scalars/sketches.ts. */
export const SKETCHES: Record<string, Build> = {
  'HLL_COUNT.INIT': (args, call) => {
    const [x, given] = args;
    if (!x || args.length > 2) return undefined;
    checkPlain(call);
    if (x.type.kind === 'NUMERIC' || x.type.kind === 'BIGNUMERIC')
      throw unsupported(`${call.name} of ${renderType(x.type)}`, call.at);
    const of = VALUE_TYPES[x.type.kind];
    if (!of) return undefined;
    const precision = precisionOf(given, call);
    return {
      type: BYTES,
      sql: (core) =>
        `bq_hll_init(${core('list', of.hash(x.sql), { filter: `${x.sql} IS NOT NULL` })}, ${precision}, ${of.number})`,
    };
  },
  'HLL_COUNT.MERGE': (args, call) => {
    if (!isSketch(args)) return undefined;
    const sketch = merged(args, call);
    return { type: INT64, sql: (core) => `coalesce(bq_hll_estimate(${sketch(core)}, '${call.name}'), 0)` };
  },
  'HLL_COUNT.MERGE_PARTIAL': (args, call) => (isSketch(args) ? { type: BYTES, sql: merged(args, call) } : undefined),
};
