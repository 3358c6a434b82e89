import type { Call } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { arrayOf, isGroupable, quoteText, renderType, type SqlType, scalar } from '../types.ts';
import type { Env } from './analysis.ts';
import { analyze, analyzeAs, comparable, constantText, notNan, signatureError } from './expressions.ts';
import { analyzeFormat } from './format.ts';
import { toDuckPath } from './json-path.ts';
import { jsonText } from './json-text.ts';
import { concatenate } from './operators.ts';
import { coerce, nullOf, raise, type Typed, typed } from './typed.ts';

type Special = (call: Call, env: Env) => Typed | undefined;
const STRING = scalar('STRING');

const args = (call: Call, env: Env) => call.args.map((arg) => analyze(arg, env));

/** Functions whose result depends on more than their arguments' values. Undefined = look at the signatures. */
export const SPECIAL_CALLS: Record<string, Special> = {
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
    return typed(`CASE WHEN ${notNan(`${a.sql} = ${b.sql}`, [a, b], type)} THEN NULL ELSE ${a.sql} END`, type);
  },
  CONCAT: (call, env) => {
    const given = args(call, env);
    if (given[0]?.type.kind !== 'BYTES') return undefined;
    return given.slice(1).reduce((left, right) => concatenate(left, right, call.at), given[0]);
  },
  ARRAY_CONCAT: (call, env) => {
    const given = args(call, env);
    if (given.length === 0) throw signatureError('function ARRAY_CONCAT', given, call.at);
    return undefined;
  },
  REGEXP_CONTAINS: (call, env) => {
    checkRegex(call, env);
    return undefined;
  },
  REGEXP_REPLACE: (call, env) => {
    checkRegex(call, env);
    return undefined;
  },
  REGEXP_EXTRACT: (call, env) => regexpExtract(call, env, 'bq_regexp_extract', STRING),
  REGEXP_SUBSTR: (call, env) => regexpExtract(call, env, 'bq_regexp_extract', STRING),
  REGEXP_EXTRACT_ALL: (call, env) => regexpExtract(call, env, 'regexp_extract_all', arrayOf(STRING)),
  FORMAT: analyzeFormat,
  TO_JSON_STRING: (call, env) => {
    const given = args(call, env);
    if (given.length !== 1 || !given[0]) throw unsupported('TO_JSON_STRING with pretty print', call.at);
    return typed(jsonText(given[0].sql, given[0].type), STRING);
  },
  TO_JSON: (call, env) => {
    const given = args(call, env);
    if (given.length !== 1 || !given[0]) throw signatureError('function TO_JSON', given, call.at);
    return typed(`CAST(${jsonText(given[0].sql, given[0].type)} AS JSON)`, scalar('JSON'));
  },
  PARSE_JSON: parseJson,
  JSON_VALUE: (call, env) => jsonAt(call, env, 'bq_json_value', STRING, STRING),
  JSON_EXTRACT_SCALAR: (call, env) => jsonAt(call, env, 'bq_json_value', STRING, STRING),
  JSON_QUERY: (call, env) => jsonAt(call, env, 'bq_json_query', STRING, scalar('JSON')),
  JSON_EXTRACT: (call, env) => jsonAt(call, env, 'bq_json_query', STRING, scalar('JSON')),
  JSON_QUERY_ARRAY: (call, env) => jsonAt(call, env, 'bq_json_query_array', arrayOf(STRING), arrayOf(scalar('JSON'))),
  JSON_EXTRACT_ARRAY: (call, env) => jsonAt(call, env, 'bq_json_query_array', arrayOf(STRING), arrayOf(scalar('JSON'))),
  JSON_VALUE_ARRAY: (call, env) => jsonAt(call, env, 'bq_json_value_array', arrayOf(STRING), arrayOf(STRING)),
  JSON_EXTRACT_STRING_ARRAY: (call, env) => jsonAt(call, env, 'bq_json_value_array', arrayOf(STRING), arrayOf(STRING)),
  TYPEOF: (call, env) => {
    const given = args(call, env);
    if (given.length !== 1 || !given[0]) throw signatureError('function TYPEOF', given, call.at);
    return typed(quoteText(renderType(given[0].type)), STRING);
  },
  ARRAY_INCLUDES: (call, env) => {
    const given = args(call, env);
    const [array, value] = given;
    if (array?.type.kind !== 'ARRAY' || !value || given.length !== 2 || !isGroupable(value.type))
      throw signatureError('function ARRAY_INCLUDES', given, call.at);
    return undefined;
  },
  SESSION_USER: (call) => {
    throw unsupported('function SESSION_USER', call.at);
  },
};

