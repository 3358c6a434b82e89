import { fail } from '../macros/failures.ts';
import type { Query } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { quoteText, renderType } from '../types.ts';
import type { Env } from './analysis.ts';
import { analyzeBody } from './queries.ts';
import { checkRecursiveTerm } from './recursion-rules.ts';
import { coerce, type Typed, typed } from './typed.ts';

type Cte = Query['ctes'][number];

/** Whether a name stands in the query's text as a table: good enough to tell recursion from a mere WITH RECURSIVE. */
export function mentions(query: Query, name: string): boolean {
  const wanted = name.toLowerCase();
  return JSON.stringify(query, (_, value) => (typeof value === 'bigint' ? String(value) : value))
    .toLowerCase()
    .includes(`"name":${JSON.stringify(wanted)}`);
}

/** WITH RECURSIVE lets a CTE name one that stands behind it: those that are named come first. */
export function inOrderOfUse(ctes: readonly Cte[]): Cte[] {
  const ordered: Cte[] = [];
  const open = new Set<Cte>();
  const visit = (cte: Cte) => {
    if (ordered.includes(cte)) return;
    if (open.has(cte)) throw unsupported('CTEs that name each other in a circle', cte.name.at);
    open.add(cte);
    for (const other of ctes) if (other !== cte && mentions(cte.query, other.name.name)) visit(other);
    ordered.push(cte);
  };
  for (const cte of ctes) visit(cte);
  return ordered;
}

/** A CTE that names itself → its definition in DuckDB's WITH RECURSIVE. The first term gives names and types. */
export function analyzeRecursive({ name, query }: Cte, sql: string, env: Env): string {
  const { body } = query;
  if (body.kind !== 'set' || (body.op !== 'UNION ALL' && body.op !== 'UNION DISTINCT') || body.byName)
    throw new SqlError(
      `Recursive reference from inside a non-recursive term is not supported: ${name.name} must be of the form non-recursive-term UNION {ALL|DISTINCT} recursive-term`,
      name.at,
    );
  if (query.ctes.length > 0 || query.orderBy.length > 0 || query.limit || query.pipes.length > 0)
    throw unsupported('WITH, ORDER BY, LIMIT or pipes in a recursive CTE', query.at);
  checkRecursiveTerm(body.right, name.name, body.at);
  const fresh = (): Env => ({ ...env, found: { aggregate: false, window: false } });
  const first = analyzeBody(body.left, fresh());
  const columns = first.columns.map((column, i) => {
    column.touch();
    return { name: column.name, value: typed(`c${i + 1}`, column.value.type), touch: () => {} };
  });
  env.ctes.push({ name: name.name, sql, columns, value: first.value });
  const next = analyzeBody(body.right, fresh());
  if (next.columns.length !== columns.length)
    throw new SqlError(
      `Queries in ${body.op} have mismatched column count; query 1 has ${columns.length} columns, query 2 has ${next.columns.length} columns`,
      body.at,
    );
  const values = next.columns.map((column, i) => {
    column.touch();
    const to = columns[i]?.value.type ?? column.value.type;
    const { literal } = column.value;
    const value: Typed = { ...typed(`n.c${i + 1}`, column.value.type), ...(literal && { literal }) };
    const coerced = coerce(value, to);
    if (!coerced)
      throw new SqlError(
        `Cannot coerce column ${i + 1} of the recursive term of ${name.name} from ${renderType(column.value.type)} to ${renderType(to)}`,
        body.at,
      );
    return coerced.sql;
  });
  const list = columns.map((_, i) => `c${i + 1}`).join(', ');
  const term = `SELECT ${values.join(', ')}`;
  if (body.op === 'UNION DISTINCT')
    return `${sql}(${list}) AS (SELECT ${list} FROM (${first.sql}) AS b UNION ${term} FROM (${next.sql}) AS n)`;
  const round = `(SELECT any_value("$round") FROM ${sql})`;
  const tooMany = fail(quoteText(`A recursive CTE has reached the maximum number of iterations: ${MAX_ROUNDS}.`));
  const counted = `CASE WHEN ${round} >= ${MAX_ROUNDS} THEN ${tooMany} ELSE ${round} + 1 END`;
  return `${sql}(${list}, "$round") AS (SELECT ${list}, 0::BIGINT FROM (${first.sql}) AS b UNION ALL ${term}, ${counted} FROM (${next.sql}) AS n)`;
}

/** Rows of UNION DISTINCT cannot be numbered by their round, or none were the same. Source: cloud.google.com/bigquery/quotas#query_jobs */
const MAX_ROUNDS = 500;
