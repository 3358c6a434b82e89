import { type DatasetRecord, resolvePath, type TableRecord, type TableRef, type TimePartitioning } from '../catalog.ts';
import { JobFailure } from '../errors.ts';
import { type Field, fieldOfType, parseFields } from '../schema.ts';
import type { DdlStatement, QueryPlan } from '../sql/analyze/statement.ts';
import { readType } from '../sql/analyze/type-nodes.ts';
import type { ColumnNode, Expr, Options, Path } from '../sql/parse/tree.ts';
import { SqlError, unsupported } from '../sql/sql-error.ts';
import type { Tx } from '../warehouse.ts';
import { changeSchema, checkPartitioning, checkTableId, defaultExpiration } from './destination.ts';
import { type Engine, nameOf } from './engine.ts';
import type { QueryConfiguration, QueryStatistics } from './job.ts';

interface Caller {
  project: string;
  query: QueryConfiguration;
}

type Of<K extends DdlStatement['kind']> = Extract<DdlStatement, { kind: K }>;

/** Carries out one DDL statement in the job's transaction. */
export async function runDdl(
  engine: Engine,
  tx: Tx,
  caller: Caller,
  plan: { statement: DdlStatement; query: QueryPlan | undefined },
): Promise<QueryStatistics['ddl']> {
  const { statement } = plan;
  switch (statement.kind) {
    case 'createSchema':
      return createSchema(engine, tx, caller, statement);
    case 'createTable':
      return createTable(engine, tx, caller, statement, plan.query);
    case 'createView':
      return createView(engine, tx, caller, statement, plan.query);
    case 'drop':
      return statement.what === 'SCHEMA'
        ? dropSchema(engine, tx, caller, statement)
        : dropTable(engine, tx, caller, statement);
    case 'alterTable':
      return alterTable(engine, tx, caller, statement);
  }
}

function tableRef(path: Path, caller: Caller): TableRef {
  const { defaultDataset } = caller.query;
  const defaults = defaultDataset?.datasetId
    ? { project: defaultDataset.projectId ?? caller.project, dataset: defaultDataset.datasetId }
    : undefined;
  return resolvePath(
    path.map((part) => part.name),
    path[0]?.at,
    caller.project,
    defaults,
  );
}

function requireDataset(engine: Engine, ref: { project: string; dataset: string }): void {
  if (!engine.catalog.dataset(ref.project, ref.dataset))
    throw new JobFailure(
      'notFound',
      `Not found: Dataset ${ref.project}:${ref.dataset} was not found in location ${engine.location}`,
    );
}

function literal(expr: Expr, name: string): string {
  if (expr.kind === 'literal') return expr.value;
  throw unsupported(`option ${name} with a value that is no literal`, expr.at);
}

/** `[("team", "data")]` as labels. */
function readLabels(expr: Expr): Record<string, string> {
  if (expr.kind !== 'array') throw new SqlError('labels must be an array of pairs', expr.at);
  const labels: Record<string, string> = {};
  for (const pair of expr.elements) {
    if (pair.kind !== 'struct' || pair.fields.length !== 2)
      throw new SqlError('labels must be an array of pairs', pair.at);
    const [key, value] = pair.fields.map((field) => literal(field.expr, 'labels'));
    labels[key ?? ''] = value ?? '';
  }
  return labels;
}

interface TableOptions {
  rest: Record<string, unknown>;
  expirationTime: number | undefined;
  requirePartitionFilter: boolean;
  partitionExpirationMs: string | undefined;
}

function readOptions(options: Options): TableOptions {
  const read: TableOptions = {
    rest: {},
    expirationTime: undefined,
    requirePartitionFilter: false,
    partitionExpirationMs: undefined,
  };
  for (const { name, value } of options) {
    switch (name.name.toLowerCase()) {
      case 'description':
      case 'friendly_name':
        read.rest[name.name.toLowerCase() === 'description' ? 'description' : 'friendlyName'] = literal(
          value,
          name.name,
        );
        break;
      case 'labels':
        read.rest.labels = readLabels(value);
        break;
      case 'expiration_timestamp': {
        const at = Date.parse(
          literal(value, name.name)
            .replace(/ UTC$/, 'Z')
            .replace(
              /^(\d{4}-\d\d-\d\d)(?: (.*?))?(Z|[+-]\d\d(?::?\d\d)?)?$/,
              (_, day, time, zone) => `${day}T${time ?? '00:00:00'}${zone ?? 'Z'}`,
            ),
        );
        if (Number.isNaN(at)) throw new SqlError('expiration_timestamp is no TIMESTAMP', value.at);
        read.expirationTime = at;
        break;
      }
      case 'require_partition_filter':
        read.requirePartitionFilter = literal(value, name.name) === 'true';
        break;
      case 'partition_expiration_days':
        read.partitionExpirationMs = String(Number(literal(value, name.name)) * 86_400_000);
        break;
      default:
        throw unsupported(`option ${name.name}`, name.at);
    }
  }
  return read;
}

