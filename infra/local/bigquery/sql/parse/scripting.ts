import { SqlError } from '../sql-error.ts';
import type { Cursor } from './cursor.ts';
import { parseExpression, parseList } from './expressions.ts';
import { parseTablePath } from './from.ts';
import { parseNames, parseQuery } from './queries.ts';
import type { Statement, VariableTarget } from './statement-tree.ts';
import { parseStatement } from './statements.ts';
import type { Expr } from './tree.ts';
import { parseType } from './types.ts';

/** Statements up to a keyword that ends their list, each with its semicolon. */
export function parseBody(c: Cursor, ...ends: string[]): Statement[] {
  const body: Statement[] = [];
  while (!ends.some((end) => c.sees(end))) {
    if (c.takes(';')) continue;
    if (c.peek().kind === 'end') throw c.fail(`keyword ${ends[0]}`);
    const statement = parseStatement(c);
    body.push(statement);
    c.expect(';');
  }
  return body;
}

/** Statements of a branch, a loop or a handler: none of them declares. */
function parseBranch(c: Cursor, ...ends: string[]): Statement[] {
  const body = parseBody(c, ...ends);
  const declaration = body.find((one) => one.kind === 'declare');
  if (declaration) throw misplaced(declaration.at);
  return body;
}

export const misplaced = (at: number) =>
  new SqlError('Variable declarations are allowed only at the start of a block or script', at);

/** What begins with a word of the procedural language; undefined where the statement is another. */
export function parseProcedural(c: Cursor): Statement | undefined {
  const label =
    c.seesIdentifier() && c.peek(1).text === ':' && ['BEGIN', 'LOOP', 'WHILE', 'REPEAT', 'FOR'].includes(c.peek(2).word)
      ? c.identifier().name
      : '';
  if (label !== '') c.expect(':');
  const { word, at } = c.peek();
  switch (word) {
    case 'DECLARE':
      return parseDeclare(c);
    case 'SET':
      return parseSet(c);
    case 'IF':
      return parseIf(c);
    case 'CASE':
      return parseCase(c);
    case 'LOOP':
    case 'WHILE':
    case 'REPEAT':
      return parseLoop(c, word, label);
    case 'FOR':
      return parseFor(c, label);
    case 'BEGIN':
      return c.peek(1).word === 'TRANSACTION' || c.peek(1).text === ';' || c.peek(1).kind === 'end'
        ? undefined
        : parseBlock(c, label);
    case 'BREAK':
    case 'LEAVE':
    case 'CONTINUE':
    case 'ITERATE': {
      c.next();
      const target = c.seesIdentifier() ? c.identifier().name : '';
      return { kind: word === 'BREAK' || word === 'LEAVE' ? 'leave' : 'iterate', label: target, at };
    }
    case 'RETURN':
      c.next();
      return { kind: 'return', at };
    case 'RAISE': {
      c.next();
      const message = c.takes('USING', 'MESSAGE') ? parseAssigned(c) : undefined;
      return { kind: 'raise', message, at };
    }
    case 'CALL': {
      c.next();
      const path = parseTablePath(c);
      c.expect('(');
      const args = c.sees(')') ? [] : parseList(c);
      c.expect(')');
      return { kind: 'call', path, args, at };
    }
    case 'EXECUTE':
      return parseExecute(c);
  }
  return undefined;
}

function parseAssigned(c: Cursor): Expr {
  c.expect('=');
  return parseExpression(c);
}

function parseDeclare(c: Cursor): Statement {
  const { at } = c.expect('DECLARE');
  const names = [c.identifier()];
  while (c.takes(',')) names.push(c.identifier());
  const type = c.sees('DEFAULT') ? undefined : parseType(c);
  const value = c.takes('DEFAULT') ? parseExpression(c) : undefined;
  return { kind: 'declare', names, type, value, at };
}

function parseTarget(c: Cursor): VariableTarget {
  const { kind, text, at } = c.peek();
  if (kind === 'system') {
    c.next();
    return { kind: 'system', name: text, at };
  }
  return { kind: 'variable', name: c.identifier().name, at };
}

