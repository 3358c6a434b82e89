import type { Call } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { arrayOf, isGroupable, isNumeric, isOrderable, type SqlType, scalar } from '../types.ts';
import type { Build } from './aggregates.ts';
import { coerce, type Typed } from './typed.ts';

const INT64 = scalar('INT64');

/** A count that must be a literal or a parameter. */
function constantCount(value: Typed | undefined, call: Call): number {
  const count = value && coerce(value, INT64);
  if (count?.literal?.kind !== 'integer' || BigInt(count.literal.value) <= 0n)
    throw new SqlError(`The number argument of ${call.name} must be a positive literal or parameter`, call.at);
  return Number(count.literal.value);
}

const entries = (value: SqlType, name: string, number: SqlType) =>
  arrayOf({
    kind: 'STRUCT',
    fields: [
      { name: 'value', type: value },
      { name, type: number },
    ],
  });

/** BigQuery estimates; here the answers are exact, which is an estimate without an error. */
export const APPROXIMATE: Record<string, Build> = {
  APPROX_QUANTILES: (args, call) => {
    const [x, n] = args;
    if (!x || args.length !== 2 || !isOrderable(x.type)) return undefined;
    const count = constantCount(n, call);
    const order = ` ORDER BY ${x.sql} ASC NULLS FIRST`;
    return {
      type: arrayOf(x.type),
      sql: (core) => `bq_quantiles(${core('list', x.sql, { order })}, ${count})`,
    };
  },
  APPROX_TOP_COUNT: (args, call) => {
    const [x, n] = args;
    if (!x || args.length !== 2 || !isGroupable(x.type)) return undefined;
    const count = constantCount(n, call);
    return {
      type: entries(x.type, 'count', INT64),
      sql: (core) => `bq_top_count(${core('list', x.sql)}, ${count})`,
    };
  },
  APPROX_TOP_SUM: (args, call) => {
    const [x, weight, n] = args;
    if (!x || !weight || args.length !== 3 || !isGroupable(x.type) || !isNumeric(weight.type)) return undefined;
    if (weight.type.kind === 'BIGNUMERIC') throw unsupported('APPROX_TOP_SUM of BIGNUMERIC weights', call.at);
    const count = constantCount(n, call);
    return {
      type: entries(x.type, 'sum', weight.type),
      sql: (core) => `bq_top_sum(${core('list', `struct_pack(v := ${x.sql}, w := ${weight.sql})`)}, ${count})`,
    };
  },
};
