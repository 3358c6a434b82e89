import { once } from '../once.ts';
import type { Call, Expr } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { arrayOf, quoteText, renderType, type SqlType, scalar } from '../types.ts';
import type { Env } from './analysis.ts';
import { analyze, analyzeAs, constantText, signatureError } from './expressions.ts';
import { duckPath, jsonPathTokens } from './json-path.ts';
import { jsonText } from './json-text.ts';
import { namedArguments } from './named-arguments.ts';
import { coerce, nullOf, type Typed, typed } from './typed.ts';

type Special = (call: Call, env: Env) => Typed | undefined;
const STRING = scalar('STRING');
const JSON_TYPE = scalar('JSON');

const args = (call: Call, env: Env) => call.args.map((arg) => analyze(arg, env));
const asText = (json: string) => `CAST(${json} AS VARCHAR)`;
const asJson = (text: string): Typed => typed(`CAST(${text} AS JSON)`, JSON_TYPE);

/** JSON functions that take a path, any number of values, or a switch by name. */
export const JSON_CALLS: Record<string, Special> = {
  TO_JSON_STRING: (call, env) => {
    const [value, pretty, ...more] = args(call, env);
    const { pretty_print: named } = namedArguments(call, env, { pretty_print: 'BOOL' });
    const given = pretty ? coerce(pretty, scalar('BOOL')) : named;
    if (!value || more.length > 0 || (pretty && (named || !given)))
      throw signatureError('function TO_JSON_STRING', args(call, env), call.at);
    const text = jsonText(value.sql, value.type);
    return typed(given ? `CASE WHEN ${given.sql} THEN bq_json_pretty(${text}) ELSE ${text} END` : text, STRING);
  },
  TO_JSON: (call, env) => toJson(call, env),
  PARSE_JSON: parseJson,
  FLOAT64: (call, env) => {
    const [json, ...more] = call.named.length > 0 ? args(call, env) : [];
    if (json?.type.kind !== 'JSON' || more.length > 0) return undefined;
    const { wide_number_mode: named } = namedArguments(call, env, { wide_number_mode: 'STRING' });
    const mode = named && constantText(named);
    if (mode === undefined) throw unsupported('FLOAT64 with a wide_number_mode that is no literal', call.at);
    if (mode !== 'exact' && mode !== 'round')
      throw new SqlError(`Invalid wide_number_mode specified for FLOAT64: ${mode}`, call.at);
    return typed(
      mode === 'exact' ? `bq_json_float_exact(${json.sql})` : `bq_json_float(${json.sql})`,
      scalar('FLOAT64'),
    );
  },
  JSON_VALUE: (call, env) => jsonAt(call, env, 'value', STRING, STRING),
  JSON_EXTRACT_SCALAR: (call, env) => jsonAt(call, env, 'value', STRING, STRING),
  JSON_QUERY: (call, env) => jsonAt(call, env, 'query', STRING, JSON_TYPE),
  JSON_EXTRACT: (call, env) => jsonAt(call, env, 'query', STRING, JSON_TYPE),
  JSON_QUERY_ARRAY: (call, env) => jsonAt(call, env, 'items', arrayOf(STRING), arrayOf(JSON_TYPE)),
  JSON_EXTRACT_ARRAY: (call, env) => jsonAt(call, env, 'items', arrayOf(STRING), arrayOf(JSON_TYPE)),
  JSON_VALUE_ARRAY: (call, env) => jsonAt(call, env, 'values', arrayOf(STRING), arrayOf(STRING)),
  JSON_EXTRACT_STRING_ARRAY: (call, env) => jsonAt(call, env, 'values', arrayOf(STRING), arrayOf(STRING)),
  JSON_ARRAY: (call, env) => {
    const values = args(call, env).map((value) => jsonText(value.sql, value.type, 'none'));
    return asJson(`bq_json_sorted('[' || array_to_string([${values.join(', ')}]::VARCHAR[], ',') || ']')`);
  },
  JSON_OBJECT: jsonObject,
  JSON_SET: (call, env) => edit(call, env, 'bq_json_set', 'create_if_missing', 'true'),
  JSON_ARRAY_APPEND: (call, env) => edit(call, env, 'bq_json_array_append', 'append_each_element', 'true'),
  JSON_ARRAY_INSERT: (call, env) => edit(call, env, 'bq_json_array_insert', 'insert_each_element', 'true'),
  JSON_REMOVE: (call, env) => {
    const [json, ...paths] = args(call, env);
    if (json?.type.kind !== 'JSON' || paths.length === 0 || paths.some((path) => path.type.kind !== 'STRING'))
      throw signatureError('function JSON_REMOVE', args(call, env), call.at);
    const list = paths.map((path) => path.sql);
    return asJson(whereKnown(list, `bq_json_remove(${asText(json.sql)}, [${list.join(', ')}])`));
  },
  JSON_STRIP_NULLS: (call, env) => {
    const [json, path, ...more] = args(call, env);
    const named = namedArguments(call, env, { include_arrays: 'BOOL', remove_empty: 'BOOL' });
    if (json?.type.kind !== 'JSON' || more.length > 0)
      throw signatureError('function JSON_STRIP_NULLS', args(call, env), call.at);
    const flags = [named.include_arrays?.sql ?? 'true', named.remove_empty?.sql ?? 'false'];
    return asJson(
      `bq_json_strip_nulls(${[asText(json.sql), path ? (coerce(path, STRING)?.sql ?? '') : "'$'", ...flags].join(', ')})`,
    );
  },
  JSON_KEYS: (call, env) => {
    const [json, depth, ...more] = args(call, env);
    const named = namedArguments(call, env, { mode: 'STRING' });
    const levels = depth && coerce(depth, scalar('INT64'));
    if (json?.type.kind !== 'JSON' || more.length > 0 || (depth && !levels))
      throw signatureError('function JSON_KEYS', args(call, env), call.at);
    const most = levels?.literal?.kind === 'null' || !levels ? '1000000' : levels.sql;
    return typed(
      `bq_json_keys(${asText(json.sql)}, CAST(${most} AS BIGINT), ${named.mode?.sql ?? "'strict'"})`,
      arrayOf(STRING),
    );
  },
  /** TO_JSON of what it can convert; nothing here cannot be. SQL's NULL stays one. */
  SAFE_TO_JSON: (call, env) => {
    const [value] = args(call, env);
    const json = toJson(call, env);
    return value && typed(`CASE WHEN ${value.sql} IS NOT NULL THEN ${json.sql} END`, json.type);
  },
};

