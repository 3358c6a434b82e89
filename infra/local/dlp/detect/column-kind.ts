import { createContextWords } from './context-words.ts';

const COLUMN_PERSON = createContextWords([
  '(?:full|first|last|given|family|middle|sur|maiden|customer|patient|employee|contact|user|nick)? ?names?',
  'surname',
  'customer',
  'patient',
  'contact',
  'author',
  'owner',
  'vorname',
  'nachname',
  'nom',
  'nombre',
]);
const COLUMN_PLACE = createContextWords([
  'city',
  'town',
  'country',
  'county',
  'state',
  'province',
  'region',
  'location',
  'place',
  'ort',
  'stadt',
  'ville',
  'ciudad',
  'pays',
  'birthplace',
  'nationality',
]);
const COLUMN_THING = createContextWords([
  'product',
  'item',
  'model',
  'sku',
  'brand',
  'category',
  'file',
  'host',
  'server',
  'table',
  'column',
  'database',
  'project',
  'device',
  'plan',
  'event',
  'status',
  'currency',
  'unit',
  'color',
  'colour',
  'type',
  'code',
]);

/** What a column's name says its values are: `product_name` names things. */
export function columnKind(header: string): 'person' | 'place' | 'thing' | undefined {
  const scan = { text: '', header };
  if (COLUMN_THING.near(scan, 0, 0, 0)) return 'thing';
  if (COLUMN_PLACE.near(scan, 0, 0, 0)) return 'place';
  return COLUMN_PERSON.near(scan, 0, 0, 0) ? 'person' : undefined;
}
