import { SqlError, unsupported } from '../../sql/sql-error.ts';
import type { Engine } from '../engine.ts';
import { refresh } from '../materialized-views.ts';

/** BigQuery's own procedures, `CALL BQ.name(…)`. */
export async function callSystem(
  engine: Engine,
  project: string,
  name: string,
  args: readonly string[],
  at: number,
): Promise<void> {
  if (name.toUpperCase() !== 'REFRESH_MATERIALIZED_VIEW') throw unsupported(`procedure BQ.${name}`, at);
  const [view] = args;
  if (view === undefined || args.length > 1)
    throw new SqlError('BQ.REFRESH_MATERIALIZED_VIEW wants the name of one materialized view', at);
  await refresh(engine, project, view, at);
}
