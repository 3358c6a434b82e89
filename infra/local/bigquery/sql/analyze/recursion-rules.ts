import type { From, Query, QueryBody, Select } from '../parse/tree.ts';
import { SqlError } from '../sql-error.ts';
import { AGGREGATES } from './aggregates.ts';

/** How often a table is named by this name alone, which is in small letters, at any depth. */
export function references(node: unknown, name: string): number {
  if (Array.isArray(node)) return node.reduce((sum: number, one) => sum + references(one, name), 0);
  if (node === null || typeof node !== 'object') return 0;
  const { kind, path } = node as { kind?: string; path?: { name: string }[] };
  if (kind === 'table' && path?.length === 1 && path[0]?.name.toLowerCase() === name) return 1;
  return references(Object.values(node), name);
}

/** Whether a call stands in an expression itself, not in a subquery of it. */
function holdsCall(node: unknown, test: (call: { name: string; over: unknown }) => boolean): boolean {
  if (Array.isArray(node)) return node.some((one) => holdsCall(one, test));
  if (node === null || typeof node !== 'object') return false;
  const entry = node as { kind?: string; name: string; over: unknown };
  if (entry.kind === 'call' && test(entry)) return true;
  return Object.entries(node).some(([key, value]) => key !== 'query' && holdsCall(value, test));
}

/**
 * The rules for the term of a recursive CTE that names it, which DuckDB does not hold to.
 * Source: cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#recursive_cte_rules
 */
export function checkRecursiveTerm(term: QueryBody, given: string, at: number): void {
  const name = given.toLowerCase();
  const named = (node: unknown) => references(node, name);
  const refuse = (where: string): never => {
    throw new SqlError(`Recursive reference to ${given} is not allowed in ${where}`, at);
  };
  if (named(term) !== 1)
    throw new SqlError(`The recursive term of ${given} must include exactly one reference to it`, at);

  function checkQuery(query: Query): void {
    if (named(query.ctes) > 0) refuse('an inner WITH clause');
    if (query.orderBy.length > 0 || query.limit) refuse('a query with ORDER BY or LIMIT');
    if (query.pipes.length > 0) refuse('a query with pipes');
    checkBody(query.body);
  }
  function checkBody(body: QueryBody): void {
    if (body.kind === 'query') checkQuery(body.query);
    else if (body.kind === 'from') checkFrom(body.from);
    else if (body.kind === 'select') checkSelect(body);
    else refuse('a set operation');
  }
  function checkSelect({ from, distinct, groupBy, ...rest }: Select): void {
    if (named(rest) > 0) refuse('an expression subquery');
    if (distinct || groupBy) refuse('a query with DISTINCT or GROUP BY');
    if (holdsCall(rest, ({ over }) => over !== undefined)) refuse('a query with analytic functions');
    if (holdsCall(rest, (call) => Object.hasOwn(AGGREGATES, call.name))) refuse('a query with aggregate functions');
    if (from) checkFrom(from);
  }
  function checkFrom(from: From): void {
    if (named(from) === 0 || from.kind === 'table') return;
    if (from.kind === 'subquery') checkQuery(from.query);
    else if (from.kind === 'join') checkJoin(from);
    else refuse(from.kind === 'sample' ? 'TABLESAMPLE' : 'an operator of the FROM clause');
  }
  function checkJoin({ type, left, right, on }: Extract<From, { kind: 'join' }>): void {
    if (named(on) > 0) refuse('an expression subquery');
    if (type === 'FULL' || (type === 'LEFT' && named(right) > 0) || (type === 'RIGHT' && named(left) > 0))
      refuse('the side of an outer join that may be absent');
    checkFrom(left);
    checkFrom(right);
  }
  checkBody(term);
}
