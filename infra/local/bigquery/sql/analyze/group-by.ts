import type { Expr, GroupItem, Select } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { isGroupable, renderType } from '../types.ts';
import type { Env } from './analysis.ts';
import { analyze } from './expressions.ts';
import type { Output } from './select.ts';
import type { Typed } from './typed.ts';

export const ordinalOf = (expr: Expr) =>
  expr.kind === 'literal' && expr.type === 'INT64' ? Number(expr.value) : undefined;

/** GROUP BY as DuckDB's clause; empty where there is one group, which may be of no rows. */
export function groupClause(select: Select, outputs: Output[], env: Env): string {
  const { groupBy } = select;
  if (!groupBy) return '';
  if (groupBy.kind === 'all') {
    const keys = outputs.flatMap((item, i) =>
      item.hasAggregate || item.hasWindow || item.value.literal ? [] : [{ item, i }],
    );
    for (const { item } of keys) checkKey(item.value, item.at);
    return keys.length === 0 ? '' : `GROUP BY ${keys.map(({ i }) => i + 1).join(', ')}`;
  }
  const isPlain = groupBy.items.every((item) => item.kind === 'expr');
  const key = (expr: Expr) => groupKey(expr, outputs, env, isPlain);
  return `GROUP BY ${groupBy.items.map((item) => renderItem(item, key)).join(', ')}`;
}

function renderItem(item: GroupItem, key: (expr: Expr) => string): string {
  const list = (exprs: Expr[]) => (exprs.length === 1 ? exprs.map(key).join('') : `(${exprs.map(key).join(', ')})`);
  switch (item.kind) {
    case 'expr':
      return key(item.expr);
    case 'list':
      return `(${item.items.map(key).join(', ')})`;
    case 'rollup':
    case 'cube':
      return `${item.kind.toUpperCase()} (${item.items.map(list).join(', ')})`;
    case 'sets':
      return `GROUPING SETS (${item.items.map((one) => renderItem(one, key)).join(', ')})`;
  }
}

/** One key: by its place in the select list where that is enough; sets of keys want the expression itself. */
function groupKey(expr: Expr, outputs: Output[], env: Env, isPlain: boolean): string {
  const ordinal = ordinalOf(expr);
  const index = ordinal !== undefined ? ordinal - 1 : aliasIndex(expr, outputs);
  const output = index === undefined ? undefined : outputs[index];
  if (ordinal !== undefined && !output)
    throw new SqlError(`GROUP BY is out of SELECT column number range: ${ordinal}`, expr.at);
  if (output && index !== undefined) {
    if (output.hasAggregate)
      throw new SqlError(
        `Column ${ordinal ?? output.name} contains an aggregation function, which is not allowed in GROUP BY`,
        expr.at,
      );
    if (output.hasWindow) throw new SqlError('GROUP BY expression references an analytic function', expr.at);
    checkKey(output.value, expr.at);
    if (isPlain) return String(index + 1);
  }
  const value =
    output?.value ??
    analyze(expr, {
      ...env,
      noAggregates: 'GROUP BY',
      noWindows: 'GROUP BY',
      found: { aggregate: false, window: false },
    });
  checkKey(value, expr.at);
  if (!value.literal) return value.sql;
  if (!isPlain) throw unsupported('constants in ROLLUP, CUBE or GROUPING SETS', expr.at);
  return `(SELECT ${value.sql})`;
}

function checkKey(value: Typed, at: number): void {
  if (!isGroupable(value.type))
    throw new SqlError(`Grouping by expressions of type ${renderType(value.type)} is not allowed`, at);
}

/** A bare name in GROUP BY means the select list's alias, where there is one. */
export function aliasIndex(expr: Expr, outputs: Output[]): number | undefined {
  if (expr.kind !== 'path' || expr.names.length !== 1) return undefined;
  const name = expr.names[0]?.name.toLowerCase();
  const found = outputs
    .map((item, i) => ({ item, i }))
    .filter(({ item }) => item.expr && item.name?.toLowerCase() === name);
  if (found.length > 1 && new Set(found.map(({ item }) => item.value.sql)).size > 1)
    throw new SqlError(`Name ${expr.names[0]?.name} is ambiguous in GROUP BY`, expr.at);
  return found[0]?.i;
}
