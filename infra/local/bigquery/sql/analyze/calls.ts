import { SIGNATURES } from '../functions/signatures.ts';
import type { Call, Expr } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { scalar } from '../types.ts';
import { AGGREGATES, analyzeAggregate, WINDOW_FUNCTIONS } from './aggregates.ts';
import { type Env, refuseAggregate } from './analysis.ts';
import { DATE_CALLS } from './dates.ts';
import { analyze, signatureError } from './expressions.ts';
import { analyzeUserFunction } from './routines.ts';
import { mentions, namesAround } from './scope.ts';
import { matchSignature } from './signature.ts';
import { SPECIAL_CALLS } from './special-calls.ts';
import { type Typed, typed } from './typed.ts';

export function analyzeCall(call: Call, env: Env): Typed {
  if (Object.hasOwn(AGGREGATES, call.name) || Object.hasOwn(WINDOW_FUNCTIONS, call.name)) {
    if (call.safe) throw unsupported(`SAFE.${call.name}`, call.at);
    const value = analyzeAggregate(call, env);
    if (call.over && env.source && mentions(value.sql, namesAround(env.scope, env.source.names)))
      throw unsupported(`analytic function ${call.name} of columns of the query around its own`, call.at);
    return value;
  }
  if (call.name === 'GROUPING') return analyzeGrouping(call, env);
  if (call.over && REFUSED.has(call.name)) throw unsupported(`function ${call.name}`, call.at);
  if (call.over) throw new SqlError(`Function ${call.name} cannot be used with an OVER clause`, call.at);
  refuseModifiers(call);
  const own = isBuiltIn(call.name) ? undefined : env.analysis.findFunction(call.path);
  if (own) {
    // Source: cloud.google.com/bigquery/docs/reference/standard-sql/functions-reference#safe_prefix
    if (call.safe) throw new SqlError(`Function ${own.name} does not support SAFE error mode`, call.at);
    return analyzeUserFunction(own, call, env);
  }
  return call.safe ? analyzeSafe(call, env) : analyzeScalar(call, env);
}

export const isBuiltIn = (name: string): boolean =>
  SIGNATURES.has(name) ||
  [SPECIAL_CALLS, DATE_CALLS, AGGREGATES, WINDOW_FUNCTIONS].some((one) => Object.hasOwn(one, name));

/**
 * TRY turns the function's own errors into NULL, and would those of its arguments too, which SAFE. lets through: arguments
 * that could fail are computed before it, and stand in the call under names of their own.
 */
function analyzeSafe(call: Call, env: Env): Typed {
  const computed: { name: string; value: Typed }[] = [];
  const args = call.args.map((arg): Expr => {
    if (!canFail(arg)) return arg;
    const name = `$a${computed.length + 1}`;
    const value = analyze(arg, env);
    computed.push({ name, value });
    return { kind: 'path', names: [{ name, at: arg.at, quoted: true }], at: arg.at };
  });
  const visible = computed.map(({ name, value }) => ({
    name,
    value: typed(`struct_extract(t, '${name}')`, value.type),
    touch: () => {},
  }));
  const scope = computed.length > 0 ? { visible, ranges: [], parent: env.scope } : env.scope;
  const value = analyzeScalar({ ...call, args }, { ...env, scope });
  if (value.literal) return value;
  if (computed.length === 0) return typed(`TRY(${value.sql})`, value.type);
  const packed = computed.map((one) => `"${one.name}" := ${one.value.sql}`).join(', ');
  return typed(`list_transform([struct_pack(${packed})], lambda t: TRY(${value.sql}))[1]`, value.type);
}

/** Whether a row of ROLLUP, CUBE or GROUPING SETS is of a set without this key: 1 where it is. */
function analyzeGrouping(call: Call, env: Env): Typed {
  const [arg, ...more] = call.args;
  if (!arg || more.length > 0) throw signatureError('function GROUPING', [], call.at);
  refuseAggregate(env, 'GROUPING', call.at);
  const value = analyze(arg, { ...env, noAggregates: 'GROUPING', noWindows: 'GROUPING' });
  return typed(`CAST(grouping(${value.sql}) AS BIGINT)`, scalar('INT64'));
}

