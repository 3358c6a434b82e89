import type { Expr } from '../parse/tree.ts';
import { scalar } from '../types.ts';
import type { Env, Scan } from './analysis.ts';
import { analyze } from './expressions.ts';
import type { FromResult } from './from.ts';
import { resolvePath } from './names.ts';
import { coerce, type Origin, type Typed } from './typed.ts';

type Comparison = '=' | '<' | '<=' | '>' | '>=';

/** What a condition says of a partitioning column. Only what BigQuery prunes by is understood; all else says nothing. */
export type Bounds =
  /** `constant` is DuckDB's SQL for a number, or for microseconds since 1970; `isDay`: the column's day is compared, not the column. */
  | { kind: 'compare'; op: Comparison; constant: string; isDay: boolean }
  | { kind: 'null' }
  | { kind: 'and' | 'or'; of: Bounds[] };

/** Notes what the WHERE clause of a query says of the partitions of the tables in its FROM clause. */
export function noteBounds(where: Expr, from: Pick<FromResult, 'visible'>, env: Env): void {
  const scans = new Set(from.visible.flatMap(({ value }) => value.origin?.scan ?? []));
  if (scans.size === 0) return;
  const { result: found } = env.analysis.collect(() => boundsOf(where, scans, env));
  for (const [scan, bounds] of found) if (!scan.isOptional) scan.bounds.push(bounds);
}

type Found = Map<Scan, Bounds>;
const NOTHING: Found = new Map();
const FLIPPED: Record<Comparison, Comparison> = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

function boundsOf(expr: Expr, scans: ReadonlySet<Scan>, env: Env): Found {
  switch (expr.kind) {
    case 'binary': {
      if (expr.op === 'AND' || expr.op === 'OR')
        return combine(expr.op, boundsOf(expr.left, scans, env), boundsOf(expr.right, scans, env));
      if (!Object.hasOwn(FLIPPED, expr.op)) return NOTHING;
      const op = expr.op as Comparison;
      const left = compare(op, expr.left, expr.right, scans, env);
      return left.size > 0 ? left : compare(FLIPPED[op], expr.right, expr.left, scans, env);
    }
    case 'between':
      return expr.not
        ? NOTHING
        : combine('AND', compare('>=', expr.of, expr.low, scans, env), compare('<=', expr.of, expr.high, scans, env));
    case 'in': {
      if (expr.not || !expr.list) return NOTHING;
      const items = expr.list.map((item) => compare('=', expr.of, item, scans, env));
      return items.reduce((left, right) => combine('OR', left, right));
    }
    case 'is': {
      const origin = expr.what === 'NULL' && !expr.not ? originOf(expr.of, env) : undefined;
      return origin && scans.has(origin.scan) ? new Map([[origin.scan, { kind: 'null' }]]) : NOTHING;
    }
    default:
      return NOTHING;
  }
}

/** AND keeps what either side says; OR only what both say something of. */
function combine(op: 'AND' | 'OR', left: Found, right: Found): Found {
  const found: Found = new Map();
  for (const scan of new Set([...left.keys(), ...right.keys()])) {
    const of = [left.get(scan), right.get(scan)].filter((one) => one !== undefined);
    if (op === 'AND') found.set(scan, { kind: 'and', of });
    else if (of.length === 2) found.set(scan, { kind: 'or', of });
  }
  return found;
}

function compare(op: Comparison, side: Expr, other: Expr, scans: ReadonlySet<Scan>, env: Env): Found {
  if (!isConstant(other)) return NOTHING;
  const origin = originOf(side, env);
  if (!origin || !scans.has(origin.scan)) return NOTHING;
  const { table } = origin.scan;
  const own = [...table.columns, ...table.pseudo].find((column) => column.name === table.partitionColumn)?.type;
  const type = origin.isDay ? scalar('DATE') : own;
  const constant = type && coerce(analyze(other, env), type);
  if (!constant) return NOTHING;
  return new Map([[origin.scan, { kind: 'compare', op, constant: pointOf(constant), isDay: origin.isDay }]]);
}

/** A number as it is, a time in microseconds since 1970. */
function pointOf({ sql, type }: Typed): string {
  if (type.kind === 'INT64') return sql;
  return `epoch_us(${type.kind === 'TIMESTAMP' ? sql : `CAST(${sql} AS TIMESTAMP)`})`;
}

/** The partitioning column itself, `DATE(column)` or `CAST(column AS DATE)`. */
export function originOf(expr: Expr, env: Env): Origin | undefined {
  if (expr.kind === 'path') return resolvePath(expr, env).origin;
  const [first, ...more] = expr.kind === 'call' && expr.name === 'DATE' && !expr.safe ? expr.args : [];
  const isDate = expr.kind === 'cast' && expr.type.kind === 'scalar' && expr.type.name === 'DATE' && !expr.format;
  const inner = isDate ? expr.of : more.length === 0 ? first : undefined;
  const origin = inner?.kind === 'path' ? resolvePath(inner, env).origin : undefined;
  return origin && { ...origin, isDay: true };
}

/** Functions of constants that are constants, the statement's own time among them. */
const FOLDED =
  /^(CURRENT_(DATE|DATETIME|TIMESTAMP)|(DATE|DATETIME|TIMESTAMP)(_ADD|_SUB|_TRUNC)?|PARSE_(DATE|DATETIME|TIMESTAMP))$/;

function isConstant(expr: Expr): boolean {
  switch (expr.kind) {
    case 'literal':
    case 'parameter':
      return true;
    case 'interval':
      return isConstant(expr.value);
    case 'unary':
    case 'cast':
      return isConstant(expr.of);
    case 'binary':
      return (expr.op === '+' || expr.op === '-') && isConstant(expr.left) && isConstant(expr.right);
    case 'call': {
      const isPart = (arg: Expr, i: number) => i === 1 && arg.kind === 'path' && expr.name.endsWith('_TRUNC');
      return FOLDED.test(expr.name) && expr.args.every((arg, i) => isPart(arg, i) || isConstant(arg));
    }
    default:
      return false;
  }
}
