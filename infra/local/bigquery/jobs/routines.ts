import { JobFailure } from '../errors.ts';
import type { DdlStatement } from '../sql/analyze/statement.ts';
import { SqlError } from '../sql/sql-error.ts';
import type { Tx } from '../warehouse.ts';
import { type Caller, requireDataset, tableRef } from './ddl-names.ts';
import type { Engine } from './engine.ts';
import type { QueryStatistics } from './job.ts';
import { compileProcedure } from './script/program.ts';

type Of<K extends DdlStatement['kind']> = Extract<DdlStatement, { kind: K }>;

export async function createRoutine(
  engine: Engine,
  tx: Tx,
  caller: Caller,
  statement: Of<'createFunction' | 'createProcedure'>,
): Promise<QueryStatistics['ddl']> {
  const { table: routine, ...place } = tableRef(statement.path, caller);
  requireDataset(engine, place);
  const kind = statement.kind === 'createFunction' ? 'FUNCTION' : 'PROCEDURE';
  if (statement.kind === 'createProcedure') compileProcedure(statement);
  const existing = engine.catalog.routine({ ...place, routine });
  if (existing && statement.ifNotExists) return { operation: 'SKIP', table: undefined };
  if (existing && (!statement.orReplace || existing.kind !== kind))
    throw new JobFailure('duplicate', `Already Exists: Routine ${place.project}:${place.dataset}.${routine}`);
  await engine.catalog.putRoutine(tx, { ...place, routine, kind, text: statement.text, created: engine.clock.now() });
  return { operation: existing ? 'REPLACE' : 'CREATE', table: undefined };
}

export async function dropRoutine(
  engine: Engine,
  tx: Tx,
  caller: Caller,
  statement: Of<'dropRoutine'>,
): Promise<QueryStatistics['ddl']> {
  const { table: routine, ...place } = tableRef(statement.path, caller);
  const existing = engine.catalog.routine({ ...place, routine });
  if (!existing) {
    if (statement.ifExists) return { operation: 'SKIP', table: undefined };
    throw new JobFailure('notFound', `Not found: Routine ${place.project}:${place.dataset}.${routine}`);
  }
  if (existing.kind !== statement.what)
    throw new SqlError(
      `${place.dataset}.${routine} is a ${existing.kind}, which DROP ${statement.what} cannot drop`,
      statement.at,
    );
  await engine.catalog.dropRoutine(tx, existing);
  return { operation: 'DROP', table: undefined };
}
