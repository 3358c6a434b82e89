import type { Call } from '../parse/tree.ts';
import { unsupported } from '../sql-error.ts';
import { isOrderable } from '../types.ts';
import type { Built, Core } from './aggregates.ts';
import type { Typed } from './typed.ts';

/** Conditions as one; empty where there is none. */
export const conditionsOf = (conditions: readonly (string | undefined)[]) =>
  conditions.filter((one) => one !== undefined).join(' AND ');

/**
 * The value beside the greatest or least key; NULL keys are passed over. With a NaN among the keys the extreme is NaN,
 * which equals no key: GoogleSQL then takes no row at all.
 */
export function besideExtreme(x: Typed, key: Typed, side: 'max' | 'min'): Built | undefined {
  if (!isOrderable(key.type)) return undefined;
  return {
    type: x.type,
    sql: (core) => {
      const value = core(`arg_${side}_null`, `${x.sql}, ${key.sql}`);
      return key.type.kind === 'FLOAT64'
        ? `CASE WHEN ${core('bool_or', `isnan(${key.sql})`)} IS NOT TRUE THEN ${value} END`
        : value;
    },
  };
}

interface Extremes {
  side: 'max' | 'min';
  key: Typed;
  distinct: boolean;
  orderBy: string;
  conditions: (string | undefined)[];
  limited(list: string): string;
}

/** DuckDB's aggregates that can run over a list. */
const OF_LISTS = /^(count|sum|avg|min|max|bool_and|bool_or|bit_and|bit_or|bit_xor|(stddev|var)_(samp|pop))$/;

/** HAVING MAX keeps the rows whose key equals the group's greatest: they are collected, and the aggregate runs over them. */
export function coreOfExtremes({ side, key, distinct, orderBy, conditions, limited }: Extremes, call: Call): Core {
  return (name, args, options = {}) => {
    if (name !== 'list' && !OF_LISTS.test(name)) throw unsupported(`${call.name} with HAVING`, call.at);
    const all = conditionsOf(conditions);
    const filter = all === '' ? '' : ` FILTER (WHERE ${all})`;
    const value = args === '*' ? '1' : args;
    const order = options.ordered ? orderBy : (options.order ?? '');
    const rows = `list(struct_pack(k := ${key.sql}, v := ${value}, f := coalesce(${options.filter ?? 'true'}, false))${order})${filter}`;
    const best = `${side}(${key.sql})`;
    const nan =
      key.type.kind === 'FLOAT64'
        ? `CASE WHEN NOT bool_or(isnan(${key.sql}))${filter} THEN ${best}${filter} END`
        : `${best}${filter}`;
    const kept = `list_transform([struct_pack(a := ${rows}, b := ${nan})], lambda s: list_transform(list_filter(s.a, lambda p: p.f AND p.k = s.b), lambda p: p.v))[1]`;
    const values = distinct || options.distinct ? `bq_first_of_each(${kept})` : kept;
    if (name === 'list') return `bq_filled(${options.ordered ? limited(values) : values})`;
    const sql = `list_aggregate(${values}, '${name}')`;
    return name === 'count' ? `coalesce(${sql}, 0)` : sql;
  };
}
