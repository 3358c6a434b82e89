import type { Call, Query } from '../parse/tree.ts';
import { SESSION_USER } from '../session-user.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { physicalNames, quoteText, renderType, type SqlType, scalar } from '../types.ts';
import type { Env } from './analysis.ts';
import { ARRAY_CALLS } from './array-calls.ts';
import { castTo } from './casts.ts';
import { equals } from './comparisons.ts';
import { DISTANCE_CALLS } from './distances.ts';
import { analyze, analyzeAs, comparable, constantText, signatureError } from './expressions.ts';
import { analyzeFormat } from './format.ts';
import { JSON_CALLS } from './json-calls.ts';
import { textOf } from './literals.ts';
import { namedArguments } from './named-arguments.ts';
import { concatenate, textsOf } from './operators.ts';
import { REGEX_CALLS } from './regex-calls.ts';
import { SEARCH_CALLS } from './search-calls.ts';
import { coerce, commonType, raise, type Typed, typed } from './typed.ts';
import { computedOnce } from './volatile.ts';

type Special = (call: Call, env: Env) => Typed | undefined;
const STRING = scalar('STRING');

const args = (call: Call, env: Env) => call.args.map((arg) => analyze(arg, env));

/** Functions whose result depends on more than their arguments' values. Undefined = look at the signatures. */
export const SPECIAL_CALLS: Record<string, Special> = {
  ...JSON_CALLS,
  ...REGEX_CALLS,
  ...ARRAY_CALLS,
  ...SEARCH_CALLS,
  ...DISTANCE_CALLS,
  ERROR: (call, env) => {
    const [message] = args(call, env);
    if (message?.type.kind !== 'STRING') throw signatureError('function ERROR', args(call, env), call.at);
    return raise(message.sql);
  },
  NULLIF: (call, env) => {
    const given = args(call, env);
    if (given.length !== 2) throw signatureError('function NULLIF', given, call.at);
    const { items, type } = comparable(given, 'function NULLIF', call.at, false);
    const [a, b] = items as [Typed, Typed];
    const build = (sql: string) => `CASE WHEN ${equals({ ...a, sql }, b, type)} THEN NULL ELSE ${sql} END`;
    return typed(computedOnce(a.sql, env.analysis.fresh('l'), build), type);
  },
  CONCAT: (call, env) => {
    const given = args(call, env);
    if (given[0]?.type.kind !== 'BYTES') return concatenateTexts(given, call.at);
    return given.slice(1).reduce((left, right) => concatenate(left, right, call.at), given[0]);
  },
  ARRAY_CONCAT: (call, env) => {
    const given = args(call, env);
    if (given.length === 0) throw signatureError('function ARRAY_CONCAT', given, call.at);
    return undefined;
  },
  FORMAT: analyzeFormat,
  IFERROR: (call, env) => {
    const [value, fallback, ...more] = args(call, env);
    if (value?.literal?.kind === 'error' && fallback && more.length === 0) return fallback;
    const type = value && fallback && commonType([value, fallback]);
    if (!value || !fallback || !type || more.length > 0)
      throw signatureError('function IFERROR', args(call, env), call.at);
    refuseInTry(call, env);
    const [a, b] = [coerce(value, type), coerce(fallback, type)];
    // NULL may be the value itself, so whether it failed is asked apart.
    return typed(`CASE WHEN ${failed(a?.sql ?? '')} THEN ${b?.sql} ELSE TRY(${a?.sql}) END`, type);
  },
  NULLIFERROR: (call, env) => {
    const [value, ...more] = args(call, env);
    if (!value || more.length > 0) throw signatureError('function NULLIFERROR', args(call, env), call.at);
    refuseInTry(call, env);
    return typed(`TRY(${value.sql})`, value.type);
  },
  ISERROR: (call, env) => {
    const [value, ...more] = args(call, env);
    if (!value || more.length > 0) throw signatureError('function ISERROR', args(call, env), call.at);
    refuseInTry(call, env);
    return typed(failed(value.sql), scalar('BOOL'));
  },
  CONTAINS_SUBSTR: containsSubstr,
  NORMALIZE: (call, env) => normalize(call, env, 'bq_normalize'),
  NORMALIZE_AND_CASEFOLD: (call, env) => normalize(call, env, 'bq_normalize_casefold'),
  TYPEOF: (call, env) => {
    const given = args(call, env);
    if (given.length !== 1 || !given[0]) throw signatureError('function TYPEOF', given, call.at);
    const type = quoteText(renderType(given[0].type));
    // The argument stays: an aggregate in it makes one row of all.
    return typed(given[0].literal ? type : `CASE WHEN (${given[0].sql}) IS NULL THEN ${type} ELSE ${type} END`, STRING);
  },
  SESSION_USER: (call, env) => {
    if (call.args.length > 0) throw signatureError('function SESSION_USER', args(call, env), call.at);
    return textOf(SESSION_USER);
  },
};

