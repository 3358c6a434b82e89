import { SqlError, unsupported } from '../sql-error.ts';
import { parseWindowSpec } from './calls.ts';
import type { Cursor } from './cursor.ts';
import { parseExpression } from './expressions.ts';
import { parseFrom } from './from.ts';
import { parsePipes } from './pipes.ts';
import type {
  ByName,
  Expr,
  GroupItem,
  Identifier,
  OrderItem,
  Query,
  QueryBody,
  Select,
  SelectItem,
  SetOperator,
} from './tree.ts';

/** Whether a query begins `ahead` tokens on, behind any number of opening parentheses. */
export function startsQuery(c: Cursor, ahead: number): boolean {
  let index = ahead;
  while (c.peek(index).kind === 'symbol' && c.peek(index).text === '(') index++;
  return ['SELECT', 'WITH', 'FROM'].includes(c.peek(index).word);
}

export function parseQuery(c: Cursor): Query {
  const { at } = c.peek();
  const isWith = c.takes('WITH');
  const recursive = isWith && c.takes('RECURSIVE');
  const ctes = isWith ? parseCtes(c) : [];
  const body = parseSetOperation(c);
  const orderBy = parseOrderBy(c);
  const limit = c.takes('LIMIT') ? parseExpression(c) : undefined;
  const offset = limit && c.takes('OFFSET') ? parseExpression(c) : undefined;
  return { recursive, ctes, body, orderBy, limit, offset, pipes: parsePipes(c), at };
}

/** `a AS (SELECT …), b AS (…)`; a comma may stand behind the last. */
export function parseCtes(c: Cursor): Query['ctes'] {
  const ctes: Query['ctes'] = [];
  do {
    const name = c.identifier();
    c.expect('AS');
    c.expect('(');
    const query = parseQuery(c);
    c.expect(')');
    if (ctes.some((one) => one.name.name.toLowerCase() === name.name.toLowerCase()))
      throw new SqlError(`Duplicate alias ${name.name} for WITH subquery`, name.at);
    ctes.push({ name, query });
  } while (c.takes(',') && !c.sees('SELECT') && !c.sees('|>'));
  return ctes;
}

function parseSetOperation(c: Cursor): QueryBody {
  let left = parseOperand(c);
  let first: string | undefined;
  for (;;) {
    const { at } = c.peek();
    const parsed = parseSetOperator(c);
    if (parsed === undefined) return left;
    const { op, byName } = parsed;
    if (first !== undefined && first !== op)
      throw new SqlError(
        'Syntax error: Different set operations cannot be used in the same query without using parentheses for grouping',
        at,
      );
    first = op;
    left = { kind: 'set', op, byName, left, right: parseOperand(c), at };
  }
}

const OUTER_MODES = { INNER: 'inner', FULL: 'full', LEFT: 'left', OUTER: 'full' } as const;

/** `UNION ALL`, `LEFT OUTER UNION ALL BY NAME ON (a, b)`, `EXCEPT DISTINCT CORRESPONDING` … */
export function parseSetOperator(c: Cursor): { op: SetOperator; byName: ByName | undefined } | undefined {
  const outer = (['INNER', 'FULL', 'LEFT', 'OUTER'] as const).find((word) => seesSetWord(c, word));
  let mode: ByName['mode'] | undefined;
  if (outer !== undefined) {
    c.next();
    c.takes('OUTER');
    mode = OUTER_MODES[outer];
  }
  const { word } = c.peek();
  if (word !== 'UNION' && word !== 'EXCEPT' && word !== 'INTERSECT') return undefined;
  c.next();
  const all = c.takes('ALL');
  if (!all) c.expect('DISTINCT');
  const op = `${word} ${all ? 'ALL' : 'DISTINCT'}` as SetOperator;
  const strict = c.takes('STRICT');
  if (c.takes('BY', 'NAME'))
    return { op, byName: { mode: mode ?? 'strict', on: c.takes('ON') ? parseNames(c) : undefined } };
  if (c.takes('CORRESPONDING'))
    return {
      op,
      byName: { mode: mode ?? (strict ? 'strict' : 'inner'), on: c.takes('BY') ? parseNames(c) : undefined },
    };
  if (mode !== undefined || strict) throw c.fail('keyword BY');
  return { op, byName: undefined };
}

