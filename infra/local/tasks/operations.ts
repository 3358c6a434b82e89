/** "For pricing purposes, tasks are chunked by size (32KB)." Source: cloud.google.com/tasks/pricing. */
const CHUNK_BYTES = 32 * 1024;

/** Billable operations of one call or attempt with a task of this size. */
export const renderOperations = (taskBytes: number): number => Math.max(1, Math.ceil(taskBytes / CHUNK_BYTES));
