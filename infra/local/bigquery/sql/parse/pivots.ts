import type { Cursor } from './cursor.ts';
import { parseExpression, parseLevel } from './expressions.ts';
import { parseAlias, parseNames } from './queries.ts';
import type { Expr, Identifier, Pivot, Unpivot } from './tree.ts';

/** What stands behind the word PIVOT. */
export function parsePivot(c: Cursor, at: number): Pivot {
  c.expect('(');
  const aggregates: Pivot['aggregates'] = [];
  do aggregates.push({ expr: parseExpression(c), alias: parseAlias(c)?.name });
  while (c.takes(','));
  c.expect('FOR');
  // The input ends before IN, which a whole expression would take for its operator.
  const input = parseLevel(c, 0);
  c.expect('IN', '(');
  const values: Pivot['values'] = [];
  do values.push({ expr: parseExpression(c), alias: parseAlias(c)?.name });
  while (c.takes(','));
  c.expect(')', ')');
  return { aggregates, input, values, at };
}

/** What stands behind the word UNPIVOT. */
export function parseUnpivot(c: Cursor, at: number): Unpivot {
  const includeNulls = c.takes('INCLUDE', 'NULLS');
  if (!includeNulls) c.takes('EXCLUDE', 'NULLS');
  c.expect('(');
  const values = c.sees('(') ? parseNames(c) : [c.identifier()];
  c.expect('FOR');
  const name = c.identifier();
  c.expect('IN', '(');
  const items: Unpivot['items'] = [];
  do {
    const columns: Identifier[] = c.sees('(') ? parseNames(c) : [c.identifier()];
    const label: Expr | undefined = c.takes('AS') ? parseLevel(c, 0) : undefined;
    items.push({ columns, label });
  } while (c.takes(','));
  c.expect(')', ')');
  return { includeNulls, values, name, items, at };
}
