import type { Catalog, DatasetRecord, TableRecord } from './catalog.ts';
import { jobsView } from './information-jobs.ts';
import { constraintColumnRows, constraintRows, keyColumnRows } from './information-keys.ts';
import { schemaOptions, tableOptions } from './information-options.ts';
import { parameterRows, routineOptionRows, routineRow } from './information-routines.ts';
import {
  type Columns,
  INT64,
  JSON_TYPE,
  rowsView,
  STRING,
  STRUCT,
  strings,
  TIMESTAMP,
  tableNames,
  type Value,
  type View,
} from './information-views.ts';
import { isIngestion, partitionColumn, partitionIdSql } from './partitions/layout.ts';
import { renderTableDdl } from './render-ddl.ts';
import { type Field, typeOfField } from './schema.ts';
import { columnBytes } from './sizes.ts';
import type { TableInfo } from './sql/analyze/analysis.ts';
import { PARTITION_DATE, PARTITION_TIME } from './sql/analyze/pseudo-columns.ts';
import { SqlError, unsupported } from './sql/sql-error.ts';
import { renderParameterized } from './sql/type-parameters.ts';
import { quoteName, quoteText, renderType } from './sql/types.ts';

/** What INFORMATION_SCHEMA's views look at: one dataset, or all of a region's. */
interface Place {
  catalog: Catalog;
  project: string;
  location: string;
  datasets: DatasetRecord[];
}

const tablesOf = ({ catalog, datasets }: Place) =>
  datasets.flatMap(({ project, dataset }) => catalog.tables(project, dataset));

const routinesOf = ({ catalog, datasets }: Place) =>
  datasets.flatMap(({ project, dataset }) => catalog.routines(project, dataset));

/** What a snapshot or a clone was made of. */
const BASE = 'base_table_catalog base_table_schema base_table_name';
const baseOf = ({ base }: TableRecord) => ({
  base_table_catalog: base?.table.project ?? null,
  base_table_schema: base?.table.dataset ?? null,
  base_table_name: base?.table.table ?? null,
});

/** A column's type as `data_type` spells it: `ARRAY<STRUCT<a INT64>>`, `STRING(10)`. */
function dataType(field: Field): string {
  const type = typeOfField(field);
  return type.kind === 'ARRAY' || type.kind === 'STRUCT'
    ? renderType(type)
    : renderParameterized(type.kind, type.parameters);
}

const same = (a: string | undefined, b: string) => a?.toLowerCase() === b.toLowerCase();

function columnRows(record: TableRecord): Record<string, Value>[] {
  const by = partitionColumn(record);
  const own = record.schema.map((field, i) => {
    const cluster = record.clustering?.findIndex((name) => same(name, field.name)) ?? -1;
    return {
      ...tableNames(record),
      column_name: field.name,
      ordinal_position: i + 1,
      is_nullable: field.mode === 'REQUIRED' ? 'NO' : 'YES',
      data_type: dataType(field),
      is_generated: 'NEVER',
      is_hidden: 'NO',
      is_system_defined: 'NO',
      is_partitioning_column: same(by, field.name) ? 'YES' : 'NO',
      clustering_ordinal_position: cluster < 0 ? null : cluster + 1,
      collation_name: 'NULL',
      column_default: field.defaultValueExpression ?? 'NULL',
    };
  });
  return isIngestion(record) ? [...own, ...pseudoRows(record)] : own;
}

/** Pseudo-columns have no place among the others. Source: cloud.google.com/bigquery/docs/information-schema-columns */
function pseudoRows(record: TableRecord): Record<string, Value>[] {
  const isDaily = record.timePartitioning?.type === 'DAY';
  return [
    { name: PARTITION_TIME, type: 'TIMESTAMP' },
    ...(isDaily ? [{ name: PARTITION_DATE, type: 'DATE' }] : []),
  ].map(({ name, type }) => ({
    ...tableNames(record),
    column_name: name,
    ordinal_position: null,
    is_nullable: 'YES',
    data_type: type,
    is_generated: 'NEVER',
    is_hidden: 'YES',
    is_system_defined: 'YES',
    is_partitioning_column: name === PARTITION_TIME ? 'YES' : 'NO',
    clustering_ordinal_position: null,
    collation_name: 'NULL',
    column_default: 'NULL',
  }));
}

function fieldPaths(record: TableRecord, column: string, field: Field, path: string): Record<string, Value>[] {
  const own = {
    ...tableNames(record),
    column_name: column,
    field_path: path,
    data_type: dataType(field),
    description: field.description ?? null,
    collation_name: 'NULL',
  };
  return [own, ...(field.fields ?? []).flatMap((one) => fieldPaths(record, column, one, `${path}.${one.name}`))];
}

