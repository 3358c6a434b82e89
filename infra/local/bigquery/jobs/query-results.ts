import type { TableRef } from '../catalog.ts';
import { notSupported } from '../errors.ts';
import { parsePartition, refuseSpecial, splitDecorator } from '../partitions/decorators.ts';
import { type EncodedRow, encodeRow, rowBytes, rowsOf } from '../rows.ts';
import { type Field, fieldOfType, typeOfField } from '../schema.ts';
import type { QueryPlan } from '../sql/analyze/statement.ts';
import type { Script } from '../sql/parse/statements.ts';
import { constrain } from '../sql/type-parameters.ts';
import { duckType, quoteName } from '../sql/types.ts';
import type { Tx } from '../warehouse.ts';
import { type Destination, readDestination } from './destination.ts';
import { ANONYMOUS_DATASET, type Engine, nameOf, readTableRef } from './engine.ts';
import type { Execution } from './execution.ts';
import { insertRows } from './insert-rows.ts';
import type { JobResult, QueryConfiguration } from './job.ts';
import { openDestination } from './open-destination.ts';
import { besidePartition, checkWithin, clearPartition } from './write-partition.ts';

/** The query job whose result is kept. */
interface Running {
  engine: Engine;
  execution: Execution;
  query: QueryConfiguration;
  script: Script;
  /** The rows lie in a transaction that stays open, which no page could be read from. */
  isHeld: boolean;
}

/** Results up to this size stand in the job's own record: a table each would cost the database about 200 kB. */
const MAX_INLINE_BYTES = 64 * 1024;

/** The same inside of a transaction that a session holds open. */
const MAX_HELD_BYTES = 4 * 1024 * 1024;

/** The result is kept beside the job: pages are read from it, and it outlives a restart. */
export async function keepResult(run: Running, tx: Tx, plan: QueryPlan, into: Into | undefined): Promise<JobResult> {
  const { engine, execution } = run;
  const columns = plan.columns.map((column, i) => `CAST(c${i + 1} AS ${duckType(column.type)}) AS c${i + 1}`);
  const schema = plan.columns.map((column) => fieldOfType(column.name, column.type));
  await tx.run(`CREATE TEMP TABLE result AS SELECT ${columns.join(', ')} FROM (${plan.sql}) AS query`);
  const [count] = await tx.rows('SELECT count(*) AS n FROM result');
  const rows = Number(count?.n ?? 0);
  if (into) await writeDestination(engine, tx, into, schema);
  const inline = await readInline(tx, plan, rows, run.isHeld ? MAX_HELD_BYTES : MAX_INLINE_BYTES);
  if (!inline && run.isHeld)
    throw notSupported(
      `a result of more than ${MAX_HELD_BYTES / 1024 / 1024} MB inside of a session's open transaction`,
    );
  const physical = inline ? undefined : engine.freshResult();
  if (physical !== undefined) await tx.run(`CREATE TABLE ${physical} AS SELECT * FROM result`);
  await tx.run('DROP TABLE result');
  const anonymous = { project: execution.job.project, dataset: ANONYMOUS_DATASET, table: execution.job.id };
  return { physical, inline, schema, rows, destination: into?.named ?? anonymous };
}

/** All rows, or undefined where they are too many to stand in the job's record. */
async function readInline(tx: Tx, plan: QueryPlan, count: number, most: number): Promise<EncodedRow[] | undefined> {
  if (count * plan.columns.length * 8 > most) return undefined;
  const types = plan.columns.map((column) => column.type);
  const rows: EncodedRow[] = [];
  let bytes = 0;
  const result = await tx.stream('SELECT * FROM result');
  for await (const chunk of result)
    for (const values of rowsOf(chunk)) {
      const row = encodeRow(values, types, { useInt64Timestamp: true });
      bytes += rowBytes(row);
      if (bytes > most) return undefined;
      rows.push(row);
    }
  return rows;
}

/** The table or partition that a query's rows go to. */
export interface Into {
  /** As the job names it, with its decorator. */
  named: TableRef;
  decorator: string | undefined;
  destination: Destination;
}

export function destinationOf(run: Omit<Running, 'isHeld'>): Into | undefined {
  const { execution, query, script } = run;
  if (!query.destinationTable?.tableId || script.isScript) return undefined;
  const named = readTableRef(query.destinationTable, execution.job.project, 'destinationTable');
  const { ref, decorator } = splitDecorator(named);
  const destination = readDestination(ref, query, { write: 'WRITE_EMPTY', onPartition: decorator !== undefined });
  return { named, decorator, destination };
}

async function writeDestination(engine: Engine, tx: Tx, into: Into, schema: Field[]): Promise<void> {
  const { named, decorator, destination } = into;
  const layout = engine.catalog.table(destination.ref) ?? destination;
  const partition = decorator === undefined ? undefined : parsePartition(decorator, layout, nameOf(named));
  refuseSpecial(partition, 'written to by name');
  const record = await openDestination(engine, tx, besidePartition(destination, partition), schema);
  const values = schema.map((field, i) => {
    const column = record.schema.find((one) => one.name.toLowerCase() === field.name.toLowerCase());
    return constrain(`c${i + 1}`, typeOfField(column ?? field), field.name);
  });
  const query = `SELECT ${values.join(', ')} FROM result`;
  if (partition) {
    const names = schema.map(({ name }) => quoteName(name));
    await checkWithin(
      tx,
      `(SELECT ${names.map((name, i) => `c${i + 1} AS ${name}`).join(', ')} FROM result)`,
      partition,
    );
    await clearPartition(tx, record, partition, destination.write);
  }
  await insertRows(engine, tx, record, { fields: schema, query, partitionTime: partition?.time });
  await engine.catalog.touch(tx, record, engine.clock.now());
}
