import type { TableRecord, TableRef, TimePartitioning } from '../catalog.ts';
import { JobFailure } from '../errors.ts';
import { checkSchemaChange, type Field, typeOfField } from '../schema.ts';
import { duckType, quoteName } from '../sql/types.ts';
import type { Tx } from '../warehouse.ts';
import { type Engine, nameOf, requireDataset } from './engine.ts';
import type { Disposition } from './job.ts';

/** Where a job writes, as its configuration says. */
export interface Destination {
  ref: TableRef;
  create: boolean;
  write: Disposition;
  allowAddition: boolean;
  allowRelaxation: boolean;
  timePartitioning: TimePartitioning | undefined;
  requirePartitionFilter: boolean;
  clustering: string[] | undefined;
}

export interface DestinationConfiguration {
  createDisposition?: string;
  writeDisposition?: string;
  schemaUpdateOptions?: string[];
  timePartitioning?: { type?: string; field?: string; expirationMs?: string; requirePartitionFilter?: boolean };
  rangePartitioning?: unknown;
  clustering?: { fields?: string[] };
}

const PARTITION_TYPES = new Set(['HOUR', 'DAY', 'MONTH', 'YEAR']);

/** Of a request. Throws JobFailure `invalid` for what is not column partitioning. */
export function readTimePartitioning(raw: DestinationConfiguration['timePartitioning']): TimePartitioning | undefined {
  if (!raw?.type) return undefined;
  if (!PARTITION_TYPES.has(raw.type)) throw new JobFailure('invalid', `Invalid time partitioning type: ${raw.type}`);
  if (!raw.field)
    throw new JobFailure(
      'invalid',
      'not supported by the embedded warehouse: ingestion-time partitioning; name a field in timePartitioning',
    );
  return {
    type: raw.type as TimePartitioning['type'],
    field: raw.field,
    ...(raw.expirationMs !== undefined && { expirationMs: String(raw.expirationMs) }),
  };
}

export function refuseRangePartitioning(raw: unknown): void {
  if (raw !== undefined && raw !== null)
    throw new JobFailure('invalid', 'not supported by the embedded warehouse: rangePartitioning');
}

export function checkPartitioning(
  schema: Field[],
  partitioning: TimePartitioning | undefined,
  clustering: string[] | undefined,
): void {
  const find = (name: string) => schema.find((field) => field.name.toLowerCase() === name.toLowerCase());
  if (partitioning) {
    const field = find(partitioning.field);
    const allowed = partitioning.type === 'HOUR' ? ['TIMESTAMP', 'DATETIME'] : ['DATE', 'TIMESTAMP', 'DATETIME'];
    if (!field)
      throw new JobFailure(
        'invalid',
        `The field specified for partitioning cannot be found in the schema: ${partitioning.field}`,
      );
    if (!allowed.includes(field.type) || field.mode === 'REPEATED')
      throw new JobFailure(
        'invalid',
        `The field specified for time partitioning can only be of type TIMESTAMP, DATE or DATETIME. The type found is: ${field.type}.`,
      );
  }
  for (const name of clustering ?? []) {
    const field = find(name);
    if (!field)
      throw new JobFailure('invalid', `The field specified for clustering cannot be found in the schema: ${name}`);
    if (field.mode === 'REPEATED' || ['RECORD', 'FLOAT', 'JSON', 'TIME'].includes(field.type))
      throw new JobFailure('invalid', `Clustering is not supported on fields of type ${field.type}: ${name}`);
  }
  if ((clustering?.length ?? 0) > 4) throw new JobFailure('invalid', 'At most 4 fields can be used for clustering');
}

