import type { Call, OrderItem } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { arrayOf, duckType, isGroupable, isNumeric, isOrderable, renderType, type SqlType, scalar } from '../types.ts';
import { besideExtreme, conditionsOf, coreOfExtremes } from './aggregate-having.ts';
import { type Env, IN_AGGREGATE, refuseAggregate } from './analysis.ts';
import { APPROXIMATE } from './approximate.ts';
import { decimalStatistic } from './decimal-statistics.ts';
import { analyze, analyzeAs, signatureError } from './expressions.ts';
import { mentions } from './scope.ts';
import { SKETCHES } from './sketches.ts';
import { coerce, type Typed, typed } from './typed.ts';
import { analyzeWindowFunction, mayBeReversed, overClause, WINDOW_FUNCTIONS } from './windows.ts';

export { WINDOW_FUNCTIONS };

/** Adds what is written beside an aggregate's arguments to one of DuckDB's: DISTINCT, ORDER BY, LIMIT, filters, OVER. */
export type Core = (
  name: string,
  args: string,
  options?: { ordered?: boolean; filter?: string; distinct?: boolean; order?: string },
) => string;

/** What an aggregate is made of. */
export interface Built {
  type: SqlType;
  sql(core: Core): string;
}

export type Build = (args: Typed[], call: Call) => Built | undefined;

const INT64 = scalar('INT64');
const FLOAT64 = scalar('FLOAT64');
const one =
  (build: (x: Typed) => Built | undefined): Build =>
  (args) =>
    args.length === 1 && args[0] ? build(args[0]) : undefined;

const floats = (name: string): Build =>
  one((x) => {
    const value = coerce(x, FLOAT64);
    return value && statistic(name, value.sql, x.type.kind === 'FLOAT64' ? `isfinite(${value.sql})` : undefined);
  });
const pairs =
  (name: string): Build =>
  (args) => {
    const [x, y] = args.map((arg) => coerce(arg, FLOAT64));
    if (!x || !y || args.length !== 2) return undefined;
    const finite = args.some((arg) => arg.type.kind === 'FLOAT64')
      ? `CASE WHEN ${x.sql} IS NOT NULL AND ${y.sql} IS NOT NULL THEN isfinite(${x.sql}) AND isfinite(${y.sql}) END`
      : undefined;
    return statistic(name, `${x.sql}, ${y.sql}`, finite);
  };
const pairCount = ([x, y]: Typed[], core: Parameters<Built['sql']>[0]) =>
  core('count', `CASE WHEN ${x?.sql} IS NOT NULL AND ${y?.sql} IS NOT NULL THEN 1 END`);
/** NaN or an infinity among the values makes the result NaN, where DuckDB fails. Of a sample, one value says nothing. */
function statistic(name: string, args: string, finite: string | undefined): Built {
  if (finite === undefined) return { type: FLOAT64, sql: (core) => core(name, args) };
  const least = name.endsWith('_pop') ? 1 : 2;
  return {
    type: FLOAT64,
    sql: (core) =>
      `CASE WHEN ${core('bool_and', finite)} IS NOT FALSE THEN ${core(name, args, { filter: finite })} WHEN ${core('count', finite)} >= ${least} THEN CAST('nan' AS DOUBLE) END`,
  };
}
const bools = (name: string): Build =>
  one((x) => {
    const value = coerce(x, scalar('BOOL'));
    return value && { type: scalar('BOOL'), sql: (core) => core(name, value.sql) };
  });
const bits = (name: string): Build =>
  one((x) => (x.type.kind === 'INT64' ? { type: INT64, sql: (core) => core(name, x.sql) } : undefined));
const beside =
  (side: 'max' | 'min'): Build =>
  ([x, key, ...more]) =>
    x && key && more.length === 0 ? besideExtreme(x, key, side) : undefined;

