import type { Expr, Pivot, Unpivot } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { isGroupable, renderType, sameType, scalar } from '../types.ts';
import { AGGREGATES } from './aggregates.ts';
import type { Env } from './analysis.ts';
import { analyze, comparable, constantText } from './expressions.ts';
import { derived, type FromResult } from './from.ts';
import { type Column, type Scope, shown } from './scope.ts';
import { coerce, type Typed, typed } from './typed.ts';

/** Every column that neither the aggregates nor the input name is grouped by; each value becomes a column. */
export function analyzePivot(of: FromResult, pivot: Pivot, alias: string | undefined, env: Env): FromResult {
  const scope: Scope = { visible: of.visible, ranges: of.ranges, parent: env.scope };
  const inner: Env = { ...env, scope, noAggregates: 'PIVOT', noWindows: 'PIVOT' };
  const used = new Set<string>();
  // What the aggregates and the input read is known from what they touch.
  const watched: Scope = {
    ...scope,
    visible: of.visible.map((column) => watch(column, used)),
    ranges: of.ranges.map((range) => ({ ...range, columns: range.columns.map((column) => watch(column, used)) })),
  };
  const input = analyze(pivot.input, { ...inner, scope: watched });
  if (!isGroupable(input.type))
    throw new SqlError(`PIVOT expression of type ${renderType(input.type)} cannot be compared`, pivot.input.at);
  const values = pivot.values.map(({ expr, alias: given }) => {
    const value = analyze(expr, { ...inner, scope: { visible: [], ranges: [], parent: undefined } });
    const { items } = comparable([input, value], 'PIVOT', expr.at, false);
    const condition = `${items[0]?.sql} IS NOT DISTINCT FROM ${items[1]?.sql}`;
    return { condition, name: given ?? pivotName(expr) };
  });
  if (pivot.aggregates.length > 1 && pivot.aggregates.some((one) => one.alias === undefined))
    throw new SqlError('PIVOT with several aggregate functions wants an alias for each', pivot.at);
  const outputs = values.flatMap(({ condition, name }) =>
    pivot.aggregates.map(({ expr, alias: prefix }) => {
      if (expr.kind !== 'call' || !Object.hasOwn(AGGREGATES, expr.name))
        throw new SqlError('PIVOT expression must be an aggregate function call', expr.at);
      const found = { aggregate: false, window: false };
      const env2: Env = {
        ...inner,
        scope: watched,
        source: undefined,
        noAggregates: undefined,
        found,
        filter: condition,
      };
      return { name: prefix === undefined ? name : `${prefix}_${name}`, value: analyze(expr, env2) };
    }),
  );
  const keys = shown(of.visible).filter((column) => !used.has(column.value.sql));
  for (const key of keys) {
    key.touch();
    if (!isGroupable(key.value.type))
      throw new SqlError(
        `Column ${key.name ?? ''} of type ${renderType(key.value.type)} cannot be used as an implicit grouping column of a PIVOT clause`,
        pivot.at,
      );
  }
  const columns: Column[] = [
    ...keys.map((key) => ({ ...key, touch: () => {} })),
    ...outputs.map((output) => ({ ...output, touch: () => {} })),
  ];
  const list = columns.map((column, i) => `${column.value.sql} AS c${i + 1}`).join(', ');
  const groupBy = keys.length > 0 ? ` GROUP BY ${keys.map((_, i) => i + 1).join(', ')}` : '';
  const from = of.sql.startsWith('LATERAL ') ? of.sql.slice('LATERAL '.length) : of.sql;
  return derived(`SELECT ${list} FROM ${from}${groupBy}`, columns.map(plainColumn), alias, env, false);
}

const plainColumn = ({ name, value, touch }: Column): Column => ({ name, value: typed('', value.type), touch });

function watch(column: Column, used: Set<string>): Column {
  return {
    ...column,
    touch: () => {
      used.add(column.value.sql);
      column.touch();
    },
  };
}

/** A value's name as a column. Source: cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#rules_pivot_column */
function pivotName(expr: Expr): string {
  switch (expr.kind) {
    case 'null':
      return 'NULL';
    case 'literal':
      if (expr.type === 'STRING') return expr.value;
      if (expr.type === 'BOOL') return expr.value.toUpperCase();
      if (expr.type === 'DATE') return `_${expr.value.replaceAll('-', '_')}`;
      if (expr.type === 'INT64' || expr.type === 'NUMERIC' || expr.type === 'BIGNUMERIC')
        return `${expr.value.startsWith('-') ? 'minus_' : '_'}${expr.value.replace(/^[-+]/, '').replace('.', '_point_')}`;
      break;
    case 'unary':
      if (expr.op === '-' && expr.of.kind === 'literal') return `minus${pivotName(expr.of)}`;
      break;
    case 'struct':
      return expr.fields.map((field) => pivotName(field.expr)).join('_');
  }
  throw new SqlError('This PIVOT value needs an alias: a column name cannot be made from it', expr.at);
}

