import { parseQuery } from './query.ts';
import { codePoints } from './tokens.ts';

/** What is wrong with a condition such as `amount >= 0`, or nothing. It stands in brackets in a query of ours. */
export function expressionFault(expression: string): string | undefined {
  const sql = `SELECT (\n${expression}\n)`;
  const query = parseQuery(sql, codePoints(sql));
  if ('faults' in query) return query.faults[0]?.message ?? 'it cannot be parsed';
  let depth = 0;
  for (const { text } of query.tokens.slice(2, -1)) {
    depth += text === '(' ? 1 : text === ')' ? -1 : 0;
    if (depth < 0 || (depth === 0 && text === ',')) return 'it is not one condition';
  }
  if (query.parameters.size > 0) return 'a parameter has no value here';
  return query.tables.length > 0
    ? 'it reads a table, and only the rows of the transform itself can be asserted'
    : undefined;
}
