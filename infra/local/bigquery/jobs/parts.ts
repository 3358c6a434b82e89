import type { TableRecord, TableRef } from '../catalog.ts';
import { type Partition, parsePartition, splitDecorator } from '../partitions/decorators.ts';
import { type Engine, nameOf, requireTable } from './engine.ts';

/** A table, or one partition of it. */
export interface Part {
  record: TableRecord;
  partition: Partition | undefined;
}

/** What a name stands for, its decorator understood. Throws JobFailure. */
export function requirePart(engine: Engine, named: TableRef): Part {
  const { ref, decorator } = splitDecorator(named);
  const record = requireTable(engine, ref);
  return {
    record,
    partition: decorator === undefined ? undefined : parsePartition(decorator, record, nameOf(named)),
  };
}
