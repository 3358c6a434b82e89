import type { LastCopy } from '../model/erasure.ts';

/** Kept by BigQuery after time travel, for its own support alone; nothing shortens it. Source: cloud.google.com/bigquery/docs/time-travel#fail-safe. */
const FAIL_SAFE_DAYS = 7;
const DAY_MS = 86_400_000;

export interface Remover {
  /** When the last of it was removed. */
  removedAt: Date;
  buckets: readonly { name: string; softDeleteSeconds: number }[];
  datasets: readonly { name: string; timeTravelHours: number }[];
}

/** What the services keep of removed objects and rows, by their own settings, the one that lasts longest first. */
export function planLastCopies({ removedAt, buckets, datasets }: Remover): LastCopy[] {
  const after = (ms: number): string => new Date(removedAt.getTime() + ms).toISOString();
  const ofBuckets = buckets
    .filter(({ softDeleteSeconds }) => softDeleteSeconds > 0)
    .map(({ name, softDeleteSeconds }) => ({
      what: `gs://${name}`,
      why: `soft delete keeps removed objects for ${softDeleteSeconds / 86_400} days`,
      until: after(softDeleteSeconds * 1000),
    }));
  const ofDatasets = datasets.map(({ name, timeTravelHours }) => ({
    what: name,
    why: `time travel of ${timeTravelHours} hours, then fail-safe of ${FAIL_SAFE_DAYS} days`,
    until: after(timeTravelHours * 3_600_000 + FAIL_SAFE_DAYS * DAY_MS),
  }));
  return [...ofBuckets, ...ofDatasets].sort((a, b) => (a.until < b.until ? 1 : -1));
}
