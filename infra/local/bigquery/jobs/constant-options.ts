import type { Surroundings } from '../sql/analyze/analysis.ts';
import { type DdlStatement, planValue } from '../sql/analyze/statement.ts';
import type { Options } from '../sql/parse/statement-tree.ts';
import type { Expr } from '../sql/parse/tree.ts';
import { SqlError } from '../sql/sql-error.ts';
import type { Tx } from '../warehouse.ts';

/** Values that are read as they are written. */
const isWritten = (value: Expr): boolean =>
  ['literal', 'null', 'array', 'interval', 'cast'].includes(value.kind) ||
  (value.kind === 'unary' && value.of.kind === 'literal');

/** How DuckDB writes a value as the literal's own text. */
const TEXTS: Partial<Record<string, (sql: string) => string>> = {
  STRING: (sql) => sql,
  BOOL: (sql) => `CAST(${sql} AS VARCHAR)`,
  INT64: (sql) => `CAST(${sql} AS VARCHAR)`,
  FLOAT64: (sql) => `CAST(${sql} AS VARCHAR)`,
  NUMERIC: (sql) => `CAST(${sql} AS VARCHAR)`,
  TIMESTAMP: (sql) => `strftime(${sql}, '%Y-%m-%d %H:%M:%S.%fZ')`,
};

/**
 * The statement with its OPTIONS computed: they are constant expressions of literals, parameters and functions.
 * Source: cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language#table_option_list
 */
export async function withConstantOptions<S extends DdlStatement>(
  statement: S,
  names: Surroundings,
  tx: Pick<Tx, 'rows'>,
): Promise<S> {
  if (statement.kind === 'alter') {
    const actions = [];
    for (const action of statement.actions)
      actions.push('options' in action ? { ...action, options: await computed(action.options, names, tx) } : action);
    return { ...statement, actions };
  }
  return 'options' in statement ? { ...statement, options: await computed(statement.options, names, tx) } : statement;
}

async function computed(options: Options, names: Surroundings, tx: Pick<Tx, 'rows'>): Promise<Options> {
  const values: Options = [];
  for (const { name, value } of options)
    values.push({ name, value: isWritten(value) ? value : await constant(name.name, value, names, tx) });
  return values;
}

async function constant(name: string, value: Expr, names: Surroundings, tx: Pick<Tx, 'rows'>): Promise<Expr> {
  const refuse = (): never => {
    throw new SqlError(`Option ${name} must be a constant expression`, value.at);
  };
  const { sql, columns } = planValue(value, undefined, {
    ...names,
    findTable: refuse,
    findWildcard: refuse,
    findFunction: () => undefined,
    variable: () => undefined,
  });
  const type = columns[0]?.type.kind ?? '';
  const text = TEXTS[type] ?? refuse();
  const [row] = await tx.rows(`SELECT ${text('q.c1')} AS text FROM (${sql}) AS q`);
  if (row?.text === null || row?.text === undefined) return { kind: 'null', at: value.at };
  return {
    kind: 'literal',
    type: type as Extract<Expr, { kind: 'literal' }>['type'],
    value: String(row.text),
    at: value.at,
  };
}
