import type { Column } from '../model/column.ts';
import { UNLEARNT } from './duckdb.ts';
import { goodRows, type Stored } from './ingest-sql.ts';
import type { Node } from './nested-ingest.ts';
import { fieldOf } from './nested-values.ts';
import { type Replaced, renderReplaced, renderReplacement, replacementType } from './replacement.ts';
import { identifier, literal } from './sql-text.ts';

/** Rows that values stand in: those of the file, or the elements of lists in them. */
interface Scope {
  /** What a list's elements are selected from. */
  relation: string;
  /** Columns that tell its rows apart. */
  keys: readonly string[];
  /** What has to be joined to the relation. */
  joins: string[];
}

interface Spot {
  value: string;
  when: string;
  context: string;
}

/**
 * A nested column with every protected leaf replaced. A lambda cannot look into a table, so lists that hold such leaves are
 * unnested with their places, joined to what DLP answered, and gathered again in the order of the places. `joins` takes
 * what the expression needs to be joined to `rows`.
 */
export function renderNested({ at, node, when, context }: Stored, masks: number, joins: string[]): string {
  let lists = 0;
  const rows = { relation: `rows WHERE ${goodRows(masks)}`, keys: ['rows.rowid'], joins };
  const spot = { value: `rows.${at}`, when: when ? `rows.${when}` : 'true', context: context ?? "''" };
  return node ? outputOf(node, spot, rows) : spot.value;

  function outputOf(one: Node, { value, when, context }: Spot, scope: Scope): string {
    switch (one.kind) {
      case 'typed':
        return value;
      case 'values': {
        const { column, at, hasWhen, hasContext } = one.leaf;
        const replaced: Replaced = {
          column,
          at,
          value,
          ...(hasWhen && { when }),
          ...(hasContext && { context }),
        };
        scope.joins.push(renderReplacement(replaced));
        return renderReplaced(replaced);
      }
      case 'record': {
        const fields = one.fields.map(({ name, node }) => {
          const output = outputOf(node, fieldOf({ value }, name), scope);
          return `${identifier(name)} := ${output}`;
        });
        return `CASE WHEN ${value} IS NOT NULL THEN struct_pack(${fields.join(', ')}) END`;
      }
      case 'list':
        return gathered(one.element, { value, when, context }, scope);
    }
  }

  function gathered(element: Node, { value, when, context }: Spot, scope: Scope): string {
    const name = `${at}l${lists++}`;
    const outer = scope.keys.map((_, n) => `k${n}`);
    const own = `k${outer.length}`;
    const besides =
      element.kind === 'values'
        ? [...(element.leaf.hasWhen ? [`${when} AS w`] : []), ...(element.leaf.hasContext ? [`${context} AS x`] : [])]
        : [];
    const unnested = [
      ...scope.keys.map((key, n) => `${key} AS k${n}`),
      `generate_subscripts(${value}, 1) AS ${own}`,
      `unnest(${value}) AS e`,
      ...besides,
    ];
    const inner: Scope = {
      relation: `(SELECT ${unnested.join(', ')} FROM ${scope.relation}) AS t`,
      keys: [...outer, own].map((key) => `t.${key}`),
      joins: [],
    };
    const replaced = outputOf(element, { value: 't.e', when: 't.w', context: 't.x' }, inner);
    const output = element.kind === 'values' ? orEmpty(element.leaf.column, replaced) : replaced;
    const keys = outer.map((key) => `t.${key} AS ${key}`);
    const gatheredLists = `SELECT ${keys.join(', ')}, list(${output} ORDER BY t.${own}) AS elements FROM ${inner.relation} ${inner.joins.join(' ')} GROUP BY ${outer.map((key) => `t.${key}`).join(', ')}`;
    const same = outer.map((key, n) => `${name}.${key} = ${scope.keys[n]}`);
    scope.joins.push(`LEFT JOIN (${gatheredLists}) AS ${name} ON ${same.join(' AND ')}`);
    return `CASE WHEN ${value} IS NOT NULL THEN coalesce(${name}.elements, []) END`;
  }
}

/** BigQuery's lists hold no NULL: where DLP leaves nothing of a text it is empty, and of anything else that is no answer. */
const orEmpty = (column: Column, output: string): string =>
  `coalesce(${output}, ${replacementType(column) === undefined ? "''" : `error(${literal(UNLEARNT)})`})`;
