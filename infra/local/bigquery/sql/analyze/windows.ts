import type { Call, FrameBound, Select, WindowSpec } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { isDecimal } from '../type-parameters.ts';
import { duckType, isGroupable, isNumeric, isOrderable, renderType, type SqlType, scalar } from '../types.ts';
import { orderItems } from './aggregates.ts';
import type { Env } from './analysis.ts';
import { analyze, analyzeAs, signatureError } from './expressions.ts';
import { coerce, commonType, type Typed, typed } from './typed.ts';

interface WindowFunction {
  /** Fewest and most arguments. */
  args: readonly [number, number];
  needsOrder: boolean;
  allowsFrame: boolean;
  allowsNulls: boolean;
  result(args: Typed[]): SqlType;
  sql: string;
}

const numbering = (sql: string, kind: 'INT64' | 'FLOAT64', needsOrder: boolean): WindowFunction => ({
  args: [0, 0],
  needsOrder,
  allowsFrame: false,
  allowsNulls: false,
  result: () => scalar(kind),
  sql,
});
/** Whether a row is among the first or last so many of its partition. */
const edge = (sql: string): WindowFunction => ({
  args: [1, 1],
  needsOrder: true,
  allowsFrame: false,
  allowsNulls: false,
  result: () => scalar('BOOL'),
  sql,
});
const firstType = (args: Typed[]) => (args[0] as Typed).type;
const navigation = (sql: string, args: readonly [number, number], allowsFrame: boolean): WindowFunction => ({
  args,
  needsOrder: true,
  allowsFrame,
  allowsNulls: allowsFrame,
  result: firstType,
  sql,
});

export const WINDOW_FUNCTIONS: Record<string, WindowFunction> = {
  ROW_NUMBER: numbering('row_number', 'INT64', false),
  RANK: numbering('rank', 'INT64', true),
  DENSE_RANK: numbering('dense_rank', 'INT64', true),
  PERCENT_RANK: numbering('percent_rank', 'FLOAT64', true),
  CUME_DIST: numbering('cume_dist', 'FLOAT64', true),
  NTILE: {
    args: [1, 1],
    needsOrder: true,
    allowsFrame: false,
    allowsNulls: false,
    result: () => scalar('INT64'),
    sql: 'ntile',
  },
  IS_FIRST: edge('row_number'),
  IS_LAST: edge('count'),
  LAG: navigation('lag', [1, 3], false),
  LEAD: navigation('lead', [1, 3], false),
  FIRST_VALUE: navigation('first_value', [1, 1], true),
  LAST_VALUE: navigation('last_value', [1, 1], true),
  NTH_VALUE: navigation('nth_value', [2, 2], true),
  PERCENTILE_CONT: {
    args: [2, 2],
    needsOrder: false,
    allowsFrame: false,
    allowsNulls: false,
    result: () => scalar('FLOAT64'),
    sql: 'bq_percentile_cont',
  },
  PERCENTILE_DISC: {
    args: [2, 2],
    needsOrder: false,
    allowsFrame: false,
    allowsNulls: false,
    result: firstType,
    sql: 'bq_percentile_disc',
  },
};

export function analyzeWindowFunction(call: Call, env: Env): Typed {
  const fn = WINDOW_FUNCTIONS[call.name] as WindowFunction;
  if (!call.over) throw new SqlError(`Analytic function ${call.name} cannot be called without an OVER clause`, call.at);
  if (call.distinct || call.where || call.having || call.limit || call.orderBy.length > 0)
    throw new SqlError(`Analytic function ${call.name} does not support modifiers in its arguments`, call.at);
  if (call.nulls && !fn.allowsNulls && !call.name.startsWith('PERCENTILE'))
    throw new SqlError(`IGNORE NULLS and RESPECT NULLS are not allowed for analytic function ${call.name}`, call.at);
  const spec = resolveWindow(call.over, env);
  if (fn.needsOrder && spec.orderBy.length === 0)
    throw new SqlError(`Window ORDER BY is required for analytic function ${call.name.toLowerCase()}`, call.over.at);
  if (!fn.allowsFrame && spec.frame)
    throw new SqlError(
      `Window framing clause is not allowed for analytic function ${call.name.toLowerCase()}`,
      call.over.at,
    );
  if (call.name.startsWith('PERCENTILE') && spec.orderBy.length > 0)
    throw new SqlError(`Window ORDER BY is not allowed for analytic function ${call.name.toLowerCase()}`, call.over.at);
  const inner: Env = { ...env, noWindows: 'an analytic function' };
  const args = call.args.map((arg) => analyze(arg, inner));
  if (args.length < fn.args[0] || args.length > fn.args[1])
    throw signatureError(`analytic function ${call.name}`, args, call.at);
  if (call.name.startsWith('PERCENTILE')) return percentile(call, fn, args, env);
  const list = windowArguments(call, args);
  if (call.name === 'IS_FIRST')
    return typed(`(row_number()${overClause(call, call.over, env)} <= ${list[0]})`, scalar('BOOL'));
  if (call.name === 'IS_LAST') {
    const over = overClause(call, call.over, env);
    const whole = overClause(call, { ...spec, orderBy: [] }, env);
    return typed(`(count(*)${whole} - row_number()${over} < ${list[0]})`, scalar('BOOL'));
  }
  const nulls = call.nulls === 'ignore' ? ' IGNORE NULLS' : '';
  const type = (args[2] && commonType([args[0] as Typed, args[2]])) ?? fn.result(args);
  return typed(`${fn.sql}(${list.join(', ')}${nulls})${overClause(call, call.over, env)}`, type);
}

