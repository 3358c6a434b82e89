import type { OrderItem, Select } from '../parse/tree.ts';
import { physicalNames, quoteName } from '../types.ts';
import { orderItem } from './aggregates.ts';
import type { Env } from './analysis.ts';
import { analyze } from './expressions.ts';
import type { Output, SortKey } from './select.ts';
import { type Typed, typed } from './typed.ts';

/**
 * SELECT AS STRUCT over groups or distinct rows: the columns as they are, `build` makes their SELECT, and the struct around
 * them, since GROUP BY counts columns and DuckDB counts the struct. What sorts goes along, because an inner order is not kept.
 */
export function packRows(
  { distinct }: Select,
  outputs: Output[],
  orderBy: OrderItem[],
  keys: SortKey[],
  env: Env,
  build: (list: string[]) => string,
): string {
  const name = env.analysis.fresh('s');
  const column = (value: Typed, i: number) => typed(`${name}.c${i + 1}`, value.type);
  const list = outputs.map(({ value }, i) => `${value.sql} AS c${i + 1}`);
  const visible = outputs.map((item, i) => ({ name: item.name, value: column(item.value, i), touch: () => {} }));
  const order = orderBy.map((item, i) => {
    const key = keys[i];
    if (distinct || !key) {
      const scope = { visible, ranges: [], parent: env.scope };
      return orderItem(analyze(item.expr, { ...env, scope, noAggregates: 'ORDER BY', noWindows: 'ORDER BY' }), item);
    }
    if (key.output !== undefined) return orderItem(column(key.value, key.output), item);
    list.push(`${key.value.sql} AS k${i + 1}`);
    return orderItem({ ...key.value, sql: `${name}.k${i + 1}` }, item);
  });
  const names = physicalNames(outputs.map((item) => ({ name: item.name, type: item.value.type })));
  const fields = visible.map(({ value }, i) => `${quoteName(names[i] ?? '')} := ${value.sql}`);
  const sorted = order.length > 0 ? ` ORDER BY ${order.join(', ')}` : '';
  return `SELECT struct_pack(${fields.join(', ')}) AS c1 FROM (${build(list)}) AS ${name}${sorted}`;
}
