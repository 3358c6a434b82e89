import { SqlError } from '../sql-error.ts';
import type { Cursor } from './cursor.ts';
import { fieldName, parseExpression } from './expressions.ts';
import { parseFrom, parseTablePath } from './from.ts';
import { parseAlias, parseNames, parseQuery, startsQuery } from './queries.ts';
import type { Assignment, MergeAction, MergeWhen, Statement } from './statement-tree.ts';
import type { Expr, From } from './tree.ts';

export function parseInsert(c: Cursor): Statement {
  const { at } = c.expect('INSERT');
  c.takes('INTO');
  const target = parseTablePath(c);
  const columns = c.sees('(') && !startsQuery(c, 0) ? parseNames(c) : undefined;
  if (!c.takes('VALUES')) return { kind: 'insert', target, columns, rows: undefined, query: parseQuery(c), at };
  const rows: (Expr | 'default')[][] = [];
  do {
    c.expect('(');
    rows.push(parseValues(c));
    c.expect(')');
  } while (c.takes(','));
  return { kind: 'insert', target, columns, rows, query: undefined, at };
}

function parseValue(c: Cursor): Expr | 'default' {
  return c.takes('DEFAULT') ? 'default' : parseExpression(c);
}

function parseValues(c: Cursor): (Expr | 'default')[] {
  const values = [parseValue(c)];
  while (c.takes(',')) values.push(parseValue(c));
  return values;
}

function parseAssignments(c: Cursor): Assignment[] {
  const set: Assignment[] = [];
  do {
    const column = [c.identifier()];
    while (c.takes('.')) column.push(fieldName(c));
    c.expect('=');
    set.push({ column, value: parseValue(c) });
  } while (c.takes(','));
  return set;
}

export function parseUpdate(c: Cursor): Statement {
  const { at } = c.expect('UPDATE');
  const target = parseTablePath(c);
  const alias = c.sees('SET') ? undefined : parseAlias(c);
  c.expect('SET');
  const set = parseAssignments(c);
  const from: From | undefined = c.takes('FROM') ? parseFrom(c) : undefined;
  if (!c.sees('WHERE')) throw new SqlError('UPDATE must have a WHERE clause', at);
  c.expect('WHERE');
  return { kind: 'update', target, alias, set, from, where: parseExpression(c), at };
}

export function parseDelete(c: Cursor): Statement {
  const { at } = c.expect('DELETE');
  c.takes('FROM');
  const target = parseTablePath(c);
  const alias = c.sees('WHERE') ? undefined : parseAlias(c);
  if (!c.sees('WHERE')) throw new SqlError('DELETE must have a WHERE clause', at);
  c.expect('WHERE');
  return { kind: 'delete', target, alias, where: parseExpression(c), at };
}

export function parseMerge(c: Cursor): Statement {
  const { at } = c.expect('MERGE');
  c.takes('INTO');
  const target = parseTablePath(c);
  const alias = c.sees('USING') ? undefined : parseAlias(c);
  c.expect('USING');
  const source = parseFrom(c);
  c.expect('ON');
  const on = parseExpression(c);
  const whens: MergeWhen[] = [];
  do whens.push(parseWhen(c));
  while (c.sees('WHEN'));
  return { kind: 'merge', target, alias, source, on, whens, at };
}

function parseWhen(c: Cursor): MergeWhen {
  const { at } = c.expect('WHEN');
  let on: MergeWhen['on'] = 'matched';
  if (c.takes('NOT')) {
    c.expect('MATCHED');
    on = 'not matched by target';
    if (c.takes('BY', 'SOURCE')) on = 'not matched by source';
    else c.takes('BY', 'TARGET');
  } else c.expect('MATCHED');
  const and = c.takes('AND') ? parseExpression(c) : undefined;
  c.expect('THEN');
  return { on, and, action: parseAction(c, on), at };
}

function parseAction(c: Cursor, on: MergeWhen['on']): MergeAction {
  if (on === 'not matched by target') {
    c.expect('INSERT');
    const columns = c.sees('(') ? parseNames(c) : undefined;
    if (c.takes('ROW')) return { kind: 'insert', columns, values: 'row' };
    c.expect('VALUES', '(');
    const values = parseValues(c);
    c.expect(')');
    return { kind: 'insert', columns, values };
  }
  if (c.takes('DELETE')) return { kind: 'delete' };
  c.expect('UPDATE', 'SET');
  return { kind: 'update', set: parseAssignments(c) };
}
