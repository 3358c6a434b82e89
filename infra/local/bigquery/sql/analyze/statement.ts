import type { Options, Statement } from '../parse/statement-tree.ts';
import { parseStandaloneExpression } from '../parse/statements.ts';
import type { Expr } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { type SqlType, scalar } from '../types.ts';
import {
  type Analysis,
  createAnalysis,
  type Env,
  type RoutineRef,
  type Scan,
  type Surroundings,
  type TableInfo,
} from './analysis.ts';
import { isBuiltIn } from './calls.ts';
import { withinDefinition } from './definitions.ts';
import { planDelete, planInsert, planTruncate, planUpdate } from './dml.ts';
import { analyze, analyzeAs } from './expressions.ts';
import { planMaterialized } from './materialized.ts';
import { planMerge } from './merge.ts';
import { analyzeQuery } from './queries.ts';
import { analyzeUserFunction, functionInfo } from './routines.ts';
import { type Column, EMPTY_SCOPE } from './scope.ts';
import { stored } from './stored.ts';
import { checkTableFunction } from './table-functions.ts';
import { nullOf } from './typed.ts';

export interface OutputColumn {
  name: string;
  type: SqlType;
}

/** DuckDB statements that carry out one DML statement, in order, in one transaction. */
export interface DmlPlan {
  kind: 'dml';
  statementType: 'INSERT' | 'UPDATE' | 'DELETE' | 'MERGE' | 'TRUNCATE_TABLE';
  target: TableInfo;
  steps: DmlStep[];
  scans: Scan[];
}

export type DmlStep =
  /** `counts` names the part of dmlStats that the changed rows belong to. */
  | { kind: 'run'; sql: string; counts?: 'inserted' | 'updated' | 'deleted' }
  /** Fails with the message where the query answers a row. */
  | { kind: 'check'; sql: string; message: string };

export interface QueryPlan {
  kind: 'query';
  /** Its columns are `c1`, `c2`, … */
  sql: string;
  columns: OutputColumn[];
  scans: Scan[];
}

export interface AssertPlan {
  kind: 'assert';
  sql: string;
  message: string;
  scans: Scan[];
}

/** Rows that go out into files; `query` answers them. */
export interface ExportPlan {
  kind: 'export';
  options: Options;
  query: QueryPlan;
  at: number;
}

export type LoadStatement = Extract<Statement, { kind: 'loadData' }>;

export type Plan = (
  | QueryPlan
  | DmlPlan
  | AssertPlan
  | ExportPlan
  | { kind: 'load'; statement: LoadStatement }
  | { kind: 'ddl'; statement: DdlStatement; query: QueryPlan | undefined }
) & {
  /** The lasting functions that the statement calls; absent = none. */
  routines?: readonly RoutineRef[];
};
export type DdlStatement = Extract<
  Statement,
  {
    kind:
      | 'createSchema'
      | 'createTable'
      | 'createView'
      | 'createFunction'
      | 'createTableFunction'
      | 'createProcedure'
      | 'drop'
      | 'dropRoutine'
      | 'alter';
  }
>;

/** A statement by itself: neither of the procedural language nor of transactions. */
export type Analyzed =
  | DdlStatement
  | LoadStatement
  | Extract<
      Statement,
      { kind: 'query' | 'insert' | 'update' | 'delete' | 'merge' | 'truncate' | 'assert' | 'exportData' }
    >;

const ANALYZED = new Set<string>(
  'query insert update delete merge truncate assert createSchema createTable createView createFunction createTableFunction createProcedure drop dropRoutine alter exportData loadData'.split(
    ' ',
  ),
);
export const isAnalyzed = (statement: Statement): statement is Analyzed => ANALYZED.has(statement.kind);

/** One statement → what DuckDB has to do for it. Throws SqlError. */
export function planStatement(statement: Analyzed, surroundings: Surroundings): Plan {
  const analysis = createAnalysis(surroundings);
  const plan = planWith(statement, rootEnv(analysis));
  for (const scan of analysis.scans) {
    const { table } = scan;
    if (!table.requirePartitionFilter || table.partitionColumn === undefined || analysis.filtered.has(scan)) continue;
    throw new SqlError(
      `Cannot query over table '${table.project}.${table.dataset}.${table.table}' without a filter over column(s) ${filterable(table)} that can be used for partition elimination`,
    );
  }
  return analysis.routines.length > 0 ? { ...plan, routines: analysis.routines } : plan;
}

const filterable = ({ partitionColumn, pseudo }: TableInfo) =>
  pseudo.length > 0 ? "'_PARTITION_LOAD_TIME', '_PARTITIONDATE', '_PARTITIONTIME'" : `'${partitionColumn}'`;

function planWith(statement: Analyzed, env: Env): Plan {
  const { analysis } = env;
  switch (statement.kind) {
    case 'query':
      return planQuery(statement.query, env);
    case 'insert':
      return planInsert(statement, env);
    case 'update':
      return planUpdate(statement, env);
    case 'delete':
      return planDelete(statement, env);
    case 'merge':
      return planMerge(statement, env);
    case 'truncate':
      return planTruncate(statement, env);
    case 'assert': {
      const condition = analyzeAs(statement.condition, scalar('BOOL'), env, 'ASSERT expression');
      return {
        kind: 'assert',
        sql: `SELECT 1 WHERE (${condition.sql}) IS NOT TRUE`,
        message: statement.message ?? 'Assertion failed',
        scans: analysis.scans,
      };
    }
    case 'exportData':
      return planExport(statement, env);
    case 'loadData':
      return { kind: 'load', statement };
    case 'createTable':
      return {
        kind: 'ddl',
        statement,
        query:
          statement.query && planQuery(statement.query, env, statement.columns || statement.from ? undefined : 'TABLE'),
      };
    case 'createView': {
      // A view is checked when it is made, and may name no parameters and no default dataset.
      const { materialized } = statement;
      const query = withinDefinition(analysis, 'a view', false, () => {
        const plan = () => planQuery(statement.query, env, statement.columns ? undefined : 'VIEW');
        return materialized ? planMaterialized(statement.query, materialized.isIncremental, analysis, plan) : plan();
      });
      return { kind: 'ddl', statement, query };
    }
    case 'createFunction':
      checkFunction(statement, env);
      return { kind: 'ddl', statement, query: undefined };
    case 'createTableFunction':
      checkTableFunction(statement, env);
      return { kind: 'ddl', statement, query: undefined };
    case 'createSchema':
    case 'createProcedure':
    case 'drop':
    case 'dropRoutine':
    case 'alter':
      return { kind: 'ddl', statement, query: undefined };
  }
}