async function createSchema(
  engine: Engine,
  tx: Tx,
  caller: Caller,
  statement: Of<'createSchema'>,
): Promise<QueryStatistics['ddl']> {
  const parts = statement.path.map((part) => part.name);
  const [project, dataset] = parts.length > 1 ? [parts[0] ?? '', parts[1] ?? ''] : [caller.project, parts[0] ?? ''];
  const existing = engine.catalog.dataset(project, dataset);
  if (existing) {
    if (statement.ifNotExists) return { operation: 'SKIP', table: undefined };
    throw new JobFailure('duplicate', `Already Exists: Dataset ${project}:${dataset}`);
  }
  checkDatasetId(dataset);
  const now = engine.clock.now();
  const record: DatasetRecord = { project, dataset, location: engine.location, rest: {}, created: now, modified: now };
  for (const { name, value } of statement.options) {
    const key = name.name.toLowerCase();
    if (key === 'description') record.rest.description = literal(value, key);
    else if (key === 'friendly_name') record.rest.friendlyName = literal(value, key);
    else if (key === 'labels') record.rest.labels = readLabels(value);
    else if (key === 'default_table_expiration_days')
      record.rest.defaultTableExpirationMs = String(Number(literal(value, key)) * 86_400_000);
    else if (key === 'location') {
      if (literal(value, key).toUpperCase() !== engine.location.toUpperCase())
        throw unsupported(`a dataset outside of location ${engine.location}`, value.at);
    } else throw unsupported(`option ${name.name}`, name.at);
  }
  await engine.catalog.putDataset(tx, record);
  return { operation: 'CREATE', table: undefined };
}

export function checkDatasetId(dataset: string): void {
  if (!/^[A-Za-z0-9_]{1,1024}$/.test(dataset))
    throw new JobFailure(
      'invalid',
      `Invalid dataset ID "${dataset}". Dataset IDs must be alphanumeric (plus underscores) and must be at most 1024 characters long.`,
    );
}

function readColumns(columns: ColumnNode[]): Field[] {
  return parseFields(
    columns.map((column) => {
      const field = fieldOfType(column.name.name, readType(column.type));
      if (column.notNull && field.mode === 'REPEATED')
        throw new SqlError('NOT NULL cannot be specified for an ARRAY column', column.name.at);
      return {
        ...field,
        ...(column.notNull && { mode: 'REQUIRED' }),
        ...(column.description !== undefined && { description: column.description }),
      };
    }),
  );
}

/** `PARTITION BY day`, `DATE(ts)`, `TIMESTAMP_TRUNC(ts, HOUR)` and their kin. */
function readPartitionBy(expr: Expr | undefined, schema: Field[]): TimePartitioning | undefined {
  if (!expr) return undefined;
  const column = (one: Expr | undefined): string => {
    if (one?.kind !== 'path' || one.names.length !== 1) throw unsupported('this form of PARTITION BY', expr.at);
    const name = one.names[0]?.name ?? '';
    if (name.startsWith('_PARTITION')) throw unsupported('ingestion-time partitioning', one.at);
    return name;
  };
  if (expr.kind === 'path') {
    const field = column(expr);
    const type = schema.find((one) => one.name.toLowerCase() === field.toLowerCase())?.type;
    if (type !== undefined && type !== 'DATE')
      throw new SqlError(
        `PARTITION BY expression must be DATE(<timestamp_column>), DATE(<datetime_column>), DATETIME_TRUNC(<datetime_column>, DAY/HOUR/MONTH/YEAR), a DATE column, TIMESTAMP_TRUNC(<timestamp_column>, DAY/HOUR/MONTH/YEAR), DATE_TRUNC(<date_column>, MONTH/YEAR), or RANGE_BUCKET(<int64_column>, GENERATE_ARRAY(<int64_value>, <int64_value>[, <int64_value>]))`,
        expr.at,
      );
    return { type: 'DAY', field };
  }
  if (expr.kind !== 'call') throw unsupported('this form of PARTITION BY', expr.at);
  const [of, part] = expr.args;
  if (expr.name === 'DATE' && expr.args.length === 1) return { type: 'DAY', field: column(of) };
  if (['DATE_TRUNC', 'DATETIME_TRUNC', 'TIMESTAMP_TRUNC'].includes(expr.name) && part?.kind === 'path') {
    const type = part.names[0]?.name.toUpperCase();
    if (type === 'HOUR' || type === 'DAY' || type === 'MONTH' || type === 'YEAR') return { type, field: column(of) };
  }
  throw unsupported(`PARTITION BY ${expr.name}`, expr.at);
}

