import { physicalNames, quoteName, quoteText, type SqlType } from '../sql/types.ts';

/**
 * A column's value as DuckDB's Parquet writer takes it: BIGNUMERIC as a decimal, which there has 38 digits at most. Google
 * writes DECIMAL(76, 38); what 38 digits do not hold is an error. Source: cloud.google.com/bigquery/docs/exporting-data
 */
export function parquetValue(x: string, type: SqlType): string {
  if (!holdsBignumeric(type)) return x;
  if (type.kind === 'ARRAY') return `list_transform(${x}, lambda e: ${parquetValue('e', type.element)})`;
  if (type.kind === 'STRUCT') {
    const names = physicalNames(type.fields);
    const parts = type.fields.map((field, i) => {
      const name = names[i] ?? '';
      return `${quoteName(name)} := ${parquetValue(`struct_extract(${x}, ${quoteText(name)})`, field.type)}`;
    });
    return `CASE WHEN ${x} IS NOT NULL THEN struct_pack(${parts.join(', ')}) END`;
  }
  const { parameters } = type;
  if (parameters && 'scale' in parameters && parameters.precision <= 38)
    return `CAST(bq_bignumeric_text(${x}) AS DECIMAL(${parameters.precision},${parameters.scale}))`;
  return `CAST(bq_bignumeric_short(${x}) AS DECIMAL(38,18))`;
}

function holdsBignumeric(type: SqlType): boolean {
  if (type.kind === 'ARRAY') return holdsBignumeric(type.element);
  if (type.kind === 'STRUCT') return type.fields.some((field) => holdsBignumeric(field.type));
  return type.kind === 'BIGNUMERIC';
}
