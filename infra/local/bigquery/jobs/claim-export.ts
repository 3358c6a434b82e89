import type { ExportPlan } from '../sql/analyze/statement.ts';
import { inTransaction } from './execution.ts';
import { checkFree, readExport } from './export-data.ts';
import { note } from './run-statement.ts';
import { outcomeOf, type Run } from './script/run.ts';
import { topFrame } from './script/state.ts';

/**
 * Files that match where EXPORT DATA writes are refused once, before its first file: a kill lets the statement begin anew,
 * and what it finds then is its own.
 */
export async function claimPlace(run: Run, plan: ExportPlan): Promise<void> {
  const { engine, execution } = run;
  const { options, overwrite } = readExport(plan);
  const place = `${run.state.frames.length} ${topFrame(run.state).pc} ${options.target.bucket}/${options.target.name}`;
  if (overwrite || run.state.exporting === place) return;
  checkFree(engine, options.target);
  const outcome = outcomeOf(run);
  outcome.state.exporting = place;
  await inTransaction(engine, execution, (tx) => note(run, tx, outcome));
}
