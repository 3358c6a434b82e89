import { createHash } from 'node:crypto';
import type { Job } from './job.ts';

/** The job of a script's statement, by the number of those before it. */
export const childId = (job: Pick<Job, 'project'> & { id?: string }, number: number): string =>
  `script_job_${createHash('sha256').update(`${job.project}:${job.id}`).digest('hex').slice(0, 32)}_${number}`;
