import type { Tx } from '../../warehouse.ts';
import type { Engine } from '../engine.ts';
import type { Job } from '../job.ts';
import { tempDataset } from './surroundings.ts';

/** A job's temporary tables go with its end, however it ends, but those of its session stay; a restart finds them as they were. */
export async function dropTemporary(engine: Engine, tx: Tx, job: Job): Promise<void> {
  if (job.session !== undefined) return;
  for (const table of engine.catalog.tables(job.project, tempDataset(job))) await engine.catalog.dropTable(tx, table);
}
