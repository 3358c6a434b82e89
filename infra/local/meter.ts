import type { State } from './state.ts';

/**
 * What Google bills for, as the local cloud counts it; units are those of the price list before scaling
 * (operations, bytes, seconds). `functions/model/prices.json` holds the price of each, with its source.
 */
export type Sku =
  | 'storage.class_a'
  | 'storage.class_b'
  | 'pubsub.bytes'
  | 'tasks.operations'
  | 'run.requests'
  | 'run.vcpu_seconds'
  | 'run.gib_seconds'
  | 'dlp.inspect_bytes'
  | 'dlp.transform_bytes'
  | 'dlp.storage_bytes'
  | 'bigquery.query_bytes'
  | 'bigquery.insert_bytes'
  | 'kms.operations';

export interface Meter {
  add(sku: Sku, units: number): void;
  read(): Map<Sku, number>;
}

export function createMeter(state: State): Meter {
  state.migrate('meter', ['CREATE TABLE meter (sku TEXT PRIMARY KEY, units REAL NOT NULL) STRICT']);
  const upsert = state.db.prepare(
    'INSERT INTO meter (sku, units) VALUES (?, ?) ON CONFLICT (sku) DO UPDATE SET units = units + excluded.units',
  );
  const select = state.db.prepare('SELECT sku, units FROM meter ORDER BY sku');
  return {
    add: (sku, units) => void upsert.run(sku, units),
    read: () => new Map(select.all().map((row) => [row.sku as Sku, Number(row.units)])),
  };
}
