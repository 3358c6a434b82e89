import { type EncodedRow, encodeRow, rowBytes } from '../rows.ts';
import { type Field, fieldOfType, typeOfField } from '../schema.ts';
import type { QueryPlan } from '../sql/analyze/statement.ts';
import type { Script } from '../sql/parse/statements.ts';
import { constrain } from '../sql/type-parameters.ts';
import { duckType } from '../sql/types.ts';
import type { Tx } from '../warehouse.ts';
import { type Destination, readDestination } from './destination.ts';
import { ANONYMOUS_DATASET, type Engine, readTableRef } from './engine.ts';
import type { Execution } from './execution.ts';
import { insertRows } from './insert-rows.ts';
import type { JobResult, QueryConfiguration } from './job.ts';
import { openDestination } from './open-destination.ts';

/** The query job whose result is kept. */
interface Running {
  engine: Engine;
  execution: Execution;
  query: QueryConfiguration;
  script: Script;
}

/** Results up to this size stand in the job's own record: a table each would cost the database about 200 kB. */
const MAX_INLINE_BYTES = 64 * 1024;

/** The result is kept beside the job: pages are read from it, and it outlives a restart. */
export async function keepResult(
  run: Running,
  tx: Tx,
  plan: QueryPlan,
  into: Destination | undefined,
): Promise<JobResult> {
  const { engine, execution } = run;
  const columns = plan.columns.map((column, i) => `CAST(c${i + 1} AS ${duckType(column.type)}) AS c${i + 1}`);
  const schema = plan.columns.map((column) => fieldOfType(column.name, column.type));
  await tx.run(`CREATE TEMP TABLE result AS SELECT ${columns.join(', ')} FROM (${plan.sql}) AS query`);
  const [count] = await tx.rows('SELECT count(*) AS n FROM result');
  const rows = Number(count?.n ?? 0);
  if (into) await writeDestination(engine, tx, into, schema);
  const inline = await readInline(tx, plan, rows);
  const physical = inline ? undefined : engine.freshResult();
  if (physical !== undefined) await tx.run(`CREATE TABLE ${physical} AS SELECT * FROM result`);
  await tx.run('DROP TABLE result');
  const anonymous = { project: execution.job.project, dataset: ANONYMOUS_DATASET, table: execution.job.id };
  return { physical, inline, schema, rows, destination: into?.ref ?? anonymous };
}

/** All rows, or undefined where they are too many to stand in the job's record. */
async function readInline(tx: Tx, plan: QueryPlan, count: number): Promise<EncodedRow[] | undefined> {
  if (count * plan.columns.length * 8 > MAX_INLINE_BYTES) return undefined;
  const types = plan.columns.map((column) => column.type);
  const rows: EncodedRow[] = [];
  let bytes = 0;
  const result = await tx.stream('SELECT * FROM result');
  for await (const chunk of result.yieldRows()) {
    for (const values of chunk) {
      const row = encodeRow(values, types, { useInt64Timestamp: true });
      bytes += rowBytes(row);
      rows.push(row);
    }
    if (bytes > MAX_INLINE_BYTES) return undefined;
  }
  return rows;
}

export function destinationOf(run: Running): Destination | undefined {
  const { execution, query, script } = run;
  if (!query.destinationTable?.tableId || script.isScript) return undefined;
  const ref = readTableRef(query.destinationTable, execution.job.project, 'destinationTable');
  return readDestination(ref, query, { write: 'WRITE_EMPTY' });
}

async function writeDestination(engine: Engine, tx: Tx, destination: Destination, schema: Field[]): Promise<void> {
  const record = await openDestination(engine, tx, destination, schema);
  const values = schema.map((field, i) => {
    const column = record.schema.find((one) => one.name.toLowerCase() === field.name.toLowerCase());
    return constrain(`c${i + 1}`, typeOfField(column ?? field), field.name);
  });
  await insertRows(tx, record, schema, `SELECT ${values.join(', ')} FROM result`);
  await engine.catalog.touch(tx, record, engine.clock.now());
}
