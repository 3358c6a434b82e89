import type { Place } from './distinct-sql.ts';
import { goodRows, type Stored } from './ingest-sql.ts';
import { contextField, type Leaf, type Node, whenField } from './nested-ingest.ts';
import { identifier } from './sql-text.ts';

/** Where in a relation a value is, and what stands beside it. */
interface Spot {
  relation: string;
  value: string;
  when: string;
  context: string;
}

/** The protected leaves of a nested column, and where the values of each are: of good rows, lists unnested. */
export function leafPlaces({ at, node, when, context }: Stored, masks: number): { leaf: Leaf; place: Place }[] {
  const besides = [...(when ? [when] : []), ...(context ? [`${context} AS x`] : [])];
  const relation = `(SELECT ${[at, ...besides].join(', ')} FROM rows WHERE ${goodRows(masks)})`;
  return node ? placesIn(node, { relation, value: at, when: when ?? '', context: 'x' }) : [];
}

function placesIn(node: Node, spot: Spot): { leaf: Leaf; place: Place }[] {
  switch (node.kind) {
    case 'typed':
      return [];
    case 'values':
      return [{ leaf: node.leaf, place: placeAt(node.leaf, spot) }];
    case 'record':
      return node.fields.flatMap((field) => placesIn(field.node, fieldOf(spot, field.name)));
    case 'list': {
      const unnested = `unnest(${spot.value})`;
      if (node.element.kind === 'values') return placesIn(node.element, { ...spot, value: unnested });
      const relation = `(SELECT ${unnested} AS e FROM ${spot.relation})`;
      return placesIn(node.element, { ...spot, relation, value: 'e' });
    }
  }
}

function placeAt({ hasWhen, hasContext }: Leaf, { relation, value, when, context }: Spot): Place {
  const columns = hasContext ? `${value} AS v, ${context} AS x` : `${value} AS v`;
  const values = `SELECT ${columns} FROM ${relation}${hasWhen ? ` WHERE ${when}` : ''}`;
  return { columns: '*', relation: `(${values}) WHERE v IS NOT NULL AND v <> ''`, hasContext };
}

export const fieldOf = <S extends { value: string }>(spot: S, name: string): S & Pick<Spot, 'when' | 'context'> => ({
  ...spot,
  value: `${spot.value}.${identifier(name)}`,
  when: `${spot.value}.${whenField(name)}`,
  context: `${spot.value}.${contextField(name)}`,
});
