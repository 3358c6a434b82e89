import type { Column, ColumnType, Transformation } from './column.ts';
import { verbatimPrimitive } from './transformation.ts';

/** The type that a column has in the warehouse: what protects a value may also turn it into text. A dropped column has none. */
export function warehouseType(column: Column): ColumnType {
  return column.privacy.kind === 'transform' ? transformedType(column.type, column.privacy.transform) : column.type;
}

function transformedType(type: ColumnType, transform: Transformation): ColumnType {
  switch (transform.kind) {
    case 'tokenize':
    case 'hash':
    case 'mask':
    case 'redact':
    case 'replace':
    case 'redact_findings':
    case 'bucket':
    case 'fpe':
    case 'dictionary':
    case 'template':
      return 'STRING';
    case 'time_part':
      return 'INT64';
    case 'date_shift':
      return type;
    case 'dlp':
      switch (verbatimPrimitive(transform)) {
        case 'dateShiftConfig':
          return type;
        case 'timePartConfig':
          return type === 'STRING' ? 'STRING' : 'INT64';
        default:
          return 'STRING';
      }
  }
}

/** A field of a table, as BigQuery's API answers it: types in its older names, `fields` of a RECORD. */
export interface TableField {
  name: string;
  type: string;
  mode?: string;
  fields?: TableField[];
}