/** Whether `LEFT` and its kin begin a set operation here, and not a join. */
function seesSetWord(c: Cursor, word: string): boolean {
  if (!c.sees(word)) return false;
  const next = c.peek(1).word === 'OUTER' ? 2 : 1;
  return ['UNION', 'EXCEPT', 'INTERSECT'].includes(c.peek(next).word);
}

/** `(a, b)`. */
export function parseNames(c: Cursor): Identifier[] {
  c.expect('(');
  const names: Identifier[] = [];
  do names.push(c.identifier());
  while (c.takes(','));
  c.expect(')');
  return names;
}

function parseOperand(c: Cursor): QueryBody {
  const { at } = c.peek();
  if (c.takes('(')) {
    const query = parseQuery(c);
    c.expect(')');
    return { kind: 'query', query, at };
  }
  if (c.takes('FROM')) return { kind: 'from', from: parseFrom(c), at };
  return parseSelect(c);
}

function parseSelect(c: Cursor): Select {
  const { at } = c.expect('SELECT');
  if (c.sees('WITH') && c.peek(1).text !== '(') throw unsupported('SELECT WITH options', c.peek().at);
  const distinct = c.takes('DISTINCT');
  if (!distinct) c.takes('ALL');
  const as = parseSelectAs(c);
  const select: Select = {
    kind: 'select',
    distinct,
    as,
    items: parseItems(c),
    from: c.takes('FROM') ? parseFrom(c) : undefined,
    where: c.takes('WHERE') ? parseExpression(c) : undefined,
    groupBy: parseGroupBy(c),
    having: c.takes('HAVING') ? parseExpression(c) : undefined,
    qualify: c.takes('QUALIFY') ? parseExpression(c) : undefined,
    windows: [],
    at,
  };
  select.windows = parseWindows(c);
  return select;
}

export function parseSelectAs(c: Cursor): Select['as'] {
  const as = c.takes('AS', 'STRUCT') ? 'STRUCT' : c.takes('AS', 'VALUE') ? 'VALUE' : undefined;
  if (c.sees('AS')) throw unsupported('SELECT AS type name', c.peek().at);
  return as;
}

export function parseWindows(c: Cursor): Select['windows'] {
  const windows: Select['windows'] = [];
  if (!c.takes('WINDOW')) return windows;
  do {
    const name = c.identifier();
    c.expect('AS');
    const spec = c.sees('(')
      ? parseWindowSpec(c)
      : { base: c.identifier(), partitionBy: [], orderBy: [], frame: undefined, at: name.at };
    windows.push({ name, spec });
  } while (c.takes(','));
  return windows;
}

const CLAUSES = new Set([
  'FROM',
  'WHERE',
  'GROUP',
  'HAVING',
  'QUALIFY',
  'WINDOW',
  'ORDER',
  'LIMIT',
  'UNION',
  'EXCEPT',
  'INTERSECT',
]);

/** `beside` reads what may stand on either side of an item's alias. */
export function parseItems(c: Cursor, beside?: (index: number) => void): SelectItem[] {
  const items: SelectItem[] = [];
  do {
    // A trailing comma is allowed before the next clause.
    if (items.length > 0 && (CLAUSES.has(c.peek().word) || c.sees(')') || c.sees('|>') || c.peek().kind === 'end'))
      break;
    items.push(parseItem(c, () => beside?.(items.length)));
  } while (c.takes(','));
  return items;
}

function parseItem(c: Cursor, beside: () => void): SelectItem {
  const { at } = c.peek();
  if (c.takes('*')) return parseStarTail(c, undefined, at);
  const star = dottedStar(c);
  if (star !== undefined) {
    const names: Identifier[] = [c.identifier()];
    while (names.length < star) {
      c.expect('.');
      const token = c.next();
      names.push({ name: token.text, at: token.at, quoted: token.kind === 'quoted' });
    }
    c.expect('.', '*');
    return parseStarTail(c, { kind: 'path', names, at }, at);
  }
  const expr = parseExpression(c);
  if (c.takes('.', '*')) return parseStarTail(c, expr, at);
  beside();
  const alias = parseAlias(c)?.name;
  beside();
  return { kind: 'expr', expr, alias, at };
}

