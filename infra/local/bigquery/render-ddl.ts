import type { MaterializedOptions, TableRecord } from './catalog.ts';
import { type Field, typeOfField } from './schema.ts';
import { PARTITION_TIME } from './sql/analyze/pseudo-columns.ts';
import { renderDeclared } from './sql/type-parameters.ts';

/** The statement that makes the table or view, as INFORMATION_SCHEMA shows it. */
export function renderTableDdl(record: TableRecord): string {
  const name = `\`${record.project}.${record.dataset}.${record.table}\``;
  if (record.kind === 'VIEW') return `CREATE VIEW ${name}\nAS ${record.view ?? ''};`;
  if (record.materialized) return renderMaterializedDdl(record, record.materialized, name);
  const lines = [
    `CREATE TABLE ${name}`,
    `(\n${[...record.schema.map(renderColumn), ...renderKeys(record)].map((line) => `  ${line}`).join(',\n')}\n)`,
  ];
  if (record.timePartitioning || record.rangePartitioning) lines.push(`PARTITION BY ${partitionBy(record)}`);
  if (record.clustering) lines.push(`CLUSTER BY ${record.clustering.join(', ')}`);
  return `${lines.join('\n')};`;
}

function renderKeys({ keys }: TableRecord): string[] {
  const primary = keys?.primary && `PRIMARY KEY (${keys.primary.join(', ')}) NOT ENFORCED`;
  const foreign = (keys?.foreign ?? []).map(
    ({ name, columns, table, referenced }) =>
      `CONSTRAINT \`${name}\` FOREIGN KEY (${columns.join(', ')}) REFERENCES \`${table.project}.${table.dataset}.${table.table}\`(${referenced.join(', ')}) NOT ENFORCED`,
  );
  return primary === undefined ? foreign : [primary, ...foreign];
}

function renderMaterializedDdl(record: TableRecord, options: MaterializedOptions, name: string): string {
  const lines = [`CREATE MATERIALIZED VIEW ${name}`];
  if (record.timePartitioning || record.rangePartitioning) lines.push(`PARTITION BY ${partitionBy(record)}`);
  if (record.clustering) lines.push(`CLUSTER BY ${record.clustering.join(', ')}`);
  const { enableRefresh, refreshIntervalMs, maxStaleness, allowNonIncremental } = options;
  const set = [`enable_refresh=${enableRefresh}`, `refresh_interval_minutes=${refreshIntervalMs / 60_000}`];
  if (maxStaleness !== undefined) set.push(`max_staleness=INTERVAL '${maxStaleness}' YEAR TO SECOND`);
  if (allowNonIncremental) set.push('allow_non_incremental_definition=true');
  lines.push(`OPTIONS(\n  ${set.join(',\n  ')}\n)`, `AS ${record.view ?? ''}`);
  return `${lines.join('\n')};`;
}

function renderColumn(field: Field): string {
  const text = renderFieldType(field);
  const parts = [field.name, text];
  if (field.defaultValueExpression !== undefined) parts.push(`DEFAULT ${field.defaultValueExpression}`);
  if (field.mode === 'REQUIRED') parts.push('NOT NULL');
  if (field.description !== undefined) parts.push(`OPTIONS(description=${JSON.stringify(field.description)})`);
  return parts.join(' ');
}

/** A record's fields with their own modes and descriptions. */
function renderFieldType(field: Field): string {
  const type = field.fields
    ? `STRUCT<${field.fields.map(renderColumn).join(', ')}>`
    : renderDeclared(typeOfField({ ...field, mode: 'NULLABLE' }));
  return field.mode === 'REPEATED' ? `ARRAY<${type}>` : type;
}

function partitionBy({ timePartitioning, rangePartitioning, schema }: TableRecord): string {
  if (rangePartitioning) {
    const { start, end, interval } = rangePartitioning.range;
    return `RANGE_BUCKET(${rangePartitioning.field}, GENERATE_ARRAY(${start}, ${end}, ${interval}))`;
  }
  const { field = PARTITION_TIME, type = 'DAY' } = timePartitioning ?? {};
  const kind = schema.find((one) => one.name.toLowerCase() === field.toLowerCase())?.type;
  if (type === 'DAY') return kind === 'DATE' ? field : `DATE(${field})`;
  return `${kind === 'DATE' || kind === 'DATETIME' ? kind : 'TIMESTAMP'}_TRUNC(${field}, ${type})`;
}
