import type { Expr, From, Identifier, Query, TypeNode } from './tree.ts';

/** The syntax tree of whole statements, and of the procedural language around them. */

export interface ColumnNode {
  name: Identifier;
  type: TypeNode;
  notNull: boolean;
  description: string | undefined;
  /** The text of its default value, and where it stands. */
  default: string | undefined;
  defaultAt: number;
}

/** A key, which is not enforced: a foreign one where it references another table. */
export interface KeyNode {
  name: Identifier | undefined;
  columns: Identifier[];
  references: { table: Path; columns: Identifier[] } | undefined;
  ifNotExists: boolean;
  at: number;
}

export interface ViewColumnNode {
  name: string;
  description?: string;
}

export type Options = { name: Identifier; value: Expr }[];

export type MergeAction =
  | { kind: 'update'; set: Assignment[] }
  | { kind: 'delete' }
  | { kind: 'insert'; columns: Identifier[] | undefined; values: (Expr | 'default')[] | 'row' };

export interface Assignment {
  column: Identifier[];
  value: Expr | 'default';
}

export interface MergeWhen {
  on: 'matched' | 'not matched by target' | 'not matched by source';
  and: Expr | undefined;
  action: MergeAction;
  at: number;
}

export type Path = Identifier[];

export type AlterAction =
  | { kind: 'addColumn'; column: ColumnNode; ifNotExists: boolean; at: number }
  | { kind: 'dropColumn'; name: Identifier; ifExists: boolean; at: number }
  | { kind: 'renameColumn'; from: Identifier; to: Identifier; ifExists: boolean; at: number }
  | { kind: 'renameTable'; to: Identifier; at: number }
  | { kind: 'setOptions'; options: Options; at: number }
  | { kind: 'columnType'; name: Identifier; ifExists: boolean; type: TypeNode; at: number }
  | { kind: 'columnDefault'; name: Identifier; ifExists: boolean; value: Expr | undefined; text: string; at: number }
  | { kind: 'dropNotNull'; name: Identifier; ifExists: boolean; at: number }
  | { kind: 'columnOptions'; name: Identifier; ifExists: boolean; options: Options; at: number }
  | { kind: 'addKey'; key: KeyNode; at: number }
  /** Without a name the primary key. */
  | { kind: 'dropKey'; name: Identifier | undefined; ifExists: boolean; at: number };

export interface Parameter {
  name: Identifier;
  /** Undefined = ANY TYPE, or a table. */
  type: TypeNode | undefined;
  /** The columns of a `TABLE<…>` that a table function takes. */
  table?: ColumnTypes;
  mode: 'in' | 'out' | 'inout';
  /** `NOT AGGREGATE`: one value for the whole group. */
  notAggregate?: true;
}

export type ColumnTypes = { name: Identifier; type: TypeNode }[];

/** What a script is made of besides statements by themselves. */
export type Procedural =
  | { kind: 'declare'; names: Identifier[]; type: TypeNode | undefined; value: Expr | undefined; at: number }
  | { kind: 'set'; targets: VariableTarget[]; value: Expr; at: number }
  | { kind: 'if'; branches: { condition: Expr; body: Statement[] }[]; otherwise: Statement[]; at: number }
  | { kind: 'loop'; while: Expr | undefined; until: Expr | undefined; body: Statement[]; label: string; at: number }
  | { kind: 'for'; variable: Identifier; query: Query; body: Statement[]; label: string; at: number }
  | { kind: 'block'; body: Statement[]; handler: Statement[] | undefined; label: string; at: number }
  | { kind: 'leave' | 'iterate'; label: string; at: number }
  | { kind: 'return'; at: number }
  | { kind: 'raise'; message: Expr | undefined; at: number }
  | { kind: 'call'; path: Path; args: Expr[]; at: number }
  | {
      kind: 'execute';
      sql: Expr;
      into: Identifier[];
      using: { value: Expr; name: string | undefined }[];
      at: number;
    };

/** The body of a function in another language than SQL. */
export interface JavaScriptBody {
  kind: 'javascript';
  code: string;
  libraries: { uri: string; at: number }[];
  /** As declared; undefined = not at all. */
  isDeterministic: boolean | undefined;
  at: number;
}

export type VariableTarget = { kind: 'variable' | 'system'; name: string; at: number };