function toJson(call: Call, env: Env): Typed {
  const [value, ...more] = args(call, env);
  const { stringify_wide_numbers: wide } = namedArguments(call, env, { stringify_wide_numbers: 'BOOL' });
  if (!value || more.length > 0) throw signatureError(`function ${call.name}`, args(call, env), call.at);
  if (wide && wide.sql !== 'false' && wide.sql !== 'true')
    throw unsupported(`${call.name} with stringify_wide_numbers that is no literal`, call.at);
  const text = jsonText(value.sql, value.type, wide?.sql === 'true' ? 'all' : 'none');
  return asJson(`bq_json_sorted(${text})`);
}

/** Only where none of these is NULL: a list would hide its NULLs from the function. */
function whereKnown(values: readonly string[], sql: string): string {
  return `CASE WHEN ${values.map((value) => `${value} IS NOT NULL`).join(' AND ')} THEN ${sql} END`;
}

/** JSON, then pairs of a path and a value, and a switch by name. */
function edit(call: Call, env: Env, fn: string, flag: string, fallback: string): Typed {
  const [json, ...pairs] = args(call, env);
  const named = namedArguments(call, env, { [flag]: 'BOOL' });
  if (json?.type.kind !== 'JSON' || pairs.length === 0 || pairs.length % 2 === 1)
    throw signatureError(`function ${call.name}`, args(call, env), call.at);
  const paths = pairs.filter((_, i) => i % 2 === 0);
  if (paths.some((path) => path.type.kind !== 'STRING'))
    throw signatureError(`function ${call.name}`, args(call, env), call.at);
  const list = paths.map((path) => path.sql);
  const values = pairs.filter((_, i) => i % 2 === 1).map((value) => jsonText(value.sql, value.type, 'none'));
  return asJson(
    whereKnown(
      list,
      `${fn}(${asText(json.sql)}, [${list.join(', ')}], [${values.join(', ')}], ${named[flag]?.sql ?? fallback})`,
    ),
  );
}

function jsonObject(call: Call, env: Env): Typed {
  const given = args(call, env);
  const fail = () => signatureError('function JSON_OBJECT', given, call.at);
  const [keys, values] = given;
  if (keys?.type.kind === 'ARRAY') {
    if (given.length !== 2 || values?.type.kind !== 'ARRAY' || keys.type.element.kind !== 'STRING') throw fail();
    const texts = `list_transform(${values.sql}, lambda e: ${jsonText('e', values.type.element, 'none')})`;
    return asJson(`bq_json_object(${keys.sql}, ${texts})`);
  }
  if (given.length % 2 === 1) throw fail();
  const names = given.filter((_, i) => i % 2 === 0).map((key) => coerce(key, STRING) ?? fail());
  const texts = given.filter((_, i) => i % 2 === 1).map((value) => jsonText(value.sql, value.type, 'none'));
  const list = names.map((name) => {
    if (name instanceof SqlError) throw name;
    return name.sql;
  });
  return asJson(`bq_json_object([${list.join(', ')}]::VARCHAR[], [${texts.join(', ')}]::VARCHAR[])`);
}

type Found = 'query' | 'value' | 'items' | 'values';

