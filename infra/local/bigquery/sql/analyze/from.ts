import { parseScript } from '../parse/statements.ts';
import type { Expr, From } from '../parse/tree.ts';
import { SqlError } from '../sql-error.ts';
import { physicalNames, quoteName, quoteText, renderType, scalar } from '../types.ts';
import type { Env, TableInfo } from './analysis.ts';
import { analyzeOfTable } from './built-in-table-functions.ts';
import { withinDefinition } from './definitions.ts';
import { analyze } from './expressions.ts';
import { unnested } from './flatten.ts';
import { analyzeJoin } from './joins.ts';
import { analyzePivot, analyzeUnpivot } from './pivots.ts';
import { scanPseudoColumns } from './pseudo-columns.ts';
import { type Column, lookUp, mentions, namesBelow, type Range, type Scope, type Target } from './scope.ts';
import { analyzeTableCall } from './table-functions.ts';
import { coerce, type Typed, typed } from './typed.ts';
import { scanWildcard } from './wildcards.ts';

/** A FROM clause as DuckDB's SQL, with what it makes visible. */
export interface FromResult {
  sql: string;
  visible: Column[];
  ranges: Range[];
  /** An array's elements: a join with them wants no condition. */
  isArray?: true;
}

/** `left` holds what stands to the left of a join: its columns are in reach of UNNEST. */
export function analyzeFrom(from: From, env: Env, left: Scope): FromResult {
  switch (from.kind) {
    case 'table':
      return analyzeTable(from, env, left);
    case 'tableCall':
      return analyzeTableCall(from, env, left);
    case 'subquery': {
      const query = env.subquery(from.query, { ...env, scope: left.parent ?? left });
      return derived(query.sql, query.columns, from.alias?.name, env, query.value);
    }
    case 'unnest':
      return analyzeUnnest(
        unnested(from.expr, {
          ...env,
          scope: left,
          noAggregates: 'FROM clause',
          noWindows: 'FROM clause',
        }),
        from,
        left,
        env,
      );
    case 'join':
      return analyzeJoin(analyzeFrom(from.left, env, left), from.right, from, env, left);
    case 'sample':
      return analyzeSample(analyzeFrom(from.of, env, left), from.percent, env);
    case 'ofTable':
      return analyzeOfTable(analyzeFrom(from.of, env, left), from, env);
    case 'pivot':
      return analyzePivot(analyzeFrom(from.of, env, left), from.pivot, from.alias?.name, env);
    case 'unpivot':
      return analyzeUnpivot(analyzeFrom(from.of, env, left), from.unpivot, from.alias?.name, env);
  }
}

/** TABLESAMPLE SYSTEM: about so many percent of the rows. */
export function analyzeSample(of: FromResult, percent: Expr, env: Env): FromResult {
  const value = coerce(analyze(percent, env), scalar('FLOAT64'));
  const share = value?.literal === undefined ? Number.NaN : Number(value.literal.value);
  if (!(share >= 0 && share <= 100))
    throw new SqlError('TABLESAMPLE wants a literal or parameter between 0 and 100', percent.at);
  return wrapFrom(of, env, (list) => `SELECT ${list} FROM ${of.sql} TABLESAMPLE SYSTEM (${share} PERCENT)`);
}

/** The same names over a subquery that `build` makes from the list of all columns in reach. */
export function wrapFrom(from: FromResult, env: Env, build: (list: string) => string): FromResult {
  const name = env.analysis.fresh('r');
  const values: string[] = [];
  const moved = new Map<string, string>();
  const move = (value: Typed): Typed => {
    let sql = moved.get(value.sql);
    if (sql === undefined) {
      values.push(`${value.sql} AS c${values.length + 1}`);
      sql = `${name}.c${values.length}`;
      moved.set(value.sql, sql);
    }
    const { type, origin } = value;
    return { ...typed(sql, type), ...(origin && { origin }) };
  };
  const columns = new Map<Column, Column>();
  const moveColumn = (column: Column): Column => {
    const known = columns.get(column) ?? { ...column, value: move(column.value) };
    columns.set(column, known);
    return known;
  };
  const visible = from.visible.map(moveColumn);
  const ranges = from.ranges.map((range) => ({
    ...range,
    columns: range.columns.map(moveColumn),
    row: range.row && move(range.row),
  }));
  return { sql: `(${build(values.join(', '))}) AS ${name}`, visible, ranges };
}

