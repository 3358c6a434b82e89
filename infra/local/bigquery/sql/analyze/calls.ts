import { SIGNATURES } from '../functions/signatures.ts';
import type { Call } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { AGGREGATES, analyzeAggregate, WINDOW_FUNCTIONS } from './aggregates.ts';
import type { Env } from './analysis.ts';
import { DATE_CALLS } from './dates.ts';
import { analyze, signatureError } from './expressions.ts';
import { matchSignature } from './signature.ts';
import { SPECIAL_CALLS } from './special-calls.ts';
import { type Typed, typed } from './typed.ts';

export function analyzeCall(call: Call, env: Env): Typed {
  if (Object.hasOwn(AGGREGATES, call.name) || Object.hasOwn(WINDOW_FUNCTIONS, call.name)) {
    if (call.safe) throw unsupported(`SAFE.${call.name}`, call.at);
    return analyzeAggregate(call, env);
  }
  if (call.over) throw new SqlError(`Function ${call.name} cannot be used with an OVER clause`, call.at);
  refuseModifiers(call);
  const value = analyzeScalar(call, env);
  // TRY turns the function's own errors into NULL, and those of its arguments too, which SAFE. would let through.
  if (call.safe && !value.literal) {
    if (call.args.some(canFail)) throw unsupported('SAFE. around an argument that is itself computed', call.at);
    return typed(`TRY(${value.sql})`, value.type);
  }
  return value;
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
  if (!special && call.named.length > 0) throw unsupported(`named arguments of ${call.name}`, call.at);
  const own = special?.(call, env) ?? dated?.(call, env);
  if (own) return own;
  const overloads = SIGNATURES.get(call.name);
  if (!overloads) {
    if (special || dated) throw unsupported(`this form of ${call.name}`, call.at);
    throw REFUSED.has(call.name) || call.name.includes('.')
      ? unsupported(`function ${call.name}`, call.at)
      : new SqlError(`Function not found: ${call.name.toLowerCase()}`, call.at);
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

/** BigQuery's functions that are not built here: known by name, so that the message says so. */
const REFUSED = new Set(
  `ACOSH ADDDATE ANY_TYPE APPENDS ARRAY_FILTER ARRAY_TRANSFORM ARRAY_ZIP CBRT CODE_POINTS_TO_BYTES COLLATE CONTAINS_SUBSTR
  COSINE_DISTANCE EDIT_DISTANCE EUCLIDEAN_DISTANCE EXTERNAL_QUERY FARM_FINGERPRINT FROM_BASE32 GAP_FILL
  GENERATE_TIMESTAMP_ARRAY GENERATE_RANGE_ARRAY GROUPING JUSTIFY_DAYS JUSTIFY_HOURS JUSTIFY_INTERVAL KEYS MAKE_INTERVAL NORMALIZE
  NORMALIZE_AND_CASEFOLD PARSE_BIGNUMERIC RANGE RANGE_BUCKET RANGE_CONTAINS REGEXP_EXTRACT_GROUPS SEARCH SESSION_USER SOUNDEX
  SPARSE_COSINE_DISTANCE ST_GEOGPOINT TO_BASE32 TYPEOF VECTOR_SEARCH JSON_SET JSON_REMOVE JSON_ARRAY JSON_OBJECT JSON_KEYS
  JSON_STRIP_NULLS JSON_ARRAY_APPEND JSON_ARRAY_INSERT JSON_FLATTEN LAX_BOOL LAX_INT64 LAX_FLOAT64 LAX_STRING BOOL_ARRAY DOUBLE
  JSON_CONTAINS REGEXP_INSTR SHA512 SEC SECH CSC CSCH COT COTH ARRAY_SLICE PARSE_NUMERIC BOOL_ARRAY FLOAT64_ARRAY INT64_ARRAY
  STRING_ARRAY LAX_BOOL_ARRAY LAX_FLOAT64_ARRAY LAX_INT64_ARRAY LAX_STRING_ARRAY SPLIT_SUBSTR BIT_CAST_TO_INT64 HLL_COUNT APPROX_QUANTILES APPROX_TOP_COUNT APPROX_TOP_SUM ST_DISTANCE ERROR_MESSAGE`.split(
    /\s+/,
  ),
);