/** Rows of each partition, counted now. */
function partitionsView(place: Place): View {
  const columns: Columns = {
    ...strings('table_catalog table_schema table_name partition_id'),
    total_rows: INT64,
    total_logical_bytes: INT64,
    last_modified_time: TIMESTAMP,
    ...strings('storage_tier'),
  };
  const parts = tablesOf(place)
    .filter((record) => record.kind === 'TABLE')
    .map((record) => {
      const id = partitionIdSql(record);
      const bytes = record.schema.map(columnBytes).join(' + ') || '0';
      const head = Object.values(tableNames(record)).map(quoteText).join(', ');
      return `SELECT ${head}, ${id ?? 'CAST(NULL AS VARCHAR)'} AS partition_id, count(*), ${bytes}, make_timestamptz(${record.modified * 1000}::BIGINT), 'ACTIVE' FROM ${record.physical}${id === undefined ? '' : ' GROUP BY partition_id'}`;
    });
  return parts.length === 0 ? rowsView(columns, []) : { columns, sql: parts.join(' UNION ALL ') };
}

const VIEWS: Record<string, (place: Place) => View> = {
  SCHEMATA: ({ datasets }) =>
    rowsView(
      {
        ...strings('catalog_name schema_name schema_owner'),
        creation_time: TIMESTAMP,
        last_modified_time: TIMESTAMP,
        ...strings('location ddl default_collation_name'),
      },
      datasets.map((one) => ({
        catalog_name: one.project,
        schema_name: one.dataset,
        creation_time: one.created,
        last_modified_time: one.modified,
        location: one.location,
        ddl: `CREATE SCHEMA \`${one.project}.${one.dataset}\`\nOPTIONS(\n  location=${JSON.stringify(one.location)}\n);`,
        default_collation_name: 'NULL',
      })),
    ),
  TABLES: (place) =>
    rowsView(
      {
        ...strings(
          'table_catalog table_schema table_name table_type managed_table_type is_insertable_into is_fine_grained_mutations_enabled is_typed is_change_history_enabled',
        ),
        creation_time: TIMESTAMP,
        ...strings(BASE),
        snapshot_time_ms: TIMESTAMP,
        ...strings(
          'replica_source_catalog replica_source_schema replica_source_name replication_status replication_error',
        ),
        ...strings('ddl default_collation_name'),
        sync_status: JSON_TYPE,
        upsert_stream_apply_watermark: TIMESTAMP,
      },
      tablesOf(place).map((record) => ({
        ...tableNames(record),
        table_type: record.kind === 'TABLE' ? (record.base ? 'CLONE' : 'BASE TABLE') : record.kind.replace('_', ' '),
        is_insertable_into: record.kind === 'TABLE' ? 'YES' : 'NO',
        is_fine_grained_mutations_enabled: 'NO',
        is_typed: 'NO',
        is_change_history_enabled: 'NO',
        creation_time: record.created,
        ...baseOf(record),
        snapshot_time_ms: record.base?.at ?? null,
        ddl: renderTableDdl(record),
        default_collation_name: 'NULL',
      })),
    ),
  COLUMNS: (place) =>
    rowsView(
      {
        ...strings('table_catalog table_schema table_name column_name'),
        ordinal_position: INT64,
        ...strings(
          'is_nullable data_type is_generated generation_expression is_stored is_hidden is_updatable is_system_defined is_partitioning_column',
        ),
        clustering_ordinal_position: INT64,
        ...strings('collation_name column_default rounding_mode'),
      },
      tablesOf(place).flatMap(columnRows),
    ),
  COLUMN_FIELD_PATHS: (place) =>
    rowsView(
      strings(
        'table_catalog table_schema table_name column_name field_path data_type description collation_name rounding_mode',
      ),
      tablesOf(place).flatMap((record) =>
        record.schema.flatMap((field) => fieldPaths(record, field.name, field, field.name)),
      ),
    ),
  VIEWS: (place) =>
    rowsView(
      strings('table_catalog table_schema table_name view_definition check_option use_standard_sql'),
      tablesOf(place)
        .filter((record) => record.kind === 'VIEW')
        .map((record) => ({ ...tableNames(record), view_definition: record.view ?? '', use_standard_sql: 'YES' })),
    ),
  MATERIALIZED_VIEWS: (place) =>
    rowsView(
      {
        ...strings('table_catalog table_schema table_name'),
        last_refresh_time: TIMESTAMP,
        refresh_watermark: TIMESTAMP,
        last_refresh_status: STRUCT({ reason: STRING, location: STRING, message: STRING }),
      },
      tablesOf(place)
        .filter((record) => record.materialized)
        .map((record) => ({
          ...tableNames(record),
          last_refresh_time: record.materialized?.lastRefresh ?? null,
          refresh_watermark: record.materialized?.lastRefresh ?? null,
        })),
    ),
  SCHEMATA_OPTIONS: ({ datasets }) =>
    rowsView(
      strings('catalog_name schema_name option_name option_type option_value'),
      datasets.flatMap((one) =>
        schemaOptions(one).map((option) => ({ catalog_name: one.project, schema_name: one.dataset, ...option })),
      ),
    ),
  TABLE_CONSTRAINTS: (place) =>
    rowsView(
      strings(
        'constraint_catalog constraint_schema constraint_name table_catalog table_schema table_name constraint_type is_deferrable initially_deferred enforced',
      ),
      tablesOf(place).flatMap(constraintRows),
    ),
  KEY_COLUMN_USAGE: (place) =>
    rowsView(
      {
        ...strings(
          'constraint_catalog constraint_schema constraint_name table_catalog table_schema table_name column_name',
        ),
        ordinal_position: INT64,
        position_in_unique_constraint: INT64,
      },
      tablesOf(place).flatMap((record) =>
        keyColumnRows(record, ({ table }) => place.catalog.table(table)?.keys?.primary),
      ),
    ),
  CONSTRAINT_COLUMN_USAGE: (place) =>
    rowsView(
      strings('table_catalog table_schema table_name column_name constraint_catalog constraint_schema constraint_name'),
      tablesOf(place).flatMap(constraintColumnRows),
    ),
  TABLE_SNAPSHOTS: (place) =>
    rowsView(
      { ...strings(`table_catalog table_schema table_name ${BASE}`), snapshot_time: TIMESTAMP },
      tablesOf(place)
        .filter((record) => record.kind === 'SNAPSHOT')
        .map((record) => ({ ...tableNames(record), ...baseOf(record), snapshot_time: record.base?.at ?? null })),
    ),
  TABLE_OPTIONS: (place) =>
    rowsView(
      strings('table_catalog table_schema table_name option_name option_type option_value'),
      tablesOf(place).flatMap((record) => tableOptions(record).map((option) => ({ ...tableNames(record), ...option }))),
    ),
  PARTITIONS: partitionsView,
  ROUTINES: (place) =>
    rowsView(
      {
        ...strings(
          'specific_catalog specific_schema specific_name routine_catalog routine_schema routine_name routine_type data_type routine_body routine_definition external_language is_deterministic security_type',
        ),
        created: TIMESTAMP,
        last_altered: TIMESTAMP,
        ...strings('ddl'),
      },
      routinesOf(place).map(routineRow),
    ),
  PARAMETERS: (place) =>
    rowsView(
      {
        ...strings('specific_catalog specific_schema specific_name'),
        ordinal_position: INT64,
        ...strings('parameter_mode is_result parameter_name data_type parameter_default is_aggregate'),
      },
      routinesOf(place).flatMap(parameterRows),
    ),
  ROUTINE_OPTIONS: (place) =>
    rowsView(
      strings('specific_catalog specific_schema specific_name option_name option_type option_value'),
      routinesOf(place).flatMap(routineOptionRows),
    ),
  JOBS: ({ project }) => jobsView(project),
  JOBS_BY_PROJECT: ({ project }) => jobsView(project),
  JOBS_BY_USER: ({ project }) => jobsView(project),
};

