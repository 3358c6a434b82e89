import { SqlError, unsupported } from '../sql-error.ts';
import type { Cursor } from './cursor.ts';
import { parseExpression } from './expressions.ts';
import { parseFactor, parseJoinTail, parseJoinType, parseSample } from './from.ts';
import { parsePivot, parseUnpivot } from './pivots.ts';
import { parseAlias, parseItems, parseOrderBy, parseQuery, parseSetOperator, parseWindows } from './queries.ts';
import type { OrderItem, Pipe, PipeGroupItem, Query } from './tree.ts';

/** `|> WHERE … |> SELECT …`, each applied to the table that what stands before it makes. */
export function parsePipes(c: Cursor): Pipe[] {
  const pipes: Pipe[] = [];
  while (c.takes('|>')) pipes.push(parsePipe(c));
  return pipes;
}

function parsePipe(c: Cursor): Pipe {
  const { word, at } = c.peek();
  const set = parseSetOperator(c);
  if (set) return { kind: 'setOperation', ...set, queries: parseQueries(c), at };
  const type = parseJoinType(c);
  if (type !== undefined) {
    const right = parseFactor(c);
    return { kind: 'join', right, join: parseJoinTail(c, type, right, at), at };
  }
  if (c.sees('TABLESAMPLE')) return { kind: 'sample', percent: parseSample(c), at };
  c.next();
  switch (word) {
    case 'SELECT': {
      const distinct = c.takes('DISTINCT');
      if (c.sees('AS')) throw unsupported('|> SELECT AS', at);
      return { kind: 'select', distinct, items: parseItems(c), windows: parseWindows(c), at };
    }
    case 'EXTEND':
    case 'WINDOW':
      return { kind: 'extend', items: parseItems(c), windows: parseWindows(c), at };
    case 'SET':
      return { kind: 'set', items: list(c, () => ({ name: c.identifier(), expr: parseAssigned(c) })), at };
    case 'DROP':
      return { kind: 'drop', names: list(c, () => c.identifier()), at };
    case 'RENAME':
      return { kind: 'rename', items: list(c, () => parseRename(c)), at };
    case 'AS':
      return { kind: 'as', alias: c.identifier(), at };
    case 'WHERE':
      return { kind: 'where', condition: parseExpression(c), at };
    case 'LIMIT': {
      const limit = parseExpression(c);
      return { kind: 'limit', limit, offset: c.takes('OFFSET') ? parseExpression(c) : undefined, at };
    }
    case 'AGGREGATE':
      return parseAggregate(c, at);
    case 'DISTINCT':
      return { kind: 'distinct', at };
    case 'ORDER':
      c.rewind(c.position() - 1);
      return { kind: 'order', orderBy: parseOrderBy(c), at };
    case 'PIVOT':
      return { kind: 'pivot', pivot: parsePivot(c, at), alias: parseAlias(c), at };
    case 'UNPIVOT':
      return { kind: 'unpivot', unpivot: parseUnpivot(c, at), alias: parseAlias(c), at };
    case 'ASSERT': {
      const condition = parseExpression(c);
      return { kind: 'assert', condition, message: c.takes(',') ? parseExpression(c) : undefined, at };
    }
    case 'CALL':
    case 'IF':
    case 'FORK':
    case 'TEE':
    case 'LOG':
    case 'DESCRIBE':
    case 'STATIC_DESCRIBE':
    case 'EXPORT':
    case 'INSERT':
    case 'CREATE':
    case 'RECURSIVE':
    case 'WITH':
    case 'MATCH_RECOGNIZE':
      throw unsupported(`|> ${word}`, at);
  }
  throw new SqlError(`Syntax error: Unexpected pipe operator ${word || c.peek(-1).text}`, at);
}

function list<T>(c: Cursor, item: () => T): T[] {
  const items = [item()];
  while (c.takes(',')) {
    if (c.sees('|>') || c.peek().kind === 'end') break;
    items.push(item());
  }
  return items;
}

function parseAssigned(c: Cursor) {
  c.expect('=');
  return parseExpression(c);
}

function parseRename(c: Cursor) {
  const from = c.identifier();
  c.takes('AS');
  return { from, to: c.identifier() };
}

/** `AGGREGATE SUM(x) AS s GROUP BY a, b DESC`: what is grouped by comes first in the result. */
function parseAggregate(c: Cursor, at: number): Pipe {
  const items = c.sees('GROUP') ? [] : parseItems(c);
  const groupBy: PipeGroupItem[] = [];
  const orderBy: OrderItem[] = [];
  if (c.takes('GROUP')) {
    const ordered = c.takes('AND', 'ORDER');
    c.expect('BY');
    do {
      const item = { expr: parseExpression(c), at: c.peek().at };
      groupBy.push({ ...item, alias: parseAlias(c)?.name });
      const descending = c.takes('DESC');
      if (!descending && !c.takes('ASC') && !ordered) continue;
      const nulls = c.takes('NULLS', 'FIRST') ? 'first' : c.takes('NULLS', 'LAST') ? 'last' : undefined;
      const ordinal = { kind: 'literal', type: 'INT64', value: String(groupBy.length), at: item.at } as const;
      orderBy.push({ expr: ordinal, descending, nulls });
    } while (c.takes(','));
  }
  return { kind: 'aggregate', items, groupBy, orderBy, at };
}

function parseQueries(c: Cursor): Query[] {
  return list(c, () => {
    c.expect('(');
    const query = parseQuery(c);
    c.expect(')');
    return query;
  });
}
