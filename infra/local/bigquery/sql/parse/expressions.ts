import { SqlError, unsupported } from '../sql-error.ts';
import { parseCall } from './calls.ts';
import type { Cursor } from './cursor.ts';
import { parseQuery, startsQuery } from './queries.ts';
import type { Expr, Identifier, LiteralType, TypeNode } from './tree.ts';
import { parseType } from './types.ts';

/** Binary operators by binding strength, weakest first; comparisons, NOT, AND and OR stand apart. */
const LEVELS: readonly (readonly string[])[] = [['|'], ['^'], ['&'], ['<<', '>>'], ['+', '-'], ['*', '/', '||']];
const COMPARISONS = ['=', '!=', '<>', '<', '<=', '>', '>='];

export function parseExpression(c: Cursor): Expr {
  let left = parseAnd(c);
  while (c.sees('OR')) {
    const { at } = c.next();
    left = { kind: 'binary', op: 'OR', left, right: parseAnd(c), at };
  }
  return left;
}

function parseAnd(c: Cursor): Expr {
  let left = parseNot(c);
  while (c.sees('AND')) {
    const { at } = c.next();
    left = { kind: 'binary', op: 'AND', left, right: parseNot(c), at };
  }
  return left;
}

function parseNot(c: Cursor): Expr {
  if (!c.sees('NOT')) return parseComparison(c);
  const { at } = c.next();
  return { kind: 'unary', op: 'NOT', of: parseNot(c), at };
}

/** Comparisons do not chain in GoogleSQL: `a < b < c` is a syntax error. */
function parseComparison(c: Cursor): Expr {
  const left = parseLevel(c, 0);
  const compared = parseComparisonTail(c, left);
  if (compared !== left && seesComparison(c)) throw c.fail();
  return compared;
}

function seesComparison(c: Cursor): boolean {
  return (
    COMPARISONS.some((op) => c.sees(op)) ||
    c.sees('IS') ||
    c.sees('IN') ||
    c.sees('LIKE') ||
    c.sees('BETWEEN') ||
    c.sees('NOT', 'IN') ||
    c.sees('NOT', 'LIKE') ||
    c.sees('NOT', 'BETWEEN')
  );
}

function parseComparisonTail(c: Cursor, of: Expr): Expr {
  const { at } = c.peek();
  for (const op of COMPARISONS) {
    if (c.takes(op)) return { kind: 'binary', op: op === '<>' ? '!=' : op, left: of, right: parseLevel(c, 0), at };
  }
  if (c.takes('IS')) {
    const not = c.takes('NOT');
    if (c.takes('DISTINCT', 'FROM'))
      return {
        kind: 'binary',
        op: not ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM',
        left: of,
        right: parseLevel(c, 0),
        at,
      };
    for (const what of ['NULL', 'TRUE', 'FALSE'] as const) if (c.takes(what)) return { kind: 'is', of, what, not, at };
    if (c.takes('UNKNOWN')) return { kind: 'is', of, what: 'NULL', not, at };
    throw c.fail('keyword NULL');
  }
  const not = (c.sees('NOT', 'IN') || c.sees('NOT', 'LIKE') || c.sees('NOT', 'BETWEEN')) && c.takes('NOT');
  if (c.takes('BETWEEN')) {
    const low = parseLevel(c, 0);
    c.expect('AND');
    return { kind: 'between', of, low, high: parseLevel(c, 0), not, at };
  }
  if (c.takes('LIKE')) {
    if (c.sees('ANY') || c.sees('SOME') || c.sees('ALL')) return parseLikeAny(c, of, not, at);
    const like: Expr = { kind: 'binary', op: 'LIKE', left: of, right: parseLevel(c, 0), at };
    return not ? { kind: 'unary', op: 'NOT', of: like, at } : like;
  }
  if (c.takes('IN')) return parseIn(c, of, not, at);
  return of;
}