async function createTable(
  engine: Engine,
  tx: Tx,
  caller: Caller,
  statement: Of<'createTable'>,
  query: QueryPlan | undefined,
): Promise<QueryStatistics['ddl']> {
  const ref = tableRef(statement.path, caller);
  requireDataset(engine, ref);
  checkTableId(ref.table);
  const existing = engine.catalog.table(ref);
  if (existing && statement.ifNotExists) return { operation: 'SKIP', table: ref };
  if (existing && !statement.orReplace) throw new JobFailure('duplicate', `Already Exists: Table ${nameOf(ref)}`);
  if (existing?.kind === 'VIEW')
    throw new JobFailure('invalid', `${nameOf(ref)} is a view: drop it before a table takes its name`);
  const selected = query?.columns.map((column) => fieldOfType(column.name, column.type));
  if (statement.columns && query) throw unsupported('CREATE TABLE with a column list and AS SELECT', statement.at);
  const schema = statement.columns ? readColumns(statement.columns) : parseFields(selected ?? []);
  if (schema.length === 0) throw new SqlError('CREATE TABLE needs columns or AS SELECT', statement.at);
  const options = readOptions(statement.options);
  const partitioning = readPartitionBy(statement.partitionBy, schema);
  if (options.requirePartitionFilter && !partitioning)
    throw new SqlError('require_partition_filter is set on a table that is not partitioned', statement.at);
  const clustering = statement.clusterBy.length > 0 ? statement.clusterBy.map((name) => name.name) : undefined;
  checkPartitioning(schema, partitioning, clustering);
  const now = engine.clock.now();
  const record: TableRecord = {
    ...ref,
    kind: 'TABLE',
    physical: await engine.catalog.createPhysical(tx, schema),
    schema,
    timePartitioning: partitioning && {
      ...partitioning,
      ...(options.partitionExpirationMs !== undefined && { expirationMs: options.partitionExpirationMs }),
    },
    requirePartitionFilter: options.requirePartitionFilter,
    clustering,
    view: undefined,
    expirationTime: options.expirationTime ?? defaultExpiration(engine, ref, now),
    rest: options.rest,
    created: now,
    modified: now,
  };
  if (query) await tx.run(`INSERT INTO ${record.physical} SELECT * FROM (${query.sql}) AS result`);
  if (existing) await tx.run(`DROP TABLE ${existing.physical}`);
  await engine.catalog.putTable(tx, record);
  return { operation: existing ? 'REPLACE' : 'CREATE', table: ref };
}

async function createView(
  engine: Engine,
  tx: Tx,
  caller: Caller,
  statement: Of<'createView'>,
  query: QueryPlan | undefined,
): Promise<QueryStatistics['ddl']> {
  const ref = tableRef(statement.path, caller);
  requireDataset(engine, ref);
  checkTableId(ref.table);
  const existing = engine.catalog.table(ref);
  if (existing && statement.ifNotExists) return { operation: 'SKIP', table: ref };
  if (existing && !statement.orReplace) throw new JobFailure('duplicate', `Already Exists: Table ${nameOf(ref)}`);
  if (existing?.kind === 'TABLE')
    throw new JobFailure('invalid', `${nameOf(ref)} is a table: drop it before a view takes its name`);
  const columns = query?.columns ?? [];
  if (statement.columns && statement.columns.length !== columns.length)
    throw new SqlError(
      `View column list has ${statement.columns.length} names for ${columns.length} columns`,
      statement.at,
    );
  const options = readOptions(statement.options);
  for (const info of query?.reads.keys() ?? []) {
    if (info.kind === 'VIEW' && nameOf(info) === nameOf(ref))
      throw new JobFailure('invalidQuery', `View ${nameOf(ref)} refers to itself`);
  }
  const now = engine.clock.now();
  const record = viewRecord(
    ref,
    statement.text,
    columns.map((column, i) => fieldOfType(statement.columns?.[i] ?? column.name, column.type)),
    now,
  );
  record.rest = options.rest;
  record.expirationTime = options.expirationTime;
  await engine.catalog.putTable(tx, record);
  return { operation: existing ? 'REPLACE' : 'CREATE', table: ref };
}

