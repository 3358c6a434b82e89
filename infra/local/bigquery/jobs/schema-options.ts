import type { Options } from '../sql/parse/statement-tree.ts';
import type { Expr } from '../sql/parse/tree.ts';
import { SqlError, unsupported } from '../sql/sql-error.ts';
import { daysOption, optionValue, readLabels, refuseRepeated } from './ddl-options.ts';

type Read = (value: Expr, name: string) => unknown;

const text: Read = (value, name) => optionValue(value, name, 'STRING');

/** What an option is called in the dataset resource, and how its value is read. */
const KNOWN: Record<string, { key: string; read: Read }> = {
  description: { key: 'description', read: text },
  friendly_name: { key: 'friendlyName', read: text },
  labels: { key: 'labels', read: readLabels },
  default_table_expiration_days: { key: 'defaultTableExpirationMs', read: daysOption },
  default_partition_expiration_days: { key: 'defaultPartitionExpirationMs', read: daysOption },
  storage_billing_model: { key: 'storageBillingModel', read: oneOf('LOGICAL', 'PHYSICAL') },
  max_time_travel_hours: { key: 'maxTimeTravelHours', read: readHours },
};

function oneOf(...words: string[]): Read {
  return (value, name) => {
    const word = optionValue(value, name, 'STRING').toUpperCase();
    if (!words.includes(word)) throw new SqlError(`Option ${name} should be one of ${words.join(', ')}`, value.at);
    return word;
  };
}

/** Two to seven days. Source: cloud.google.com/bigquery/docs/time-travel#configure_the_time_travel_window */
function readHours(value: Expr, name: string): string {
  const hours = optionValue(value, name, 'number');
  if (!['48', '72', '96', '120', '144', '168'].includes(hours))
    throw new SqlError(`Option ${name} should be a multiple of 24 from 48 to 168`, value.at);
  return hours;
}

/** OPTIONS of CREATE and ALTER SCHEMA; NULL takes one away. `location` is where datasets can be made; undefined = ALTER. */
export function setSchemaOptions(rest: Record<string, unknown>, options: Options, location: string | undefined): void {
  refuseRepeated(options);
  for (const { name, value } of options) {
    const option = name.name.toLowerCase();
    if (option === 'location' && location !== undefined) {
      if (optionValue(value, option, 'STRING').toUpperCase() !== location.toUpperCase())
        throw unsupported(`a dataset outside of location ${location}`, value.at);
      continue;
    }
    if (option === 'is_case_insensitive') {
      if (value.kind !== 'null' && optionValue(value, option, 'BOOL') === 'true')
        throw unsupported('datasets whose names know no case', value.at);
      continue;
    }
    const known = Object.hasOwn(KNOWN, option) ? KNOWN[option] : undefined;
    if (!known) throw unsupported(`option ${name.name}`, name.at);
    if (value.kind === 'null') delete rest[known.key];
    else rest[known.key] = known.read(value, option);
  }
}
