import type { Call, OrderItem } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { arrayOf, isGroupable, isNumeric, isOrderable, renderType, type SqlType, scalar } from '../types.ts';
import { type Env, refuseAggregate } from './analysis.ts';
import { analyze, signatureError } from './expressions.ts';
import { coerce, type Typed, typed } from './typed.ts';
import { analyzeWindowFunction, overClause, WINDOW_FUNCTIONS } from './windows.ts';

export { WINDOW_FUNCTIONS };

/** What an aggregate is made of. `core` adds DISTINCT, ORDER BY, filter and OVER to one DuckDB aggregate. */
interface Built {
  type: SqlType;
  sql(core: (name: string, args: string, options?: { ordered?: boolean; filter?: string }) => string): string;
}

type Build = (args: Typed[], call: Call) => Built | undefined;

const INT64 = scalar('INT64');
const FLOAT64 = scalar('FLOAT64');
const one =
  (build: (x: Typed) => Built | undefined): Build =>
  (args) =>
    args.length === 1 && args[0] ? build(args[0]) : undefined;

const floats = (name: string): Build =>
  one((x) => {
    const value = coerce(x, FLOAT64);
    return value && { type: FLOAT64, sql: (core) => core(name, value.sql) };
  });
const pairs =
  (name: string): Build =>
  (args) => {
    const [x, y] = args.map((arg) => coerce(arg, FLOAT64));
    return x && y && args.length === 2 ? { type: FLOAT64, sql: (core) => core(name, `${x.sql}, ${y.sql}`) } : undefined;
  };
const bools = (name: string): Build =>
  one((x) => {
    const value = coerce(x, scalar('BOOL'));
    return value && { type: scalar('BOOL'), sql: (core) => core(name, value.sql) };
  });
const bits = (name: string): Build =>
  one((x) => (x.type.kind === 'INT64' ? { type: INT64, sql: (core) => core(name, x.sql) } : undefined));
/** The value beside the greatest or least key; NULL keys are passed over. */
const beside =
  (name: string): Build =>
  (args) => {
    const [x, y] = args;
    if (!x || !y || args.length !== 2 || !isOrderable(y.type)) return undefined;
    return { type: x.type, sql: (core) => core(name, `${x.sql}, ${y.sql}`) };
  };

export const AGGREGATES: Record<string, Build> = {
  COUNT: (args, call) => {
    if (call.star) return { type: INT64, sql: (core) => core('count', '*') };
    return one((x) => ({ type: INT64, sql: (core) => core('count', x.sql) }))(args, call);
  },
  COUNTIF: one((x) => {
    const value = coerce(x, scalar('BOOL'));
    return value && { type: INT64, sql: (core) => core('count', `CASE WHEN ${value.sql} THEN 1 END`) };
  }),
  SUM: one((x) => {
    if (!isNumeric(x.type)) return undefined;
    const to = { INT64: 'BIGINT', NUMERIC: 'DECIMAL(38,9)', BIGNUMERIC: 'DECIMAL(38,18)', FLOAT64: 'DOUBLE' }[
      x.type.kind as 'INT64'
    ];
    return { type: x.type, sql: (core) => `CAST(${core('sum', x.sql)} AS ${to})` };
  }),
  AVG: one((x) => {
    if (x.type.kind === 'NUMERIC') {
      return {
        type: x.type,
        sql: (core) => `bq_average_numeric(CAST(${core('sum', x.sql)} AS DECIMAL(38,9)), ${core('count', x.sql)})`,
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
    return { type: arrayOf(x.type), sql: (core) => core('list', x.sql, { ordered: true }) };
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
    const value = x && coerce(x, scalar('STRING'));
    if (!value || args.length > 2) return undefined;
    const by = separator ? coerce(separator, scalar('STRING')) : typed("','", scalar('STRING'));
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
    isGroupable(x.type) ? { type: INT64, sql: (core) => core('count', `DISTINCT ${x.sql}`) } : undefined,
  ),
  STDDEV: floats('stddev_samp'),
  STDDEV_SAMP: floats('stddev_samp'),
  STDDEV_POP: floats('stddev_pop'),
  VARIANCE: floats('var_samp'),
  VAR_SAMP: floats('var_samp'),
  VAR_POP: floats('var_pop'),
  CORR: pairs('corr'),
  COVAR_POP: pairs('covar_pop'),
  COVAR_SAMP: pairs('covar_samp'),
  MAX_BY: beside('arg_max_null'),
  MIN_BY: beside('arg_min_null'),
};

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
    ? { ...env, aliases: undefined, noWindows: 'an analytic function' }
    : { ...env, aliases: undefined, noAggregates: 'an aggregate function', noWindows: 'an aggregate function' };
  const args = call.args.map((arg) => analyze(arg, inner));
  const key = call.having && analyze(call.having.expr, inner);
  if (call.distinct && args[0] && !isGroupable(args[0].type))
    throw new SqlError(
      `Aggregate functions with DISTINCT cannot be used with arguments of type ${renderType(args[0].type)}`,
      call.at,
    );
  const built = key && call.having ? besideKey(call, args, key) : build(args, call);
  if (!built || (call.star && call.name !== 'COUNT'))
    throw signatureError(`aggregate function ${call.name}`, args, call.at);
  const orderBy = call.orderBy.length > 0 ? ` ORDER BY ${orderItems(call.orderBy, inner)}` : '';
  const sql = built.sql((name, list, options = {}) => {
    const conditions = [
      options.filter,
      call.nulls === 'ignore' && call.name === 'ARRAY_AGG' ? `${args[0]?.sql} IS NOT NULL` : undefined,
    ].filter((one) => one !== undefined);
    const filter = conditions.length > 0 ? ` FILTER (WHERE ${conditions.join(' AND ')})` : '';
    const core = `${name}(${call.distinct && !list.startsWith('DISTINCT ') ? 'DISTINCT ' : ''}${list}${options.ordered ? orderBy : ''})${filter}${over ?? ''}`;
    return call.limit && options.ordered ? `(${core})[1:${limitOf(call, env)}]` : core;
  });
  return typed(sql, built.type);
}

function checkModifiers(call: Call): void {
  const { name, at } = call;
  if (call.orderBy.length > 0 && !ORDERED.has(name))
    throw new SqlError(`ORDER BY in aggregate arguments is not supported by ${name}`, at);
  if (call.limit && !ORDERED.has(name))
    throw new SqlError(`LIMIT in aggregate arguments is not supported by ${name}`, at);
  if (call.nulls && name !== 'ARRAY_AGG') throw unsupported(`${name} with IGNORE NULLS or RESPECT NULLS`, at);
  if (call.over && (call.orderBy.length > 0 || call.limit))
    throw new SqlError(`Analytic function ${name} does not support ORDER BY or LIMIT in arguments`, at);
  if (call.having && (call.over || call.distinct || !['ANY_VALUE'].includes(name)))
    throw unsupported(`${name} with HAVING`, at);
  if (call.distinct && (call.star || name === 'APPROX_COUNT_DISTINCT'))
    throw new SqlError(`DISTINCT is not allowed for function ${name}`, at);
  if (call.over && call.distinct && call.over.orderBy.length > 0)
    throw new SqlError('Window ORDER BY is not allowed if DISTINCT is specified', at);
}

function besideKey(call: Call, args: Typed[], key: Typed): Built | undefined {
  const [x] = args;
  if (!x || !isOrderable(key.type)) return undefined;
  const name = call.having?.side === 'min' ? 'arg_min_null' : 'arg_max_null';
  return { type: x.type, sql: (core) => core(name, `${x.sql}, ${key.sql}`) };
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