export function viewRecord(ref: TableRef, text: string, schema: Field[], now: number): TableRecord {
  return {
    project: ref.project,
    dataset: ref.dataset,
    table: ref.table,
    kind: 'VIEW',
    physical: '',
    schema,
    timePartitioning: undefined,
    requirePartitionFilter: false,
    clustering: undefined,
    view: text,
    expirationTime: undefined,
    rest: {},
    created: now,
    modified: now,
  };
}

async function dropTable(
  engine: Engine,
  tx: Tx,
  caller: Caller,
  statement: Of<'drop'>,
): Promise<QueryStatistics['ddl']> {
  const ref = tableRef(statement.path, caller);
  const existing = engine.catalog.table(ref);
  if (!existing) {
    if (statement.ifExists) return { operation: 'SKIP', table: ref };
    requireDataset(engine, ref);
    throw new JobFailure('notFound', `Not found: Table ${nameOf(ref)} was not found in location ${engine.location}`);
  }
  if (existing.kind !== statement.what)
    throw new JobFailure(
      'invalidQuery',
      `${nameOf(ref)} is a ${existing.kind}, which DROP ${statement.what} cannot drop`,
      { location: 'query' },
    );
  await engine.catalog.dropTable(tx, existing);
  return { operation: 'DROP', table: ref };
}

async function dropSchema(
  engine: Engine,
  tx: Tx,
  caller: Caller,
  statement: Of<'drop'>,
): Promise<QueryStatistics['ddl']> {
  const parts = statement.path.map((part) => part.name);
  const [project, dataset] = parts.length > 1 ? [parts[0] ?? '', parts[1] ?? ''] : [caller.project, parts[0] ?? ''];
  const record = engine.catalog.dataset(project, dataset);
  if (!record) {
    if (statement.ifExists) return { operation: 'SKIP', table: undefined };
    throw new JobFailure(
      'notFound',
      `Not found: Dataset ${project}:${dataset} was not found in location ${engine.location}`,
    );
  }
  const tables = engine.catalog.tables(project, dataset);
  if (tables.length > 0 && !statement.cascade)
    throw new JobFailure('resourceInUse', `Dataset ${project}:${dataset} is still in use`);
  for (const table of tables) await engine.catalog.dropTable(tx, table);
  await engine.catalog.dropDataset(tx, record);
  return { operation: 'DROP', table: undefined };
}

async function alterTable(
  engine: Engine,
  tx: Tx,
  caller: Caller,
  statement: Of<'alterTable'>,
): Promise<QueryStatistics['ddl']> {
  const ref = tableRef(statement.path, caller);
  const existing = engine.catalog.table(ref);
  if (!existing) {
    if (statement.ifExists) return { operation: 'SKIP', table: ref };
    throw new JobFailure('notFound', `Not found: Table ${nameOf(ref)} was not found in location ${engine.location}`);
  }
  if (existing.kind === 'VIEW') throw new SqlError('ALTER TABLE cannot change a view', statement.at);
  const has = (name: string) => existing.schema.some((field) => field.name.toLowerCase() === name.toLowerCase());
  const wanted = statement.add.filter((column) => !(column.ifNotExists && has(column.name.name)));
  for (const column of wanted) {
    if (has(column.name.name)) throw new SqlError(`Column already exists: ${column.name.name}`, column.name.at);
    if (column.notNull)
      throw new SqlError(`Cannot add required column ${column.name.name} to an existing table schema`, column.name.at);
  }
  if (wanted.length > 0)
    await changeSchema(engine, tx, existing, parseFields([...existing.schema, ...readColumns(wanted)]));
  return { operation: 'ALTER', table: ref };
}
