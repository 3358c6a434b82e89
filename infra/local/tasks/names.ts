import { ApiError } from '../api-error.ts';

// The rules are those of google/cloud/tasks/v2, Queue.name and Task.name; the messages are the service's own.
const LOCATION = 'projects/[A-Za-z0-9:.-]+/locations/[A-Za-z0-9-]+';
const LOCATION_NAME = new RegExp(`^${LOCATION}$`);
const QUEUE_NAME = new RegExp(`^${LOCATION}/queues/[A-Za-z0-9-]{1,100}$`);
const TASK_NAME = new RegExp(`^(${LOCATION}/queues/[A-Za-z0-9-]{1,100})/tasks/(.*)$`, 's');
const TASK_ID = /^[A-Za-z0-9_-]{1,500}$/;

export function checkLocation(parent: string): void {
  if (!LOCATION_NAME.test(parent))
    throw invalid(
      `Location name must be formatted: "projects/<PROJECT_ID>/locations/<LOCATION_ID>"; it is "${parent}".`,
    );
}

export function checkQueueName(name: string): void {
  if (!QUEUE_NAME.test(name))
    throw invalid('Queue name must be formatted: "projects/<PROJECT_ID>/locations/<LOCATION_ID>/queues/<QUEUE_ID>".');
}

export function parseTaskName(name: string): { queue: string; id: string } {
  const [, queue, id] = TASK_NAME.exec(name) ?? [];
  if (queue === undefined || id === undefined)
    throw invalid(
      'Task name must be formatted: "projects/<PROJECT_ID>/locations/<LOCATION_ID>/queues/<QUEUE_ID>/tasks/<TASK_ID>"',
    );
  if (!TASK_ID.test(id))
    throw invalid(
      `Task ID "${id}" can contain only letters ([A-Za-z]), numbers ([0-9]), hyphens (-), or underscores (_). Task ID must between 1 and 500 characters.`,
    );
  return { queue, id };
}

/** `projects/p/locations/l/queues/q` → `q`. */
export const lastSegment = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

const invalid = (message: string) => new ApiError('INVALID_ARGUMENT', message);
