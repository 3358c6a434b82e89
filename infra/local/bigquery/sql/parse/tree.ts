import type { SqlType } from '../types.ts';

/** The syntax tree of the GoogleSQL that is understood. `at` is the offset of a node's first character. */

export interface Identifier {
  name: string;
  at: number;
  quoted: boolean;
}

export type LiteralType =
  | 'INT64'
  | 'FLOAT64'
  | 'NUMERIC'
  | 'BIGNUMERIC'
  | 'STRING'
  | 'BYTES'
  | 'BOOL'
  | 'DATE'
  | 'DATETIME'
  | 'TIME'
  | 'TIMESTAMP'
  | 'JSON';

export type TypeNode =
  | { kind: 'scalar'; name: string; parameters: string[]; at: number }
  | { kind: 'array'; element: TypeNode; at: number }
  | { kind: 'struct'; fields: FieldNode[]; at: number };

export interface FieldNode {
  name: string | undefined;
  type: TypeNode;
  /** Of a column's type alone. */
  notNull?: boolean;
  description?: string;
}

export interface OrderItem {
  expr: Expr;
  descending: boolean;
  nulls: 'first' | 'last' | undefined;
}

export type FrameBound =
  | { kind: 'unbounded preceding' | 'unbounded following' | 'current row' }
  | { kind: 'preceding' | 'following'; count: Expr };

export interface WindowSpec {
  base: Identifier | undefined;
  partitionBy: Expr[];
  orderBy: OrderItem[];
  frame: { unit: 'ROWS' | 'RANGE'; start: FrameBound; end: FrameBound } | undefined;
  at: number;
}

export interface Call {
  kind: 'call';
  /** In capitals, with its namespace: `SUBSTR`, `NET.HOST`. */
  name: string;
  /** As written: functions that users make are found by it. */
  path: string[];
  safe: boolean;
  args: Expr[];
  named: { name: Identifier; value: Expr }[];
  /** Names that arguments are given, by their place: `ARRAY_ZIP(a AS x, b AS y)`. */
  aliases: Map<number, Identifier>;
  star: boolean;
  distinct: boolean;
  nulls: 'ignore' | 'respect' | undefined;
  /** GoogleSQL's filter inside the parentheses, which BigQuery itself lacks. */
  where: Expr | undefined;
  having: { side: 'max' | 'min'; expr: Expr } | undefined;
  orderBy: OrderItem[];
  limit: Expr | undefined;
  over: WindowSpec | undefined;
  at: number;
}