export function derived(
  sql: string,
  columns: Column[],
  alias: string | undefined,
  env: Env,
  value: boolean,
): FromResult {
  const name = env.analysis.fresh('r');
  const visible = columns.map((column, i) => {
    const { type, origin } = column.value;
    return { ...column, value: { ...typed(`${name}.c${i + 1}`, type), ...(origin && { origin }) } };
  });
  const first = visible[0];
  const source = /^w\d+$/.test(sql) ? sql : `(${sql})`;
  if (value && first) return valueTable(`${source} AS ${name}`, first.value, alias, () => columns[0]?.touch());
  return {
    sql: `${source} AS ${name}`,
    visible,
    ranges: alias === undefined ? [] : [{ alias, columns: visible, row: undefined }],
  };
}

/** Rows that are values: a struct's fields are columns, and the alias is the value. */
function valueTable(sql: string, value: Typed, alias: string | undefined, touch: () => void): FromResult {
  const names = value.type.kind === 'STRUCT' ? physicalNames(value.type.fields) : [];
  const columns: Column[] =
    value.type.kind === 'STRUCT'
      ? value.type.fields.map(({ name, type }, i) => ({
          name,
          value: typed(`struct_extract(${value.sql}, ${quoteText(names[i] ?? '')})`, type),
          touch,
        }))
      : [];
  const visible = value.type.kind === 'STRUCT' ? columns : [{ name: alias, value, touch }];
  return {
    sql,
    visible,
    ranges:
      alias === undefined
        ? []
        : [
            {
              alias,
              columns: value.type.kind === 'STRUCT' ? columns : [{ name: undefined, value, touch }],
              row: value,
            },
          ],
  };
}

type TableFrom = Extract<From, { kind: 'table' }>;

function isArray(target: Target | undefined): boolean {
  if (!target) return false;
  return ('column' in target ? target.column.value : target.range.row)?.type.kind === 'ARRAY';
}

function analyzeTable(from: TableFrom, env: Env, left: Scope): FromResult {
  const { path } = from;
  const [first, ...rest] = path;
  if (!first) throw new SqlError('Table name is empty', from.at);
  // `t.items` after `t` names t's array column; a name quoted as a whole is always a table's.
  const isOneName = first.quoted && path.every((name) => name.at === first.at);
  if (rest.length > 0 && !isOneName && lookUp(left, first.name, first.at)) {
    const expr: Expr = { kind: 'path', names: path, at: from.at };
    const array = unnested(expr, { ...env, scope: left });
    return analyzeUnnest(array, { ...from, alias: from.alias ?? path.at(-1) }, left, env);
  }
  if (from.offset) throw new SqlError('WITH OFFSET can only be used with array scans', from.at);
  if (rest.length === 0) {
    const cte = env.ctes.findLast((one) => one.name.toLowerCase() === first.name.toLowerCase());
    if (cte) {
      const columns = cte.columns.map(({ value: { type }, ...column }) => ({ ...column, value: typed('', type) }));
      return derived(cte.sql, columns, from.alias?.name ?? first.name, env, cte.value);
    }
  }
  if (rest.length === 0 && isArray(lookUp(left, first.name, first.at)))
    throw new SqlError(
      `Table name "${first.name}" missing dataset while no default dataset is set in the request.`,
      from.at,
      'invalid',
    );
  const names = path.map((one) => one.name);
  if (names.at(-1)?.endsWith('*')) return scanWildcard(names, from.alias?.name, env, from.at);
  const table = env.analysis.findTable(names, from.at, env.analysis.defaults);
  const alias = from.alias?.name ?? path.at(-1)?.name ?? table.table;
  return table.view !== undefined ? expandView(table, alias, env, from.at) : scanTable(table, alias, env);
}

