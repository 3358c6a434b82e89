import { SqlError, unsupported } from '../sql-error.ts';
import { parseCall } from './calls.ts';
import type { Cursor } from './cursor.ts';
import { decimalDigits, parsePrimary } from './primary.ts';
import { parseQuery, startsQuery } from './queries.ts';
import type { Expr, Identifier } from './tree.ts';

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

/** `x NOT LIKE ANY (a, b)` is `x NOT LIKE a OR x NOT LIKE b`; `ALL` joins with AND. */
function parseLikeAny(c: Cursor, of: Expr, not: boolean, at: number): Expr {
  const op = c.next().word === 'ALL' ? 'AND' : 'OR';
  if (c.takes('UNNEST', '(')) {
    const patterns = parseExpression(c);
    c.expect(')');
    return { kind: 'like', of, not, all: op === 'AND', patterns, at };
  }
  c.expect('(');
  const query = tryQuery(c);
  if (query) return { kind: 'like', of, not, all: op === 'AND', patterns: { kind: 'arraySubquery', query, at }, at };
  const likes = parseList(c).map((right): Expr => {
    const like: Expr = { kind: 'binary', op: 'LIKE', left: of, right, at };
    return not ? { kind: 'unary', op: 'NOT', of: like, at } : like;
  });
  c.expect(')');
  return likes.reduce((left, right) => ({ kind: 'binary', op, left, right, at }));
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
export function tryQuery(c: Cursor) {
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

export function parseLevel(c: Cursor, level: number): Expr {
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

export function parseUnary(c: Cursor): Expr {
  for (const op of ['-', '+', '~'] as const) {
    if (!c.sees(op)) continue;
    const { at } = c.next();
    const next = c.peek();
    // -9223372036854775808 has no positive counterpart, so the sign belongs to the literal.
    if (op === '-' && (next.kind === 'integer' || next.kind === 'float')) {
      c.next();
      const literal: Expr = {
        kind: 'literal',
        type: next.kind === 'integer' ? 'INT64' : 'FLOAT64',
        value: `-${next.kind === 'integer' ? decimalDigits(next.text) : next.text}`,
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
    if (c.sees('.', '*')) return of;
    if (c.takes('.')) {
      if (c.sees('(')) throw unsupported('chained calls of functions with a namespace', at);
      if (c.peek(1).kind === 'symbol' && c.peek(1).text === '(') {
        // `x.UPPER()` is `UPPER(x)`.
        const call = parseCall(c);
        call.args.unshift(of);
        of = call;
      } else of = { kind: 'field', of, name: fieldName(c), at };
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

/** The name that a column or field reference gives to what it becomes part of. */
export function impliedName(expr: Expr): string | undefined {
  if (expr.kind === 'path') return expr.names.at(-1)?.name;
  return expr.kind === 'field' ? expr.name.name : undefined;
}
