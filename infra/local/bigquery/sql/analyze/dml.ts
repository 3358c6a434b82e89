import { failAs } from '../macros/failures.ts';
import type { Assignment, Path, Statement } from '../parse/statement-tree.ts';
import type { From, Identifier } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { constrain } from '../type-parameters.ts';
import { physicalNames, quoteName, quoteText, renderType } from '../types.ts';
import type { Env, TableColumn, TableInfo } from './analysis.ts';
import { defaultValue } from './defaults.ts';
import { analyze, analyzeCondition } from './expressions.ts';
import { analyzeFrom, scanTable } from './from.ts';
import { refuseSameAlias } from './joins.ts';
import { noteBounds } from './partition-bounds.ts';
import { isPartitionDate, partitionNow } from './pseudo-columns.ts';
import { analyzeQuery } from './queries.ts';
import { EMPTY_SCOPE, type Scope } from './scope.ts';
import type { DmlPlan } from './statement.ts';
import { stored } from './stored.ts';
import { coerce, nullOf, type Typed, typed } from './typed.ts';

type Of<K extends Statement['kind']> = Extract<Statement, { kind: K }>;

export function findTarget(path: Path, env: Env): TableInfo {
  const at = path[0]?.at ?? 0;
  const table = env.analysis.findTable(
    path.map((one) => one.name),
    at,
    true,
  );
  if (table.dataset === 'INFORMATION_SCHEMA')
    throw new SqlError(`Cannot modify INFORMATION_SCHEMA.${table.table}: only tables can be changed by DML`, at);
  if (table.kind !== 'TABLE')
    throw new SqlError(
      `Cannot modify ${table.kind.toLowerCase().replace('_', ' ')} ${table.project}.${table.dataset}.${table.table}: only tables can be changed by DML`,
      at,
    );
  return table;
}

/** What an INSERT has to fill: the columns that it can name. */
export const writableColumns = (table: TableInfo): TableColumn[] => [...table.columns, ...table.pseudo];

export function targetColumn(table: TableInfo, name: Identifier): TableColumn {
  const found = writableColumns(table).find((column) => column.name.toLowerCase() === name.name.toLowerCase());
  if (!found && table.pseudo.length > 0 && isPartitionDate(name.name))
    throw unsupported('writing _PARTITIONDATE: write _PARTITIONTIME', name.at);
  if (!found)
    throw new SqlError(
      `Column ${name.name} is not present in table ${table.project}.${table.dataset}.${table.table}`,
      name.at,
    );
  return found;
}

/** What DML writes into a column: the value converted and held to the column's parameters, a NULL array as an empty one. */
export function assigned(value: Typed, column: TableColumn, at: number, what = 'Value'): string {
  const coerced = coerce(value, column.type);
  if (!coerced)
    throw new SqlError(
      `${what} of type ${renderType(value.type)} cannot be assigned to ${column.name}, which has type ${renderType(column.type)}`,
      at,
    );
  if (column.partition) return `bq_partition_time(${coerced.sql}, '${column.partition.toLowerCase()}')`;
  return stored(constrain(coerced.sql, column.declared, column.name), column.type, column.name);
}

/** What a column holds that an INSERT does not name. */
export function defaultOf(column: TableColumn, env: Env, at: number): string {
  if (column.partition) return partitionNow(column.partition, env.analysis.now);
  const value =
    column.default === undefined ? nullOf(column.type) : defaultValue(column.default, column.type, env.analysis.now);
  return assigned(value, column, at);
}

/** The same where a statement says DEFAULT. */
export function defaultSaid(column: TableColumn, env: Env, at: number): string {
  if (column.partition) throw unsupported(`DEFAULT as the value of ${column.name}`, at);
  return defaultOf(column, env, at);
}

export function plainEnv(env: Env, scope: Scope, clause: string): Env {
  return { ...env, scope, noAggregates: clause, noWindows: clause };
}

export function planInsert(statement: Of<'insert'>, env: Env): DmlPlan {
  const target = findTarget(statement.target, env);
  const columns = statement.columns ? statement.columns.map((name) => targetColumn(target, name)) : target.columns;
  for (const [i, column] of columns.entries()) {
    if (columns.indexOf(column) !== i)
      throw new SqlError(
        `INSERT has duplicate column name: ${column.name}`,
        statement.columns?.[i]?.at ?? statement.at,
      );
  }
  const missing = writableColumns(target).filter((column) => !columns.includes(column));
  const names = [...columns, ...missing].map((column) => quoteName(column.name)).join(', ');
  const rest = missing.map((column) => defaultOf(column, env, statement.at));
  const source = statement.rows
    ? insertRows(statement, columns, rest, env)
    : insertQuery(statement, columns, rest, env);
  return {
    kind: 'dml',
    statementType: 'INSERT',
    target,
    scans: env.analysis.scans,
    steps: [{ kind: 'run', sql: `INSERT INTO ${target.physical} (${names}) ${source}`, counts: 'inserted' }],
  };
}