function canFail(expr: Call['args'][number]): boolean {
  switch (expr.kind) {
    case 'literal':
    case 'null':
    case 'parameter':
    case 'path':
    case 'interval':
      return false;
    case 'field':
      return canFail(expr.of);
    case 'unary':
      return canFail(expr.of);
    case 'lambda':
      return false;
    case 'call':
      // `WEEK(MONDAY)` is a part of dates.
      return expr.name !== 'WEEK';
    case 'array':
      return expr.elements.some(canFail);
    case 'struct':
      return expr.fields.some((field) => canFail(field.expr));
    default:
      return true;
  }
}

function analyzeScalar(call: Call, env: Env): Typed {
  const special = Object.hasOwn(SPECIAL_CALLS, call.name) ? SPECIAL_CALLS[call.name] : undefined;
  const dated = Object.hasOwn(DATE_CALLS, call.name) ? DATE_CALLS[call.name] : undefined;
  if (!special && !dated && call.named.length > 0) throw unsupported(`named arguments of ${call.name}`, call.at);
  const own = special?.(call, env) ?? dated?.(call, env);
  if (own) return own;
  const overloads = SIGNATURES.get(call.name);
  if (!overloads) {
    if (special || dated) throw unsupported(`this form of ${call.name}`, call.at);
    throw REFUSED.has(call.name) || REFUSED_FAMILIES.test(call.name)
      ? unsupported(`function ${call.name}`, call.at)
      : new SqlError(
          `Function not found: ${call.path.length > 1 ? call.path.join('.') : call.name.toLowerCase()}`,
          call.at,
        );
  }
  const args = call.args.map((arg) => analyze(arg, env));
  const match = matchSignature(overloads, args);
  if (!match) throw signatureError(`function ${call.name}`, args, call.at);
  return match;
}

function refuseModifiers(call: Call): void {
  const has = call.distinct
    ? 'DISTINCT'
    : call.nulls
      ? 'NULLS'
      : call.where
        ? 'WHERE'
        : call.having
          ? 'HAVING'
          : call.limit
            ? 'LIMIT'
            : call.orderBy.length > 0
              ? 'ORDER BY'
              : undefined;
  if (has !== undefined) throw new SqlError(`Function ${call.name} does not support ${has} in arguments`, call.at);
  if (call.star) throw new SqlError(`Argument * can only be used in COUNT(*)`, call.at);
}

/** Families that are known by how their names begin: geography, differential privacy, and what has a namespace of Google's. */
const REFUSED_FAMILIES = /^(ST_|S2_|ANON_|(NET|KEYS|AEAD|HLL_COUNT|KLL_QUANTILES|ML|AI|OBJ|VECTOR_INDEX|D3A_COUNT)\.)/;
/** BigQuery's functions that are not built here: known by name, so that the message says so. */
export const REFUSED: ReadonlySet<string> = new Set(
  `ANY_TYPE APPENDS APPROX_COSINE_DISTANCE COLLATE DLP_DETERMINISTIC_DECRYPT DLP_DETERMINISTIC_ENCRYPT DLP_KEY_CHAIN DOT_PRODUCT ERROR_MESSAGE EXTERNAL_OBJECT_TRANSFORM EXTERNAL_QUERY FROM_PROTO TO_PROTO PROTO_DEFAULT_IF_NULL GROUPING_ID HIGHWAY_FINGERPRINT128 JSON_TO_PROTO KEYS.KEYSET_CHAIN KEYS.NEW_WRAPPED_KEYSET KEYS.REWRAP_KEYSET KEYS.ROTATE_WRAPPED_KEYSET L1_NORM L2_NORM MANHATTAN_DISTANCE S2_CELLIDFROMPOINT S2_COVERINGCELLIDS SPARSE_COSINE_DISTANCE ST_DISTANCE ST_GEOGPOINT TF_IDF VECTOR_SEARCH`.split(
    /\s+/,
  ),
);
