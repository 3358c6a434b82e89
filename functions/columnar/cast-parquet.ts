import { type DuckDBListType, type DuckDBStructType, type DuckDBType, VARCHAR } from '@duckdb/node-api';
import type { Column } from '../model/column.ts';
import { castText, decimalType, inRange, type Typed } from './cast.ts';
import { identifier } from './sql-text.ts';

/** A Parquet value to a column's type, at any depth; `type` is one that checkParquetTypes has let through. */
export function castParquet(column: Column, value: string, type: DuckDBType, depth = 0): Typed {
  if (column.mode !== 'repeated') return castOne(column, value, type, depth);
  const element = `e${depth}`;
  const one = castOne(column, element, (type as DuckDBListType).valueType, depth + 1);
  const bad = [`${element} IS NULL`, ...(one.bad ? [one.bad] : [])].join(' OR ');
  return {
    value: `list_transform(${value}, lambda ${element}: ${one.value})`,
    bad: `(${value} IS NOT NULL AND len(list_filter(${value}, lambda ${element}: ${bad})) > 0)`,
  };
}

function castOne(column: Column, value: string, type: DuckDBType, depth: number): Typed {
  if (column.type === 'RECORD') return castRecord(column, value, type as DuckDBStructType, depth);
  return type.typeId === VARCHAR.typeId ? castText(column, value) : castScalar(column, value, String(type));
}

function castRecord(column: Column, value: string, type: DuckDBStructType, depth: number): Typed {
  const fields = (column.fields ?? []).map((field) => {
    const found = `${value}.${identifier(field.from)}`;
    const typed = castParquet(field, found, type.entryTypes[type.entryNames.indexOf(field.from)] ?? VARCHAR, depth);
    const bad = [...(typed.bad ? [typed.bad] : []), ...(field.mode === 'required' ? [`${found} IS NULL`] : [])];
    return { pack: `${identifier(field.name)} := ${typed.value}`, bad };
  });
  const bad = fields.flatMap((field) => field.bad);
  return {
    value: `CASE WHEN ${value} IS NOT NULL THEN struct_pack(${fields.map(({ pack }) => pack).join(', ')}) END`,
    ...(bad.length > 0 && { bad: `(${value} IS NOT NULL AND (${bad.join(' OR ')}))` }),
  };
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
