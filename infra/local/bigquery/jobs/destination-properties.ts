import { isDeepStrictEqual } from 'node:util';
import type { TableRecord } from '../catalog.ts';
import { JobFailure, notSupported } from '../errors.ts';
import type { Tx } from '../warehouse.ts';
import { type Engine, nameOf } from './engine.ts';
import type { LoadConfiguration } from './job.ts';

/**
 * What a load says of its table beside its shape: a new table is given it, another must have it.
 * Source: cloud.google.com/bigquery/docs/reference/rest/v2/Job#DestinationTableProperties
 */
export async function describeDestination(
  engine: Engine,
  tx: Tx,
  record: TableRecord,
  { load, isNew }: { load: LoadConfiguration; isNew: boolean },
): Promise<void> {
  const { description, friendlyName, labels, ...others } = load.destinationTableProperties ?? {};
  const [other] = Object.keys(others);
  if (other !== undefined) throw notSupported(`destinationTableProperties.${other}`);
  const given = Object.entries({ description, friendlyName, labels }).filter(([, value]) => value !== undefined);
  if (given.length === 0) return;
  if (isNew) {
    await engine.catalog.putTable(tx, { ...record, rest: { ...record.rest, ...Object.fromEntries(given) } });
    return;
  }
  for (const [key, value] of given)
    if (!isDeepStrictEqual(record.rest[key], value))
      throw new JobFailure(
        'invalid',
        `The destinationTableProperties' ${key} is not that of the table ${nameOf(record)}`,
      );
}