export function readDestination(ref: TableRef, raw: DestinationConfiguration, write: Disposition): Destination {
  refuseRangePartitioning(raw.rangePartitioning);
  const disposition = raw.writeDisposition ?? write;
  if (disposition !== 'WRITE_APPEND' && disposition !== 'WRITE_TRUNCATE' && disposition !== 'WRITE_EMPTY')
    throw new JobFailure('invalid', `Invalid writeDisposition: ${disposition}`);
  const create = raw.createDisposition ?? 'CREATE_IF_NEEDED';
  if (create !== 'CREATE_IF_NEEDED' && create !== 'CREATE_NEVER')
    throw new JobFailure('invalid', `Invalid createDisposition: ${create}`);
  const options = raw.schemaUpdateOptions ?? [];
  for (const option of options)
    if (option !== 'ALLOW_FIELD_ADDITION' && option !== 'ALLOW_FIELD_RELAXATION')
      throw new JobFailure('invalid', `Invalid schemaUpdateOptions: ${option}`);
  return {
    ref,
    create: create === 'CREATE_IF_NEEDED',
    write: disposition,
    allowAddition: options.includes('ALLOW_FIELD_ADDITION'),
    allowRelaxation: options.includes('ALLOW_FIELD_RELAXATION'),
    timePartitioning: readTimePartitioning(raw.timePartitioning),
    requirePartitionFilter: raw.timePartitioning?.requirePartitionFilter === true,
    clustering: raw.clustering?.fields,
  };
}

/**
 * The table to insert into, made, emptied or widened as the destination says; all in the job's transaction.
 * `schema` is that of the rows to come. Resolves to the record whose physical table takes them.
 */
export async function openDestination(
  engine: Engine,
  tx: Tx,
  destination: Destination,
  schema: Field[],
): Promise<TableRecord> {
  const { ref } = destination;
  requireDataset(engine, ref.project, ref.dataset);
  const existing = engine.catalog.table(ref);
  if (!existing) return createTable(engine, tx, destination, schema);
  if (existing.kind === 'VIEW')
    throw new JobFailure('invalid', `${nameOf(ref)} is not allowed for this operation because it is currently a VIEW.`);
  checkSamePartitioning(existing, destination);
  if (destination.write === 'WRITE_TRUNCATE') {
    checkPartitioning(schema, existing.timePartitioning, destination.clustering ?? existing.clustering);
    return truncate(engine, tx, existing, schema, destination);
  }
  if (destination.write === 'WRITE_EMPTY') {
    const [row] = await tx.rows(`SELECT 1 AS one FROM ${existing.physical} LIMIT 1`);
    if (row) throw new JobFailure('duplicate', `Already Exists: Table ${nameOf(ref)}`);
  }
  return widen(engine, tx, existing, schema, destination);
}

async function createTable(engine: Engine, tx: Tx, destination: Destination, schema: Field[]): Promise<TableRecord> {
  const { ref } = destination;
  if (!destination.create) throw new JobFailure('notFound', `Not found: Table ${nameOf(ref)}`);
  checkTableId(ref.table);
  checkPartitioning(schema, destination.timePartitioning, destination.clustering);
  const now = engine.clock.now();
  const record: TableRecord = {
    ...ref,
    kind: 'TABLE',
    physical: await engine.catalog.createPhysical(tx, schema),
    schema,
    timePartitioning: destination.timePartitioning,
    requirePartitionFilter: destination.requirePartitionFilter,
    clustering: destination.clustering,
    view: undefined,
    expirationTime: defaultExpiration(engine, ref, now),
    rest: {},
    created: now,
    modified: now,
  };
  await engine.catalog.putTable(tx, record);
  return record;
}

export function defaultExpiration(engine: Engine, ref: TableRef, now: number): number | undefined {
  const lifetime = engine.catalog.dataset(ref.project, ref.dataset)?.rest.defaultTableExpirationMs;
  return lifetime === undefined ? undefined : now + Number(lifetime);
}

export function checkTableId(table: string): void {
  if (table === '' || Buffer.byteLength(table) > 1024 || !/^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}]+$/u.test(table))
    throw new JobFailure(
      'invalid',
      `Invalid table ID "${table}". Table IDs must be alphanumeric (plus underscores, dashes and spaces) and must be at most 1024 bytes long.`,
    );
}