export type Expr =
  | { kind: 'literal'; type: LiteralType; value: string; at: number }
  /** `RANGE<DATE> '[2020-01-01, UNBOUNDED)'`. */
  | { kind: 'typedLiteral'; type: TypeNode; value: string; at: number }
  | { kind: 'null'; at: number }
  | { kind: 'parameter'; name: string | undefined; index: number; at: number }
  | { kind: 'path'; names: Identifier[]; at: number }
  | { kind: 'field'; of: Expr; name: Identifier; at: number }
  | {
      kind: 'element';
      of: Expr;
      index: Expr;
      how: 'plain' | 'offset' | 'ordinal' | 'safe_offset' | 'safe_ordinal';
      at: number;
    }
  | { kind: 'unary'; op: '-' | '+' | '~' | 'NOT'; of: Expr; at: number }
  | { kind: 'binary'; op: string; left: Expr; right: Expr; at: number }
  | { kind: 'is'; of: Expr; what: 'NULL' | 'TRUE' | 'FALSE'; not: boolean; at: number }
  | {
      kind: 'in';
      of: Expr;
      not: boolean;
      list: Expr[] | undefined;
      query: Query | undefined;
      unnest: Expr | undefined;
      at: number;
    }
  /** `LIKE ANY` or `ALL` over an array. */
  | { kind: 'like'; of: Expr; not: boolean; all: boolean; patterns: Expr; at: number }
  | { kind: 'between'; of: Expr; low: Expr; high: Expr; not: boolean; at: number }
  | {
      kind: 'case';
      of: Expr | undefined;
      whens: { when: Expr; result: Expr }[];
      otherwise: Expr | undefined;
      at: number;
    }
  | {
      kind: 'cast';
      of: Expr;
      type: TypeNode;
      safe: boolean;
      /** `FORMAT 'YYYY' AT TIME ZONE 'UTC'`. */
      format: { model: Expr; zone: Expr | undefined } | undefined;
      at: number;
    }
  | { kind: 'extract'; part: Expr; of: Expr; zone: Expr | undefined; at: number }
  | { kind: 'interval'; value: Expr; part: Identifier; to: Identifier | undefined; at: number }
  | { kind: 'array'; type: TypeNode | undefined; elements: Expr[]; at: number }
  | { kind: 'struct'; type: TypeNode | undefined; fields: { expr: Expr; name: string | undefined }[]; at: number }
  | { kind: 'subquery'; query: Query; at: number }
  | { kind: 'arraySubquery'; query: Query; at: number }
  | { kind: 'exists'; query: Query; at: number }
  /** `WITH(a AS 1, b AS a + 1, a * b)`. */
  | { kind: 'with'; variables: { name: Identifier; value: Expr }[]; result: Expr; at: number }
  /** `(e, i) -> e + i`, an argument of array functions alone. */
  | { kind: 'lambda'; parameters: Identifier[]; body: Expr; at: number }
  /** A value that is known already: a parameter of dynamic SQL. */
  | { kind: 'constant'; sql: string; type: SqlType; at: number }
  /** `@@time_zone`. */
  | { kind: 'system'; name: string; at: number }
  | Call;

export type SelectItem =
  | { kind: 'expr'; expr: Expr; alias: string | undefined; at: number }
  | {
      kind: 'star';
      of: Expr | undefined;
      except: Identifier[];
      replace: { expr: Expr; name: Identifier }[];
      at: number;
    };

export type From =
  | {
      kind: 'table';
      path: Identifier[];
      alias: Identifier | undefined;
      offset: Identifier | true | undefined;
      at: number;
    }
  | { kind: 'tableCall'; path: Identifier[]; args: TableArgument[]; alias: Identifier | undefined; at: number }
  | { kind: 'unnest'; expr: Expr; alias: Identifier | undefined; offset: Identifier | true | undefined; at: number }
  | { kind: 'subquery'; query: Query; alias: Identifier | undefined; at: number }
  | ({ kind: 'join'; left: From; right: From } & JoinClause)
  | { kind: 'sample'; of: From; percent: Expr; at: number }
  /** `RANGE_SESSIONIZE(TABLE t, 'range', ['key'])`, `GAP_FILL(TABLE t, ts_column => 'time', …)`. */
  | {
      kind: 'ofTable';
      name: 'RANGE_SESSIONIZE' | 'GAP_FILL';
      of: From;
      args: Expr[];
      named: Call['named'];
      alias: Identifier | undefined;
      at: number;
    }
  | { kind: 'pivot'; of: From; pivot: Pivot; alias: Identifier | undefined; at: number }
  | { kind: 'unpivot'; of: From; unpivot: Unpivot; alias: Identifier | undefined; at: number };

/** An argument of a table function: a value, or a table behind the word TABLE. */
export interface TableArgument {
  name: Identifier | undefined;
  value: Expr | { kind: 'table'; path: Identifier[]; at: number };
}

export interface JoinClause {
  type: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS';
  on: Expr | undefined;
  using: Identifier[] | undefined;
  at: number;
}

/** `PIVOT(SUM(x) AS total FOR quarter IN ('Q1' AS first, 'Q2'))`. */
export interface Pivot {
  aggregates: { expr: Expr; alias: string | undefined }[];
  input: Expr;
  values: { expr: Expr; alias: string | undefined }[];
  at: number;
}

