import type { From, JoinClause } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { isGroupable, renderType } from '../types.ts';
import type { Env } from './analysis.ts';
import { equals } from './comparisons.ts';
import { analyzeCondition } from './expressions.ts';
import { analyzeFrom, type FromResult, wrapFrom } from './from.ts';
import { holdsQuery } from './holds-query.ts';
import { type Column, mentions, namesAround, type Scope } from './scope.ts';
import { coerce, comparedType, type Typed, typed } from './typed.ts';
import { isVolatile } from './volatile.ts';

export function analyzeJoin(left: FromResult, rightFrom: From, join: JoinClause, env: Env, outer: Scope): FromResult {
  const from = { ...join, right: rightFrom };
  // The right side sees the left one only through UNNEST and array paths.
  const reach: Scope = {
    visible: left.visible,
    ranges: left.ranges,
    parent: outer.ranges.length + outer.visible.length > 0 ? outer : outer.parent,
  };
  const right = analyzeFrom(from.right, env, from.right.kind === 'join' ? outer : reach);
  refuseSameAlias(left, right, from.right.at, from.using);
  if (from.type === 'LEFT' || from.type === 'FULL') markOptional(right);
  if (from.type === 'RIGHT' || from.type === 'FULL') markOptional(left);
  const ranges = [...left.ranges, ...right.ranges];
  const rightSql = from.right.kind === 'join' ? `(${right.sql})` : right.sql;
  if (right.sql.startsWith('LATERAL') && (from.type === 'RIGHT' || from.type === 'FULL'))
    throw unsupported(`${from.type} JOIN of an array`, from.at);
  if (from.using) {
    const { on, visible } = joinUsing(from, left, right);
    const merged = new Set(from.using.map((one) => one.name.toLowerCase()));
    // An alias that is a merged column's name, as of UNNEST(…) AS id, no longer stands for its side alone.
    const others = ranges.filter((range) => !merged.has(range.alias.toLowerCase()));
    return joinOn(from, left.sql, rightSql, on, { visible, ranges: others }, env);
  }
  const visible = [...left.visible, ...right.visible];
  if (from.type !== 'CROSS' && !from.on && (!right.isArray || from.type === 'RIGHT' || from.type === 'FULL'))
    throw new SqlError(`${from.type} JOIN must have an immediately following ON or USING clause`, from.at);
  if (from.type === 'CROSS' || !from.on) {
    const kind = from.type === 'LEFT' ? 'LEFT JOIN' : 'CROSS JOIN';
    return { sql: `${left.sql} ${kind} ${rightSql}${from.type === 'LEFT' ? ' ON TRUE' : ''}`, visible, ranges };
  }
  const scope: Scope = { visible, ranges, parent: outer.parent };
  const on = analyzeCondition(from.on, { ...env, scope }, 'JOIN ON clause');
  const isLateral = right.sql.startsWith('LATERAL');
  if (holdsQuery(on.sql) ? from.type !== 'INNER' || isLateral : isLateral && from.type === 'LEFT')
    return joinByRow(from, left, { ...right, sql: rightSql }, on.sql, env);
  return joinOn(from, left.sql, rightSql, on.sql, { visible, ranges }, env);
}

/**
 * DuckDB has no FULL JOIN whose sides depend on another query's rows. It comes in two parts then: what the left side keeps, and
 * what of the right side matches nothing.
 */
function joinOn(
  join: JoinClause,
  left: string,
  right: string,
  on: string,
  names: Pick<FromResult, 'visible' | 'ranges'>,
  env: Env,
): FromResult {
  const sides = `${left} ${right} ${on}`;
  if (join.type !== 'FULL' || !mentions(sides, namesAround(env.scope, new Set())))
    return { sql: `${left} ${join.type} JOIN ${right} ON ${on}`, ...names };
  if (isVolatile(sides)) throw unsupported('FULL JOIN of what is random in a correlated subquery', join.at);
  return wrapFrom({ sql: '', ...names }, env, (list) => {
    const unmatched = `NOT EXISTS (SELECT 1 FROM ${left} WHERE ${on})`;
    return `SELECT ${list} FROM ${left} LEFT JOIN ${right} ON ${on} UNION ALL SELECT ${list} FROM ${right} LEFT JOIN ${left.includes(' JOIN ') ? `(${left})` : left} ON FALSE WHERE ${unmatched}`;
  });
}

