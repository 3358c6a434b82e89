import { unsupported } from '../sql-error.ts';
import { type Cursor, createCursor } from './cursor.ts';
import { parseAlter, parseCreate, parseDrop } from './ddl.ts';
import { parseDelete, parseInsert, parseMerge, parseUpdate } from './dml.ts';
import { parseExpression } from './expressions.ts';
import { parseExport, parseLoad } from './files.ts';
import { parseTablePath } from './from.ts';
import { parseQuery, startsQuery } from './queries.ts';
import { misplaced, parseProcedural } from './scripting.ts';
import type { Statement } from './statement-tree.ts';
import type { Expr } from './tree.ts';

export interface Script {
  statements: { statement: Statement; text: string }[];
  /** More than one statement, or one of the procedural language: its statements are child jobs of its own. */
  isScript: boolean;
  /** Its statements depend on each other's results. */
  isProcedural: boolean;
  /** How many `?` the text holds. */
  positionalParameters: number;
}

/** The whole text of a query job → its statements. Throws SqlError at the first that is not understood. */
export function parseScript(text: string): Script {
  const c = createCursor(text);
  const statements: Script['statements'] = [];
  while (c.peek().kind !== 'end') {
    if (c.takes(';')) continue;
    const begin = c.peek().at;
    const statement = parseStatement(c);
    if (statement.kind === 'declare' && statements.some((one) => one.statement.kind !== 'declare'))
      throw misplaced(statement.at);
    statements.push({ statement, text: text.slice(begin, c.peek(-1).end) });
    if (c.peek().kind !== 'end' && !c.sees(';')) throw c.fail('end of input');
  }
  // Temporary functions in front of one statement are part of it.
  const own = statements.filter(({ statement }) => !(statement.kind === 'createFunction' && statement.temp));
  const isProcedural = statements.some(({ statement }) => PROCEDURAL.has(statement.kind));
  return {
    statements,
    isScript: own.length > 1 || isProcedural,
    isProcedural,
    positionalParameters: c.positional.count,
  };
}

const PROCEDURAL = new Set<Statement['kind']>([
  'declare',
  'set',
  'if',
  'loop',
  'for',
  'block',
  'leave',
  'iterate',
  'return',
  'raise',
  'call',
  'execute',
]);

/** One expression by itself, such as a default or a row filter. */
export function parseStandaloneExpression(text: string): Expr {
  const c = createCursor(text);
  const expr = parseExpression(c);
  if (c.peek().kind !== 'end') throw c.fail('end of input');
  return expr;
}

export function parseStatement(c: Cursor): Statement {
  const procedural = parseProcedural(c);
  if (procedural) return procedural;
  const { word, at } = c.peek();
  if (startsQuery(c, 0)) return { kind: 'query', query: parseQuery(c), at };
  switch (word) {
    case 'INSERT':
      return parseInsert(c);
    case 'UPDATE':
      return parseUpdate(c);
    case 'DELETE':
      return parseDelete(c);
    case 'MERGE':
      return parseMerge(c);
    case 'TRUNCATE':
      c.expect('TRUNCATE', 'TABLE');
      return { kind: 'truncate', target: parseTablePath(c), at };
    case 'CREATE':
      return parseCreate(c);
    case 'DROP':
      return parseDrop(c);
    case 'EXPORT':
      return parseExport(c);
    case 'LOAD':
      return parseLoad(c);
    case 'ALTER':
      return parseAlter(c);
    case 'BEGIN':
      c.next();
      c.takes('TRANSACTION');
      return { kind: 'begin', at };
    case 'COMMIT':
    case 'ROLLBACK':
      c.next();
      c.takes('TRANSACTION');
      return { kind: word === 'COMMIT' ? 'commit' : 'rollback', at };
    case 'ASSERT': {
      c.next();
      const condition = parseExpression(c);
      return { kind: 'assert', condition, message: c.takes('AS') ? c.string() : undefined, at };
    }
  }
  const known = KNOWN_STATEMENTS.find((one) => word === one || word.startsWith(`${one} `));
  if (known !== undefined) throw unsupported(`${known} statements`, at);
  throw c.fail();
}

/** GoogleSQL's statements that are understood as such, and refused. */
const KNOWN_STATEMENTS = [
  'GRANT',
  'REVOKE',
  'UNDROP',
  'DEFINE',
  'DESCRIBE',
  'EXPLAIN',
  'SHOW',
  'GRAPH',
  'CLONE',
  'ANALYZE',
  'IMPORT',
  'MODULE',
];
