import type { Clock } from './clock.ts';
import { isIngestion, type Layout, partitionColumn } from './partitions/layout.ts';
import { type Field, typeOfField } from './schema.ts';
import type { Analysis, TableInfo } from './sql/analyze/analysis.ts';
import { PARTITION_TIME, pseudoColumns } from './sql/analyze/pseudo-columns.ts';
import { SqlError, unsupported } from './sql/sql-error.ts';
import { withoutParameters } from './sql/type-parameters.ts';
import { duckType } from './sql/types.ts';
import type { Tx, Warehouse } from './warehouse.ts';

export interface DatasetRecord {
  project: string;
  dataset: string;
  location: string;
  /** Fields of the dataset resource that are kept as they came: labels, description, friendlyName, access, … */
  rest: Record<string, unknown>;
  created: number;
  modified: number;
}

export interface TableRecord extends Layout {
  project: string;
  dataset: string;
  table: string;
  kind: 'TABLE' | 'VIEW' | 'MATERIALIZED_VIEW' | 'SNAPSHOT';
  /** Of a materialized view alone. */
  materialized?: MaterializedOptions;
  /** Of a snapshot or a clone: what it was made of, and when in milliseconds since 1970. */
  base?: { table: TableRef; at: number };
  /** Its rows' table in DuckDB's schema `data`: a number, because BigQuery's names are case-sensitive and DuckDB's are not. */
  physical: string;
  schema: Field[];
  requirePartitionFilter: boolean;
  view: string | undefined;
  /** Of a view whose columns were named as `CREATE VIEW v (a, b)`: others' are what their query has when it is asked. */
  viewColumns?: string[];
  expirationTime: number | undefined;
  keys?: TableKeys;
  /** Fields of the table resource that are kept as they came: labels, description, friendlyName. */
  rest: Record<string, unknown>;
  created: number;
  modified: number;
}

/** Keys that the table is said to have: no row is held to them. */
export interface TableKeys {
  /** Column names. */
  primary: string[] | undefined;
  foreign: ForeignKey[];
}

export interface ForeignKey {
  name: string;
  columns: string[];
  table: TableRef;
  referenced: string[];
}

export interface MaterializedOptions {
  enableRefresh: boolean;
  refreshIntervalMs: number;
  /** As the REST API writes an INTERVAL: `0-0 0 4:0:0`. */
  maxStaleness?: string;
  allowNonIncremental: boolean;
  /** When it was made, or last told to refresh, in milliseconds since 1970. */
  lastRefresh: number;
}

export interface TableRef {
  project: string;
  dataset: string;
  table: string;
}

/** A function, table function or procedure that SQL made. */
export interface RoutineRecord {
  project: string;
  dataset: string;
  routine: string;
  kind: 'FUNCTION' | 'TABLE FUNCTION' | 'PROCEDURE';
  /** Its CREATE statement, as it was written. */
  text: string;
  created: number;
  /** Absent of one that was never replaced. */
  modified?: number;
}

/** Datasets, tables and routines: kept in memory, and in the warehouse's own transactions. */
export interface Catalog {
  datasets(project: string): DatasetRecord[];
  dataset(project: string, dataset: string): DatasetRecord | undefined;
  tables(project: string, dataset: string): TableRecord[];
  table(ref: TableRef): TableRecord | undefined;
  /** What SQL needs to know of a table, where there is one. */
  info(ref: TableRef): TableInfo | undefined;
  routine(ref: Pick<RoutineRecord, 'project' | 'dataset' | 'routine'>): RoutineRecord | undefined;
  routines(project: string, dataset: string): RoutineRecord[];
  putRoutine(tx: Tx, record: RoutineRecord): Promise<void>;
  dropRoutine(tx: Tx, record: RoutineRecord): Promise<void>;
  /** Tables whose expirationTime is past: no request sees them any more. */
  expired(now: number): TableRecord[];
  /** Tables whose partitions go one by one. */
  withPartitionExpiration(): TableRecord[];
  /** What SQL resolves its names with. */
  resolver(options: {
    project: string;
    defaultDataset: { project: string; dataset: string } | undefined;
    location: string;
  }): Analysis['findTable'];
  /** What a table name with a star at its end stands for. Throws SqlError where that is nothing. */
  wildcard(
    options: { project: string; location: string; defaultDataset: { project: string; dataset: string } | undefined },
    path: string[],
    at: number,
  ): { suffix: string; table: TableInfo }[];
  putDataset(tx: Tx, record: DatasetRecord): Promise<void>;
  dropDataset(tx: Tx, record: DatasetRecord): Promise<void>;
  /** Creates or replaces the record; the rows' table is made and dropped by the caller. */
  putTable(tx: Tx, record: TableRecord): Promise<void>;
  dropTable(tx: Tx, record: TableRecord): Promise<void>;
  /** The same rows under another name of the same dataset. */
  renameTable(tx: Tx, record: TableRecord, table: string): Promise<TableRecord>;
  /** Notes that rows changed; concurrent writers only append here, so they never conflict. */
  touch(tx: Tx, record: TableRecord, at: number): Promise<void>;
  /** Whether a transaction that is still open made the temporary table: none other sees its rows. */
  isUncommitted(record: TableRecord): boolean;
  /** Counts the commits that changed a table's rows: the key of what is derived from them. */
  version(record: TableRecord): number;
  /** Makes an empty table in DuckDB for rows of the schema, laid out so; resolves to its qualified name. */
  createPhysical(tx: Tx, schema: Field[], layout: Pick<Layout, 'timePartitioning'>): Promise<string>;
}

