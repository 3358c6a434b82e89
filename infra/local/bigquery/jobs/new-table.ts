import type { TableRecord, TableRef } from '../catalog.ts';
import type { Tx } from '../warehouse.ts';
import type { Engine } from './engine.ts';
import { defaultLife } from './lifetimes.ts';

/** What a new table is to be; whatever is left out is what a plain table has. */
type NewTable = TableRef &
  Pick<TableRecord, 'schema'> &
  Partial<Omit<TableRecord, 'physical' | 'created' | 'modified'>>;

/** Makes an empty table and its record. Where nothing says how long it lives, its dataset's defaults do. */
export async function addTable(engine: Engine, tx: Tx, given: NewTable): Promise<TableRecord> {
  const now = engine.clock.now();
  const { timePartitioning, rangePartitioning, clustering } = given;
  const layout = { timePartitioning, rangePartitioning, clustering };
  const life = defaultLife(engine, given, now, layout);
  const record: TableRecord = {
    kind: 'TABLE',
    requirePartitionFilter: false,
    view: undefined,
    rest: {},
    ...given,
    ...layout,
    timePartitioning: life.timePartitioning,
    expirationTime: given.expirationTime ?? life.expirationTime,
    physical: await engine.catalog.createPhysical(tx, given.schema, layout),
    created: now,
    modified: now,
  };
  await engine.catalog.putTable(tx, record);
  return record;
}