/** `x LIKE ANY (a, b)` is `x LIKE a OR x LIKE b`; `ALL` joins with AND. */
function parseLikeAny(c: Cursor, of: Expr, not: boolean, at: number): Expr {
  const op = c.next().word === 'ALL' ? 'AND' : 'OR';
  if (!c.sees('(') || startsQuery(c, 1)) throw unsupported('LIKE ANY or ALL over a subquery or UNNEST', at);
  c.expect('(');
  const likes = parseList(c).map((right): Expr => ({ kind: 'binary', op: 'LIKE', left: of, right, at }));
  c.expect(')');
  const joined = likes.reduce((left, right) => ({ kind: 'binary', op, left, right, at }));
  return not ? { kind: 'unary', op: 'NOT', of: joined, at } : joined;
}

function parseIn(c: Cursor, of: Expr, not: boolean, at: number): Expr {
  const none = { list: undefined, query: undefined, unnest: undefined };
  if (c.takes('UNNEST', '(')) {
    const unnest = parseExpression(c);
    c.expect(')');
    return { kind: 'in', of, not, ...none, unnest, at };
  }
  c.expect('(');
  const query = tryQuery(c);
  if (query) return { kind: 'in', of, not, ...none, query, at };
  const list = parseList(c);
  c.expect(')');
  return { kind: 'in', of, not, ...none, list, at };
}

export function parseList(c: Cursor): Expr[] {
  const items = [parseExpression(c)];
  while (c.takes(',')) items.push(parseExpression(c));
  return items;
}

/** After an opening parenthesis: a query up to its closing one, or nothing taken. */
function tryQuery(c: Cursor) {
  if (!startsQuery(c, 0)) return undefined;
  const position = c.position();
  const { count } = c.positional;
  try {
    const query = parseQuery(c);
    c.expect(')');
    return query;
  } catch (error) {
    // `((SELECT 1) + 2)` begins like a query and is an expression; anything else keeps the query's own error.
    if (c.text[c.peek().at] === undefined || !(error instanceof SqlError)) throw error;
    c.rewind(position);
    c.positional.count = count;
    if (!c.sees('(')) throw error;
    return undefined;
  }
}

function parseLevel(c: Cursor, level: number): Expr {
  const ops = LEVELS[level];
  if (ops === undefined) return parseUnary(c);
  let left = parseLevel(c, level + 1);
  for (;;) {
    const op = ops.find((one) => c.sees(one));
    if (op === undefined) return left;
    const { at } = c.next();
    left = { kind: 'binary', op, left, right: parseLevel(c, level + 1), at };
  }
}

function parseUnary(c: Cursor): Expr {
  for (const op of ['-', '+', '~'] as const) {
    if (!c.sees(op)) continue;
    const { at } = c.next();
    const next = c.peek();
    // -9223372036854775808 has no positive counterpart, so the sign belongs to the literal.
    if (op === '-' && (next.kind === 'integer' || next.kind === 'float') && !next.text.toLowerCase().startsWith('0x')) {
      c.next();
      const literal: Expr = {
        kind: 'literal',
        type: next.kind === 'integer' ? 'INT64' : 'FLOAT64',
        value: `-${next.text}`,
        at,
      };
      return parsePostfix(c, literal);
    }
    return { kind: 'unary', op, of: parseUnary(c), at };
  }
  return parsePostfix(c, parsePrimary(c));
}

const ELEMENT_WORDS = {
  OFFSET: 'offset',
  ORDINAL: 'ordinal',
  SAFE_OFFSET: 'safe_offset',
  SAFE_ORDINAL: 'safe_ordinal',
} as const;

function parsePostfix(c: Cursor, start: Expr): Expr {
  let of = start;
  for (;;) {
    const { at } = c.peek();
    if (c.takes('.')) {
      if (c.sees('(')) throw unsupported('chained function calls', at);
      if (c.sees('*')) throw c.fail('identifier');
      of = { kind: 'field', of, name: fieldName(c), at };
    } else if (c.takes('[')) {
      const word = c.peek().word;
      const how =
        c.sees(word, '(') && Object.hasOwn(ELEMENT_WORDS, word)
          ? ELEMENT_WORDS[word as keyof typeof ELEMENT_WORDS]
          : 'plain';
      if (how !== 'plain') c.expect(word, '(');
      const index = parseExpression(c);
      if (how !== 'plain') c.expect(')');
      c.expect(']');
      of = { kind: 'element', of, index, how, at };
    } else return of;
  }
}