/** RE2 on both sides, but look-arounds and back-references must fail before a row is read. */
function checkRegex(call: Call, env: Env): string | undefined {
  const pattern = call.args[1] && constantText(analyze(call.args[1], env));
  if (pattern !== undefined && /\(\?(<?[=!])/.test(pattern))
    throw new SqlError('Cannot parse regular expression: invalid perl operator: (?<', call.at);
  return pattern;
}

function regexpExtract(call: Call, env: Env, macro: string, type: SqlType): Typed {
  const pattern = checkRegex(call, env);
  if (call.args.length > 2) throw unsupported(`${call.name} with a position or occurrence`, call.at);
  const [value] = args(call, env);
  if (!value || call.args.length !== 2) throw signatureError(`function ${call.name}`, args(call, env), call.at);
  if (value.type.kind === 'BYTES') throw unsupported(`${call.name} on BYTES`, call.at);
  const text = analyzeAs(call.args[0] as Call['args'][number], STRING, env, call.name);
  const regex = analyzeAs(call.args[1] as Call['args'][number], STRING, env, call.name);
  if (regex.literal?.kind === 'null') return nullOf(type);
  if (pattern === undefined) throw unsupported(`${call.name} with a pattern that is no literal`, call.at);
  const groups = countGroups(pattern);
  if (groups > 1) throw new SqlError('Regular expression has more than one capturing group', call.at);
  return typed(`${macro}(${text.sql}, ${regex.sql}, ${groups})`, type);
}

function countGroups(pattern: string): number {
  const bare = pattern.replace(/\\./gs, '').replace(/\[\^?\]?[^\]]*\]/g, '');
  return (bare.match(/\((?!\?)|\(\?P?</g) ?? []).length;
}

function jsonAt(call: Call, env: Env, macro: string, ofText: SqlType, ofJson: SqlType): Typed {
  const [value, path] = args(call, env);
  if (!value || call.args.length > 2) throw signatureError(`function ${call.name}`, args(call, env), call.at);
  const isJson = value.type.kind === 'JSON';
  if (!isJson && value.type.kind !== 'STRING' && value.literal?.kind !== 'null')
    throw signatureError(`function ${call.name}`, args(call, env), call.at);
  const literal = path === undefined ? '$' : constantText(path);
  if (literal === undefined) {
    if (path?.literal?.kind === 'null') return nullOf(isJson ? ofJson : ofText);
    throw unsupported(`${call.name} with a path that is no literal`, call.at);
  }
  const duckPath = toDuckPath(literal, call.name.startsWith('JSON_EXTRACT'), call.at);
  const source = isJson ? value.sql : `bq_json_or_null(${value.sql})`;
  const type = isJson ? ofJson : ofText;
  const found = typed(`${macro}(${source}, ${quoteText(duckPath)})`, type);
  // In text, JSON's null is an absent value.
  if (!isJson && macro === 'bq_json_query') return typed(`nullif(CAST(${found.sql} AS VARCHAR), 'null')`, type);
  if (isJson || macro === 'bq_json_value' || macro === 'bq_json_value_array') return found;
  return typed(`CAST(${found.sql} AS VARCHAR[])`, type);
}

/** What becomes of numbers that neither 64 bits nor a double hold: by default they are an error. */
const WIDE_NUMBERS: Record<string, string> = { exact: 'bq_parse_json', round: 'bq_parse_json_round' };

function parseJson(call: Call, env: Env): Typed {
  const [text, ...more] = args(call, env).map((arg) => coerce(arg, STRING));
  const [named, ...others] = call.named;
  if (!text || more.length > 0 || others.length > 0 || (named && named.name.name.toLowerCase() !== 'wide_number_mode'))
    throw signatureError('function PARSE_JSON', args(call, env), call.at);
  const mode = named ? constantText(analyze(named.value, env)) : 'exact';
  if (mode === undefined) throw unsupported('PARSE_JSON with a wide_number_mode that is no literal', call.at);
  const macro = Object.hasOwn(WIDE_NUMBERS, mode) ? WIDE_NUMBERS[mode] : undefined;
  if (macro === undefined) throw new SqlError(`Invalid wide_number_mode specified for PARSE_JSON: ${mode}`, call.at);
  const constant = constantText(text);
  try {
    if (constant !== undefined) JSON.parse(constant);
  } catch (error) {
    throw new SqlError(`Invalid input to PARSE_JSON: ${(error as Error).message}`, call.at);
  }
  return typed(`${macro}(${text.sql})`, scalar('JSON'));
}