export function scanTable(table: TableInfo, alias: string, env: Env): FromResult {
  const name = env.analysis.fresh('r');
  const scan = env.analysis.scan(table);
  const columns = table.columns.map(
    (column): Column => ({
      name: column.name,
      value: {
        ...typed(`${name}.${quoteName(column.name)}`, column.type),
        ...(column.name === table.partitionColumn && { origin: { scan, isDay: false } }),
      },
      touch: () => env.analysis.touch(scan, column.name),
    }),
  );
  columns.push(...scanPseudoColumns(table, name, scan, env));
  return { sql: `${table.physical} AS ${name}`, visible: columns, ranges: [{ alias, columns, row: undefined }] };
}

/** A view's text knows neither the caller's default dataset, nor its CTEs, nor its parameters. */
function expandView(table: TableInfo, alias: string, env: Env, at: number): FromResult {
  const { analysis } = env;
  const id = `${table.project}.${table.dataset}.${table.table}`;
  if (analysis.views.includes(id))
    throw new SqlError(`View ${id} is recursive: ${[...analysis.views, id].join(' -> ')}`, at);
  if (analysis.views.length >= 16)
    throw new SqlError('Within a view or a query, the maximum nesting level of views is 16', at);
  const statement = parseScript(table.view ?? '').statements[0]?.statement;
  if (statement?.kind !== 'query') throw new SqlError(`View ${id} holds no query`, at);
  analysis.views.push(id);
  try {
    const query = withinDefinition(analysis, 'a view', false, () =>
      env.subquery(statement.query, {
        ...env,
        ctes: [],
        scope: { visible: [], ranges: [], parent: undefined },
        windows: new Map(),
      }),
    );
    analysis.scan(table);
    // What the query has now: a table that `*` stands for may have changed since the view was made.
    const named = table.viewColumns;
    if (named && named.length !== query.columns.length)
      throw new SqlError(`its column list has ${named.length} names for ${query.columns.length} columns`, at);
    const columns = query.columns.map((column, i) => ({ ...column, name: named?.[i] ?? column.name }));
    return derived(query.sql, columns, alias, env, query.value);
  } catch (error) {
    if (error instanceof SqlError) throw new SqlError(`Invalid view ${id}: ${error.message}`, at, error.reason);
    throw error;
  } finally {
    analysis.views.pop();
  }
}

function analyzeUnnest(
  array: Typed,
  from: {
    alias: Extract<From, { kind: 'unnest' }>['alias'];
    offset: Extract<From, { kind: 'unnest' }>['offset'];
    at: number;
  },
  left: Scope,
  env: Env,
): FromResult {
  if (array.type.kind !== 'ARRAY')
    throw new SqlError(
      `Values referenced in UNNEST must be arrays. UNNEST contains expression of type ${renderType(array.type)}`,
      from.at,
    );
  const name = env.analysis.fresh('r');
  const source = env.analysis.fresh('u');
  // An array that depends on no table of its own FROM clause may stand on either side of any join.
  const lateral = mentions(array.sql, namesBelow(left, env.scope)) ? 'LATERAL ' : '';
  const sql = `${lateral}(SELECT unnest(a) AS v, unnest(range(len(a))) AS o FROM (SELECT ${array.sql} AS a) AS ${source}) AS ${name}`;
  const value = typed(`${name}.v`, array.type.element);
  const nothing = () => {};
  const result: FromResult = { ...valueTable(sql, value, from.alias?.name, nothing), isArray: true };
  if (from.offset) {
    const offset: Column = {
      name: from.offset === true ? 'offset' : from.offset.name,
      value: typed(`${name}.o`, scalar('INT64')),
      touch: nothing,
    };
    result.visible.push(offset);
    result.ranges.push({ alias: offset.name ?? 'offset', columns: [], row: offset.value });
  }
  return result;
}
