import { type DuckDBListType, type DuckDBStructType, type DuckDBType, VARCHAR } from '@duckdb/node-api';
import type { Column } from '../model/column.ts';
import { castText, decimalType, inRange, type Typed } from './cast.ts';
import type { NestedValue } from './nested-value.ts';
import type { Cell } from './read-column.ts';
import { identifier } from './sql-text.ts';

/** A Parquet value; `type` is one that checkParquetTypes has let through, so it has the declared shape. */
export function parquetValue(value: string, type: DuckDBType): NestedValue {
  const isThere = `(${value} IS NOT NULL)`;
  return {
    isNull: `(${value} IS NULL)`,
    isList: isThere,
    isRecord: isThere,
    elements: value,
    element: (variable) => parquetValue(variable, (type as DuckDBListType).valueType),
    field: (name) => {
      const { entryNames, entryTypes } = type as DuckDBStructType;
      return parquetValue(`${value}.${identifier(name)}`, entryTypes[entryNames.indexOf(name)] ?? VARCHAR);
    },
    scalar: (column) => parquetScalar(column, value, type),
  };
}

function parquetScalar(column: Column, value: string, type: DuckDBType): Cell {
  // Nothing has looked at the type of what is dropped.
  if (column.privacy.kind === 'drop') return { text: `${value}::VARCHAR`, typed: { value } };
  if (type.typeId !== VARCHAR.typeId)
    return { text: `${value}::VARCHAR`, typed: castScalar(column, value, String(type)) };
  const cast = (text: string): Typed => castText(column, text);
  return { text: value, typed: cast(value), cast };
}

function castScalar(column: Column, value: string, type: string): Typed {
  const tried = (target: string, exact?: (cast: string) => string): Typed => {
    const cast = `TRY_CAST(${value} AS ${target})`;
    const good = exact ? `coalesce(${exact(cast)}, false)` : `${cast} IS NOT NULL`;
    return { value: cast, bad: `(${value} IS NOT NULL AND NOT ${good})` };
  };
  switch (column.type) {
    case 'INT64':
      return tried('BIGINT', /^(DOUBLE|DECIMAL)/.test(type) ? (cast) => `${cast} = ${value}` : undefined);
    case 'FLOAT64':
      return tried('DOUBLE');
    case 'NUMERIC':
      return tried(decimalType(column));
    case 'DATE':
      return tried('DATE', (cast) => inRange('DATE', cast));
    case 'DATETIME':
      return tried('TIMESTAMP', (cast) => inRange('TIMESTAMP', cast));
    case 'TIMESTAMP':
      return tried('TIMESTAMPTZ', (cast) => inRange('TIMESTAMPTZ', cast));
    case 'TIME':
      return { value: `${value}::TIME` };
    case 'STRING':
    case 'BIGNUMERIC':
      return { value: `${value}::VARCHAR` };
    case 'BYTES':
    case 'BOOL':
    case 'JSON':
    case 'RECORD':
      return { value };
  }
}
