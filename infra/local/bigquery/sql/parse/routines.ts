import { SqlError, unsupported } from '../sql-error.ts';
import type { Cursor } from './cursor.ts';
import { parseOptions } from './ddl.ts';
import { parseExpression, tryQuery } from './expressions.ts';
import { parseTablePath } from './from.ts';
import { parseBlock } from './scripting.ts';
import type { Parameter, Statement } from './statement-tree.ts';
import type { Expr } from './tree.ts';
import { parseType } from './types.ts';

interface Head {
  at: number;
  orReplace: boolean;
  temp: boolean;
}

/** Behind `CREATE … FUNCTION`: a function whose body is an expression of SQL. */
export function parseCreateFunction(c: Cursor, { at, orReplace, temp }: Head, isAggregate: boolean): Statement {
  const ifNotExists = c.takes('IF', 'NOT', 'EXISTS');
  const path = parseTablePath(c);
  const parameters = parseParameters(c, false);
  const returns = c.takes('RETURNS') ? parseType(c) : undefined;
  for (;;) {
    const here = c.peek();
    if (c.sees('LANGUAGE')) throw unsupported(`functions in ${c.peek(1).text}`, here.at);
    if (c.sees('REMOTE')) throw unsupported('remote functions', here.at);
    if (c.takes('DETERMINISTIC') || c.takes('NOT', 'DETERMINISTIC')) continue;
    if (c.sees('OPTIONS')) {
      parseOptions(c);
      continue;
    }
    break;
  }
  c.expect('AS', '(');
  const begin = c.peek().at;
  const query = tryQuery(c);
  let body: Expr;
  if (query) body = { kind: 'subquery', query, at: query.at };
  else {
    body = parseExpression(c);
    c.expect(')');
  }
  const bodyText = c.text.slice(begin, c.peek(-1).at).trim();
  if (c.sees('OPTIONS')) parseOptions(c);
  const text = c.text.slice(at, c.peek(-1).end);
  return {
    kind: 'createFunction',
    path,
    temp,
    orReplace,
    ifNotExists,
    isAggregate,
    parameters,
    returns,
    body,
    bodyText,
    text,
    at,
  };
}

function parseParameters(c: Cursor, ofProcedure: boolean): Parameter[] {
  const parameters: Parameter[] = [];
  c.expect('(');
  while (!c.sees(')')) {
    if (parameters.length > 0) c.expect(',');
    const mode = ofProcedure && c.seesIdentifier(1) ? modeOf(c) : 'in';
    const name = c.identifier();
    if (parameters.some((one) => one.name.name.toLowerCase() === name.name.toLowerCase()))
      throw new SqlError(`Duplicate argument name ${name.name}`, name.at);
    const type = c.takes('ANY', 'TYPE') ? undefined : parseType(c);
    if (c.takes('NOT') || c.sees('DEFAULT')) throw unsupported('options of function arguments', c.peek().at);
    parameters.push({ name, type, mode });
  }
  c.expect(')');
  return parameters;
}

function modeOf(c: Cursor): Parameter['mode'] {
  // `out` may as well be a parameter's name: a mode has a name and a type behind it.
  if (!['name', 'quoted'].includes(c.peek(2).kind)) return 'in';
  if (c.takes('OUT')) return 'out';
  if (c.takes('INOUT')) return 'inout';
  c.takes('IN');
  return 'in';
}

export function parseCreateProcedure(c: Cursor, { at, orReplace }: Head): Statement {
  const ifNotExists = c.takes('IF', 'NOT', 'EXISTS');
  const path = parseTablePath(c);
  const parameters = parseParameters(c, true);
  if (c.sees('OPTIONS')) parseOptions(c);
  if (!c.sees('BEGIN')) throw unsupported('procedures that are not written in SQL', c.peek().at);
  const { body, handler, at: begin } = parseBlock(c, '');
  const end = c.peek(-1).end;
  const whole: Statement[] = handler ? [{ kind: 'block', body, handler, label: '', at: begin }] : body;
  const [bodyText, text] = [c.text.slice(begin, end), c.text.slice(at, end)];
  return { kind: 'createProcedure', path, orReplace, ifNotExists, parameters, body: whole, bodyText, text, at };
}