/** How the datasets begin that hold the temporary tables of a job or of a session. */
export const TEMPORARY = '_temp_';

const datasetKey = (project: string, dataset: string) => JSON.stringify([project, dataset]);
const routineKey = (ref: Pick<RoutineRecord, 'project' | 'dataset' | 'routine'>) =>
  JSON.stringify([ref.project, ref.dataset, ref.routine]);
const tableKey = (ref: TableRef) => JSON.stringify([ref.project, ref.dataset, ref.table]);

/** `clock` tells which tables have expired. */
export async function openCatalog(warehouse: Warehouse, clock: Clock): Promise<Catalog> {
  const datasets = new Map<string, DatasetRecord>();
  const tables = new Map<string, TableRecord>();
  const routines = new Map<string, RoutineRecord>();
  const versions = new Map<string, number>();
  const uncommitted = new Set<string>();
  const infos = new WeakMap<TableRecord, TableInfo>();
  let nextPhysical = 1;

  await warehouse.transaction(async (tx) => {
    await tx.run('CREATE TABLE IF NOT EXISTS meta.datasets (key VARCHAR, json VARCHAR)');
    await tx.run('CREATE TABLE IF NOT EXISTS meta.tables (key VARCHAR, json VARCHAR)');
    await tx.run('CREATE TABLE IF NOT EXISTS meta.routines (key VARCHAR, json VARCHAR)');
    for (const row of await tx.rows('SELECT key, json FROM meta.routines'))
      routines.set(String(row.key), JSON.parse(String(row.json)));
    await tx.run('CREATE TABLE IF NOT EXISTS meta.changes (key VARCHAR, changed BIGINT)');
    for (const row of await tx.rows('SELECT key, json FROM meta.datasets'))
      datasets.set(String(row.key), JSON.parse(String(row.json)));
    for (const row of await tx.rows('SELECT key, json FROM meta.tables'))
      tables.set(String(row.key), JSON.parse(String(row.json)));
    const changes = await tx.rows('SELECT key, max(changed) AS changed FROM meta.changes GROUP BY key');
    for (const { key, changed } of changes) {
      const record = tables.get(String(key));
      if (record) record.modified = Math.max(record.modified, Number(changed));
    }
    await tx.run('DELETE FROM meta.changes');
    for (const { key, changed } of changes)
      if (tables.has(String(key)))
        await tx.run('INSERT INTO meta.changes VALUES ($key, $at)', { key: String(key), at: BigInt(String(changed)) });
    const [last] = await tx.rows(
      "SELECT max(CAST(regexp_extract(table_name, '\\d+$') AS BIGINT)) AS n FROM duckdb_tables() WHERE schema_name IN ('data', 'anon') AND NOT temporary",
    );
    nextPhysical = Number(last?.n ?? 0) + 1;
  });

  async function put(tx: Tx, table: string, key: string, json: string | undefined): Promise<void> {
    await tx.run(`DELETE FROM meta.${table} WHERE key = $key`, { key });
    if (json !== undefined) await tx.run(`INSERT INTO meta.${table} VALUES ($key, $json)`, { key, json });
  }

  function infoOf(record: TableRecord): TableInfo {
    const known = infos.get(record);
    if (known) return known;
    // A field may be named in another case than its column.
    const own = (name: string | undefined) =>
      record.schema.find((field) => field.name.toLowerCase() === name?.toLowerCase())?.name ?? name;
    const info: TableInfo = {
      project: record.project,
      dataset: record.dataset,
      table: record.table,
      kind: record.kind,
      physical: record.physical,
      columns: record.schema.map((field) => {
        const declared = typeOfField(field);
        return {
          name: field.name,
          type: withoutParameters(declared),
          declared,
          required: field.mode === 'REQUIRED',
          default: field.defaultValueExpression,
        };
      }),
      view: record.view,
      viewColumns: record.viewColumns,
      pseudo: record.timePartitioning && isIngestion(record) ? pseudoColumns(record.timePartitioning.type) : [],
      partitionColumn: own(partitionColumn(record)),
      requirePartitionFilter: record.requirePartitionFilter,
    };
    infos.set(record, info);
    return info;
  }

  const routinesOf = (project: string, dataset: string) =>
    [...routines.values()].filter((one) => one.project === project && one.dataset === dataset);

  /** A job's own temporary tables are seen at once, by whoever comes next in its transaction: no other job names them. */
  function change(tx: Tx, record: TableRecord, make: () => void): void {
    if (!record.dataset.startsWith(TEMPORARY)) {
      tx.afterCommit(make);
      return;
    }
    const key = tableKey(record);
    const before = tables.get(key);
    make();
    uncommitted.add(record.physical);
    tx.afterCommit(() => void uncommitted.delete(record.physical));
    tx.afterRollback(() => {
      uncommitted.delete(record.physical);
      if (before) tables.set(key, before);
      else tables.delete(key);
    });
  }

  async function dropRoutine(tx: Tx, record: RoutineRecord): Promise<void> {
    await put(tx, 'routines', routineKey(record), undefined);
    tx.afterCommit(() => void routines.delete(routineKey(record)));
  }

  async function dropTable(tx: Tx, record: TableRecord): Promise<void> {
    const key = tableKey(record);
    await put(tx, 'tables', key, undefined);
    if (record.view === undefined) await tx.run(`DROP TABLE IF EXISTS ${record.physical}`);
    change(tx, record, () => void tables.delete(key));
  }

  /** Tables that were being made while their dataset was dropped: a new one of its name must not have them. */
  const leftIn = ({ project, dataset }: DatasetRecord) =>
    [...tables.values()].filter((one) => one.project === project && one.dataset === dataset);

  const isAlive = (record: TableRecord | undefined) =>
    record && (record.expirationTime === undefined || record.expirationTime > clock.now()) ? record : undefined;

  return {
    datasets: (project) =>
      [...datasets.values()].filter((one) => one.project === project).sort((a, b) => (a.dataset < b.dataset ? -1 : 1)),
    dataset: (project, dataset) => datasets.get(datasetKey(project, dataset)),
    tables: (project, dataset) =>
      [...tables.values()]
        .filter((one) => one.project === project && one.dataset === dataset && isAlive(one))
        .sort((a, b) => (a.table < b.table ? -1 : 1)),
    table: (ref) => isAlive(tables.get(tableKey(ref))),
    info(ref) {
      const record = isAlive(tables.get(tableKey(ref)));
      return record && infoOf(record);
    },
    routine: (ref) => routines.get(routineKey(ref)),
    routines: routinesOf,
    async putRoutine(tx, record) {
      await put(tx, 'routines', routineKey(record), JSON.stringify(record));
      tx.afterCommit(() => void routines.set(routineKey(record), record));
    },
    dropRoutine,
    expired: (now) =>
      [...tables.values()].filter((one) => one.expirationTime !== undefined && one.expirationTime <= now),
    withPartitionExpiration: () =>
      [...tables.values()].filter((one) => one.kind === 'TABLE' && one.timePartitioning?.expirationMs !== undefined),
    resolver({ project, defaultDataset, location }) {
      return (path, at, defaults) => {
        const ref = resolvePath(path, at, project, defaults ? defaultDataset : undefined);
        if (ref.table.includes('*'))
          throw new SqlError(`Invalid wildcard table name ${ref.table}: the star must end it`, at);
        if (ref.table.includes('$') || ref.table.includes('@')) throw unsupported('table decorators in SQL', at);
        if (!datasets.has(datasetKey(ref.project, ref.dataset)))
          throw new SqlError(
            `Not found: Dataset ${ref.project}:${ref.dataset} was not found in location ${location}`,
            undefined,
            'notFound',
          );
        const record = isAlive(tables.get(tableKey(ref)));
        if (!record)
          throw new SqlError(
            `Not found: Table ${ref.project}:${ref.dataset}.${ref.table} was not found in location ${location}`,
            undefined,
            'notFound',
          );
        if (record.schema.length === 0 && record.view === undefined)
          throw new SqlError(
            `Table ${ref.project}:${ref.dataset}.${ref.table} does not have a schema.`,
            undefined,
            'invalid',
          );
        return infoOf(record);
      };
    },
    wildcard({ project, location, defaultDataset }, path, at) {
      const ref = resolvePath(path, at, project, defaultDataset);
      const prefix = ref.table.slice(0, -1);
      const found = [...tables.values()]
        .filter((one) => one.project === ref.project && one.dataset === ref.dataset && isAlive(one))
        .filter((one) => one.kind === 'TABLE' && one.table.startsWith(prefix))
        .sort((a, b) => b.created - a.created);
      if (found.length === 0)
        throw new SqlError(
          `${ref.project}:${ref.dataset}.${ref.table} does not match any table in location ${location}`,
          undefined,
          'notFound',
        );
      return found.map((record) => ({ suffix: record.table.slice(prefix.length), table: infoOf(record) }));
    },
    async putDataset(tx, record) {
      const key = datasetKey(record.project, record.dataset);
      if (!datasets.has(key)) for (const left of leftIn(record)) await dropTable(tx, left);
      await put(tx, 'datasets', key, JSON.stringify(record));
      tx.afterCommit(() => void datasets.set(key, record));
    },
    async dropDataset(tx, record) {
      const key = datasetKey(record.project, record.dataset);
      for (const routine of routinesOf(record.project, record.dataset)) await dropRoutine(tx, routine);
      await put(tx, 'datasets', key, undefined);
      tx.afterCommit(() => void datasets.delete(key));
    },
    async putTable(tx, record) {
      const key = tableKey(record);
      const before = tables.get(key);
      // No caller sees a table that has expired, so none drops its rows.
      if (before && !isAlive(before) && before.physical !== record.physical && before.view === undefined)
        await tx.run(`DROP TABLE IF EXISTS ${before.physical}`);
      await put(tx, 'tables', key, JSON.stringify(record));
      change(tx, record, () => {
        tables.set(key, record);
        versions.set(record.physical, (versions.get(record.physical) ?? 0) + 1);
      });
    },
    dropTable,
    async renameTable(tx, record, table) {
      const [key, next] = [tableKey(record), { ...record, table }];
      await put(tx, 'tables', key, undefined);
      await put(tx, 'tables', tableKey(next), JSON.stringify(next));
      tx.afterCommit(() => {
        tables.delete(key);
        tables.set(tableKey(next), next);
      });
      return next;
    },
    async touch(tx, record, at) {
      await tx.run('INSERT INTO meta.changes VALUES ($key, $at)', { key: tableKey(record), at: BigInt(at) });
      tx.afterCommit(() => {
        record.modified = Math.max(record.modified, at);
        versions.set(record.physical, (versions.get(record.physical) ?? 0) + 1);
      });
    },
    isUncommitted: (record) => uncommitted.has(record.physical),
    version: (record) => versions.get(record.physical) ?? 0,
    async createPhysical(tx, schema, layout) {
      const physical = `data.t_${nextPhysical++}`;
      const pseudo = isIngestion(layout) ? `${PARTITION_TIME} TIMESTAMPTZ NOT NULL` : '';
      // A table without a schema still needs a column in DuckDB; no field may have a `!` in its name.
      const columns = [renderColumns(schema) || '"!none" BOOLEAN', pseudo].filter((one) => one !== '');
      await tx.run(`CREATE TABLE ${physical} (${columns.join(', ')})`);
      return physical;
    },
  };
}

export function renderColumns(schema: Field[]): string {
  return schema
    .map(
      (field) =>
        `"${field.name.replaceAll('"', '""')}" ${duckType(typeOfField(field))}${field.mode === 'REQUIRED' ? ' NOT NULL' : ''}`,
    )
    .join(', ');
}

/** `table`, `dataset.table` or `project.dataset.table`. */
export function resolvePath(
  path: string[],
  at: number | undefined,
  project: string,
  defaults: { project: string; dataset: string } | undefined,
): TableRef {
  const [a = '', b, c, ...more] = path;
  if (more.length > 0) throw new SqlError(`Invalid table name ${path.join('.')}`, at);
  if (c !== undefined) return { project: a, dataset: b ?? '', table: c };
  if (b !== undefined) return { project, dataset: a, table: b };
  if (!defaults)
    throw new SqlError(`Table "${a}" must be qualified with a dataset (e.g. dataset.table).`, at, 'invalid');
  return { ...defaults, table: a };
}