/** After a dot even reserved keywords are names. */
export function fieldName(c: Cursor): Identifier {
  const token = c.peek();
  if (token.kind !== 'name' && token.kind !== 'quoted') throw c.fail('identifier');
  c.next();
  return { name: token.text, at: token.at, quoted: token.kind === 'quoted' };
}

const PREFIXED: Record<string, LiteralType> = {
  DATE: 'DATE',
  DATETIME: 'DATETIME',
  TIME: 'TIME',
  TIMESTAMP: 'TIMESTAMP',
  NUMERIC: 'NUMERIC',
  DECIMAL: 'NUMERIC',
  BIGNUMERIC: 'BIGNUMERIC',
  BIGDECIMAL: 'BIGNUMERIC',
  JSON: 'JSON',
};

function parsePrimary(c: Cursor): Expr {
  const token = c.peek();
  const { at } = token;
  switch (token.kind) {
    case 'integer':
      c.next();
      return {
        kind: 'literal',
        type: 'INT64',
        value: /^0x/i.test(token.text) ? String(BigInt(token.text)) : token.text,
        at,
      };
    case 'float':
      c.next();
      return { kind: 'literal', type: 'FLOAT64', value: token.text, at };
    case 'string':
    case 'bytes':
      c.next();
      return { kind: 'literal', type: token.kind === 'string' ? 'STRING' : 'BYTES', value: token.text, at };
    case 'parameter':
      c.next();
      return { kind: 'parameter', name: token.text, index: -1, at };
    case 'positional':
      c.next();
      return { kind: 'parameter', name: undefined, index: c.positional.count++, at };
    case 'quoted':
      return parsePath(c);
    case 'symbol':
      if (token.text === '(') return parseParenthesis(c);
      if (token.text === '[') return parseArray(c, undefined);
      throw c.fail();
    case 'end':
      throw c.fail();
    case 'name':
      return parseWord(c, token.word, at);
  }
}

function parseWord(c: Cursor, word: string, at: number): Expr {
  switch (word) {
    case 'TRUE':
    case 'FALSE':
      c.next();
      return { kind: 'literal', type: 'BOOL', value: word.toLowerCase(), at };
    case 'NULL':
      c.next();
      return { kind: 'null', at };
    case 'CASE':
      return parseCase(c);
    case 'CAST':
    case 'SAFE_CAST':
      if (c.peek(1).text === '(') return parseCast(c, word === 'SAFE_CAST');
      break;
    case 'EXTRACT':
      return parseExtract(c);
    case 'EXISTS': {
      c.expect('EXISTS', '(');
      const query = parseQuery(c);
      c.expect(')');
      return { kind: 'exists', query, at };
    }
    case 'ARRAY':
      if (c.peek(1).text === '(') {
        c.expect('ARRAY', '(');
        const query = parseQuery(c);
        c.expect(')');
        return { kind: 'arraySubquery', query, at };
      }
      if (c.takes('ARRAY', '[')) return parseElements(c, undefined, at);
      return parseArray(c, parseType(c));
    case 'STRUCT':
      return parseStruct(c);
    case 'INTERVAL':
      return parseInterval(c);
    case 'IF':
    case 'LEFT':
    case 'RIGHT':
    case 'GROUPING':
    case 'COLLATE':
      if (c.peek(1).text === '(') return parseCall(c);
      break;
    case 'NEW':
    case 'WITH':
      throw unsupported(word === 'NEW' ? 'NEW constructors' : 'WITH expressions', at);
  }
  const literal = PREFIXED[word];
  if (literal !== undefined && c.peek(1).kind === 'string') {
    c.next();
    return { kind: 'literal', type: literal, value: c.string(), at };
  }
  return parsePath(c);
}

