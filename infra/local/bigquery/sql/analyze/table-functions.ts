import type { Statement } from '../parse/statement-tree.ts';
import type { From, TableArgument } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { withoutParameters } from '../type-parameters.ts';
import { duckType, renderType } from '../types.ts';
import {
  type Cte,
  type Env,
  noteRoutine,
  type QueryResult,
  type TableColumns,
  type TableFunctionInfo,
} from './analysis.ts';
import { withinDefinition } from './definitions.ts';
import { analyze, signatureError } from './expressions.ts';
import { analyzeFrom, derived, type FromResult } from './from.ts';
import { type Column, EMPTY_SCOPE, type Scope } from './scope.ts';
import { readType } from './type-nodes.ts';
import { coerce, type Typed, typed } from './typed.ts';
import { isVolatile } from './volatile.ts';

type CreateTableFunction = Extract<Statement, { kind: 'createTableFunction' }>;

/** A CREATE TABLE FUNCTION statement as its calls need it. */
export function tableFunctionInfo(statement: CreateTableFunction): TableFunctionInfo {
  const columns = (list: CreateTableFunction['returns']): TableColumns | undefined =>
    list?.map(({ name, type }) => ({ name: name.name, type: withoutParameters(readType(type)) }));
  return {
    name: statement.path.map((part) => part.name).join('.'),
    parameters: statement.parameters.map(({ name, type, table }) => ({
      name: name.name,
      type: type && withoutParameters(readType(type)),
      table: columns(table),
    })),
    returns: columns(statement.returns),
    query: statement.query,
  };
}

/** GoogleSQL's own bound on views within each other, which table functions are much like. */
const MAX_DEPTH = 16;

type TableCall = Extract<From, { kind: 'tableCall' }>;

/** The function's query in place of its call, its parameters standing for the arguments. */
export function analyzeTableCall(call: TableCall, env: Env, left: Scope): FromResult {
  const { analysis } = env;
  const path = call.path.map((part) => part.name);
  const info = analysis.findTableFunction(path);
  if (!info) throw new SqlError(`Table-valued function not found: ${path.join('.')}`, call.at);
  noteRoutine(analysis, info.routine);
  const outer: Env = { ...env, scope: left.parent ?? EMPTY_SCOPE };
  const args = inOrder(info, call);
  const values: Column[] = [];
  const tables: Cte[] = [];
  for (const [i, parameter] of info.parameters.entries()) {
    const { value } = args[i] as TableArgument;
    if (parameter.table) tables.push(tableArgument(parameter.name, parameter.table, value, outer, info.name, i));
    else if (value.kind === 'table')
      throw new SqlError(`Argument ${i + 1} of ${info.name} is no table: it must be an expression`, value.at);
    else values.push(valueArgument(parameter, analyze(value, noAggregates(outer)), info.name, value.at));
  }
  const query = expand(info, values, tables, env, call.at);
  return derived(query.sql, query.columns, call.alias?.name ?? path.at(-1), env, query.value);
}

/** A table function is checked when it is made, as far as its arguments' types are known. */
export function checkTableFunction(statement: CreateTableFunction, env: Env): void {
  const info = tableFunctionInfo(statement);
  if (info.parameters.some(({ type, table }) => !type && !table)) return;
  const none = (name: string, type: TableColumns[number]['type']): Column => ({
    name,
    value: typed(`CAST(NULL AS ${duckType(type)})`, type),
    touch: () => {},
  });
  const values = info.parameters.flatMap(({ name, type }) => (type ? [none(name, type)] : []));
  const tables = info.parameters.flatMap(({ name, table }): Cte[] => {
    if (!table) return [];
    const columns = table.map((column) => none(column.name, column.type));
    const list = columns.map((column, i) => `${column.value.sql} AS c${i + 1}`);
    return [{ name, sql: `SELECT ${list.join(', ')}`, columns, value: false }];
  });
  inside(info, values, tables, env, statement.at);
}

/** What is wrong inside has its place in the function's text, not in the call's. */
function expand(info: TableFunctionInfo, values: Column[], tables: Cte[], env: Env, at: number): QueryResult {
  try {
    return inside(info, values, tables, env, at);
  } catch (error) {
    if (error instanceof SqlError)
      throw new SqlError(`Invalid table-valued function ${info.name}: ${error.message}`, at, error.reason);
    throw error;
  }
}

