import type { Expr } from '../parse/tree.ts';
import type { Env, Scan } from './analysis.ts';
import { analyze } from './expressions.ts';

/**
 * Notes for which tables a condition leaves partitions out: some part of it that must hold looks at the partitioning column
 * alone. `day = … OR other = …` leaves out none.
 * Source: cloud.google.com/bigquery/docs/querying-partitioned-tables#require_a_partition_filter_in_queries
 */
export function noteFilter(condition: Expr, env: Env): void {
  const { analysis } = env;
  if (!analysis.scans.some(({ table }) => table.requirePartitionFilter)) return;
  const known = new Set(analysis.scans);
  for (const scan of filteredBy(condition, known, env)) analysis.filtered.add(scan);
}

function filteredBy(expr: Expr, known: ReadonlySet<Scan>, env: Env): Set<Scan> {
  if (expr.kind === 'binary' && (expr.op === 'AND' || expr.op === 'OR')) {
    const [left, right] = [filteredBy(expr.left, known, env), filteredBy(expr.right, known, env)];
    return expr.op === 'AND' ? left.union(right) : left.intersection(right);
  }
  // What a subquery reads of its own is no column of the rows that are filtered.
  const touched = env.analysis.observe(() => void analyze(expr, env)).filter(({ scan }) => known.has(scan));
  const [first] = touched;
  const isAlone = touched.every(({ scan, column }) => scan === first?.scan && column === scan.table.partitionColumn);
  return new Set(first && isAlone ? [first.scan] : []);
}
