import type { Env } from './analysis.ts';
import type { FromResult } from './from.ts';
import { holdsQuery } from './holds-query.ts';
import { namesIn } from './scope.ts';
import { isVolatile } from './volatile.ts';

const PRODUCT = 'bq_multiply_numeric(';

/** The clauses of a SELECT that stand behind its FROM and WHERE. */
export interface Clauses {
  list: string[];
  grouped: string;
  having: string | undefined;
  order: string[];
}

/**
 * SUM(a * b), SUM(a * b * c): DuckDB computes a NUMERIC product as often as it stands there, 60 ns each, since it looks for
 * common parts neither in COALESCE nor in lambdas. One that is summed of every row may as well be computed before the rows
 * are grouped: of the same rows, once. `source` = the FROM clause with its WHERE.
 */
export function withProductsFirst(
  clauses: Clauses,
  from: FromResult,
  source: string,
  env: Env,
): { clauses: Clauses; source: string } | undefined {
  const texts = [...clauses.list, clauses.having ?? '', ...clauses.order].join(' ');
  if (texts.indexOf(PRODUCT) === texts.lastIndexOf(PRODUCT)) return undefined;
  const own = namesIn(from);
  const ofGroups = withoutAggregates(texts);
  const repeated = productsIn(texts).filter(
    (product, i, all) =>
      all.indexOf(product) === i &&
      isSummed(product, texts) &&
      texts.split(product).length > 2 &&
      // Beside the aggregates it may be made of keys, and is none itself.
      !ofGroups.includes(product) &&
      !holdsQuery(product) &&
      !isVolatile(product),
  );
  if (repeated.length === 0) return undefined;
  const name = env.analysis.fresh('r');
  const moved = new Map<string, string>(repeated.map((product, i) => [product, `${name}.p${i + 1}`]));
  const inner = repeated.map((product, i) => `${product} AS p${i + 1}`);
  let isWhole = true;
  const rename = (sql: string): string => {
    // The longest come first: a product may hold another.
    const short = [...repeated]
      .sort((a, b) => b.length - a.length)
      .reduce((text, product) => text.replaceAll(product, () => moved.get(product) ?? ''), sql);
    return short.replace(REFERENCES, (reference, range?: string, field?: string) => {
      if (range === undefined || !own.has(range)) return reference;
      if (field === undefined) isWhole = false;
      const known = moved.get(reference) ?? `${name}.v${moved.size + 1}`;
      if (!moved.has(reference)) inner.push(`${reference} AS v${moved.size + 1}`);
      moved.set(reference, known);
      return known;
    });
  };
  const renamed: Clauses = {
    list: clauses.list.map(rename),
    grouped: rename(clauses.grouped),
    having: clauses.having && rename(clauses.having),
    order: clauses.order.map(rename),
  };
  if (!isWhole) return undefined;
  return { clauses: renamed, source: `(SELECT ${inner.join(', ')} FROM ${source}) AS ${name}` };
}

/** `r1."name"`, `r2.c1`; texts and names in quotes are passed over. */
const REFERENCES = /'(?:[^']|'')*'|\b(r\d+)\b(\.(?:"(?:[^"]|"")*"|\w+))?|"(?:[^"]|"")*"/g;

/** Whether it is summed of every row: what FILTER or CASE leave out may not be computed. */
function isSummed(product: string, sql: string): boolean {
  const [, ...behind] = sql.split(`sum(${product})`);
  return behind.some((rest) => !rest.startsWith(' FILTER'));
}

/** Every product, also those in products. */
function productsIn(sql: string): string[] {
  const products: string[] = [];
  for (let at = sql.indexOf(PRODUCT); at >= 0; at = sql.indexOf(PRODUCT, at + 1)) {
    const end = closing(sql, at + PRODUCT.length);
    if (end !== undefined) products.push(sql.slice(at, end));
  }
  return products;
}

function withoutAggregates(sql: string): string {
  let rest = '';
  let done = 0;
  for (const match of sql.matchAll(/\b(?:sum|count|avg|min|max|list|any_value)\(/g)) {
    const end = match.index < done ? undefined : closing(sql, match.index + match[0].length);
    if (end === undefined) continue;
    rest += sql.slice(done, match.index);
    done = end;
  }
  return rest + sql.slice(done);
}

/** Where the parenthesis closes that was opened before `at`. */
function closing(sql: string, at: number): number | undefined {
  const token = /'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]/g;
  token.lastIndex = at;
  let depth = 1;
  for (let match = token.exec(sql); match; match = token.exec(sql)) {
    if (match[0] === '(') depth++;
    else if (match[0] === ')' && --depth === 0) return token.lastIndex;
  }
  return undefined;
}