/** A column path, or a call whose name may hold a namespace (`SAFE.SUBSTR(…)`). */
function parsePath(c: Cursor): Expr {
  let ahead = 0;
  while (
    c.peek(ahead + 1).text === '.' &&
    c.peek(ahead + 1).kind === 'symbol' &&
    ['name', 'quoted'].includes(c.peek(ahead + 2).kind)
  )
    ahead += 2;
  const after = c.peek(ahead + 1);
  if (after.kind === 'symbol' && after.text === '(' && c.seesIdentifier()) return parseCall(c);
  const names = [c.identifier()];
  while (c.sees('.') && ['name', 'quoted'].includes(c.peek(1).kind)) {
    c.next();
    names.push(fieldName(c));
  }
  return { kind: 'path', names, at: names[0]?.at ?? 0 };
}

function parseParenthesis(c: Cursor): Expr {
  const { at } = c.expect('(');
  const query = tryQuery(c);
  if (query) return { kind: 'subquery', query, at };
  const items = parseList(c);
  c.expect(')');
  const [first] = items;
  if (items.length === 1 && first) return first;
  return { kind: 'struct', type: undefined, fields: items.map((expr) => ({ expr, name: undefined })), at };
}

function parseArray(c: Cursor, type: TypeNode | undefined): Expr {
  const { at } = c.expect('[');
  return parseElements(c, type, at);
}

function parseElements(c: Cursor, type: TypeNode | undefined, at: number): Expr {
  const elements = c.sees(']') ? [] : parseList(c);
  c.expect(']');
  return { kind: 'array', type, elements, at };
}

function parseStruct(c: Cursor): Expr {
  const { at } = c.peek();
  const type = c.peek(1).text === '<' || c.peek(1).text === '<>' ? parseType(c) : undefined;
  if (type === undefined) c.expect('STRUCT');
  c.expect('(');
  const fields: { expr: Expr; name: string | undefined }[] = [];
  while (!c.sees(')')) {
    if (fields.length > 0) c.expect(',');
    const expr = parseExpression(c);
    const name = c.takes('AS') ? c.identifier().name : undefined;
    fields.push({ expr, name: name ?? (type === undefined ? impliedName(expr) : undefined) });
  }
  c.expect(')');
  return { kind: 'struct', type, fields, at };
}

/** The name that a column or field reference gives to what it becomes part of. */
export function impliedName(expr: Expr): string | undefined {
  if (expr.kind === 'path') return expr.names.at(-1)?.name;
  return expr.kind === 'field' ? expr.name.name : undefined;
}

function parseCase(c: Cursor): Expr {
  const { at } = c.expect('CASE');
  const of = c.sees('WHEN') ? undefined : parseExpression(c);
  const whens: { when: Expr; result: Expr }[] = [];
  do {
    c.expect('WHEN');
    const when = parseExpression(c);
    c.expect('THEN');
    whens.push({ when, result: parseExpression(c) });
  } while (c.sees('WHEN'));
  const otherwise = c.takes('ELSE') ? parseExpression(c) : undefined;
  c.expect('END');
  return { kind: 'case', of, whens, otherwise, at };
}

function parseCast(c: Cursor, safe: boolean): Expr {
  const { at } = c.next();
  c.expect('(');
  const of = parseExpression(c);
  c.expect('AS');
  const type = parseType(c);
  const format = c.takes('FORMAT') ? parseExpression(c) : undefined;
  c.expect(')');
  return { kind: 'cast', of, type, safe, format, at };
}

function parseExtract(c: Cursor): Expr {
  const { at } = c.expect('EXTRACT');
  c.expect('(');
  const part = parseUnary(c);
  c.expect('FROM');
  const of = parseExpression(c);
  const zone = c.takes('AT', 'TIME', 'ZONE') ? parseExpression(c) : undefined;
  c.expect(')');
  return { kind: 'extract', part, of, zone, at };
}

function parseInterval(c: Cursor): Expr {
  const { at } = c.expect('INTERVAL');
  const value = parseLevel(c, 0);
  const part = c.identifier();
  const to = c.takes('TO') ? c.identifier() : undefined;
  return { kind: 'interval', value, part, to, at };
}
