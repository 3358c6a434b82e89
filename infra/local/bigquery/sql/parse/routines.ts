import { SqlError, unsupported } from '../sql-error.ts';
import type { Cursor } from './cursor.ts';
import { parseOptions } from './ddl.ts';
import { parseExpression, tryQuery } from './expressions.ts';
import { parseTablePath } from './from.ts';
import { parseQuery } from './queries.ts';
import { parseBlock } from './scripting.ts';
import type { ColumnTypes, JavaScriptBody, Options, Parameter, Statement } from './statement-tree.ts';
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
  const parameters = parseParameters(c, { ofAggregate: isAggregate });
  const returns = c.takes('RETURNS') ? parseType(c) : undefined;
  const clauses = parseClauses(c);
  const { options } = clauses;
  const named = { path, temp, orReplace, ifNotExists, isAggregate, parameters, returns, options, at };
  if (clauses.isJavaScript) {
    if (isAggregate) throw unsupported('aggregate functions in JavaScript', at);
    const body = parseJavaScript(c, clauses);
    return { kind: 'createFunction', ...named, body, bodyText: body.code, text: c.text.slice(at, c.peek(-1).end) };
  }
  if (clauses.isDeterministic !== undefined)
    throw new SqlError('A determinism specifier is only allowed on functions in other languages than SQL', at);
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
  options.push(...parseOptions(c));
  return { kind: 'createFunction', ...named, body, bodyText, text: c.text.slice(at, c.peek(-1).end) };
}

interface Clauses {
  isJavaScript: boolean;
  isDeterministic: boolean | undefined;
  options: Options;
}

/** What stands between a function's type and its body, in any order. */
function parseClauses(c: Cursor): Clauses {
  const clauses: Clauses = { isJavaScript: false, isDeterministic: undefined, options: [] };
  for (;;) {
    const { at } = c.peek();
    if (c.takes('DETERMINISTIC')) clauses.isDeterministic = true;
    else if (c.takes('NOT', 'DETERMINISTIC')) clauses.isDeterministic = false;
    else if (c.sees('REMOTE')) throw unsupported('remote functions', at);
    else if (c.sees('OPTIONS')) clauses.options.push(...parseOptions(c));
    else if (c.takes('LANGUAGE')) {
      const language = c.identifier().name;
      if (language.toLowerCase() !== 'js') throw unsupported(`functions in ${language}`, at);
      clauses.isJavaScript = true;
    } else return clauses;
  }
}

function parseJavaScript(c: Cursor, { isDeterministic, options }: Clauses): JavaScriptBody {
  const { at } = c.expect('AS');
  const code = c.string();
  options.push(...parseOptions(c));
  const libraries: JavaScriptBody['libraries'] = [];
  for (const { name, value } of options) {
    if (name.name.toLowerCase() !== 'library') continue;
    for (const one of value.kind === 'array' ? value.elements : [value]) {
      if (one.kind !== 'literal' || one.type !== 'STRING')
        throw new SqlError('library must be an array of STRING literals', one.at);
      libraries.push({ uri: one.value, at: one.at });
    }
  }
  return { kind: 'javascript', code, libraries, isDeterministic, at };
}

/** Behind `CREATE … TABLE FUNCTION`. */
export function parseCreateTableFunction(c: Cursor, { at, orReplace }: Head): Statement {
  const ifNotExists = c.takes('IF', 'NOT', 'EXISTS');
  const path = parseTablePath(c);
  const parameters = parseParameters(c, { ofTableFunction: true });
  const returns = c.takes('RETURNS') ? parseColumnTypes(c) : undefined;
  const options = parseOptions(c);
  if (c.sees('LANGUAGE')) throw unsupported(`table functions in ${c.peek(1).text}`, c.peek().at);
  c.expect('AS');
  const begin = c.peek().at;
  const query = parseQuery(c);
  const [bodyText, text] = [c.text.slice(begin, c.peek(-1).end), c.text.slice(at, c.peek(-1).end)];
  const head = { path, orReplace, ifNotExists, parameters, returns, options };
  return { kind: 'createTableFunction', ...head, query, bodyText, text, at };
}

/** `TABLE<sales INT64, item STRING>`. */
function parseColumnTypes(c: Cursor): ColumnTypes {
  c.expect('TABLE', '<');
  const columns: ColumnTypes = [];
  do columns.push({ name: c.identifier(), type: parseType(c) });
  while (c.takes(','));
  c.expectClosingAngle();
  return columns;
}

function parseParameters(
  c: Cursor,
  { ofProcedure = false, ofTableFunction = false, ofAggregate = false } = {},
): Parameter[] {
  const parameters: Parameter[] = [];
  c.expect('(');
  while (!c.sees(')')) {
    if (parameters.length > 0) c.expect(',');
    const mode = ofProcedure && c.seesIdentifier(1) ? modeOf(c) : 'in';
    const name = c.identifier();
    if (parameters.some((one) => one.name.name.toLowerCase() === name.name.toLowerCase()))
      throw new SqlError(`Duplicate argument name ${name.name}`, name.at);
    if (ofTableFunction && c.sees('TABLE', '<')) {
      parameters.push({ name, type: undefined, table: parseColumnTypes(c), mode });
      continue;
    }
    if (c.sees('ANY', 'TABLE')) throw unsupported('ANY TABLE arguments', c.peek().at);
    const type = c.takes('ANY', 'TYPE') ? undefined : parseType(c);
    const notAggregate = c.takes('NOT', 'AGGREGATE');
    if (notAggregate && !ofAggregate)
      throw new SqlError('Only arguments of aggregate functions can be NOT AGGREGATE', name.at);
    if (c.sees('DEFAULT')) throw unsupported('options of function arguments', c.peek().at);
    parameters.push({ name, type, mode, ...(notAggregate && { notAggregate }) });
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
  const parameters = parseParameters(c, { ofProcedure: true });
  const options = parseOptions(c);
  if (!c.sees('BEGIN')) throw unsupported('procedures that are not written in SQL', c.peek().at);
  const { body, handler, at: begin } = parseBlock(c, '');
  const end = c.peek(-1).end;
  const whole: Statement[] = handler ? [{ kind: 'block', body, handler, label: '', at: begin }] : body;
  const [bodyText, text] = [c.text.slice(begin, end), c.text.slice(at, end)];
  return {
    kind: 'createProcedure',
    path,
    orReplace,
    ifNotExists,
    parameters,
    options,
    body: whole,
    bodyText,
    text,
    at,
  };
}
