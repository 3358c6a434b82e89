import { SqlError, unsupported } from '../sql-error.ts';
import type { Cursor } from './cursor.ts';
import { fieldName, parseExpression } from './expressions.ts';
import { parsePivot, parseUnpivot } from './pivots.ts';
import { parseAlias, parseNames, parseQuery, startsQuery } from './queries.ts';
import type { Path } from './statement-tree.ts';
import type { Expr, From, Identifier, JoinClause, TableArgument } from './tree.ts';

/** One join of a chain: what stands right of its keyword. */
interface Step extends JoinClause {
  right: From;
  isComma: boolean;
}

/**
 * Commas bind weaker than no join: `a, b JOIN c` reads as `(a CROSS JOIN b) JOIN c`. In parentheses there are none.
 * A condition belongs to the nearest join before it that has none: `a JOIN b JOIN c ON x ON y` reads as
 * `a JOIN (b JOIN c ON x) ON y`.
 */
export function parseFrom(c: Cursor, commas = true): From {
  const first = parseFactor(c);
  const steps: Step[] = [];
  for (;;) {
    const { at } = c.peek();
    const isComma = commas && c.takes(',');
    const type = isComma ? 'CROSS' : parseJoinType(c);
    if (type === undefined) {
      if (nestLastJoins(c, steps)) continue;
      break;
    }
    if ((type === 'RIGHT' || type === 'FULL') && steps.some((step) => step.isComma))
      throw new SqlError(`Syntax error: ${type} JOIN must be parenthesized when following a comma join`, at);
    steps.push({ isComma, type, right: parseFactor(c), ...parseCondition(c, type), at });
  }
  const bare = steps.find((step) => !isComplete(step, step.right));
  if (bare && bare === steps.at(-1)) throw c.fail(CONDITION);
  if (bare) throw new SqlError(`Syntax error: ${bare.type} JOIN must have an ON or USING clause`, bare.at);
  return chain(first, steps);
}

const chain = (first: From, steps: Step[]): From =>
  steps.reduce((left: From, { isComma: _, ...step }) => ({ kind: 'join', left, ...step }), first);

/** Takes a condition whose join has others behind it: they become its right side. */
function nestLastJoins(c: Cursor, steps: Step[]): boolean {
  const { word, at } = c.peek();
  if (word !== 'ON' && word !== 'USING') return false;
  const index = steps.findLastIndex((step) => step.type !== 'CROSS' && !hasCondition(step));
  const outer = steps[index];
  if (!outer) return false;
  if (steps.some((step) => step.isComma)) throw new SqlError(`Syntax error: Unexpected keyword ${word}`, at);
  outer.right = chain(outer.right, steps.splice(index + 1));
  Object.assign(outer, parseCondition(c, outer.type));
  return true;
}

const CONDITION = 'keyword ON or keyword USING';

/** The condition of a join whose right side was just read. */
export function parseJoinTail(c: Cursor, type: JoinType, right: From, at: number): JoinClause {
  const clause = { type, ...parseCondition(c, type), at };
  if (!isComplete(clause, right)) throw c.fail(CONDITION);
  return clause;
}

function parseCondition(c: Cursor, type: JoinType): Pick<JoinClause, 'on' | 'using'> {
  const on = type !== 'CROSS' && c.takes('ON') ? parseExpression(c) : undefined;
  return { on, using: type !== 'CROSS' && on === undefined && c.takes('USING') ? parseNames(c) : undefined };
}

const hasCondition = ({ on, using }: Pick<JoinClause, 'on' | 'using'>) => on !== undefined || using !== undefined;

/** Arrays are joined without a condition; whether a path names one shows later. */
const isComplete = (join: JoinClause, right: From) =>
  join.type === 'CROSS' || hasCondition(join) || right.kind === 'unnest' || right.kind === 'table';

type JoinType = JoinClause['type'];

export function parseJoinType(c: Cursor): JoinType | undefined {
  if (c.sees('NATURAL')) throw new SqlError('Syntax error: NATURAL JOIN is not supported', c.peek().at);
  if (c.takes('JOIN') || c.takes('INNER', 'JOIN')) return 'INNER';
  if (c.takes('CROSS', 'JOIN')) return 'CROSS';
  for (const type of ['LEFT', 'RIGHT', 'FULL'] as const) {
    if (c.takes(type, 'JOIN') || c.takes(type, 'OUTER', 'JOIN')) return type;
  }
  return undefined;
}

export function parseFactor(c: Cursor): From {
  const { at } = c.peek();
  let factor: From;
  if (c.takes('UNNEST', '(')) {
    const expr = parseExpression(c);
    if (c.sees(',') || c.sees('=>')) throw unsupported('UNNEST of several arrays', at);
    c.expect(')');
    factor = parseUnnestTail(c, { expr, at });
  } else if (c.sees('(')) {
    factor = parseParenthesised(c);
  } else {
    const path = parseTablePath(c);
    if (c.sees('(')) {
      const name = path.length === 1 ? path[0]?.name.toUpperCase() : undefined;
      if (name === 'RANGE_SESSIONIZE' || name === 'GAP_FILL') return parseFactorTail(c, parseOfTable(c, name, at));
      return parseFactorTail(c, parseTableCall(c, path, at));
    }
    if (c.sees('FOR', 'SYSTEM_TIME') || c.sees('FOR', 'SYSTEM'))
      throw unsupported('FOR SYSTEM_TIME AS OF', c.peek().at);
    const alias = parseFromAlias(c);
    factor = { kind: 'table', path, alias, offset: parseOffset(c), at };
  }
  return parseFactorTail(c, factor);
}