/** `dataset.INFORMATION_SCHEMA.TABLES` and its kin as a table; undefined where the path names none. */
export function informationTable(
  path: readonly string[],
  at: number,
  from: { catalog: Catalog; project: string; location: string; defaultDataset: string | undefined },
): TableInfo | undefined {
  const index = path.findIndex((part) => part.toUpperCase() === 'INFORMATION_SCHEMA');
  if (index < 0 || index !== path.length - 2) {
    if (index >= 0) throw new SqlError(`Invalid table name ${path.join('.')}`, at);
    return undefined;
  }
  const name = path[index + 1]?.toUpperCase() ?? '';
  const view = Object.hasOwn(VIEWS, name) ? VIEWS[name] : undefined;
  if (!view) throw unsupported(`INFORMATION_SCHEMA.${name}`, at);
  const scope = path.slice(0, index);
  const qualifier = scope.at(-1) ?? from.defaultDataset;
  const project = scope.length > 1 ? (scope[0] ?? '') : from.project;
  const isRegion =
    qualifier === undefined || /^region-/i.test(qualifier) || name === 'SCHEMATA' || name.startsWith('JOBS');
  const datasets = isRegion ? from.catalog.datasets(project) : [datasetOf(from, project, qualifier)];
  const { columns, sql } = view({ catalog: from.catalog, project, location: from.location, datasets });
  const names = Object.keys(columns);
  return {
    project,
    dataset: 'INFORMATION_SCHEMA',
    table: name,
    kind: 'TABLE',
    physical: `(SELECT * FROM (${sql}) AS v(${names.map(quoteName).join(', ')}))`,
    columns: names.map((column) => {
      const type = columns[column] ?? STRING;
      return { name: column, type, declared: type, required: false, default: undefined };
    }),
    pseudo: [],
    view: undefined,
    partitionColumn: undefined,
    requirePartitionFilter: false,
  };
}

function datasetOf(from: { catalog: Catalog; location: string }, project: string, dataset: string): DatasetRecord {
  const record = from.catalog.dataset(project, dataset);
  if (record) return record;
  throw new SqlError(
    `Not found: Dataset ${project}:${dataset} was not found in location ${from.location}`,
    undefined,
    'notFound',
  );
}