function planExport({ options, query, at }: Extract<Statement, { kind: 'exportData' }>, env: Env): ExportPlan {
  env.analysis.findWildcard = () => {
    throw new SqlError('EXPORT DATA cannot read wildcard tables', at);
  };
  const plan = planQuery(query, env);
  if (plan.scans.some(({ table }) => table.dataset === 'INFORMATION_SCHEMA'))
    throw new SqlError('EXPORT DATA cannot read INFORMATION_SCHEMA', at);
  return { kind: 'export', options, query: plan, at };
}

/** A function is checked when it is made, as far as its arguments' types are known. */
function checkFunction(statement: Extract<Statement, { kind: 'createFunction' }>, env: Env): void {
  const info = functionInfo(statement);
  const { at } = statement;
  if (statement.temp && isBuiltIn(info.name.toUpperCase()))
    throw unsupported(`a temporary function of the name of a function of BigQuery’s own, ${info.name}`, at);
  if (info.parameters.some(({ type }) => type === undefined)) return;
  const args = info.parameters.map(({ type, name, notAggregate }): Column => {
    const { literal, ...value } = nullOf(type as SqlType);
    return { name: `$${name}`, value: { ...value, ...(notAggregate && literal && { literal }) }, touch: () => {} };
  });
  const call = parseStandaloneExpression(`f(${args.map((arg) => `\`${arg.name}\``).join(', ')})`);
  if (call.kind !== 'call') throw new SqlError('a call that is none', at);
  const scope = { visible: args, ranges: [], parent: undefined };
  analyzeUserFunction(info, { ...call, at }, { ...env, scope, noAggregates: undefined }, true);
}

/** An expression by itself, converted to `type` where one is wanted. */
export function planValue(expr: Expr, type: SqlType | undefined, surroundings: Surroundings): QueryPlan {
  const analysis = createAnalysis(surroundings);
  const env = rootEnv(analysis);
  const value = type ? analyzeAs(expr, type, env, 'Expression') : analyze(expr, env);
  return {
    kind: 'query',
    sql: `SELECT ${value.sql} AS c1`,
    columns: [{ name: 'f0_', type: value.type }],
    scans: analysis.scans,
  };
}

function rootEnv(analysis: Analysis): Env {
  return {
    analysis,
    scope: EMPTY_SCOPE,
    ctes: [],
    source: undefined,
    noAggregates: 'this statement',
    noWindows: 'this statement',
    windows: new Map(),
    found: { aggregate: false, window: false },
    subquery: analyzeQuery,
  };
}

/** Names absent columns as BigQuery does, but for what is to be made of them, and refuses what a result cannot hold. */
export function planQuery(query: Parameters<typeof analyzeQuery>[0], env: Env, made?: 'TABLE' | 'VIEW'): QueryPlan {
  const result = analyzeQuery(query, env);
  for (const column of result.columns) column.touch();
  let { columns, sql } = result;
  const only = columns[0]?.value.type;
  if (result.value && only?.kind === 'STRUCT') {
    // Rows that are structs come out as columns.
    const name = env.analysis.fresh('s');
    const { fields } = only;
    sql = `SELECT ${fields.map((_, i) => `struct_extract_at(${name}.c1, ${i + 1}) AS c${i + 1}`).join(', ')} FROM (${sql}) AS ${name}`;
    columns = fields.map((field, i) => ({
      name: field.name,
      value: { sql: `c${i + 1}`, type: field.type },
      touch: () => {},
    }));
  }
  const seen = new Map<string, string>();
  const outputs = columns.map((column, i): OutputColumn => {
    if (made !== undefined && column.name === undefined)
      throw new SqlError(`CREATE ${made} columns must be named, but column ${i + 1} has no name`, query.at);
    const name = column.name ?? `f${i}_`;
    if (/^_PARTITION/i.test(name))
      throw new SqlError(
        `Invalid field name "${name}". Field names are not allowed to start with the (case-insensitive) prefixes _PARTITION, _TABLE_, _FILE_, _ROW_TIMESTAMP, __ROOT__ and _COLIDENTIFIER`,
      );
    const key = name.toLowerCase();
    if (seen.has(key))
      throw new SqlError(
        `Duplicate column names in the result are not supported when a destination table is present. Found duplicate(s): ${name}`,
      );
    seen.set(key, name);
    return { name, type: column.value.type };
  });
  const name = env.analysis.fresh('s');
  const parts = outputs.map((column, i) => {
    const value = `${name}.c${i + 1}`;
    const kept = stored(value, column.type, column.name);
    return kept === value ? value : `${kept} AS c${i + 1}`;
  });
  if (parts.some((part) => part.includes(' AS '))) sql = `SELECT ${parts.join(', ')} FROM (${sql}) AS ${name}`;
  return { kind: 'query', sql, columns: outputs, scans: env.analysis.scans };
}