function jsonAt(call: Call, env: Env, what: Found, ofText: SqlType, ofJson: SqlType): Typed {
  const [value, path] = args(call, env);
  if (!value || call.args.length > 2) throw signatureError(`function ${call.name}`, args(call, env), call.at);
  const isJson = value.type.kind === 'JSON';
  if (!isJson && value.type.kind !== 'STRING' && value.literal?.kind !== 'null')
    throw signatureError(`function ${call.name}`, args(call, env), call.at);
  const literal = path === undefined ? '$' : constantText(path);
  if (literal === undefined) {
    if (path?.literal?.kind === 'null') return nullOf(isJson ? ofJson : ofText);
    throw new SqlError(`JSONPath must be a string literal or query parameter`, call.at);
  }
  const tokens = jsonPathTokens(literal, call.name.startsWith('JSON_EXTRACT'), call.at);
  const source = isJson ? value.sql : (coerce(value, STRING)?.sql ?? value.sql);
  const type = isJson ? ofJson : ofText;
  return typed(
    once(source, 'json_source', (x) => (isJson ? inJson(x, tokens, what) : inText(x, tokens, what))),
    type,
  );
}

const isQuick = (what: Found): what is 'query' | 'value' => what === 'query' || what === 'value';
const encoded = (tokens: readonly string[]) => quoteText(JSON.stringify(tokens));

/** DuckDB's own reader where it answers as BigQuery's does, else the one in JavaScript, which takes ten times as long. */
function inJson(json: string, tokens: string[], what: Found): string {
  const exact = `bq_json_${what}_at(${asText(json)}, ${encoded(tokens)})`;
  const typedExact =
    what === 'query' ? `CAST(${exact} AS JSON)` : what === 'items' ? `CAST(${exact} AS JSON[])` : exact;
  const path = duckPath(tokens);
  if (path === undefined || !isQuick(what)) return typedExact;
  // A number in an object's key is as good as an array's place.
  const keys = tokens.filter((token) => /^\d/.test(token)).map((token) => `contains(${asText(json)}, '"${token}":')`);
  const slow = [`bq_json_is_respelled(${json})`, ...keys].join(' OR ');
  return `CASE WHEN ${slow} THEN ${typedExact} ELSE bq_json_${what}(${json}, ${quoteText(path)}) END`;
}

function inText(text: string, tokens: string[], what: Found): string {
  const exact = `bq_text_${what}_at(${text}, ${encoded(tokens)})`;
  const path = duckPath(tokens);
  if (path === undefined || !isQuick(what)) return exact;
  const quick = `CASE WHEN bq_text_is_respelled(${text}) THEN ${exact} ELSE bq_text_${what}(CAST(${text} AS JSON), ${quoteText(path)}) END`;
  // Where a key occurs again, the reader goes on to its next occurrence; DuckDB's does not.
  const again = tokens
    .filter((token, i) => i < tokens.length - 1 || /^\d/.test(token))
    .map((token) => `len(string_split(${text}, '"${token}"')) > ${/^\d/.test(token) ? 1 : 2}`);
  return again.length === 0 ? quick : `coalesce(${quick}, CASE WHEN ${again.join(' OR ')} THEN ${exact} END)`;
}

/** What becomes of numbers that neither 64 bits nor a double hold: by default they are an error. */
const WIDE_NUMBERS: Record<string, string> = { exact: 'bq_parse_json', round: 'bq_parse_json_round' };

function parseJson(call: Call, env: Env): Typed {
  const [text, ...more] = args(call, env).map((arg) => coerce(arg, STRING));
  const { wide_number_mode: named } = namedArguments(call, env, { wide_number_mode: 'STRING' });
  if (!text || more.length > 0) throw signatureError('function PARSE_JSON', args(call, env), call.at);
  const mode = named ? constantText(named) : 'exact';
  if (mode === undefined) throw unsupported('PARSE_JSON with a wide_number_mode that is no literal', call.at);
  const macro = Object.hasOwn(WIDE_NUMBERS, mode) ? WIDE_NUMBERS[mode] : undefined;
  if (macro === undefined) throw new SqlError(`Invalid wide_number_mode specified for PARSE_JSON: ${mode}`, call.at);
  const constant = constantText(text);
  try {
    // SAFE. turns the failure of the function itself into NULL.
    if (constant !== undefined && !call.safe) JSON.parse(constant);
  } catch (error) {
    throw new SqlError(`Invalid input to PARSE_JSON: ${(error as Error).message}`, call.at);
  }
  return typed(`${macro}(${text.sql})`, JSON_TYPE);
}

/** An argument that must be there and of this type. */
export function required(call: Call, index: number, type: SqlType, env: Env): Typed {
  const arg: Expr | undefined = call.args[index];
  if (!arg) throw new SqlError(`Argument ${index + 1} of ${call.name} is missing; it is ${renderType(type)}`, call.at);
  return analyzeAs(arg, type, env, call.name);
}