/** Every row becomes one for each item that is not NULL: the item's label and its columns' values. */
export function analyzeUnpivot(of: FromResult, unpivot: Unpivot, alias: string | undefined, env: Env): FromResult {
  const find = (name: string, at: number): Column => {
    const found = of.visible.filter((column) => column.name?.toLowerCase() === name.toLowerCase());
    if (found.length !== 1 || !found[0]) throw new SqlError(`Unrecognized or ambiguous column ${name} in UNPIVOT`, at);
    found[0].touch();
    return found[0];
  };
  const items = unpivot.items.map((item) => {
    if (item.columns.length !== unpivot.values.length)
      throw new SqlError(
        `UNPIVOT wants ${unpivot.values.length} columns in each item, but found ${item.columns.length}`,
        unpivot.at,
      );
    const columns = item.columns.map((name) => find(name.name, name.at));
    const other = item.columns.find(({ name }, i) => name !== columns[i]?.name);
    if (other && !item.label)
      throw unsupported(`UNPIVOT of a column in another case than its name’s, without an alias`, other.at);
    return { columns, label: labelOf(item, env) };
  });
  const types = unpivot.values.map((name, i) => {
    const all = items.map((item) => (item.columns[i] as Column).value.type);
    const [type = scalar('STRING')] = all;
    const other = all.find((one) => !sameType(one, type));
    if (other)
      throw new SqlError(
        `The datatype of column does not match with other datatypes in the IN clause. Expected ${renderType(type)}, Found ${renderType(other)}`,
        name.at,
      );
    return type;
  });
  for (const { name, at } of [...unpivot.values, unpivot.name])
    if (items.some((item) => item.columns.some((column) => column.name?.toLowerCase() === name.toLowerCase())))
      throw new SqlError(`Column names generated by UNPIVOT cannot be those of unpivoted columns: ${name}`, at);
  const labelType = items[0]?.label.type ?? scalar('STRING');
  if (items.some((item) => item.label.type.kind !== labelType.kind))
    throw new SqlError('UNPIVOT labels must all be of one type', unpivot.at);
  const structs = items.map((item) => {
    const values = types.map((type, i) => `v${i + 1} := ${coerce((item.columns[i] as Column).value, type)?.sql}`);
    return `struct_pack(${values.join(', ')}, n := ${item.label.sql})`;
  });
  const gone = new Set(items.flatMap((item) => item.columns));
  const rest = shown(of.visible).filter((column) => !gone.has(column));
  for (const column of rest) column.touch();
  const columns: Column[] = [
    ...rest.map((column) => ({ ...column, touch: () => {} })),
    ...unpivot.values.map((name, i) => made(name.name, typed(`u.v${i + 1}`, types[i] ?? labelType))),
    made(unpivot.name.name, typed('u.n', labelType)),
  ];
  const source = env.analysis.fresh('s');
  const inner = [
    ...rest.map((column, i) => `${column.value.sql} AS c${i + 1}`),
    `unnest([${structs.join(', ')}]) AS u`,
  ];
  const list = columns.map((column, i) => {
    if (i < rest.length) return `${source}.c${i + 1} AS c${i + 1}`;
    return `${source}.${column.value.sql} AS c${i + 1}`;
  });
  const filter = unpivot.includeNulls
    ? ''
    : ` WHERE ${types.map((_, i) => `${source}.u.v${i + 1} IS NOT NULL`).join(' OR ')}`;
  const sql = `SELECT ${list.join(', ')} FROM (SELECT ${inner.join(', ')} FROM ${of.sql}) AS ${source}${filter}`;
  return derived(sql, columns.map(plainColumn), alias, env, false);
}

const made = (name: string, value: Typed): Column => ({ name, value, touch: () => {} });

function labelOf(item: Unpivot['items'][number], env: Env): Typed {
  if (!item.label) {
    const text = item.columns.map((name) => name.name).join('_');
    return analyze({ kind: 'literal', type: 'STRING', value: text, at: item.columns[0]?.at ?? 0 }, env);
  }
  const label = analyze(item.label, env);
  if (constantText(label) === undefined && label.literal?.kind !== 'integer')
    throw unsupported('UNPIVOT labels that are no STRING or INT64 literals', item.label.at);
  return label;
}