function parseSet(c: Cursor): Statement {
  const { at } = c.expect('SET');
  if (!c.takes('(')) return { kind: 'set', targets: [parseTarget(c)], value: parseAssigned(c), at };
  const targets = [parseTarget(c)];
  while (c.takes(',')) targets.push(parseTarget(c));
  c.expect(')');
  return { kind: 'set', targets, value: parseAssigned(c), at };
}

function parseIf(c: Cursor): Statement {
  const { at } = c.expect('IF');
  const branches: Extract<Statement, { kind: 'if' }>['branches'] = [];
  do {
    const condition = parseExpression(c);
    c.expect('THEN');
    branches.push({ condition, body: parseBranch(c, 'ELSEIF', 'ELSE', 'END') });
  } while (c.takes('ELSEIF'));
  const otherwise = c.takes('ELSE') ? parseBranch(c, 'END') : [];
  c.expect('END', 'IF');
  return { kind: 'if', branches, otherwise, at };
}

/** `CASE x WHEN 1 THEN …; END CASE` is a chain of conditions. */
function parseCase(c: Cursor): Statement {
  const { at } = c.expect('CASE');
  const of = c.sees('WHEN') ? undefined : parseExpression(c);
  const branches: Extract<Statement, { kind: 'if' }>['branches'] = [];
  while (c.takes('WHEN')) {
    const when = parseExpression(c);
    c.expect('THEN');
    const condition: Expr = of ? { kind: 'binary', op: '=', left: of, right: when, at: when.at } : when;
    branches.push({ condition, body: parseBranch(c, 'WHEN', 'ELSE', 'END') });
  }
  const otherwise = c.takes('ELSE') ? parseBranch(c, 'END') : [];
  c.expect('END', 'CASE');
  return { kind: 'if', branches, otherwise, at };
}

function endLabel(c: Cursor, label: string): void {
  if (!c.seesIdentifier()) return;
  const { name, at } = c.identifier();
  if (name.toLowerCase() !== label.toLowerCase())
    throw new SqlError(`Mismatched end label; expected ${label}, got ${name}`, at);
}

function parseLoop(c: Cursor, word: 'LOOP' | 'WHILE' | 'REPEAT', label: string): Statement {
  const { at } = c.expect(word);
  const condition = word === 'WHILE' ? parseExpression(c) : undefined;
  if (word === 'WHILE') c.expect('DO');
  const body = parseBranch(c, word === 'REPEAT' ? 'UNTIL' : 'END');
  const until = word === 'REPEAT' && c.takes('UNTIL') ? parseExpression(c) : undefined;
  c.expect('END', word);
  endLabel(c, label);
  return { kind: 'loop', while: condition, until, body, label, at };
}

function parseFor(c: Cursor, label: string): Statement {
  const { at } = c.expect('FOR');
  const variable = c.identifier();
  c.expect('IN', '(');
  const query = parseQuery(c);
  c.expect(')', 'DO');
  const body = parseBranch(c, 'END');
  c.expect('END', 'FOR');
  endLabel(c, label);
  return { kind: 'for', variable, query, body, label, at };
}

export function parseBlock(c: Cursor, label: string): Extract<Statement, { kind: 'block' }> {
  const { at } = c.expect('BEGIN');
  const body = parseBody(c, 'EXCEPTION', 'END');
  const late = body.find((one, i) => one.kind === 'declare' && body[i - 1] && body[i - 1]?.kind !== 'declare');
  if (late) throw misplaced(late.at);
  const handler = c.takes('EXCEPTION', 'WHEN', 'ERROR', 'THEN') ? parseBranch(c, 'END') : undefined;
  c.expect('END');
  endLabel(c, label);
  return { kind: 'block', body, handler, label, at };
}

function parseExecute(c: Cursor): Statement {
  const { at } = c.expect('EXECUTE', 'IMMEDIATE');
  const sql = parseExpression(c);
  const into = c.takes('INTO') ? (c.sees('(') ? parseNames(c) : listOf(c)) : [];
  const using: Extract<Statement, { kind: 'execute' }>['using'] = [];
  if (c.takes('USING')) {
    do {
      const value = parseExpression(c);
      using.push({ value, name: c.takes('AS') ? c.identifier().name : undefined });
    } while (c.takes(','));
  }
  return { kind: 'execute', sql, into, using, at };
}

function listOf(c: Cursor) {
  const names = [c.identifier()];
  while (c.takes(',')) names.push(c.identifier());
  return names;
}
