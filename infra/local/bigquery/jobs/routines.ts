import { JobFailure } from '../errors.ts';
import type { DdlStatement } from '../sql/analyze/statement.ts';
import { SqlError } from '../sql/sql-error.ts';
import type { Tx } from '../warehouse.ts';
import { type Caller, requireDataset, tableRef } from './ddl-names.ts';
import type { Engine } from './engine.ts';
import type { QueryStatistics } from './job.ts';
import { type RoutineWord, readRoutineOptions } from './routine-options.ts';
import { compileProcedure } from './script/program.ts';

type Of<K extends DdlStatement['kind']> = Extract<DdlStatement, { kind: K }>;

export type CreateRoutine = Of<'createFunction' | 'createTableFunction' | 'createProcedure'>;

const KINDS = {
  createFunction: 'FUNCTION',
  createTableFunction: 'TABLE FUNCTION',
  createProcedure: 'PROCEDURE',
} as const;

/** How OPTIONS and errors name the routine that a statement makes. */
export function wordOf(statement: CreateRoutine): RoutineWord {
  if (statement.kind === 'createTableFunction') return 'a table function';
  if (statement.kind === 'createProcedure') return 'a procedure';
  return statement.body.kind === 'javascript' ? 'a JavaScript function' : 'a function';
}

export async function createRoutine(
  engine: Engine,
  tx: Tx,
  caller: Caller,
  statement: CreateRoutine,
): Promise<QueryStatistics['ddl']> {
  const { table: routine, ...place } = tableRef(statement.path, caller);
  requireDataset(engine, place);
  const kind = KINDS[statement.kind];
  readRoutineOptions(statement.options, wordOf(statement));
  if (statement.kind === 'createProcedure') compileProcedure(statement);
  const existing = engine.catalog.routine({ ...place, routine });
  const done = (operation: string) => ({ operation, table: undefined, routine: { ...place, routine } });
  if (existing && statement.ifNotExists) return done('SKIP');
  if (existing && (!statement.orReplace || existing.kind !== kind))
    throw new JobFailure('duplicate', `Already Exists: Routine ${place.project}:${place.dataset}.${routine}`);
  const now = engine.clock.now();
  await engine.catalog.putRoutine(tx, {
    ...place,
    routine,
    kind,
    text: statement.text,
    created: existing?.created ?? now,
    ...(existing && { modified: now }),
  });
  return done(existing ? 'REPLACE' : 'CREATE');
}

export async function dropRoutine(
  engine: Engine,
  tx: Tx,
  caller: Caller,
  statement: Of<'dropRoutine'>,
): Promise<QueryStatistics['ddl']> {
  const { table: routine, ...place } = tableRef(statement.path, caller);
  const existing = engine.catalog.routine({ ...place, routine });
  const done = (operation: string) => ({ operation, table: undefined, routine: { ...place, routine } });
  if (!existing) {
    if (statement.ifExists) return done('SKIP');
    throw new JobFailure('notFound', `Not found: Routine ${place.project}:${place.dataset}.${routine}`);
  }
  if (existing.kind !== statement.what)
    throw new SqlError(
      `${place.dataset}.${routine} is a ${existing.kind}, which DROP ${statement.what} cannot drop`,
      statement.at,
    );
  await engine.catalog.dropRoutine(tx, existing);
  return done('DROP');
}