export type Statement =
  | Procedural
  | {
      kind: 'createFunction';
      path: Path;
      temp: boolean;
      orReplace: boolean;
      ifNotExists: boolean;
      isAggregate: boolean;
      parameters: Parameter[];
      returns: TypeNode | undefined;
      body: Expr | JavaScriptBody;
      options: Options;
      /** The body as it was written, without the parentheses or quotes around it. */
      bodyText: string;
      /** The statement as it was written. */
      text: string;
      at: number;
    }
  | {
      kind: 'createProcedure';
      path: Path;
      orReplace: boolean;
      ifNotExists: boolean;
      parameters: Parameter[];
      options: Options;
      body: Statement[];
      bodyText: string;
      text: string;
      at: number;
    }
  | {
      kind: 'createTableFunction';
      path: Path;
      orReplace: boolean;
      ifNotExists: boolean;
      parameters: Parameter[];
      returns: ColumnTypes | undefined;
      options: Options;
      query: Query;
      bodyText: string;
      text: string;
      at: number;
    }
  | {
      kind: 'dropRoutine';
      what: 'FUNCTION' | 'TABLE FUNCTION' | 'PROCEDURE';
      path: Path;
      ifExists: boolean;
      at: number;
    }
  | { kind: 'query'; query: Query; at: number }
  | {
      kind: 'insert';
      target: Path;
      columns: Identifier[] | undefined;
      rows: (Expr | 'default')[][] | undefined;
      query: Query | undefined;
      at: number;
    }
  | {
      kind: 'update';
      target: Path;
      alias: Identifier | undefined;
      set: Assignment[];
      from: From | undefined;
      where: Expr;
      at: number;
    }
  | { kind: 'delete'; target: Path; alias: Identifier | undefined; where: Expr; at: number }
  | {
      kind: 'merge';
      target: Path;
      alias: Identifier | undefined;
      source: From;
      on: Expr;
      whens: MergeWhen[];
      at: number;
    }
  | { kind: 'truncate'; target: Path; at: number }
  | { kind: 'createSchema'; path: Path; ifNotExists: boolean; options: Options; at: number }
  | {
      kind: 'createTable';
      path: Path;
      temp: boolean;
      /** `CREATE SNAPSHOT TABLE … CLONE`: it can be read, and no more. */
      snapshot: boolean;
      orReplace: boolean;
      ifNotExists: boolean;
      columns: ColumnNode[] | undefined;
      keys: KeyNode[];
      /** The table whose schema, or rows too, the new one takes. */
      from: { how: 'LIKE' | 'COPY' | 'CLONE'; path: Path } | undefined;
      partitionBy: Expr | undefined;
      clusterBy: Identifier[];
      options: Options;
      query: Query | undefined;
      at: number;
    }
  | {
      kind: 'createView';
      /** Of a materialized view alone. */
      materialized: { partitionBy: Expr | undefined; clusterBy: Identifier[]; isIncremental: boolean } | undefined;
      path: Path;
      orReplace: boolean;
      ifNotExists: boolean;
      columns: ViewColumnNode[] | undefined;
      options: Options;
      query: Query;
      /** The view's query as it was written. */
      text: string;
      at: number;
    }
  | {
      kind: 'drop';
      what: 'TABLE' | 'SNAPSHOT' | 'VIEW' | 'MATERIALIZED_VIEW' | 'SCHEMA';
      path: Path;
      ifExists: boolean;
      cascade: boolean;
      at: number;
    }
  | {
      kind: 'alter';
      what: 'TABLE' | 'VIEW' | 'MATERIALIZED_VIEW' | 'SCHEMA';
      path: Path;
      ifExists: boolean;
      actions: AlterAction[];
      at: number;
    }
  | { kind: 'exportData'; options: Options; query: Query; at: number }
  | {
      kind: 'loadData';
      path: Path;
      overwrite: boolean;
      temp: boolean;
      columns: ColumnNode[] | undefined;
      /** The one partition that takes the rows. */
      partition: { overwrite: boolean; column: Identifier; value: Expr } | undefined;
      partitionBy: Expr | undefined;
      clusterBy: Identifier[];
      options: Options;
      /** What FROM FILES says. */
      files: Options;
      /** Columns that the files' folders hold. */
      partitionColumns: ColumnNode[] | 'inferred' | undefined;
      at: number;
    }
  | { kind: 'begin'; at: number }
  | { kind: 'commit'; at: number }
  | { kind: 'rollback'; at: number }
  | { kind: 'assert'; condition: Expr; message: string | undefined; at: number };
