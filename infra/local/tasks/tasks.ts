import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { Deliveries } from '../delivery.ts';
import type { RpcService } from '../rpc.ts';
import { type PageRequest, readPage } from '../wire-page.ts';
import { createDispatcher } from './dispatcher.ts';
import { checkLocation, checkQueueName, parseTaskName } from './names.ts';
import { renderOperations } from './operations.ts';
import { parseQueueConfig, planQueueUpdate, type WireQueue } from './queue-config.ts';
import { createQueueStore, type StoredQueue } from './queue-store.ts';
import { renderQueue, renderTask, type TaskView } from './resources.ts';
import { parseTask, type WireTask } from './task-request.ts';
import { createTaskStore } from './task-store.ts';

export interface Tasks {
  rpc: RpcService;
  start(): void;
  stop(): Promise<void>;
}

/** Source of both: google/cloud/tasks/v2/cloudtasks.proto, page_size. */
const MAX_QUEUES_PAGE = 9_800;
const MAX_TASKS_PAGE = 1_000;

/**
 * Cloud Tasks: queues and HTTP tasks, in SQLite before they are acknowledged, dispatched at least once.
 * Not supported, and refused by name: App Engine tasks, oauthToken, IAM policies, filters on lists of queues.
 */
export function createTasks(context: Context, dependencies: { deliveries: Deliveries; now?: () => number }): Tasks {
  const { meter } = context;
  const now = dependencies.now ?? Date.now;
  const queues = createQueueStore(context.state);
  const tasks = createTaskStore(context.state);
  const dispatcher = createDispatcher({ tasks, queues, deliveries: dependencies.deliveries, meter, now });

  function changeQueue(name: string, change: (queue: StoredQueue) => StoredQueue): object {
    checkQueueName(name);
    const queue = change(queues.getOrThrow(name));
    queues.update(queue);
    dispatcher.configure(name);
    return renderQueue(queue);
  }

  const methods = {
    CreateQueue({ parent, queue }: { parent: string; queue: WireQueue | null }) {
      checkLocation(parent);
      if (!queue) throw new ApiError('INVALID_ARGUMENT', 'CreateQueueRequest.queue is required.');
      checkQueueName(queue.name);
      if (!queue.name.startsWith(`${parent}/`))
        throw new ApiError('INVALID_ARGUMENT', `${queue.name} must begin with ${parent}.`);
      const stored: StoredQueue = {
        name: queue.name,
        config: parseQueueConfig(queue),
        state: 'RUNNING',
        purgedMs: undefined,
      };
      queues.insert(stored, now());
      return renderQueue(stored);
    },

    GetQueue({ name }: { name: string }) {
      checkQueueName(name);
      return renderQueue(queues.getOrThrow(name));
    },

    ListQueues(request: PageRequest & { parent: string; filter: string }) {
      checkLocation(request.parent);
      if (request.filter !== '')
        throw new ApiError('UNIMPLEMENTED', `ListQueues.filter is not supported by the local cloud: ${request.filter}`);
      const prefix = `${request.parent}/queues/`;
      const page = readPage(request, prefix, MAX_QUEUES_PAGE, queues.list, (queue) => queue.name);
      return { queues: page.items.map(renderQueue), nextPageToken: page.nextPageToken };
    },

    /** "This method creates the queue if it does not exist." */
    UpdateQueue({ queue, updateMask }: { queue: WireQueue | null; updateMask: { paths: string[] } | null }) {
      if (!queue) throw new ApiError('INVALID_ARGUMENT', 'UpdateQueueRequest.queue is required.');
      const { name } = queue;
      checkQueueName(name);
      const current = queues.get(name);
      if (!current) return methods.CreateQueue({ parent: name.split('/').slice(0, 4).join('/'), queue });
      const mask = updateMask?.paths ?? [];
      return changeQueue(name, (stored) => ({ ...stored, config: planQueueUpdate(stored.config, queue, mask) }));
    },

    DeleteQueue({ name }: { name: string }) {
      checkQueueName(name);
      if (!queues.get(name)) throw new ApiError('NOT_FOUND', 'Requested entity was not found.');
      context.state.transaction(() => {
        queues.remove(name, now());
        tasks.purge(name, now());
      });
      dispatcher.configure(name);
      return {};
    },

    PurgeQueue: ({ name }: { name: string }) =>
      changeQueue(name, (queue) => {
        tasks.purge(name, now());
        return { ...queue, purgedMs: now() };
      }),

    PauseQueue: ({ name }: { name: string }) => changeQueue(name, (queue) => ({ ...queue, state: 'PAUSED' })),
    ResumeQueue: ({ name }: { name: string }) => changeQueue(name, (queue) => ({ ...queue, state: 'RUNNING' })),

    CreateTask(request: { parent: string; task: WireTask | null; responseView: TaskView }) {
      checkQueueName(request.parent);
      const task = parseTask(request, now());
      queues.getOrThrow(task.queue);
      tasks.insert(task);
      dispatcher.wake(task.queue);
      return renderTask(tasks.getOrThrow(task.name, now()), request.responseView);
    },

    GetTask(request: { name: string; responseView: TaskView }) {
      parseTaskName(request.name);
      return renderTask(tasks.getOrThrow(request.name, now()), request.responseView);
    },

    ListTasks(request: PageRequest & { parent: string; responseView: TaskView }) {
      checkQueueName(request.parent);
      queues.getOrThrow(request.parent);
      const prefix = `${request.parent}/tasks/`;
      const page = readPage(request, prefix, MAX_TASKS_PAGE, tasks.list, (task) => task.name);
      return {
        tasks: page.items.map((task) => renderTask(task, request.responseView)),
        nextPageToken: page.nextPageToken,
      };
    },

    DeleteTask({ name }: { name: string }) {
      parseTaskName(name);
      tasks.getOrThrow(name, now());
      tasks.remove(name, now());
      return {};
    },

    RunTask(request: { name: string; responseView: TaskView }) {
      parseTaskName(request.name);
      tasks.getOrThrow(request.name, now());
      const task = dispatcher.run(request.name);
      if (!task) throw new ApiError('NOT_FOUND', 'Requested entity was not found.');
      return renderTask(task, request.responseView);
    },

    GetIamPolicy: refuseIam,
    SetIamPolicy: refuseIam,
    TestIamPermissions: refuseIam,
  };

  /** "A billable operation is an API call or push delivery attempt"; a list is one for each task in it. Failed calls are free. */
  function metered(method: string, handler: (request: never) => object): (request: never) => object {
    return (request) => {
      const response = handler(request);
      meter.add('tasks.operations', operationsOf(method, response));
      return response;
    };
  }

  function operationsOf(method: string, response: object): number {
    if (method === 'ListTasks') return Math.max(1, (response as { tasks: object[] }).tasks.length);
    const name = (response as { name?: string }).name ?? '';
    return renderOperations(tasks.get(name)?.size ?? 0);
  }

  return {
    rpc: {
      name: 'google.cloud.tasks.v2.CloudTasks',
      protosFrom: '@google-cloud/tasks',
      methods: Object.fromEntries(
        Object.entries(methods).map(([name, handler]) => [name, metered(name, handler as (request: never) => object)]),
      ),
    },
    start: dispatcher.start,
    stop: dispatcher.stop,
  };
}

function refuseIam(): never {
  throw new ApiError(
    'UNIMPLEMENTED',
    'IAM policies of queues are not supported by the local cloud: it checks no permissions.',
  );
}