/** Over the sorted values: NULLs, where they count, are least and take part as themselves; NaN comes behind them. */
function percentile(call: Call, fn: WindowFunction, args: Typed[], env: Env): Typed {
  const [x = '', fraction] = windowArguments(call, args);
  const over = call.over ? overClause(call, call.over, env) : '';
  const type = fn.result(args);
  const key =
    type.kind === 'FLOAT64'
      ? `(${x} IS NOT NULL AND NOT isnan(${x})) ASC, ${x} ASC NULLS FIRST`
      : `${x} ASC NULLS FIRST`;
  const filter = call.nulls === 'respect' ? '' : ` FILTER (WHERE ${x} IS NOT NULL)`;
  return typed(`${fn.sql}(list(${x} ORDER BY ${key})${filter}${over}, ${fraction})`, type);
}

function windowArguments(call: Call, args: Typed[]): string[] {
  const [first, second, third] = args;
  if (call.name === 'NTILE' || call.name === 'NTH_VALUE' || call.name === 'LAG' || call.name === 'LEAD') {
    const count = call.name === 'NTILE' ? first : second;
    if (count && count.literal?.kind !== 'integer')
      throw unsupported(`${call.name} with a count that is no literal`, call.at);
    const least = call.name === 'LAG' || call.name === 'LEAD' ? 0n : 1n;
    if (count && BigInt(count.literal?.value ?? 0) < least)
      throw new SqlError(`The count argument of ${call.name} must be at least ${least}`, call.at);
  }
  if (third && first) {
    const type = commonType([first, third]);
    if (!type) throw signatureError(`analytic function ${call.name}`, args, call.at);
    return [coerce(first, type)?.sql ?? '', second?.sql ?? '', coerce(third, type)?.sql ?? ''];
  }
  if (call.name === 'PERCENTILE_CONT' || call.name === 'PERCENTILE_DISC') {
    const fraction = second && coerce(second, scalar('FLOAT64'));
    if (
      !first ||
      !fraction?.literal ||
      (call.name === 'PERCENTILE_CONT' && !isNumeric(first.type)) ||
      !isOrderable(first.type)
    )
      throw signatureError(`analytic function ${call.name}`, args, call.at);
    if (isDecimal(first.type.kind) && call.name === 'PERCENTILE_CONT')
      throw unsupported(`PERCENTILE_CONT of ${first.type.kind}`, call.at);
    return [call.name === 'PERCENTILE_CONT' ? `CAST(${first.sql} AS DOUBLE)` : first.sql, fraction.sql];
  }
  return args.map((arg) => arg.sql);
}

/** A WINDOW clause: each of its windows may name those that stand before it. */
export function namedWindows(windows: Select['windows']): Env['windows'] {
  const known: Env['windows'] = new Map();
  for (const { name, spec } of windows) {
    const { base } = spec;
    if (base && !known.has(base.name.toLowerCase()))
      throw new SqlError(`Unrecognized window alias ${base.name}`, base.at);
    if (known.has(name.name.toLowerCase())) throw new SqlError(`Duplicate window alias ${name.name}`, name.at);
    known.set(name.name.toLowerCase(), spec);
  }
  return known;
}

