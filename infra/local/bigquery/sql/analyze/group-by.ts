import type { Expr, GroupItem, Select } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { isGroupKey, renderType } from '../types.ts';
import type { Env } from './analysis.ts';
import { analyze } from './expressions.ts';
import { resolvePath } from './names.ts';
import { mentions, namesIn } from './scope.ts';
import type { Output } from './select.ts';
import type { Typed } from './typed.ts';

export const ordinalOf = (expr: Expr) =>
  expr.kind === 'literal' && expr.type === 'INT64' ? Number(expr.value) : undefined;

/** GROUP BY as DuckDB's clause; empty where there is one group, which may be of no rows. */
export function groupClause(select: Select, outputs: Output[], env: Env): string {
  const { groupBy } = select;
  if (!groupBy) return '';
  if (groupBy.kind === 'all') {
    // What names nothing of the FROM clause is no key: without others there is one group, even of no rows.
    const names = namesIn(env.scope);
    const keys = outputs.flatMap((item, i) =>
      item.hasAggregate || item.hasWindow || !mentions(item.value.sql, names) ? [] : [{ item, i }],
    );
    for (const { item } of keys) checkKey(item.value, item.at);
    return keys.length === 0 ? '' : `GROUP BY ${keys.map(({ i }) => i + 1).join(', ')}`;
  }
  const isPlain = groupBy.items.every((item) => item.kind === 'expr');
  if (!isPlain && groupBy.items.length > 1)
    throw new SqlError(
      'The GROUP BY clause only supports ROLLUP, CUBE, GROUPING SETS and () when there are no other grouping elements',
      select.at,
    );
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
  const index = ordinal !== undefined ? ordinal - 1 : aliasIndex(expr, outputs, 'GROUP BY');
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
  if (expr.kind === 'literal' && ordinal === undefined) throw new SqlError('Cannot GROUP BY literal values', expr.at);
  refuseTwoMeanings(expr, outputs, env);
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
  if (!isGroupKey(value.type))
    throw new SqlError(`Grouping by expressions of type ${renderType(value.type)} is not allowed`, at);
}

/** A bare name means the select list's alias, where there is one. */
export function aliasIndex(expr: Expr, outputs: Output[], clause: 'GROUP BY' | 'ORDER BY'): number | undefined {
  if (expr.kind !== 'path' || expr.names.length !== 1) return undefined;
  const [first] = expr.names;
  const name = first?.name.toLowerCase();
  const found = outputs.flatMap((item, i) => (item.name?.toLowerCase() === name ? [i] : []));
  if (found.length > 1)
    throw new SqlError(
      clause === 'ORDER BY'
        ? `Column name ${first?.name} is ambiguous`
        : `Name ${first?.name} in GROUP BY clause is ambiguous; it may refer to multiple columns in the SELECT-list`,
      expr.at,
    );
  return found[0];
}

/** `T.x` where T is both an alias of the select list and a name of the FROM clause, and not the same thing. */
function refuseTwoMeanings(expr: Expr, outputs: Output[], env: Env): void {
  if (expr.kind !== 'path' || expr.names.length === 1) return;
  const [first] = expr.names;
  const own = outputs.filter((item) => item.name?.toLowerCase() === first?.name.toLowerCase());
  if (!first || own.length === 0) return;
  const value = resolvePath({ ...expr, names: [first] }, env);
  if (own.some((item) => item.value.sql !== value.sql))
    throw new SqlError(
      `Name ${first.name} in GROUP BY clause is ambiguous; it may refer to both a column in the SELECT-list and a name in the FROM clause`,
      expr.at,
    );
}
