import type { Column } from '../model/column.ts';
import type { Partition, Source } from '../model/source.ts';
import { warehouseType } from '../model/warehouse-type.ts';

/** Resources of the BigQuery API. Source: cloud.google.com/bigquery/docs/reference/rest/v2/tables. */

export interface FieldResource {
  name: string;
  type: string;
  mode: 'NULLABLE' | 'REQUIRED' | 'REPEATED';
  description?: string;
  precision?: string;
  scale?: string;
  fields?: FieldResource[];
}

/** What every row carries, so that it can be traced, replayed and ordered. */
export const STAMPS: readonly FieldResource[] = [
  { name: '_run_id', type: 'STRING', mode: 'REQUIRED', description: 'The run that loaded the row' },
  { name: '_row_number', type: 'INTEGER', mode: 'REQUIRED', description: 'The record in its file, from 1' },
  { name: '_arrived_at', type: 'TIMESTAMP', mode: 'REQUIRED', description: 'When the file was created' },
];

export const keptColumns = (source: Pick<Source, 'columns'>): Column[] =>
  source.columns.filter(({ privacy }) => privacy.kind !== 'drop');

export function renderFields(source: Source): FieldResource[] {
  return [...keptColumns(source).map(renderField), ...STAMPS];
}

/** API names of types: the legacy ones, which every client and `bq show` print. */
const API_TYPES: Readonly<Record<string, string>> = { INT64: 'INTEGER', FLOAT64: 'FLOAT', BOOL: 'BOOLEAN' };

function renderField(column: Column): FieldResource {
  const type = warehouseType(column);
  const same = type === column.type;
  return {
    name: column.name,
    type: API_TYPES[type] ?? type,
    mode: column.mode === 'repeated' ? 'REPEATED' : column.mode === 'required' ? 'REQUIRED' : 'NULLABLE',
    ...(column.description && { description: column.description }),
    ...(same && column.precision !== undefined && { precision: String(column.precision) }),
    ...(same && column.scale !== undefined && { scale: String(column.scale) }),
    ...(type === 'RECORD' && { fields: keptColumns({ columns: column.fields ?? [] }).map(renderField) }),
  };
}

export function renderSourceTable(source: Source): object {
  return {
    schema: { fields: renderFields(source) },
    ...(source.description && { description: source.description }),
    ...renderLayout(source.partition, source.cluster),
  };
}

export function renderLayout(partition: Partition | undefined, cluster: readonly string[]): object {
  return {
    ...(partition && { timePartitioning: { type: partition.grain.toUpperCase(), field: partition.by } }),
    ...(cluster.length > 0 && { clustering: { fields: [...cluster] } }),
  };
}