/** `(TABLE t, 'range', ['key'])` behind a function's name; a query in parentheses may stand for the table. */
function parseOfTable(c: Cursor, name: Extract<From, { kind: 'ofTable' }>['name'], at: number): From {
  c.expect('(');
  const { at: start } = c.peek();
  const of: From = c.takes('TABLE')
    ? { kind: 'table', path: parseTablePath(c), alias: undefined, offset: undefined, at: start }
    : parseParenthesised(c);
  const args: Expr[] = [];
  const named: Extract<From, { kind: 'ofTable' }>['named'] = [];
  while (c.takes(',')) {
    if (c.seesIdentifier() && c.peek(1).text === '=>') {
      const key = c.identifier();
      c.expect('=>');
      named.push({ name: key, value: parseExpression(c) });
    } else args.push(parseExpression(c));
  }
  c.expect(')');
  return { kind: 'ofTable', name, of, args, named, alias: parseFromAlias(c), at };
}

/** Table functions that BigQuery has of itself; their arguments may be what no other's are. */
const BUILT_IN =
  /^((ML|AI|VECTOR_INDEX)\..*|APPENDS|CHANGES|EXTERNAL_QUERY|EXTERNAL_OBJECT_TRANSFORM|VECTOR_SEARCH|GRAPH_TABLE)$/i;

function parseTableCall(c: Cursor, path: Path, at: number): From {
  const name = path.map((part) => part.name).join('.');
  if (BUILT_IN.test(name)) throw unsupported(`table function ${name}`, at);
  const args: TableArgument[] = [];
  c.expect('(');
  while (!c.sees(')')) {
    if (args.length > 0) c.expect(',');
    const named = c.seesIdentifier() && c.peek(1).text === '=>' ? c.identifier() : undefined;
    if (named) c.expect('=>');
    const { at: here } = c.peek();
    if (c.seesIdentifier(1) && c.takes('TABLE'))
      args.push({ name: named, value: { kind: 'table', path: parseTablePath(c), at: here } });
    else args.push({ name: named, value: parseExpression(c) });
  }
  c.expect(')');
  return { kind: 'tableCall', path, args, alias: parseFromAlias(c), at };
}

/** PIVOT, UNPIVOT and TABLESAMPLE stand behind what they change. */
function parseFactorTail(c: Cursor, factor: From): From {
  const { word, at } = c.peek();
  if (word === 'TABLESAMPLE') return parseFactorTail(c, { kind: 'sample', of: factor, percent: parseSample(c), at });
  if (word === 'PIVOT' && c.peek(1).text === '(') {
    c.next();
    const pivot = parsePivot(c, at);
    return parseFactorTail(c, { kind: 'pivot', of: factor, pivot, alias: parseFromAlias(c), at });
  }
  if (word === 'UNPIVOT' && (c.peek(1).text === '(' || ['INCLUDE', 'EXCLUDE'].includes(c.peek(1).word))) {
    c.next();
    const unpivot = parseUnpivot(c, at);
    return parseFactorTail(c, { kind: 'unpivot', of: factor, unpivot, alias: parseFromAlias(c), at });
  }
  if (word === 'MATCH_RECOGNIZE' && c.peek(1).text === '(') throw unsupported('MATCH_RECOGNIZE', at);
  return factor;
}

/** `TABLESAMPLE SYSTEM (10 PERCENT)`. */
export function parseSample(c: Cursor): Expr {
  const { at } = c.expect('TABLESAMPLE');
  if (!c.takes('SYSTEM')) throw unsupported(`TABLESAMPLE ${c.peek().word}`, at);
  c.expect('(');
  const percent = parseExpression(c);
  c.expect('PERCENT', ')');
  return percent;
}

function parseParenthesised(c: Cursor): From {
  const { at } = c.expect('(');
  if (!startsQuery(c, 0)) {
    const joined = parseFrom(c, false);
    c.expect(')');
    return joined;
  }
  const query = parseQuery(c);
  c.expect(')');
  return { kind: 'subquery', query, alias: parseFromAlias(c), at };
}

function parseUnnestTail(c: Cursor, unnest: { expr: Expr; at: number }): From {
  const alias = parseFromAlias(c);
  return { kind: 'unnest', ...unnest, alias, offset: parseOffset(c) };
}

function parseOffset(c: Cursor): Identifier | true | undefined {
  if (!c.takes('WITH', 'OFFSET')) return undefined;
  return parseAlias(c) ?? true;
}

const NOT_AN_ALIAS = new Set(['PIVOT', 'UNPIVOT', 'MATCH_RECOGNIZE', 'WINDOW', 'TABLESAMPLE']);

function parseFromAlias(c: Cursor): Identifier | undefined {
  if (NOT_AN_ALIAS.has(c.peek().word)) return undefined;
  const alias = parseAlias(c);
  if (alias && c.sees('(')) throw unsupported('column names behind a table alias', c.peek().at);
  return alias;
}

/**
 * `project.dataset.table`, with backticks around all, around parts, or none; an unquoted project may hold dashes.
 * A quoted name is split at its dots, as BigQuery does.
 */
export function parseTablePath(c: Cursor): Path {
  const path: Path = [];
  const first = c.dashedIdentifier();
  const add = (name: Identifier) => {
    if (!name.quoted) path.push(name);
    else for (const part of splitQuoted(name.name)) path.push({ ...name, name: part });
  };
  add(first);
  while (c.sees('.') && ['name', 'quoted'].includes(c.peek(1).kind)) {
    c.next();
    add(fieldName(c));
  }
  return path;
}

/** A project may carry a domain, `example.com:project`, whose dot does not separate. */
function splitQuoted(name: string): string[] {
  const colon = name.indexOf(':');
  const parts = name.slice(colon + 1).split('.');
  return colon < 0 ? parts : [`${name.slice(0, colon + 1)}${parts[0] ?? ''}`, ...parts.slice(1)];
}