function checkSamePartitioning(existing: TableRecord, destination: Destination): void {
  const wanted = destination.timePartitioning;
  if (!wanted) return;
  const has = existing.timePartitioning;
  const show = (one: TimePartitioning | undefined) =>
    one ? `interval(type:${one.type.toLowerCase()},field:${one.field})` : 'none';
  if (has?.type !== wanted.type || has.field.toLowerCase() !== wanted.field.toLowerCase())
    throw new JobFailure(
      'invalid',
      `Incompatible table partitioning specification. Expects partitioning specification ${show(has)}, but input partitioning specification is ${show(wanted)}`,
    );
}

/** An emptied table is a new one under the old name, so that readers of the old rows are not disturbed. */
async function truncate(
  engine: Engine,
  tx: Tx,
  existing: TableRecord,
  schema: Field[],
  destination: Destination,
): Promise<TableRecord> {
  const record: TableRecord = {
    ...existing,
    physical: await engine.catalog.createPhysical(tx, schema),
    schema: schema.map((field) => withDescription(field, existing.schema)),
    clustering: destination.clustering ?? existing.clustering,
    modified: engine.clock.now(),
  };
  await tx.run(`DROP TABLE ${existing.physical}`);
  await engine.catalog.putTable(tx, record);
  return record;
}

function withDescription(field: Field, before: Field[]): Field {
  const description = field.description ?? before.find((one) => one.name === field.name)?.description;
  return description === undefined ? field : { ...field, description };
}

async function widen(
  engine: Engine,
  tx: Tx,
  existing: TableRecord,
  schema: Field[],
  destination: Destination,
): Promise<TableRecord> {
  const name = nameOf(existing);
  const added: Field[] = [];
  const relaxed: Field[] = [];
  for (const field of schema) {
    const old = existing.schema.find((one) => one.name.toLowerCase() === field.name.toLowerCase());
    if (!old) {
      if (!destination.allowAddition)
        throw new JobFailure(
          'invalid',
          `Provided Schema does not match Table ${name}. Cannot add fields (field: ${field.name})`,
        );
      if (field.mode === 'REQUIRED')
        throw new JobFailure(
          'invalid',
          `Provided Schema does not match Table ${name}. Cannot add required fields to an existing schema. (field: ${field.name})`,
        );
      added.push(field);
      continue;
    }
    // A query's columns are all NULLABLE; only a wish to relax, or a clash of types, is a change.
    checkSchemaChange([{ ...old, mode: field.mode }], [field], name);
    if (old.mode !== field.mode && (old.mode === 'REPEATED' || field.mode === 'REPEATED'))
      throw new JobFailure(
        'invalid',
        `Provided Schema does not match Table ${name}. Field ${field.name} has changed mode from ${old.mode} to ${field.mode}`,
      );
    if (old.mode === 'REQUIRED' && field.mode === 'NULLABLE') {
      if (destination.allowRelaxation) relaxed.push(old);
    }
  }
  if (added.length === 0 && relaxed.length === 0) return existing;
  return changeSchema(engine, tx, existing, [
    ...existing.schema.map((field): Field => (relaxed.includes(field) ? { ...field, mode: 'NULLABLE' } : field)),
    ...added,
  ]);
}

/** Adds columns and relaxes REQUIRED ones in place. */
export async function changeSchema(
  engine: Engine,
  tx: Tx,
  existing: TableRecord,
  schema: Field[],
): Promise<TableRecord> {
  for (const field of schema) {
    const old = existing.schema.find((one) => one.name.toLowerCase() === field.name.toLowerCase());
    if (!old) {
      const type = duckType(typeOfField(field));
      await tx.run(
        `ALTER TABLE ${existing.physical} ADD COLUMN ${quoteName(field.name)} ${type}${field.mode === 'REPEATED' ? ' DEFAULT []' : ''}`,
      );
    } else if (old.mode === 'REQUIRED' && field.mode === 'NULLABLE') {
      await tx.run(`ALTER TABLE ${existing.physical} ALTER COLUMN ${quoteName(old.name)} DROP NOT NULL`);
    }
  }
  const record: TableRecord = { ...existing, schema, modified: engine.clock.now() };
  await engine.catalog.putTable(tx, record);
  return record;
}
