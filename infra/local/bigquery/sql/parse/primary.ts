import { unsupported } from '../sql-error.ts';
import { parseCall } from './calls.ts';
import type { Cursor } from './cursor.ts';
import { fieldName, impliedName, parseExpression, parseLevel, parseList, parseUnary, tryQuery } from './expressions.ts';
import { parseQuery } from './queries.ts';
import type { Expr, LiteralType, TypeNode } from './tree.ts';
import { parseType } from './types.ts';

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

/** Of an integer literal, also in hexadecimal. */
export const decimalDigits = (integer: string) => (/^0x/i.test(integer) ? String(BigInt(integer)) : integer);

/** Literals, names, calls, parentheses and the forms that begin with a keyword. */
export function parsePrimary(c: Cursor): Expr {
  const token = c.peek();
  const { at } = token;
  switch (token.kind) {
    case 'integer':
      c.next();
      return { kind: 'literal', type: 'INT64', value: decimalDigits(token.text), at };
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
    case 'system':
      c.next();
      return { kind: 'system', name: token.text, at };
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
    case 'RANGE':
      if (c.peek(1).text === '(') return parseCall(c);
      return { kind: 'typedLiteral', type: parseType(c), value: c.string(), at };
    case 'WITH':
      return parseWith(c);
    case 'NEW':
      throw unsupported('NEW constructors', at);
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

function parseWith(c: Cursor): Expr {
  const { at } = c.expect('WITH');
  c.expect('(');
  const variables: Extract<Expr, { kind: 'with' }>['variables'] = [];
  while (c.seesIdentifier() && c.peek(1).word === 'AS') {
    const name = c.identifier();
    c.expect('AS');
    variables.push({ name, value: parseExpression(c) });
    c.expect(',');
  }
  const result = parseExpression(c);
  c.expect(')');
  return { kind: 'with', variables, result, at };
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
  const model = c.takes('FORMAT') ? parseExpression(c) : undefined;
  const format = model && { model, zone: c.takes('AT', 'TIME', 'ZONE') ? parseExpression(c) : undefined };
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
