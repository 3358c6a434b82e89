import type { JavaScriptBody } from '../parse/statement-tree.ts';
import type { Expr, Query, WindowSpec } from '../parse/tree.ts';
import { SqlError } from '../sql-error.ts';
import type { SqlType } from '../types.ts';
import type { Bounds } from './partition-bounds.ts';
import type { Column, Scope } from './scope.ts';
import type { Typed } from './typed.ts';

/** `type` is what a read of the column gives; `declared` carries the parameters that writes are held to. */
export interface TableColumn {
  name: string;
  type: SqlType;
  declared: SqlType;
  required: boolean;
  /** The text of its default value. */
  default: string | undefined;
  /** Of `_PARTITIONTIME`: what lies between its values. */
  partition?: 'HOUR' | 'DAY' | 'MONTH' | 'YEAR';
}

/** A table or view as the analysis needs it. */
export interface TableInfo {
  project: string;
  dataset: string;
  table: string;
  kind: 'TABLE' | 'VIEW' | 'MATERIALIZED_VIEW' | 'SNAPSHOT';
  /** DuckDB's qualified name of the rows; tables only. */
  physical: string;
  columns: TableColumn[];
  /** Columns that `*` leaves out: `_PARTITIONTIME`. */
  pseudo: TableColumn[];
  view: string | undefined;
  /** Its columns, where the statement that made the view names them. */
  viewColumns?: readonly string[] | undefined;
  partitionColumn: string | undefined;
  requirePartitionFilter: boolean;
}

/** One appearance of a table in a statement: what is read of it. */
export interface Scan {
  table: TableInfo;
  columns: Set<string>;
  /** Conditions on the partitioning column that every row which counts meets. */
  bounds: Bounds[];
  /** On the side of an outer join that may be absent: conditions behind the join do not narrow what is read. */
  isOptional: boolean;
}

/** A function that CREATE FUNCTION made: its body stands in place of each call, unless it is JavaScript. */
export interface FunctionInfo {
  name: string;
  /** Made by the query itself: it knows the query's temporary tables and default dataset. */
  isTemporary: boolean;
  /** Of one that lasts. */
  routine?: RoutineRef;
  isAggregate: boolean;
  /** A parameter of ANY TYPE has none. */
  parameters: { name: string; type: SqlType | undefined; notAggregate?: true }[];
  returns: SqlType | undefined;
  body: Expr | JavaScriptBody;
}

/** A function that CREATE TABLE FUNCTION made: its query stands in place of each call. */
export interface TableFunctionInfo {
  name: string;
  routine?: RoutineRef;
  parameters: { name: string; type: SqlType | undefined; table: TableColumns | undefined }[];
  returns: TableColumns | undefined;
  query: Query;
}

export type TableColumns = { name: string; type: SqlType }[];

export interface RoutineRef {
  project: string;
  dataset: string;
  routine: string;
}

/** What the names of a statement mean where it runs, and when that is. */
export interface Surroundings {
  /** Throws SqlError `Not found: …` where there is none. */
  findTable(path: string[], at: number, defaults: boolean): TableInfo;
  /** The tables whose names begin as the path does, its last star left out, each with what its name has behind. Newest first. */
  findWildcard(path: string[], at: number, defaults: boolean): { suffix: string; table: TableInfo }[];
  /** The literal that a query parameter stands for. */
  parameter(name: string | undefined, index: number, at: number): Typed;
  /** Microseconds since 1970 at which the statement began: what CURRENT_TIMESTAMP answers. */
  now: bigint;
  /** `@@name`. Throws SqlError where there is none. */
  system(name: string, at: number): Typed;
  /** A variable of the script. */
  variable(name: string): Typed | undefined;
  findFunction(path: readonly string[]): FunctionInfo | undefined;
  findTableFunction(path: readonly string[]): TableFunctionInfo | undefined;
  /** The file of a JavaScript library. Throws SqlError `Not found: …` where there is no such object. */
  findLibrary(uri: string, at: number): string;
}