function insertRows(statement: Of<'insert'>, columns: TableColumn[], rest: string[], env: Env): string {
  const inner = plainEnv(env, EMPTY_SCOPE, 'INSERT VALUES');
  const rows = (statement.rows ?? []).map((row) => {
    if (row.length !== columns.length)
      throw new SqlError(
        `Inserted row has wrong column count; Has ${row.length}, expected ${columns.length}`,
        statement.at,
      );
    const values = row.map((value, i) => {
      const column = columns[i] as TableColumn;
      if (value === 'default') return defaultSaid(column, env, statement.at);
      return assigned(analyze(value, inner), column, value.at);
    });
    return `(${[...values, ...rest].join(', ')})`;
  });
  return `VALUES ${rows.join(', ')}`;
}

function insertQuery(statement: Of<'insert'>, columns: TableColumn[], rest: string[], env: Env): string {
  if (!statement.query) throw new SqlError('INSERT without values', statement.at);
  const query = analyzeQuery(statement.query, env);
  if (query.value) throw unsupported('INSERT from SELECT AS STRUCT or AS VALUE', statement.query.at);
  if (query.columns.length !== columns.length)
    throw new SqlError(
      `Inserted row has wrong column count; Has ${query.columns.length}, expected ${columns.length}`,
      statement.query.at,
    );
  const values = query.columns.map((column, i) => {
    column.touch();
    const target = columns[i] as TableColumn;
    const { literal } = column.value;
    const value: Typed = { ...typed(`q.c${i + 1}`, column.value.type), ...(literal && { literal }) };
    return assigned(value, target, statement.query?.at ?? statement.at, `Query column ${i + 1}`);
  });
  return `SELECT ${[...values, ...rest].join(', ')} FROM (${query.sql}) AS q`;
}

/** `SET` as pairs of a target column and its new value; the whole row is in reach. */
export function planAssignments(
  set: Assignment[],
  target: TableInfo,
  env: Env,
  own: Identifier,
): { column: TableColumn; sql: string }[] {
  const seen = new Set<string>();
  const nested = new Map<string, { column: TableColumn; set: FieldAssignment[]; at: number }>();
  const whole = set.flatMap(({ column: path, value }) => {
    const isQualified = path.length > 1 && path[0]?.name.toLowerCase() === own.name.toLowerCase();
    const [first, ...fields] = (isQualified ? path.slice(1) : path) as [Identifier, ...Identifier[]];
    if (
      isQualified &&
      !writableColumns(target).some((column) => column.name.toLowerCase() === first.name.toLowerCase())
    )
      throw new SqlError(`Name ${first.name} not found inside ${own.name}`, first.at);
    const column = targetColumn(target, first);
    if (fields.length > 0) {
      if (value === 'default') throw new SqlError('A field of a STRUCT has no default value', first.at);
      const entry = nested.get(column.name) ?? { column, set: [], at: first.at };
      entry.set.push({ path: fields, value: analyze(value, env), at: value.at });
      nested.set(column.name, entry);
      return [];
    }
    if (seen.has(column.name)) throw new SqlError(`Update item ${first.name} assigned more than once`, first.at);
    seen.add(column.name);
    const sql =
      value === 'default' ? defaultSaid(column, env, first.at) : assigned(analyze(value, env), column, value.at);
    return [{ column, sql }];
  });
  const parts = [...nested.values()].map(({ column, set: fields, at }) => {
    if (seen.has(column.name)) throw new SqlError(`Update item ${column.name} assigned more than once`, at);
    const old = analyze({ kind: 'path', names: [own, { name: column.name, at, quoted: true }], at }, env);
    return { column, sql: assigned(typed(withFields(old, fields, at), old.type), column, at) };
  });
  return [...whole, ...parts];
}

/** What the target is called where it has no alias. */
export const lastName = (path: Path): Identifier => path.at(-1) ?? { name: '', at: 0, quoted: false };

interface FieldAssignment {
  path: Identifier[];
  value: Typed;
  at: number;
}

/**
 * A struct with some of its fields replaced, fields of fields among them. A NULL struct has none to replace.
 * Source: GoogleSQL's compliance tests, dml_update_struct.test.
 */