/** `UNPIVOT(sales FOR quarter IN (q1 AS 'first', q2))`; with several value columns every item has as many. */
export interface Unpivot {
  includeNulls: boolean;
  values: Identifier[];
  name: Identifier;
  items: { columns: Identifier[]; label: Expr | undefined }[];
  at: number;
}

/** What stands in GROUP BY: plain keys, or sets of keys. */
export type GroupItem =
  | { kind: 'expr'; expr: Expr }
  | { kind: 'list'; items: Expr[] }
  | { kind: 'rollup' | 'cube'; items: Expr[][] }
  | { kind: 'sets'; items: GroupItem[] };

export interface Select {
  kind: 'select';
  distinct: boolean;
  as: 'STRUCT' | 'VALUE' | undefined;
  items: SelectItem[];
  from: From | undefined;
  where: Expr | undefined;
  groupBy: { kind: 'all' } | { kind: 'items'; items: GroupItem[] } | undefined;
  having: Expr | undefined;
  qualify: Expr | undefined;
  windows: { name: Identifier; spec: WindowSpec }[];
  at: number;
}

export type SetOperator =
  | 'UNION ALL'
  | 'UNION DISTINCT'
  | 'EXCEPT ALL'
  | 'EXCEPT DISTINCT'
  | 'INTERSECT ALL'
  | 'INTERSECT DISTINCT';

/** How columns of a set operation are matched by name: which of them are kept. */
export interface ByName {
  mode: 'strict' | 'inner' | 'left' | 'full';
  on: Identifier[] | undefined;
}

export type QueryBody =
  | Select
  | { kind: 'set'; op: SetOperator; byName: ByName | undefined; left: QueryBody; right: QueryBody; at: number }
  | { kind: 'query'; query: Query; at: number }
  | { kind: 'from'; from: From; at: number };

/** One `|> …` of a pipe query. */
export type Pipe =
  | { kind: 'select'; distinct: boolean; as: Select['as']; items: SelectItem[]; windows: Select['windows']; at: number }
  | { kind: 'extend'; items: SelectItem[]; windows: Select['windows']; at: number }
  | { kind: 'set'; items: { name: Identifier; expr: Expr }[]; at: number }
  | { kind: 'drop'; names: Identifier[]; at: number }
  | { kind: 'rename'; items: { from: Identifier; to: Identifier }[]; at: number }
  | { kind: 'as'; alias: Identifier; at: number }
  | { kind: 'where'; condition: Expr; at: number }
  | { kind: 'limit'; limit: Expr; offset: Expr | undefined; at: number }
  | {
      kind: 'aggregate';
      items: SelectItem[];
      /** The columns that come first: each key once. */
      keys: PipeGroupItem[];
      group: GroupItem[];
      orderBy: OrderItem[];
      at: number;
    }
  | { kind: 'distinct'; at: number }
  | { kind: 'order'; orderBy: OrderItem[]; at: number }
  | { kind: 'setOperation'; op: SetOperator; byName: ByName | undefined; queries: Query[]; at: number }
  | { kind: 'join'; right: From; join: JoinClause; at: number }
  | { kind: 'sample'; percent: Expr; at: number }
  | { kind: 'pivot'; pivot: Pivot; alias: Identifier | undefined; at: number }
  | { kind: 'unpivot'; unpivot: Unpivot; alias: Identifier | undefined; at: number }
  | { kind: 'with'; ctes: Query['ctes']; at: number }
  | { kind: 'assert'; condition: Expr; payload: Expr[]; at: number };

export interface PipeGroupItem {
  expr: Expr;
  alias: string | undefined;
  at: number;
}

export interface Query {
  recursive: boolean;
  ctes: { name: Identifier; query: Query }[];
  body: QueryBody;
  orderBy: OrderItem[];
  limit: Expr | undefined;
  offset: Expr | undefined;
  pipes: Pipe[];
  at: number;
}
