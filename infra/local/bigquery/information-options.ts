import type { DatasetRecord, TableRecord } from './catalog.ts';

interface Option {
  option_name: string;
  option_type: string;
  option_value: string;
}

const DAY_MS = 86_400_000;

const quoted = (value: unknown) => JSON.stringify(String(value));
const option = (name: string, type: string, value: string): Option => ({
  option_name: name,
  option_type: type,
  option_value: value,
});

/** What datasets and tables are both told about themselves. */
function described({ description, friendlyName, labels }: Record<string, unknown>): Option[] {
  const options: Option[] = [];
  if (description !== undefined) options.push(option('description', 'STRING', quoted(description)));
  if (friendlyName !== undefined) options.push(option('friendly_name', 'STRING', quoted(friendlyName)));
  if (labels !== undefined) {
    const pairs = Object.entries(labels as Record<string, string>);
    const text = pairs.map(([key, value]) => `STRUCT(${quoted(key)}, ${quoted(value)})`).join(', ');
    options.push(option('labels', 'ARRAY<STRUCT<STRING, STRING>>', `[${text}]`));
  }
  return options;
}

function days(name: string, ms: unknown): Option[] {
  const count = Number(ms ?? 0) / DAY_MS;
  return count > 0 ? [option(name, 'FLOAT64', Number.isInteger(count) ? `${count}.0` : String(count))] : [];
}

/** INFORMATION_SCHEMA.TABLE_OPTIONS of one table or view. */
export function tableOptions(record: TableRecord): Option[] {
  const options = described(record.rest);
  if (record.requirePartitionFilter) options.push(option('require_partition_filter', 'BOOL', 'true'));
  if (record.expirationTime !== undefined) {
    const at = new Date(record.expirationTime).toISOString();
    options.push(option('expiration_timestamp', 'TIMESTAMP', `TIMESTAMP ${quoted(at)}`));
  }
  return [...options, ...days('partition_expiration_days', record.timePartitioning?.expirationMs)];
}

/** INFORMATION_SCHEMA.SCHEMATA_OPTIONS of one dataset. */
export function schemaOptions({ rest }: DatasetRecord): Option[] {
  const options = [
    ...described(rest),
    ...days('default_table_expiration_days', rest.defaultTableExpirationMs),
    ...days('default_partition_expiration_days', rest.defaultPartitionExpirationMs),
  ];
  if (rest.storageBillingModel !== undefined)
    options.push(option('storage_billing_model', 'STRING', quoted(rest.storageBillingModel)));
  if (rest.maxTimeTravelHours !== undefined)
    options.push(option('max_time_travel_hours', 'INT64', String(rest.maxTimeTravelHours)));
  return options;
}
