import type { Call } from '../parse/tree.ts';
import { compile, mayMatchEmpty } from '../scalars/regex.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { arrayOf, parseScalarKind, quoteName, type SqlType, scalar } from '../types.ts';
import type { Env } from './analysis.ts';
import { castTo } from './casts.ts';
import { analyze, constantText, signatureError } from './expressions.ts';
import { namedArguments } from './named-arguments.ts';
import { coerce, nullOf, type Typed, typed } from './typed.ts';

const STRING = scalar('STRING');
const INT64 = scalar('INT64');

/** Regular expressions. A constant pattern runs in DuckDB's own RE2; others, positions and occurrences in a scalar function. */
export const REGEX_CALLS: Record<string, (call: Call, env: Env) => Typed | undefined> = {
  REGEXP_CONTAINS: (call, env) => {
    const { text, pattern, constant, isBytes } = subject(call, env, 0);
    return typed(
      constant === undefined || isBytes ? `bq_regexp_test(${text}, ${pattern})` : `regexp_matches(${text}, ${pattern})`,
      scalar('BOOL'),
    );
  },
  REGEXP_EXTRACT: extract,
  REGEXP_SUBSTR: extract,
  REGEXP_EXTRACT_ALL: (call, env) => {
    const { text, pattern, constant, isBytes } = subject(call, env, 0);
    if (isBytes)
      return typed(
        `list_transform(bq_regexp_all(${text}, ${pattern}), lambda e: bq_from_latin1(e))`,
        arrayOf(scalar('BYTES')),
      );
    if (constant === undefined) return typed(`bq_regexp_all(${text}, ${pattern})`, arrayOf(STRING));
    const groups = oneGroup(constant, call.at);
    // DuckDB goes on behind the end of the text, and makes NULL of a group that took no part.
    if (mayMatchEmpty(constant) || mayBeAbsent(constant, groups))
      return typed(`bq_regexp_all(${text}, ${pattern})`, arrayOf(STRING));
    return typed(`regexp_extract_all(${text}, ${pattern}, ${groups})`, arrayOf(STRING));
  },
  REGEXP_INSTR: (call, env) => {
    const named = namedArguments(call, env, { occurrence_position: 'INT64', occurrence: 'INT64', position: 'INT64' });
    const { text, pattern, rest } = subject(call, env, 3);
    const [position, occurrence, behind] = rest;
    const list = [position ?? named.position?.sql, occurrence ?? named.occurrence?.sql];
    const last = behind ?? named.occurrence_position?.sql;
    return typed(
      `bq_regexp_position(${text}, ${pattern}, ${list[0] ?? '1::BIGINT'}, ${list[1] ?? '1::BIGINT'}, ${last ?? '0::BIGINT'})`,
      INT64,
    );
  },
  REGEXP_REPLACE: (call, env) => {
    const given = call.args.map((arg) => analyze(arg, env));
    const type = given[0]?.type.kind === 'BYTES' ? scalar('BYTES') : STRING;
    const [text, pattern, rewrite, ...more] = given.map((arg) => coerce(arg, type));
    if (!text || !pattern || !rewrite || more.length > 0)
      throw signatureError('function REGEXP_REPLACE', given, call.at);
    if (type.kind === 'BYTES') {
      const list = [text, pattern, rewrite].map((one) => `bq_latin1(${one.sql})`);
      return typed(`bq_from_latin1(bq_regexp_swap(${list.join(', ')}))`, type);
    }
    const [constant, written] = [nativePattern(pattern, call), constantText(rewrite)];
    // DuckDB leaves a rewrite that names no group as it is, where GoogleSQL fails.
    const isPlain = constant !== undefined && written !== undefined && /^([^\\]|\\[\\0])*$/.test(written);
    const fn = isPlain ? `regexp_replace(${text.sql}, ${pattern.sql}, ${rewrite.sql}, 'g')` : undefined;
    return typed(fn ?? `bq_regexp_swap(${text.sql}, ${pattern.sql}, ${rewrite.sql})`, STRING);
  },
  REGEXP_EXTRACT_GROUPS: extractGroups,
};
// GoogleSQL's older name of REGEXP_CONTAINS's full match.
REGEX_CALLS.REGEXP_MATCH = (call, env) => {
  const { text, pattern } = subject(call, env, 0);
  return typed(`bq_regexp_test(${text}, '^(?:' || ${pattern} || ')$')`, scalar('BOOL'));
};

