import type { BatchRun } from '../model/run.ts';
import { MAX_URIS } from './commit.ts';

/** A run that waits in line. */
export interface Candidate {
  run: BatchRun;
  /** Of its curated shards. */
  bytes: number;
}

/** A load may write 4,000 partitions and read 15 TB. Source: cloud.google.com/bigquery/quotas#load_jobs. */
const MAX_PARTITIONS = 2000;
const MAX_BYTES = 5e12;

/** As many runs, in their order, as one load takes with room to spare; the first always, since nothing makes it smaller. */
export function fillBatch(waiting: readonly Candidate[]): BatchRun[] {
  const taken: BatchRun[] = [];
  const partitions = new Set<string>();
  let uris = 0;
  let bytes = 0;
  for (const { run, bytes: more } of waiting) {
    for (const partition of run.partitions) partitions.add(partition);
    uris += run.uris.length;
    bytes += more;
    if (taken.length > 0 && (partitions.size > MAX_PARTITIONS || uris > MAX_URIS || bytes > MAX_BYTES)) break;
    taken.push(run);
  }
  return taken;
}
