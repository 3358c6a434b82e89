import type { Expr, Query } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { AGGREGATES } from './aggregates.ts';
import type { Analysis, Scan } from './analysis.ts';

/** Source: "Supported materialized views" in BigQuery's guide to creating them. */
const INCREMENTAL_AGGREGATES = new Set(
  'ANY_VALUE APPROX_COUNT_DISTINCT ARRAY_AGG AVG BIT_AND BIT_OR BIT_XOR COUNT COUNTIF HLL_COUNT.INIT LOGICAL_AND LOGICAL_OR MAX MIN MAX_BY MIN_BY SUM'.split(
    ' ',
  ),
);
const NONDETERMINISTIC = /^(RAND|GENERATE_UUID|SESSION_USER|CURRENT_(DATE|DATETIME|TIME|TIMESTAMP)|(KEYS|AEAD)\..*)$/;

interface Found {
  what: string;
  at: number;
}

type Node = { kind?: string; at?: number } & Record<string, unknown>;

/**
 * Plans what a materialized view holds. BigQuery maintains an incremental one from what its base tables gain, so it may hold
 * few constructs; a non-incremental one is queried anew, and only has to answer the same each time. Throws SqlError.
 */
export function planMaterialized<T extends { scans: Scan[] }>(
  query: Query,
  isIncremental: boolean,
  analysis: Analysis,
  plan: () => T,
): T {
  const found = findNondeterministic(query) ?? (isIncremental ? findIncremental(query) : undefined);
  if (found) throw refused(found, isIncremental);
  const planned = isIncremental ? withoutFunctions(analysis, query.at, plan) : plan();
  for (const { table } of planned.scans) {
    const what = table.dataset === 'INFORMATION_SCHEMA' ? 'view of INFORMATION_SCHEMA' : KINDS[table.kind];
    if (what !== undefined)
      throw refused({ what: `${what} ${table.dataset}.${table.table}`, at: query.at }, isIncremental);
  }
  if (planned.scans.length === 0) throw unsupported('a materialized view without a base table', query.at);
  return planned;
}

const KINDS: Partial<Record<Scan['table']['kind'], string>> = {
  MATERIALIZED_VIEW: 'another materialized view,',
  SNAPSHOT: 'snapshot',
};

function refused({ what, at }: Found, isIncremental: boolean): SqlError {
  const head = isIncremental ? 'Incremental materialized' : 'Materialized';
  return new SqlError(`${head} view query contains unsupported feature: ${what}`, at);
}

/** Functions of one's own are found where they are called. */
function withoutFunctions<T>(analysis: Analysis, at: number, plan: () => T): T {
  const outer = { findFunction: analysis.findFunction, findTableFunction: analysis.findTableFunction };
  analysis.findFunction = (path) => {
    const found = outer.findFunction(path);
    if (found) throw refused({ what: `user-defined function ${path.join('.')}`, at }, true);
    return found;
  };
  analysis.findTableFunction = (path) => {
    throw refused({ what: `table function ${path.join('.')}`, at }, true);
  };
  try {
    return plan();
  } finally {
    Object.assign(analysis, outer);
  }
}

/** The first node that `test` names, wherever it stands. */
function find(node: unknown, test: (node: Node) => string | undefined, at = 0): Found | undefined {
  if (node === null || typeof node !== 'object' || node instanceof Map) return undefined;
  const here = (node as Node).at ?? at;
  const what = Array.isArray(node) ? undefined : test(node as Node);
  if (what !== undefined) return { what, at: here };
  for (const child of Object.values(node)) {
    const found = find(child, test, here);
    if (found) return found;
  }
  return undefined;
}

const findNondeterministic = (query: Query) =>
  find(query, (node) => {
    if (node.kind === 'call' && NONDETERMINISTIC.test(String(node.name))) return `function ${node.name}`;
    if (node.kind === 'path' && isBare(node)) return 'function CURRENT_…';
    if (node.kind === 'sample') return 'TABLESAMPLE';
    return isWildcard(node) ? 'wildcard table' : undefined;
  });

/** `CURRENT_DATE` without parentheses. */
function isBare({ names }: Node): boolean {
  const [first, ...more] = names as { name: string; quoted: boolean }[];
  return more.length === 0 && first?.quoted === false && NONDETERMINISTIC.test(first.name.toUpperCase());
}

const pathOf = (node: Node): string =>
  (node.path as { name: string }[]).map((part) => part.name.toLowerCase()).join('.');
const isWildcard = (node: Node) => node.kind === 'table' && pathOf(node).endsWith('*');

const isAggregate = (node: Node) =>
  node.kind === 'call' && Object.hasOwn(AGGREGATES, String(node.name)) && node.over === undefined;

function findIncremental(query: Query): Found | undefined {
  return find(query, (node) => {
    switch (node.kind) {
      case 'call':
        if (node.over) return 'analytic function';
        return isAggregate(node) && !INCREMENTAL_AGGREGATES.has(String(node.name))
          ? `aggregate function ${node.name}`
          : undefined;
      case 'arraySubquery':
        return 'ARRAY subquery';
      case 'subquery':
        return 'orderBy' in (node.query as object) && !('alias' in node) ? 'expression subquery' : undefined;
      case 'exists':
        return 'expression subquery';
      case 'in':
        return node.query ? 'expression subquery' : undefined;
      case 'join':
        if (node.type === 'RIGHT' || node.type === 'FULL') return `${node.type} OUTER JOIN`;
        return joinsItself(node) ? 'self-join' : undefined;
      case 'set':
        return node.op === 'UNION ALL' || !('left' in node) ? undefined : String(node.op);
      case 'pivot':
      case 'unpivot':
      case 'rollup':
      case 'cube':
      case 'sets':
        return node.kind === 'sets' ? 'GROUPING SETS' : node.kind.toUpperCase();
      case 'select':
        return clauseOf(node);
    }
    return 'ctes' in node ? tailOf(node as unknown as Query) : undefined;
  });
}

function clauseOf(select: Node): string | undefined {
  if (select.having) return 'HAVING';
  if (select.qualify) return 'QUALIFY';
  for (const item of select.items as { kind: string; expr?: Expr }[]) {
    if (item.expr && !isAggregate(item.expr as unknown as Node) && find(item.expr, aggregateIn))
      return 'computation over an aggregate';
  }
  const from = select.from as Node | undefined;
  return from && find(from, aggregateIn) ? 'query over an aggregate' : undefined;
}

const aggregateIn = (node: Node) => (isAggregate(node) ? 'aggregate' : undefined);

function tailOf(query: Query): string | undefined {
  if (query.orderBy.length > 0) return 'ORDER BY';
  if (query.limit) return 'LIMIT';
  if (query.recursive) return 'WITH RECURSIVE';
  if (query.pipes.length > 0) return 'pipe syntax';
  return query.ctes.some((cte) => find(cte.query, aggregateIn)) ? 'query over an aggregate' : undefined;
}

/** The same table on both sides. */
function joinsItself(join: Node): boolean {
  const names: string[] = [];
  find([join.left, join.right], (node) => {
    if (node.kind === 'table') names.push(pathOf(node));
    return undefined;
  });
  return new Set(names).size < names.length;
}
