import type { Source } from '../model/source.ts';
import { column } from './sql.ts';
import { type FieldResource, renderFields } from './table.ts';

/** What Parquet cannot carry travels as text: staging tables hold it so, and it is cast on its way into the table. */

export function renderStagedFields(source: Source): FieldResource[] {
  return renderFields(source).map(asText);
}

/** The staged rows in the table's own types, in the order of its fields. */
export const renderStagedColumns = (source: Source): string =>
  renderFields(source)
    .map((field) =>
      isCast(field) ? `${cast(field, column(field.name))} AS ${column(field.name)}` : column(field.name),
    )
    .join(', ');

const isCast = ({ type, fields = [] }: FieldResource): boolean =>
  type === 'JSON' || type === 'BIGNUMERIC' || fields.some(isCast);

function asText(field: FieldResource): FieldResource {
  const { precision: _, scale: __, ...rest } = field;
  if (field.fields) return { ...field, fields: field.fields.map(asText) };
  return isCast(field) ? { ...rest, type: 'STRING' } : field;
}

function cast(field: FieldResource, value: string): string {
  if (field.mode === 'REPEATED') {
    // Its elements keep their order only if that is asked for.
    const from = `FROM UNNEST(${value}) AS element WITH OFFSET AS place ORDER BY place`;
    return `ARRAY(SELECT ${castOne(field, 'element')} ${from})`;
  }
  return castOne(field, value);
}

function castOne(field: FieldResource, value: string): string {
  if (field.fields) {
    const fields = field.fields.map((inner) => {
      const path = `${value}.${column(inner.name)}`;
      return `${isCast(inner) ? cast(inner, path) : path} AS ${column(inner.name)}`;
    });
    return `IF(${value} IS NULL, NULL, STRUCT(${fields.join(', ')}))`;
  }
  return field.type === 'JSON'
    ? `PARSE_JSON(${value}, wide_number_mode => 'round')`
    : `CAST(${value} AS ${field.type})`;
}