/** A named window takes in what its base says. */
function resolveWindow(spec: WindowSpec, env: Env): WindowSpec {
  if (!spec.base) return spec;
  const found = env.windows.get(spec.base.name.toLowerCase());
  if (!found) throw new SqlError(`Unrecognized window alias ${spec.base.name}`, spec.base.at);
  const base = resolveWindow(found, env);
  if (spec.partitionBy.length > 0) throw new SqlError('A window that names another cannot have PARTITION BY', spec.at);
  if (spec.orderBy.length > 0 && base.orderBy.length > 0)
    throw new SqlError('The referenced window already has ORDER BY', spec.at);
  if (spec.frame && base.frame) throw new SqlError('The referenced window already has a frame', spec.at);
  return {
    ...spec,
    base: undefined,
    partitionBy: base.partitionBy,
    orderBy: spec.orderBy.length > 0 ? spec.orderBy : base.orderBy,
    frame: spec.frame ?? base.frame,
  };
}

export function overClause(call: Call, written: WindowSpec, env: Env): string {
  if (env.noWindows !== undefined)
    throw new SqlError(`Analytic function ${call.name} not allowed in ${env.noWindows}`, call.at);
  env.found.window = true;
  const spec = resolveWindow(written, env);
  const inner: Env = { ...env, noWindows: 'an analytic function' };
  const parts: string[] = [];
  if (spec.partitionBy.length > 0) {
    const keys = spec.partitionBy.map((expr) => {
      const key = analyze(expr, inner);
      if (!isGroupable(key.type) || key.type.kind === 'FLOAT64')
        throw new SqlError(`Partitioning by expressions of type ${renderType(key.type)} is not allowed`, expr.at);
      return key.sql;
    });
    parts.push(`PARTITION BY ${keys.join(', ')}`);
  }
  if (spec.orderBy.length > 0)
    parts.push(`ORDER BY ${spec.frame?.unit === 'RANGE' ? rangeKey(spec, inner) : orderItems(spec.orderBy, inner)}`);
  if (spec.frame) {
    const key =
      spec.frame.unit === 'RANGE' && spec.orderBy[0] ? analyze(spec.orderBy[0].expr, inner).type : scalar('INT64');
    parts.push(
      `${spec.frame.unit} BETWEEN ${bound(spec.frame.start, key, inner)} AND ${bound(spec.frame.end, key, inner)}`,
    );
  }
  return ` OVER (${parts.join(' ')})`;
}

/** A RANGE frame with offsets wants one plain key. */
function rangeKey(spec: WindowSpec, env: Env): string {
  const [item, ...more] = spec.orderBy;
  const offsets = [spec.frame?.start, spec.frame?.end].some(
    (one) => one?.kind === 'preceding' || one?.kind === 'following',
  );
  if (!offsets || !item) return orderItems(spec.orderBy, env);
  const key = analyze(item.expr, env);
  if (more.length > 0 || !isNumeric(key.type))
    throw new SqlError('Window RANGE with offsets wants exactly one numeric ORDER BY key', spec.at);
  if (key.type.kind === 'BIGNUMERIC') throw unsupported('Window RANGE with offsets from a BIGNUMERIC', spec.at);
  const nulls = item.nulls ?? (item.descending ? 'last' : 'first');
  return `${rangeValue(key, spec)} ${item.descending ? 'DESC' : 'ASC'} NULLS ${nulls.toUpperCase()}`;
}

function rangeValue({ type, sql }: Typed, { frame }: WindowSpec): string {
  // Wider than the key, so that the ends of INT64's range have neighbours.
  if (type.kind === 'INT64') return `CAST(${sql} AS HUGEINT)`;
  const isOpen = frame?.start.kind === 'unbounded preceding' || frame?.end.kind === 'unbounded following';
  // DuckDB has NaN behind all numbers, GoogleSQL before them: frames without an end on one side would take the wrong ones.
  return type.kind === 'FLOAT64' && isOpen ? `bq_range_number(${sql})` : sql;
}

/** Frames whose end may lie before their start, which are empty. */
export function mayBeReversed(written: WindowSpec, env: Env): boolean {
  const { frame } = resolveWindow(written, env);
  return frame !== undefined && frame.start.kind === frame.end.kind && 'count' in frame.start;
}

function bound(frame: FrameBound, key: SqlType, env: Env): string {
  if (frame.kind !== 'preceding' && frame.kind !== 'following') return frame.kind.toUpperCase();
  const count = analyzeAs(frame.count, key, env, 'Window frame bound');
  const isConstant = count.literal || frame.count.kind === 'literal';
  if (!isConstant) throw new SqlError('Window framing expression must be literal or parameter', frame.count.at);
  if (count.literal?.kind === 'null' || /^-|nan/i.test(count.literal?.value ?? ''))
    throw new SqlError('Window framing expression must be neither NULL nor negative', frame.count.at);
  return `CAST(${count.sql} AS ${key.kind === 'INT64' ? 'HUGEINT' : duckType(key)}) ${frame.kind.toUpperCase()}`;
}