function inside(info: TableFunctionInfo, values: Column[], tables: Cte[], env: Env, at: number): QueryResult {
  const { analysis } = env;
  if (analysis.functions.includes(info.name) || analysis.functions.length >= MAX_DEPTH)
    throw new SqlError(`Table function ${info.name} is recursive or nested too deeply`, at);
  analysis.functions.push(info.name);
  try {
    const result = withinDefinition(analysis, 'a table function', false, () =>
      env.subquery(info.query, {
        ...env,
        // Columns of the query's tables come before parameters of the same name.
        scope: { visible: values, ranges: [], parent: undefined, isArguments: true },
        ctes: tables,
        windows: new Map(),
      }),
    );
    return info.returns ? conform(result, info.returns, env, info.name, at) : result;
  } finally {
    analysis.functions.pop();
  }
}

/** The columns that the function declares, found by their names and converted to their types. */
function conform(result: QueryResult, returns: TableColumns, env: Env, name: string, at: number): QueryResult {
  const from = derived(result.sql, result.columns, undefined, env, result.value);
  return project(from, returns, (column, found) =>
    found
      ? new SqlError(
          `Column ${column.name} for the output table of ${name} has type ${renderType(found.value.type)}, but is declared ${renderType(column.type)}`,
          at,
        )
      : new SqlError(`Column ${column.name} for the output table of ${name} is missing from its query`, at),
  );
}

function project(
  from: FromResult,
  wanted: TableColumns,
  missing: (column: TableColumns[number], found: Column | undefined) => SqlError,
): QueryResult {
  const columns = wanted.map((column): Column => {
    const found = from.visible.find((one) => one.name?.toLowerCase() === column.name.toLowerCase());
    const value = found && coerce(found.value, column.type);
    if (!found || !value) throw missing(column, found);
    return { name: column.name, value, touch: () => found.touch() };
  });
  const list = columns.map((column, i) => `${column.value.sql} AS c${i + 1}`);
  return {
    sql: `SELECT ${list.join(', ')} FROM ${from.sql}`,
    columns: columns.map((column, i) => ({ ...column, value: typed(`c${i + 1}`, column.value.type) })),
    value: false,
  };
}

/** Positional arguments, then named ones; BigQuery's table functions have no defaults. */
function inOrder(info: TableFunctionInfo, call: TableCall): TableArgument[] {
  const fail = () => signatureError(`table-valued function ${info.name}`, [], call.at);
  const args: (TableArgument | undefined)[] = info.parameters.map(() => undefined);
  for (const [i, arg] of call.args.entries()) {
    if (!arg.name && call.args.slice(0, i).some((one) => one.name))
      throw new SqlError('Call with positional arguments behind named ones', arg.value.at);
    const { name } = arg;
    const place = name ? info.parameters.findIndex((one) => one.name.toLowerCase() === name.name.toLowerCase()) : i;
    if (name && place < 0)
      throw new SqlError(
        `Named argument ${name.name} not found in signature for call to function ${info.name}`,
        name.at,
      );
    if (place >= args.length || args[place]) throw fail();
    args[place] = arg;
  }
  if (args.includes(undefined)) throw fail();
  return args as TableArgument[];
}

const noAggregates = (env: Env): Env => ({
  ...env,
  noAggregates: 'a table function’s argument',
  noWindows: 'a table function’s argument',
});

function valueArgument(
  { name, type }: TableFunctionInfo['parameters'][number],
  given: Typed,
  of: string,
  at: number,
): Column {
  const value = type ? coerce(given, type) : given;
  if (!value)
    throw new SqlError(
      `Argument ${name} of ${of} is of type ${renderType(given.type)}, which does not convert to ${type ? renderType(type) : ''}`,
      at,
    );
  if (isVolatile(value.sql)) throw unsupported('a random argument of a table function', at);
  return { name, value: typed(value.sql, value.type), touch: () => {} };
}

/** The table may hold more columns, in any order. */
function tableArgument(
  name: string,
  columns: TableColumns,
  value: TableArgument['value'],
  env: Env,
  of: string,
  index: number,
): Cte {
  const from =
    value.kind === 'table'
      ? analyzeFrom(
          { kind: 'table', path: value.path, alias: undefined, offset: undefined, at: value.at },
          env,
          EMPTY_SCOPE,
        )
      : value.kind === 'subquery'
        ? analyzeFrom({ kind: 'subquery', query: value.query, alias: undefined, at: value.at }, env, EMPTY_SCOPE)
        : undefined;
  if (!from) throw new SqlError(`Argument ${index + 1} of ${of} must be a table: TABLE name`, value.at);
  const query = project(
    from,
    columns,
    (column) =>
      new SqlError(
        `Required column "${column.name}" of type ${renderType(column.type)} not found in table passed as argument ${index + 1} of ${of}`,
        value.at,
      ),
  );
  return { name, ...query };
}