export const AGGREGATES: Record<string, Build> = {
  ...APPROXIMATE,
  ...SKETCHES,
  COUNT: (args, call) => {
    if (call.star) return { type: INT64, sql: (core) => core('count', '*') };
    return one((x) => ({ type: INT64, sql: (core) => core('count', x.sql) }))(args, call);
  },
  COUNTIF: one((x) => {
    const value = coerce(x, scalar('BOOL'));
    return value && { type: INT64, sql: (core) => core('count', `CASE WHEN ${value.sql} THEN 1 END`) };
  }),
  SUM: one((x) => {
    if (x.type.kind === 'INTERVAL') return sumInterval(x);
    if (!isNumeric(x.type)) return undefined;
    if (x.type.kind === 'NUMERIC') return { type: x.type, sql: (core) => `bq_sum_numeric(${core('sum', x.sql)})` };
    if (x.type.kind === 'BIGNUMERIC')
      return { type: x.type, sql: (core) => `bq_bignumeric_sum(CAST(${core('sum', bigUnits(x.sql))} AS VARCHAR))` };
    return { type: x.type, sql: (core) => `CAST(${core('sum', x.sql)} AS ${duckType(x.type)})` };
  }),
  AVG: one((x) => {
    if (x.type.kind === 'INTERVAL') {
      const sum = sumInterval(x);
      return {
        type: x.type,
        sql: (core) =>
          `CASE WHEN ${core('count', x.sql)} > 0 THEN bq_interval_divide(${sum.sql(core)}, ${core('count', x.sql)}) END`,
      };
    }
    if (x.type.kind === 'NUMERIC') {
      return {
        type: x.type,
        sql: (core) => `bq_average_numeric(CAST(${core('sum', x.sql)} AS DECIMAL(38,9)), ${core('count', x.sql)})`,
      };
    }
    if (x.type.kind === 'BIGNUMERIC') {
      return {
        type: x.type,
        sql: (core) =>
          `bq_bignumeric_average(CAST(${core('sum', bigUnits(x.sql))} AS VARCHAR), ${core('count', x.sql)})`,
      };
    }
    return x.type.kind === 'INT64' || x.type.kind === 'FLOAT64'
      ? { type: FLOAT64, sql: (core) => core('avg', x.sql) }
      : undefined;
  }),
  MIN: one((x) => extreme('min', x)),
  MAX: one((x) => extreme('max', x)),
  ANY_VALUE: one((x) => ({ type: x.type, sql: (core) => core('any_value', x.sql) })),
  ARRAY_AGG: one((x) => {
    if (x.type.kind === 'ARRAY') return undefined;
    return { type: arrayOf(x.type), sql: (core) => `${core('list', x.sql, { ordered: true })}` };
  }),
  ARRAY_CONCAT_AGG: one((x) => {
    if (x.type.kind !== 'ARRAY') return undefined;
    return {
      type: x.type,
      sql: (core) => `bq_flatten_known(${core('list', x.sql, { ordered: true, filter: `${x.sql} IS NOT NULL` })})`,
    };
  }),
  STRING_AGG: (args, call) => {
    const [x, separator] = args;
    if (x?.type.kind === 'BYTES') return joinBytes(x, separator);
    const value = x && coerce(x, scalar('STRING'));
    if (!value || args.length > 2) return undefined;
    const by = separator ? coerce(separator, scalar('STRING')) : typed("','", scalar('STRING'));
    if (by?.literal?.kind === 'null') throw new SqlError('Illegal NULL separator in STRING_AGG', call.at);
    if (!by || (separator && !separator.literal))
      throw unsupported('STRING_AGG with a delimiter that is no literal', call.at);
    return {
      type: scalar('STRING'),
      sql: (core) =>
        `array_to_string(${core('list', value.sql, { ordered: true, filter: `${value.sql} IS NOT NULL` })}, ${by.sql})`,
    };
  },
  LOGICAL_AND: bools('bool_and'),
  LOGICAL_OR: bools('bool_or'),
  BIT_AND: bits('bit_and'),
  BIT_OR: bits('bit_or'),
  BIT_XOR: bits('bit_xor'),
  // Exact where BigQuery estimates: its answer, with an error of 0.
  APPROX_COUNT_DISTINCT: one((x) =>
    isGroupable(x.type) ? { type: INT64, sql: (core) => core('count', x.sql, { distinct: true }) } : undefined,
  ),
  STDDEV: decimalStatistic('STDDEV', floats('stddev_samp')),
  STDDEV_SAMP: decimalStatistic('STDDEV_SAMP', floats('stddev_samp')),
  STDDEV_POP: decimalStatistic('STDDEV_POP', floats('stddev_pop')),
  VARIANCE: decimalStatistic('VARIANCE', floats('var_samp')),
  VAR_SAMP: decimalStatistic('VAR_SAMP', floats('var_samp')),
  VAR_POP: decimalStatistic('VAR_POP', floats('var_pop')),
  // Of one pair DuckDB makes NaN.
  CORR: decimalStatistic('CORR', (args, call) => {
    const built = pairs('corr')(args, call);
    return built && { ...built, sql: (core) => `CASE WHEN ${pairCount(args, core)} > 1 THEN ${built.sql(core)} END` };
  }),
  COVAR_POP: decimalStatistic('COVAR_POP', pairs('covar_pop')),
  COVAR_SAMP: decimalStatistic('COVAR_SAMP', pairs('covar_samp')),
  MAX_BY: beside('max'),
  MIN_BY: beside('min'),
};

