import { fail } from '../macros/failures.ts';
import type { Query } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { quoteText, renderType } from '../types.ts';
import type { Env } from './analysis.ts';
import { analyzeBody, analyzeCtes } from './queries.ts';
import { checkRecursiveTerm, references } from './recursion-rules.ts';
import { coerce, type Typed, typed } from './typed.ts';

type Cte = Query['ctes'][number];

const mentions = (query: Query, name: string) => references(query, name.toLowerCase()) > 0;

const sameName = (cte: Cte, name: string) => cte.name.name.toLowerCase() === name.toLowerCase();

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

export const isRecursive = ({ name, query }: Cte) => mentions(query, name.name);

/** A CTE that names itself → definitions in DuckDB's WITH RECURSIVE, its own last. The first term gives names and types. */
export function analyzeRecursive({ name, query }: Cte, sql: string, outer: Env): string[] {
  const { body } = query;
  if (body.kind !== 'set' || (body.op !== 'UNION ALL' && body.op !== 'UNION DISTINCT') || body.byName)
    throw new SqlError(
      `Recursive reference from inside a non-recursive term is not supported: ${name.name} must be of the form non-recursive-term UNION {ALL|DISTINCT} recursive-term`,
      name.at,
    );
  if (query.orderBy.length > 0 || query.limit || query.pipes.length > 0)
    throw unsupported('ORDER BY, LIMIT or pipes in a recursive CTE', query.at);
  if (query.ctes.some((cte) => sameName(cte, name.name)))
    throw unsupported('an inner CTE with the name of the recursive one', name.at);
  const inner = query.ctes.find((cte) => mentions(cte.query, name.name));
  if (inner)
    throw new SqlError(`Recursive reference to ${name.name} is not allowed in an inner WITH clause`, inner.name.at);
  checkRecursiveTerm(body.right, name.name, body.at);
  const env: Env = { ...outer, ctes: [...outer.ctes] };
  const withs = analyzeCtes(query, env);
  const fresh = (): Env => ({ ...env, found: { aggregate: false, window: false } });
  const first = analyzeBody(body.left, fresh());
  const columns = first.columns.map((column, i) => {
    column.touch();
    return { name: column.name, value: typed(`c${i + 1}`, column.value.type), touch: () => {} };
  });
  const own = { name: name.name, sql, columns, value: first.value };
  env.ctes.push(own);
  outer.ctes.push(own);
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
  const base = `SELECT ${list}`;
  const term = `SELECT ${values.join(', ')}`;
  if (body.op === 'UNION DISTINCT')
    return [...withs, `${sql}(${list}) AS (${base} FROM (${first.sql}) AS b UNION ${term} FROM (${next.sql}) AS n)`];
  const round = `(SELECT any_value("$round") FROM ${sql})`;
  const tooMany = fail(quoteText(`A recursive CTE has reached the maximum number of iterations: ${MAX_ROUNDS}.`));
  const counted = `CASE WHEN ${round} >= ${MAX_ROUNDS} THEN ${tooMany} ELSE ${round} + 1 END`;
  const terms = `${base}, 0::BIGINT FROM (${first.sql}) AS b UNION ALL ${term}, ${counted} FROM (${next.sql}) AS n`;
  return [...withs, `${sql}(${list}, "$round") AS (${terms})`];
}

/** Rows of UNION DISTINCT cannot be numbered by their round, or none were the same. Source: cloud.google.com/bigquery/quotas#query_jobs */
const MAX_ROUNDS = 500;