function withFields(old: Typed, set: FieldAssignment[], at: number): string {
  if (old.type.kind !== 'STRUCT')
    throw new SqlError(`Cannot assign to a field of a value of type ${renderType(old.type)}`, at);
  const { fields } = old.type;
  for (const { path } of set) {
    const [name] = path;
    if (name && !fields.some((field) => field.name?.toLowerCase() === name.name.toLowerCase()))
      throw new SqlError(`Field name ${name.name} does not exist in ${renderType(old.type)}`, name.at);
  }
  const names = physicalNames(fields);
  const parts = fields.map((field, i) => {
    const physical = names[i] ?? '';
    const value = typed(`struct_extract(${old.sql}, ${quoteText(physical)})`, field.type);
    const own = set.filter(({ path }) => path[0]?.name.toLowerCase() === field.name?.toLowerCase());
    const [first, ...more] = own;
    if (!first) return `${quoteName(physical)} := ${value.sql}`;
    if (own.every(({ path }) => path.length > 1)) {
      const deeper = own.map((one) => ({ ...one, path: one.path.slice(1) }));
      return `${quoteName(physical)} := ${withFields(value, deeper, at)}`;
    }
    if (more.length > 0) throw new SqlError(`Update item ${field.name} assigned more than once`, first.at);
    const coerced = coerce(first.value, field.type);
    if (!coerced)
      throw new SqlError(
        `Value of type ${renderType(first.value.type)} cannot be assigned to ${field.name}, which has type ${renderType(field.type)}`,
        first.at,
      );
    return `${quoteName(physical)} := ${coerced.sql}`;
  });
  const none = failAs(quoteText(`Cannot set field of NULL ${renderType(old.type)}`), old.type);
  return `CASE WHEN ${old.sql} IS NULL THEN ${none} ELSE struct_pack(${parts.join(', ')}) END`;
}

export const AT_MOST_ONE = 'UPDATE/MERGE must match at most one source row for each target row';

/** Whether a row of the right side may stand alone: such a join must be whole before the target is joined to it. */
const keepsRight = (from: From | undefined): boolean =>
  from?.kind === 'join' && (from.type === 'RIGHT' || from.type === 'FULL' || keepsRight(from.left));

export function planUpdate(statement: Of<'update'>, env: Env): DmlPlan {
  const target = findTarget(statement.target, env);
  const scan = scanTable(target, statement.alias?.name ?? statement.target.at(-1)?.name ?? target.table, env);
  const own = scan.sql.split(' AS ').at(-1) ?? '';
  const from =
    statement.from && analyzeFrom(statement.from, env, { visible: [], ranges: scan.ranges, parent: EMPTY_SCOPE });
  if (from) refuseSameAlias(scan, from, statement.from?.at ?? statement.at);
  const scope: Scope = {
    visible: [...scan.visible, ...(from?.visible ?? [])],
    ranges: [...scan.ranges, ...(from?.ranges ?? [])],
    parent: undefined,
  };
  const inner = plainEnv(env, scope, 'UPDATE');
  const where = analyzeCondition(statement.where, inner, 'WHERE clause');
  noteBounds(statement.where, scope, inner);
  const set = planAssignments(statement.set, target, inner, statement.alias ?? lastName(statement.target));
  const staged = env.analysis.fresh('m');
  const values = set.map(({ sql }, i) => `${sql} AS v${i}`).join(', ');
  const assignments = set.map(({ column }, i) => `${quoteName(column.name)} = ${staged}.v${i}`).join(', ');
  const source = !from ? '' : ` CROSS JOIN ${keepsRight(statement.from) ? `(${from.sql})` : from.sql}`;
  return {
    kind: 'dml',
    statementType: 'UPDATE',
    target,
    scans: env.analysis.scans,
    steps: [
      {
        kind: 'run',
        sql: `CREATE TEMP TABLE ${staged} AS SELECT ${own}.rowid AS rid, ${values} FROM ${scan.sql}${source} WHERE ${where.sql}`,
      },
      ...(from
        ? [
            {
              kind: 'check' as const,
              sql: `SELECT 1 FROM ${staged} GROUP BY rid HAVING count(*) > 1 LIMIT 1`,
              message: AT_MOST_ONE,
            },
          ]
        : []),
      {
        kind: 'run',
        sql: `UPDATE ${target.physical} SET ${assignments} FROM ${staged} WHERE ${target.physical}.rowid = ${staged}.rid`,
        counts: 'updated',
      },
      { kind: 'run', sql: `DROP TABLE ${staged}` },
    ],
  };
}

export function planDelete(statement: Of<'delete'>, env: Env): DmlPlan {
  const target = findTarget(statement.target, env);
  const scan = scanTable(target, statement.alias?.name ?? statement.target.at(-1)?.name ?? target.table, env);
  const own = scan.sql.split(' AS ').at(-1) ?? '';
  const scope: Scope = { visible: scan.visible, ranges: scan.ranges, parent: undefined };
  const inner = plainEnv(env, scope, 'DELETE');
  const where = analyzeCondition(statement.where, inner, 'WHERE clause');
  noteBounds(statement.where, scope, inner);
  const sql = `DELETE FROM ${target.physical} WHERE rowid IN (SELECT ${own}.rowid FROM ${scan.sql} WHERE ${where.sql})`;
  return {
    kind: 'dml',
    statementType: 'DELETE',
    target,
    scans: env.analysis.scans,
    steps: [{ kind: 'run', sql, counts: 'deleted' }],
  };
}

export function planTruncate(statement: Of<'truncate'>, env: Env): DmlPlan {
  const target = findTarget(statement.target, env);
  return {
    kind: 'dml',
    statementType: 'TRUNCATE_TABLE',
    target,
    scans: env.analysis.scans,
    steps: [{ kind: 'run', sql: `DELETE FROM ${target.physical}`, counts: 'deleted' }],
  };
}