/** DuckDB adds whole numbers of any size in its BIGNUM. */
const bigUnits = (sql: string) => `CAST(bq_bignumeric_units(${sql}) AS BIGNUM)`;

function joinBytes(x: Typed, separator: Typed | undefined): Built | undefined {
  if (separator && separator.type.kind !== 'BYTES') return undefined;
  const by = separator ? `bq_latin1(${separator.sql})` : "','";
  return {
    type: x.type,
    sql: (core) =>
      `bq_from_latin1(array_to_string(${core('list', `bq_latin1(${x.sql})`, { ordered: true, filter: `${x.sql} IS NOT NULL` })}, ${by}))`,
  };
}

function sumInterval(x: Typed): Built {
  const part = (core: Core, fn: string) => core('sum', `${fn}(${x.sql})`);
  return {
    type: x.type,
    sql: (core) =>
      `bq_interval(${part(core, 'bq_interval_months')}, ${part(core, 'bq_interval_days')}, ${part(core, 'bq_interval_micros')})`,
  };
}

/** Any NaN makes the result NaN in GoogleSQL; DuckDB counts it as the greatest number. */
function extreme(name: 'min' | 'max', x: Typed): Built | undefined {
  if (!isOrderable(x.type)) return undefined;
  if (name === 'max' || x.type.kind !== 'FLOAT64') return { type: x.type, sql: (core) => core(name, x.sql) };
  return {
    type: x.type,
    sql: (core) =>
      `CASE WHEN ${core('bool_or', `isnan(${x.sql})`)} THEN CAST('nan' AS DOUBLE) ELSE ${core('min', x.sql)} END`,
  };
}

const ORDERED = new Set(['ARRAY_AGG', 'STRING_AGG', 'ARRAY_CONCAT_AGG']);

export function analyzeAggregate(call: Call, env: Env): Typed {
  if (call.named.length > 0) throw unsupported(`named arguments of ${call.name}`, call.at);
  if (Object.hasOwn(WINDOW_FUNCTIONS, call.name)) return analyzeWindowFunction(call, env);
  const build = AGGREGATES[call.name] as Build;
  checkModifiers(call);
  const over = call.over && overClause(call, call.over, env);
  if (!over) refuseAggregate(env, call.name, call.at);
  const inner: Env = over
    ? { ...env, noWindows: 'an analytic function' }
    : { ...env, noAggregates: IN_AGGREGATE, noWindows: IN_AGGREGATE };
  const given = call.args.map((arg) => analyze(arg, inner));
  const args = over ? given : given.map((arg) => ofOwnRows(arg, env));
  const key = call.having && analyze(call.having.expr, inner);
  const where = call.where && analyzeAs(call.where, scalar('BOOL'), inner, 'WHERE in an aggregate function').sql;
  if (call.distinct && args[0] && !isGroupable(args[0].type))
    throw new SqlError(
      `Aggregate functions with DISTINCT cannot be used with arguments of type ${renderType(args[0].type)}`,
      call.at,
    );
  if (key && !isOrderable(key.type))
    throw signatureError(`aggregate function ${call.name} with HAVING`, [key], call.at);
  const [x] = args;
  const isBeside = key && x && call.name === 'ANY_VALUE';
  const built =
    isBeside && call.having && args.length === 1 ? besideExtreme(x, key, call.having.side) : build(args, call);
  if (!built || (call.star && call.name !== 'COUNT'))
    throw signatureError(`aggregate function ${call.name}`, args, call.at);
  const ignoresNulls =
    (call.nulls === 'ignore' && call.name === 'ARRAY_AGG') ||
    (call.name === 'APPROX_QUANTILES' && call.nulls !== 'respect');
  const conditions = [env.filter, where, ignoresNulls ? `${x?.sql} IS NOT NULL` : undefined];
  const orderBy = call.orderBy.length > 0 ? ` ORDER BY ${orderItems(call.orderBy, inner)}` : '';
  const limit = call.limit && limitOf(call, env);
  // Nothing aggregated is NULL, and no empty array.
  const limited = (list: string) =>
    limit === undefined ? list : limit === '0' ? `CASE WHEN false THEN ${list} END` : `(${list})[1:${limit}]`;
  if (key && call.having && !isBeside) {
    const parts = { side: call.having.side, key, distinct: call.distinct, orderBy, conditions, limited };
    return typed(built.sql(coreOfExtremes(parts, call)), built.type);
  }
  const sql = built.sql((name, list, options = {}) => {
    const all = conditionsOf([options.filter, ...conditions]);
    const filter = all === '' ? '' : ` FILTER (WHERE ${all})`;
    const distinct = call.distinct || options.distinct ? 'DISTINCT ' : '';
    const order = options.ordered ? orderBy : (options.order ?? '');
    const core = `${name}(${distinct}${list}${order})${filter}${over ?? ''}`;
    // DuckDB counts the rows of a frame that ends before it begins below zero.
    if (name === 'count' && call.over && mayBeReversed(call.over, env)) return `greatest(${core}, 0)`;
    return options.ordered ? limited(core) : core;
  });
  return typed(sql, built.type);
}

