import { SqlError, unsupported } from '../sql-error.ts';
import type { Cursor } from './cursor.ts';
import { parseExpression } from './expressions.ts';
import { parseFactor, parseJoinTail, parseJoinType, parseSample } from './from.ts';
import { parsePivot, parseUnpivot } from './pivots.ts';
import {
  parseAlias,
  parseCtes,
  parseGroupItem,
  parseItems,
  parseOrderBy,
  parseQuery,
  parseSelectAs,
  parseSetOperator,
  parseWindows,
} from './queries.ts';
import type { Expr, GroupItem, OrderItem, Pipe, PipeGroupItem, Query } from './tree.ts';

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
      const as = parseSelectAs(c);
      return { kind: 'select', distinct, as, items: parseItems(c), windows: parseWindows(c), at };
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
      return { kind: 'assert', condition, payload: c.takes(',') ? list(c, () => parseExpression(c)) : [], at };
    }
    case 'WITH':
      return { kind: 'with', ctes: parseCtes(c), at };
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

type Direction = Omit<OrderItem, 'expr'>;

/**
 * `AGGREGATE SUM(x) AS s DESC GROUP BY a, b DESC`: what is grouped by comes first in the result. A direction sorts the
 * result by that column, keys before aggregates.
 */
function parseAggregate(c: Cursor, at: number): Pipe {
  const directions: (Direction | undefined)[] = [];
  const items = c.sees('GROUP')
    ? []
    : parseItems(c, (i) => {
        directions[i] ??= parseDirection(c);
      });
  const keys: PipeGroupItem[] = [];
  const group: GroupItem[] = [];
  const keyDirections: (Direction | undefined)[] = [];
  if (c.takes('GROUP')) {
    const ordered = c.takes('AND', 'ORDER');
    c.expect('BY');
    do {
      const start = c.peek().at;
      const item = parseGroupItem(c);
      group.push(item);
      if (item.kind === 'expr') {
        const before = parseDirection(c);
        keys.push({ expr: item.expr, at: start, alias: parseAlias(c)?.name });
        keyDirections.push(
          before ?? parseDirection(c) ?? (ordered ? { descending: false, nulls: undefined } : undefined),
        );
        continue;
      }
      if (ordered) throw unsupported('GROUP AND ORDER BY of sets of keys', start);
      for (const expr of expressionsOf(item)) {
        if (keys.some((key) => isSame(key.expr, expr))) continue;
        keys.push({ expr, at: expr.at, alias: undefined });
        keyDirections.push(undefined);
      }
    } while (c.takes(','));
  }
  const orderBy = [...keyDirections, ...directions].flatMap((direction, i): OrderItem[] =>
    direction ? [{ expr: { kind: 'literal', type: 'INT64', value: String(i + 1), at }, ...direction }] : [],
  );
  return { kind: 'aggregate', items, keys, group, orderBy, at };
}

function expressionsOf(item: GroupItem): Expr[] {
  switch (item.kind) {
    case 'expr':
      return [item.expr];
    case 'list':
      return item.items;
    case 'rollup':
    case 'cube':
      return item.items.flat();
    case 'sets':
      return item.items.flatMap(expressionsOf);
  }
}

const withoutPlace = (expr: Expr) => JSON.stringify(expr, (key, value: unknown) => (key === 'at' ? undefined : value));
const isSame = (a: Expr, b: Expr) => withoutPlace(a) === withoutPlace(b);

function parseDirection(c: Cursor): Direction | undefined {
  const descending = c.takes('DESC');
  if (!descending && !c.takes('ASC')) return undefined;
  const nulls = c.takes('NULLS', 'FIRST') ? 'first' : c.takes('NULLS', 'LAST') ? 'last' : undefined;
  return { descending, nulls };
}

function parseQueries(c: Cursor): Query[] {
  return list(c, () => {
    c.expect('(');
    const query = parseQuery(c);
    c.expect(')');
    return query;
  });
}
