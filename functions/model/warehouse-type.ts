import type { Column, ColumnType, Transformation } from './column.ts';

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
      return 'STRING';
    case 'time_part':
      return 'INT64';
    case 'date_shift':
      return type;
  }
}