/** What one statement is analysed against, and what the analysis finds out besides the SQL. */
export interface Analysis extends Surroundings {
  fresh(prefix: string): string;
  scans: Scan[];
  scan(table: TableInfo): Scan;
  /** Takes note of a column read, now or when the query that it is part of is used. */
  touch(scan: Scan, column: string): void;
  /** Tables of whose partitions a condition leaves some out. */
  filtered: Set<Scan>;
  /** Runs `work` again, and returns what it touched; it leaves no trace. */
  observe(work: () => void): { scan: Scan; column: string }[];
  /** Runs `work`, and returns what it touched instead of taking note of it. */
  collect<T>(work: () => T): { result: T; replay(): void };
  /** The routines that are called, each once. */
  routines: RoutineRef[];
  /** Functions under expansion, innermost last. */
  functions: string[];
  /** Views under expansion, innermost last. */
  views: string[];
  /** Whether names of the default dataset are known here: not inside views. */
  defaults: boolean;
}

export function createAnalysis(options: Surroundings): Analysis {
  let counter = 0;
  let observed: { scan: Scan; column: string }[] | undefined;
  let collecting: (() => void)[] | undefined;
  const scans: Scan[] = [];
  const analysis: Analysis = {
    ...options,
    scans,
    scan(table) {
      const scan: Scan = { table, columns: new Set(), bounds: [], isOptional: false };
      scans.push(scan);
      return scan;
    },
    filtered: new Set(),
    observe(work) {
      const outer = { observed, collecting, count: scans.length };
      const touched: { scan: Scan; column: string }[] = [];
      [observed, collecting] = [touched, undefined];
      try {
        work();
        return touched;
      } finally {
        ({ observed, collecting } = outer);
        scans.length = outer.count;
      }
    },
    routines: [],
    functions: [],
    views: [],
    defaults: true,
    fresh: (prefix) => `${prefix}${++counter}`,
    touch(scan, column) {
      const note = () => void (observed ? observed.push({ scan, column }) : scan.columns.add(column));
      if (collecting) collecting.push(note);
      else note();
    },
    collect(work) {
      const outer = collecting;
      const notes: (() => void)[] = [];
      collecting = notes;
      try {
        const result = work();
        return {
          result,
          replay: () => (collecting ? collecting.push(...notes) : notes.forEach((note) => void note())),
        };
      } finally {
        collecting = outer;
      }
    },
  };
  return analysis;
}

/** Takes note of a routine that the statement calls. */
export function noteRoutine({ routines }: Analysis, ref: RoutineRef | undefined): void {
  if (!ref) return;
  const isSame = (one: RoutineRef) =>
    one.routine === ref.routine && one.dataset === ref.dataset && one.project === ref.project;
  if (!routines.some(isSame)) routines.push(ref);
}

/** The query that a CTE's name stands for, once it is analysed. */
export interface Cte {
  name: string;
  sql: string;
  columns: Column[];
  /** Its rows are values, as of SELECT AS STRUCT. */
  value: boolean;
}

/** Where an expression stands: what it may use. */
export interface Env {
  analysis: Analysis;
  scope: Scope;
  ctes: Cte[];
  /** Of a subquery that sees another query's rows: its own FROM clause, the names in it and a column of it. */
  source: { sql: string; anchor: string; names: ReadonlySet<string> } | undefined;
  /** The clause's name where aggregates are refused; undefined where they may stand. */
  noAggregates: string | undefined;
  noWindows: string | undefined;
  windows: Map<string, WindowSpec>;
  /** Aggregates look only at rows that meet this: PIVOT's value. */
  filter?: string;
  /** Set once an aggregate outside of OVER was found. */
  found: { aggregate: boolean; window: boolean };
  subquery(query: Query, env: Env): QueryResult;
}

/** An analysed query: its columns are named `c1`, `c2`, … in the SQL. */
export interface QueryResult {
  sql: string;
  columns: Column[];
  /** SELECT AS STRUCT or AS VALUE: rows are values. */
  value: boolean;
  /** The values of a query that is one row of constants: `SELECT 1, 'a'`. */
  row?: string[];
}

/** The clause's name in the arguments of an aggregate function. */
export const IN_AGGREGATE = 'an aggregate function';

export function plain(env: Env, clause: string): Env {
  return { ...env, noAggregates: clause, noWindows: clause };
}

export function refuseAggregate(env: Env, name: string, at: number): void {
  if (env.noAggregates !== undefined)
    throw new SqlError(`Aggregate function ${name} not allowed in ${env.noAggregates}`, at);
  env.found.aggregate = true;
}