/** The number of names before `.*` in `a.b.*`. */
function dottedStar(c: Cursor): number | undefined {
  let index = 0;
  while (c.peek(index).kind === 'name' || c.peek(index).kind === 'quoted') {
    if (c.peek(index + 1).text !== '.' || c.peek(index + 1).kind !== 'symbol') return undefined;
    if (c.peek(index + 2).kind === 'symbol' && c.peek(index + 2).text === '*') return index / 2 + 1;
    index += 2;
  }
  return undefined;
}

function parseStarTail(c: Cursor, of: Extract<SelectItem, { kind: 'star' }>['of'], at: number): SelectItem {
  const except: Identifier[] = [];
  const replace: Extract<SelectItem, { kind: 'star' }>['replace'] = [];
  if (c.takes('EXCEPT', '(')) {
    do except.push(c.identifier());
    while (c.takes(','));
    c.expect(')');
  }
  if (c.takes('REPLACE', '(')) {
    do {
      const expr = parseExpression(c);
      c.takes('AS');
      replace.push({ expr, name: c.identifier() });
    } while (c.takes(','));
    c.expect(')');
  }
  return { kind: 'star', of, except, replace, at };
}

/** `AS x`, or a bare name that is no keyword here. */
export function parseAlias(c: Cursor): Identifier | undefined {
  if (c.takes('AS')) return c.identifier();
  return c.seesIdentifier() ? c.identifier() : undefined;
}

function parseGroupBy(c: Cursor): Select['groupBy'] {
  if (!c.takes('GROUP')) return undefined;
  c.expect('BY');
  if (c.takes('ALL')) return { kind: 'all' };
  const items = [parseGroupItem(c)];
  while (c.takes(',')) items.push(parseGroupItem(c));
  return { kind: 'items', items };
}

export function parseGroupItem(c: Cursor): GroupItem {
  for (const kind of ['ROLLUP', 'CUBE'] as const) {
    if (!c.takes(kind, '(')) continue;
    const items = [parseKeys(c)];
    while (c.takes(',')) items.push(parseKeys(c));
    c.expect(')');
    return { kind: kind === 'CUBE' ? 'cube' : 'rollup', items };
  }
  if (c.sees('GROUPING') && c.peek(1).word === 'SETS') {
    c.next();
    c.next();
    c.expect('(');
    const items = [parseGroupItem(c)];
    while (c.takes(',')) items.push(parseGroupItem(c));
    c.expect(')');
    return { kind: 'sets', items };
  }
  if (c.takes('(', ')')) return { kind: 'list', items: [] };
  const expr = parseExpression(c);
  // `(a, b)` reads as a struct and stands for its keys; the type's name would make it one value.
  if (expr.kind === 'struct' && expr.type === undefined && c.text[expr.at] === '(')
    return { kind: 'list', items: expr.fields.map((field) => field.expr) };
  return { kind: 'expr', expr };
}

/** One element of ROLLUP or CUBE: a key, or several in parentheses. */
function parseKeys(c: Cursor): Expr[] {
  const item = parseGroupItem(c);
  if (item.kind === 'expr') return [item.expr];
  if (item.kind === 'list') return item.items;
  throw c.fail();
}

export function parseOrderBy(c: Cursor): OrderItem[] {
  const items: OrderItem[] = [];
  if (!c.takes('ORDER')) return items;
  c.expect('BY');
  do {
    const expr = parseExpression(c);
    if (c.sees('COLLATE')) throw unsupported('ORDER BY … COLLATE', c.peek().at);
    const descending = c.takes('DESC');
    if (!descending) c.takes('ASC');
    const nulls = c.takes('NULLS', 'FIRST') ? 'first' : c.takes('NULLS', 'LAST') ? 'last' : undefined;
    items.push({ expr, descending, nulls });
  } while (c.takes(','));
  return items;
}