/**
 * DuckDB takes an aggregate that names none of its own query's columns for the outer query's; GoogleSQL takes it for the
 * innermost query's. So a column of that is named in it, without a meaning.
 */
function ofOwnRows(arg: Typed, { source }: Env): Typed {
  if (!source || !/\br\d+\./.test(arg.sql) || mentions(arg.sql, source.names)) return arg;
  return { ...arg, sql: `CASE WHEN ${source.anchor} IS NULL THEN ${arg.sql} ELSE ${arg.sql} END` };
}

function checkModifiers(call: Call): void {
  const { name, at } = call;
  if (call.orderBy.length > 0 && !ORDERED.has(name))
    throw new SqlError(`ORDER BY in aggregate arguments is not supported by ${name}`, at);
  if (call.limit && !ORDERED.has(name))
    throw new SqlError(`LIMIT in aggregate arguments is not supported by ${name}`, at);
  if (call.nulls && name !== 'ARRAY_AGG' && name !== 'APPROX_QUANTILES')
    throw unsupported(`${name} with IGNORE NULLS or RESPECT NULLS`, at);
  if (call.over && (call.orderBy.length > 0 || call.limit))
    throw new SqlError(`Analytic function ${name} does not support ORDER BY or LIMIT in arguments`, at);
  if (call.over && (call.having || call.where)) throw unsupported(`${name} with HAVING or WHERE, and OVER`, at);
  if (call.distinct && (call.star || name === 'APPROX_COUNT_DISTINCT'))
    throw new SqlError(`DISTINCT is not allowed for function ${name}`, at);
  if (call.over && call.distinct && call.over.orderBy.length > 0)
    throw new SqlError('Window ORDER BY is not allowed if DISTINCT is specified', at);
}

function limitOf(call: Call, env: Env): string {
  const limit = call.limit && analyze(call.limit, env);
  if (limit?.literal?.kind !== 'integer') throw new SqlError('LIMIT expects an integer literal or parameter', call.at);
  return limit.literal.value;
}

/** GoogleSQL sorts NULLs first ascending, last descending; NaN comes between NULL and all numbers. */
export function orderItems(items: readonly OrderItem[], env: Env): string {
  return items.map((item) => orderItem(analyze(item.expr, env), item)).join(', ');
}

export function orderItem(value: Typed, item: OrderItem): string {
  if (!isOrderable(value.type))
    throw new SqlError(`ORDER BY does not support expressions of type ${renderType(value.type)}`, item.expr.at);
  const nulls = item.nulls ?? (item.descending ? 'last' : 'first');
  const tail = `${item.descending ? 'DESC' : 'ASC'} NULLS ${nulls.toUpperCase()}`;
  // A constant sorts nothing, and DuckDB would read a bare one as a column's position.
  if (value.literal) return 'CAST(NULL AS BIGINT)';
  if (value.type.kind !== 'FLOAT64') return `${value.sql} ${tail}`;
  return `CASE WHEN ${value.sql} IS NULL THEN NULL WHEN isnan(${value.sql}) THEN 0 ELSE 1 END ${tail}, ${value.sql} ${tail}`;
}
