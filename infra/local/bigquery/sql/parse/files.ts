import { SqlError, unsupported } from '../sql-error.ts';
import type { Cursor } from './cursor.ts';
import { parseClusterBy, parseColumnList, parseOptions } from './ddl.ts';
import { parseExpression } from './expressions.ts';
import { parseTablePath } from './from.ts';
import { parseQuery } from './queries.ts';
import type { Statement } from './statement-tree.ts';

/** `EXPORT DATA OPTIONS (…) AS query`. */
export function parseExport(c: Cursor): Statement {
  const { at } = c.expect('EXPORT');
  if (!c.takes('DATA')) throw unsupported(`EXPORT ${c.peek().word}`, at);
  refuseConnection(c);
  if (!c.sees('OPTIONS')) throw c.fail('keyword OPTIONS');
  const options = parseOptions(c);
  c.expect('AS');
  return { kind: 'exportData', options, query: parseQuery(c), at };
}

/** `LOAD DATA INTO table (…) FROM FILES (…)`, its clauses in the order that BigQuery wants. */
export function parseLoad(c: Cursor): Statement {
  const { at } = c.expect('LOAD');
  if (!c.takes('DATA')) throw unsupported(`LOAD ${c.peek().word}`, at);
  const overwrite = c.takes('OVERWRITE');
  if (!overwrite) c.expect('INTO');
  const temp = c.takes('TEMP', 'TABLE') || c.takes('TEMPORARY', 'TABLE');
  const path = parseTablePath(c);
  const columns = c.takes('(') ? parseColumnList(c) : undefined;
  const partition = parsePartition(c, overwrite);
  const partitionBy = c.takes('PARTITION', 'BY') ? parseExpression(c) : undefined;
  const clusterBy = parseClusterBy(c);
  const options = parseOptions(c);
  c.expect('FROM');
  if (!c.sees('FILES')) throw c.fail('keyword FILES');
  const files = parseOptions(c, 'FILES');
  let partitionColumns: Extract<Statement, { kind: 'loadData' }>['partitionColumns'];
  if (c.takes('WITH', 'PARTITION', 'COLUMNS')) partitionColumns = c.takes('(') ? parseColumnList(c) : 'inferred';
  refuseConnection(c);
  return {
    kind: 'loadData',
    path,
    overwrite,
    temp,
    columns,
    partition,
    partitionBy,
    clusterBy,
    options,
    files,
    partitionColumns,
    at,
  };
}

function parsePartition(c: Cursor, overwritesTable: boolean): Extract<Statement, { kind: 'loadData' }>['partition'] {
  const { at } = c.peek();
  const overwrite = c.takes('OVERWRITE', 'PARTITIONS');
  if (!overwrite && !c.takes('PARTITIONS')) return undefined;
  if (overwritesTable) throw new SqlError('LOAD DATA OVERWRITE cannot have PARTITIONS: say LOAD DATA INTO', at);
  c.expect('(');
  const column = c.identifier();
  c.expect('=');
  const value = parseExpression(c);
  c.expect(')');
  return { overwrite, column, value };
}

function refuseConnection(c: Cursor): void {
  if (c.sees('WITH', 'CONNECTION')) throw unsupported('WITH CONNECTION', c.peek().at);
}