interface Subject {
  text: string;
  pattern: string;
  /** The pattern's text, where it is known. */
  constant: string | undefined;
  isBytes: boolean;
  /** Up to as many INT64 arguments as are allowed behind. */
  rest: string[];
}

function subject(call: Call, env: Env, most: number): Subject {
  const given = call.args.map((arg) => analyze(arg, env));
  const isBytes =
    given[0]?.type.kind === 'BYTES' || (given[0]?.literal?.kind === 'null' && given[1]?.type.kind === 'BYTES');
  const [text, pattern] = given.slice(0, 2).map((arg) => coerce(arg, isBytes ? scalar('BYTES') : STRING));
  const rest = given.slice(2).map((arg) => coerce(arg, INT64));
  if (!text || !pattern || rest.length > most || rest.includes(undefined))
    throw signatureError(`function ${call.name}`, given, call.at);
  const constant = nativePattern(pattern, call);
  const wrap = (one: Typed) => (isBytes ? `bq_latin1(${one.sql})` : one.sql);
  return { text: wrap(text), pattern: wrap(pattern), constant, isBytes, rest: rest.map((one) => one?.sql ?? '') };
}

/**
 * The text of a constant pattern that DuckDB's RE2 can run. One that is none must fail before a row is read, but for SAFE.,
 * which makes NULL of it; `(?<name>…)` is younger than DuckDB's RE2.
 */
function nativePattern(pattern: Typed, call: Call): string | undefined {
  const constant = constantText(pattern);
  if (constant === undefined) return undefined;
  try {
    compile(constant);
  } catch (error) {
    if (call.safe) return undefined;
    throw new SqlError((error as Error).message, call.at);
  }
  return constant.includes('(?<') && call.name !== 'REGEXP_EXTRACT_GROUPS' ? undefined : constant;
}

function extract(call: Call, env: Env): Typed {
  const { text, pattern, constant, isBytes, rest } = subject(call, env, 2);
  const nth = `bq_regexp_nth(${text}, ${pattern}, ${rest[0] ?? '1::BIGINT'}, ${rest[1] ?? '1::BIGINT'})`;
  if (isBytes) return typed(`bq_from_latin1(${nth})`, scalar('BYTES'));
  if (constant === undefined || rest.length > 0) return typed(nth, STRING);
  const groups = oneGroup(constant, call.at);
  // A group that took no part is NULL; DuckDB makes it an empty text.
  return typed(mayBeAbsent(constant, groups) ? nth : `bq_regexp_extract(${text}, ${pattern}, ${groups})`, STRING);
}

function oneGroup(pattern: string, at: number): number {
  const groups = compile(pattern).groupCount();
  if (groups > 1) throw new SqlError('Regular expression has more than one capturing group', at);
  return groups;
}

/** Whether the pattern can match without its group. */
const mayBeAbsent = (pattern: string, groups: number) => groups > 0 && /\)[?*{]|\|/.test(pattern);

const bare = (pattern: string) => pattern.replace(/\\./gs, '').replace(/\[\^?\]?[^\]]*\]/g, '');

/** A struct of the groups; `(?<name__INT64>…)` names a field and its type. */
function extractGroups(call: Call, env: Env): Typed {
  const { text, pattern, constant, isBytes } = subject(call, env, 0);
  if (constant === undefined || isBytes)
    throw unsupported('REGEXP_EXTRACT_GROUPS with a pattern that is no literal', call.at);
  const names = [...bare(constant).matchAll(/\((?!\?)|\(\?P?<([^>]*)>/g)].map(([, name]) => name);
  if (names.length === 0) throw new SqlError('REGEXP_EXTRACT_GROUPS wants a capturing group', call.at);
  const fields = names.map((name) => {
    const [, base, suffix] = /^(.*?)__([A-Z0-9]+)$/i.exec(name ?? '') ?? [];
    const kind = suffix === undefined ? undefined : parseScalarKind(suffix);
    const type: SqlType = scalar(kind ?? 'STRING');
    return { name: kind === undefined ? name : base || undefined, type };
  });
  const type: SqlType = { kind: 'STRUCT', fields };
  const parts = fields.map((field, i) => {
    const value = typed(`g[${i + 1}]`, STRING);
    return `${quoteName(field.name ?? `_field_${i + 1}`)} := ${castTo(value, field.type, false, call.at).sql}`;
  });
  const groups = `bq_regexp_groups(${text}, ${pattern})`;
  return typed(
    `list_transform([${groups}], lambda g: CASE WHEN g IS NULL THEN ${nullOf(type).sql} ELSE struct_pack(${parts.join(', ')}) END)[1]`,
    type,
  );
}