const failed = (sql: string) => `(TRY(CASE WHEN (${sql}) IS NULL THEN 1 ELSE 2 END) IS NULL)`;

/** A subquery of one expression and no table stands for its expression. */
function oneValue(value: unknown): unknown {
  const { kind, query } = (value ?? {}) as { kind?: string; query?: Query };
  return kind === 'subquery' && query && !query.limit && query.body.kind === 'select' && !query.body.from
    ? [query.ctes, query.body.items, query.body.where ? query : []]
    : value;
}

/** DuckDB's TRY holds neither subqueries nor what is random. */
function refuseInTry(call: Call, env: Env): void {
  const text = JSON.stringify(call.args[0], (_, value) => (value instanceof Map ? [] : oneValue(value)));
  if (/"kind":"(subquery|arraySubquery|exists)"|"name":"(RAND|GENERATE_UUID)"/.test(text))
    throw unsupported(`${call.name} of a subquery or of what is random`, call.at);
  if (env.noAggregates === undefined && call.args[0]?.kind === 'call' && call.args[0].over)
    throw unsupported(`${call.name} of an analytic function`, call.at);
}

/** Of values that are no texts, the texts that CAST makes of them. Source: string_functions#concat */
function concatenateTexts(given: readonly Typed[], at: number): Typed | undefined {
  if (given.length === 0 || given.every((one) => coerce(one, STRING))) return undefined;
  const texts = textsOf(given, at);
  if (!texts) throw signatureError('function CONCAT', given, at);
  return typed(`bq_join([${texts.map((text) => text.sql).join(', ')}])`, STRING);
}

/** `NORMALIZE(text, NFKC)`: the form is a word, not a value. */
function normalize(call: Call, env: Env, fn: string): Typed | undefined {
  const [text, mode, ...more] = call.args;
  if (!text || !mode || more.length > 0) return undefined;
  const word = mode.kind === 'path' && mode.names.length === 1 ? mode.names[0]?.name.toUpperCase() : undefined;
  if (word === undefined || !['NFC', 'NFKC', 'NFD', 'NFKD'].includes(word))
    throw new SqlError(`${call.name}: a normalization mode is required: NFC, NFKC, NFD or NFKD`, mode.at);
  const value = analyzeAs(text, STRING, env, call.name);
  return typed(`${fn}(${value.sql}, '${word}')`, STRING);
}

/** Whether a text stands in a value, whatever its case: in a text, or in any part of an array, a struct or JSON. */
function containsSubstr(call: Call, env: Env): Typed {
  const [value, part, ...more] = args(call, env);
  const { json_scope: scope } = namedArguments(call, env, { json_scope: 'STRING' });
  if (!value || !part || more.length > 0) throw signatureError('function CONTAINS_SUBSTR', args(call, env), call.at);
  const wanted = constantText(part);
  if (wanted === undefined)
    throw new SqlError('The second argument of CONTAINS_SUBSTR must be a STRING literal or parameter', call.at);
  if (wanted === '') throw new SqlError('CONTAINS_SUBSTR: the search value must not be empty', call.at);
  if (scope && (constantText(scope) ?? '').toUpperCase() !== 'JSON_VALUES')
    throw unsupported('CONTAINS_SUBSTR with a json_scope other than JSON_VALUES', call.at);
  return typed(anyContains(value.sql, value.type, part.sql, call.at), scalar('BOOL'));
}

/** NULL parts say neither yes nor no: OR keeps a yes among them. */
function anyContains(sql: string, type: SqlType, part: string, at: number): string {
  if (type.kind === 'ARRAY')
    return `list_aggregate(list_transform(${sql}, lambda e: ${anyContains('e', type.element, part, at)}), 'bool_or')`;
  if (type.kind === 'STRUCT') {
    const names = physicalNames(type.fields);
    const parts = type.fields.map((field, i) =>
      anyContains(`struct_extract(${sql}, ${quoteText(names[i] ?? '')})`, field.type, part, at),
    );
    return `(${parts.join(' OR ')})`;
  }
  if (type.kind === 'JSON') throw unsupported('CONTAINS_SUBSTR in JSON', at);
  const text = type.kind === 'STRING' ? sql : castTo(typed(sql, type), STRING, false, at).sql;
  return `bq_contains_substr(${text}, ${part})`;
}