/**
 * DuckDB takes no subquery that sees both sides of an outer join, and beside a lateral side of one no condition but
 * comparisons. For each row of the side that is kept the other one is filtered instead. BigQuery itself takes such subqueries over arrays alone.
 */
function joinByRow(join: JoinClause, left: FromResult, right: FromResult, on: string, env: Env): FromResult {
  if (join.type === 'FULL') throw unsupported('FULL JOIN with a subquery in its condition', join.at);
  const [kept, other] = join.type === 'RIGHT' ? [right, left] : [left, right];
  const source = other.sql.replace(/^LATERAL /, '');
  const matches = wrapFrom(other, env, (list) => `SELECT ${list} FROM ${source} WHERE ${on}`);
  const sides = join.type === 'RIGHT' ? [matches, kept] : [kept, matches];
  return {
    sql: `${kept.sql} ${join.type === 'INNER' ? 'INNER' : 'LEFT'} JOIN LATERAL ${matches.sql} ON TRUE`,
    visible: sides.flatMap((side) => side.visible),
    ranges: sides.flatMap((side) => side.ranges),
  };
}

/** Of two aliases that are the same one would hide the other; those that USING merges are gone. */
export function refuseSameAlias(
  left: FromResult,
  right: FromResult,
  at: number,
  using: JoinClause['using'] = [],
): void {
  const merged = new Set(using.map((one) => one.name.toLowerCase()));
  for (const { alias } of right.ranges)
    if (!merged.has(alias.toLowerCase()) && left.ranges.some((one) => one.alias.toLowerCase() === alias.toLowerCase()))
      throw new SqlError(`Duplicate table alias ${alias} in the same FROM clause`, at);
}

function markOptional(side: FromResult): void {
  for (const { value } of side.visible) if (value.origin) value.origin.scan.isOptional = true;
}

/** USING merges each pair of columns into one, which comes first in `*`. */
function joinUsing(from: JoinClause, left: FromResult, right: FromResult): { on: string; visible: Column[] } {
  const pick = (side: FromResult, name: string, at: number, which: string): Column => {
    const found = side.visible.filter((column) => column.name?.toLowerCase() === name.toLowerCase());
    if (found.length > 1)
      throw new SqlError(`Column ${name} in USING clause is ambiguous on ${which} side of join`, at);
    if (!found[0]) throw new SqlError(`Column ${name} in USING clause not found on ${which} side of join`, at);
    return found[0];
  };
  const conditions: string[] = [];
  const merged: Column[] = [];
  const gone = new Set<Column>();
  for (const { name, at } of from.using ?? []) {
    const [a, b] = [pick(left, name, at, 'left'), pick(right, name, at, 'right')];
    const type = comparedType([a.value, b.value]);
    if (!type || !isGroupable(type))
      throw new SqlError(
        `Column ${name} in USING has incompatible types on either side of the join: ${renderType(a.value.type)} and ${renderType(b.value.type)}`,
        at,
      );
    a.touch();
    b.touch();
    const keys = [coerce(a.value, type), coerce(b.value, type)] as [Typed, Typed];
    const [x, y] = keys.map((key) => key.sql);
    conditions.push(equals(...keys, type));
    const sql = (from.type === 'FULL' ? `coalesce(${x}, ${y})` : from.type === 'RIGHT' ? y : x) ?? '';
    merged.push({ name: a.name, value: typed(sql, type), touch: () => {} });
    gone.add(a).add(b);
  }
  const rest = [...left.visible, ...right.visible].filter((column) => !gone.has(column));
  return { on: conditions.join(' AND '), visible: [...merged, ...rest] };
}
