import { type Field, typeOfField } from '../schema.ts';
import { type Conversion, conversionOf } from './checks.ts';
import { fromJson, fromText, jsonBool, jsonKey } from './text-values.ts';

const isPlain = (field: Field) => field.mode !== 'REPEATED' && !['RECORD', 'JSON', 'RANGE'].includes(field.type);

/**
 * A query of `j` (a JSON object) and `n` → the same with each field taken out once: `j0`, `j1`, … as JSON, and as text in
 * `s0`, `s1`, … where the field is a scalar. Every conversion looks at its value several times; parsing is what costs.
 */
export function takeFields(source: string, schema: Field[]): string {
  const paths = schema.map((field) => jsonKey(field.name)).join(', ');
  const own = schema.map((_, i) => `x[${i + 1}] AS j${i}`);
  const texts = schema.flatMap((field, i) => (isPlain(field) ? [`TRY(bq_load_scalar(j${i})) AS s${i}`] : []));
  const taken = `SELECT j, n, ${own.join(', ')} FROM (SELECT j, n, json_extract(j, [${paths}]) AS x FROM (${source}))`;
  return `SELECT *${texts.map((text) => `, ${text}`).join('')} FROM (${taken})`;
}

/** How each field is made from what `takeFields` took out. */
export function jsonConversions(schema: Field[], readJson?: (j: string) => string): Conversion[] {
  return schema.map((field, i) => {
    const type = typeOfField(field);
    const parsed = !isPlain(field)
      ? fromJson(`j${i}`, type, readJson)
      : type.kind === 'BOOL'
        ? jsonBool(`s${i}`)
        : fromText(`s${i}`, type);
    return conversionOf(field, parsed, `(j${i} IS NULL OR json_type(j${i}) = 'NULL')`);
  });
}
