import type { Call, OrderItem } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { arrayOf, duckType, isGroupable, isNumeric, isOrderable, renderType, type SqlType, scalar } from '../types.ts';
import { type Env, IN_AGGREGATE, refuseAggregate } from './analysis.ts';
import { APPROXIMATE } from './approximate.ts';
import { analyze, signatureError } from './expressions.ts';
import { coerce, type Typed, typed } from './typed.ts';
import { analyzeWindowFunction, overClause, WINDOW_FUNCTIONS } from './windows.ts';

export { WINDOW_FUNCTIONS };

/** What an aggregate is made of. `core` adds DISTINCT, ORDER BY, filter and OVER to one DuckDB aggregate. */
export interface Built {
  type: SqlType;
  sql(core: (name: string, args: string, options?: { ordered?: boolean; filter?: string }) => string): string;
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
    return value && { type: FLOAT64, sql: (core) => core(name, value.sql) };
  });
const pairs =
  (name: string): Build =>
  (args) => {
    const [x, y] = args.map((arg) => coerce(arg, FLOAT64));
    return x && y && args.length === 2 ? { type: FLOAT64, sql: (core) => core(name, `${x.sql}, ${y.sql}`) } : undefined;
  };
const pairCount = ([x, y]: Typed[], core: Parameters<Built['sql']>[0]) =>
  core('count', `CASE WHEN ${x?.sql} IS NOT NULL AND ${y?.sql} IS NOT NULL THEN 1 END`);
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
  ...APPROXIMATE,
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
    const to = { INT64: 'BIGINT', NUMERIC: 'DECIMAL(38,9)', BIGNUMERIC: 'DECIMAL(38,18)', FLOAT64: 'DOUBLE' }[
      x.type.kind as 'INT64'
    ];
    return { type: x.type, sql: (core) => `CAST(${core('sum', x.sql)} AS ${to})` };
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
    if (x?.type.kind === 'BYTES') return joinBytes(x, separator);
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
  // Of one pair DuckDB makes NaN.
  CORR: (args, call) => {
    const built = pairs('corr')(args, call);
    return built && { ...built, sql: (core) => `CASE WHEN ${pairCount(args, core)} > 1 THEN ${built.sql(core)} END` };
  },
  COVAR_POP: pairs('covar_pop'),
  COVAR_SAMP: pairs('covar_samp'),
  MAX_BY: beside('arg_max_null'),
  MIN_BY: beside('arg_min_null'),
};

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
  const part = (core: Parameters<Built['sql']>[0], fn: string) => core('sum', `${fn}(${x.sql})`);
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
  if (call.distinct && args[0] && !isGroupable(args[0].type))
    throw new SqlError(
      `Aggregate functions with DISTINCT cannot be used with arguments of type ${renderType(args[0].type)}`,
      call.at,
    );
  if (key && !isOrderable(key.type))
    throw signatureError(`aggregate function ${call.name} with HAVING`, [key], call.at);
  const built = key && call.having && call.name === 'ANY_VALUE' ? besideKey(call, args, key) : build(args, call);
  // HAVING MAX keeps the rows whose key is the greatest of the group's: they are collected, and the aggregate runs over them.
  if (key && call.having && call.name !== 'ANY_VALUE') return havingExtreme(call, args, key, built, inner);
  if (!built || (call.star && call.name !== 'COUNT'))
    throw signatureError(`aggregate function ${call.name}`, args, call.at);
  const orderBy = call.orderBy.length > 0 ? ` ORDER BY ${orderItems(call.orderBy, inner)}` : '';
  const sql = built.sql((name, list, options = {}) => {
    const conditions = [
      options.filter,
      env.filter,
      (call.nulls === 'ignore' && call.name === 'ARRAY_AGG') ||
      (call.name === 'APPROX_QUANTILES' && call.nulls !== 'respect')
        ? `${args[0]?.sql} IS NOT NULL`
        : undefined,
    ].filter((one) => one !== undefined);
    const filter = conditions.length > 0 ? ` FILTER (WHERE ${conditions.join(' AND ')})` : '';
    const core = `${name}(${call.distinct && !list.startsWith('DISTINCT ') ? 'DISTINCT ' : ''}${list}${options.ordered ? orderBy : ''})${filter}${over ?? ''}`;
    return call.limit && options.ordered ? `(${core})[1:${limitOf(call, env)}]` : core;
  });
  return typed(sql, built.type);
}

/**
 * DuckDB takes an aggregate that names none of its own query's columns for the outer query's; GoogleSQL takes it for the
 * innermost query's. So a column of that is named in it, without a meaning.
 */
function ofOwnRows(arg: Typed, { source }: Env): Typed {
  const names = arg.sql.match(/\br\d+(?=\.)/g);
  if (!source || !names || names.some((name) => source.names.has(name))) return arg;
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
  if (call.having && (call.over || call.distinct || call.star))
    throw unsupported(`${name} with HAVING and OVER, DISTINCT or *`, at);
  if (call.distinct && (call.star || name === 'APPROX_COUNT_DISTINCT'))
    throw new SqlError(`DISTINCT is not allowed for function ${name}`, at);
  if (call.over && call.distinct && call.over.orderBy.length > 0)
    throw new SqlError('Window ORDER BY is not allowed if DISTINCT is specified', at);
}

/** DuckDB's aggregates over lists, for those that HAVING MAX or MIN narrows. */
const OF_LISTS: Record<string, string> = {
  COUNT: 'count',
  SUM: 'sum',
  AVG: 'avg',
  MIN: 'min',
  MAX: 'max',
  ARRAY_AGG: '',
  STRING_AGG: '',
  LOGICAL_AND: 'bool_and',
  LOGICAL_OR: 'bool_or',
  BIT_AND: 'bit_and',
  BIT_OR: 'bit_or',
  BIT_XOR: 'bit_xor',
};

function havingExtreme(call: Call, args: Typed[], key: Typed, built: Built | undefined, env: Env): Typed {
  const name = OF_LISTS[call.name];
  const [x, by] = args;
  if (name === undefined || !built || !x || call.orderBy.length > 0 || call.limit || call.nulls)
    throw unsupported(`${call.name} with HAVING`, call.at);
  if (call.name === 'AVG' && x.type.kind !== 'INT64' && x.type.kind !== 'FLOAT64')
    throw unsupported(`AVG of ${renderType(x.type)} with HAVING`, call.at);
  const side = call.having?.side === 'min' ? 'list_min' : 'list_max';
  const filter = env.filter === undefined ? '' : ` FILTER (WHERE ${env.filter})`;
  const pairs = `list(struct_pack(k := ${key.sql}, v := ${x.sql}))${filter}`;
  const kept = (list: string) =>
    `list_transform(list_filter(${list}, lambda p: p.k = ${side}(list_transform(${list}, lambda q: q.k))), lambda p: p.v)`;
  const values = `list_transform([${pairs}], lambda a: ${kept('a')})[1]`;
  if (call.name === 'STRING_AGG')
    return typed(`array_to_string(list_filter(${values}, lambda e: e IS NOT NULL), ${by?.sql ?? "','"})`, built.type);
  if (name === '') return typed(values, built.type);
  const sql = `list_aggregate(${values}, '${name}')`;
  return typed(call.name === 'COUNT' ? `coalesce(${sql}, 0)` : `CAST(${sql} AS ${duckType(built.type)})`, built.type);
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
