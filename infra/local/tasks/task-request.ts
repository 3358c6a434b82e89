import { randomBytes } from 'node:crypto';
import { ApiError } from '../api-error.ts';
import { type HttpTarget, parseHttpTarget, type WireHttpTarget } from '../http-target.ts';
import { fieldBytes, mapBytes, textBytes } from '../wire-size.ts';
import { microsOf, millisOf, type WireTime } from '../wire-time.ts';
import { parseTaskName } from './names.ts';

export interface WireTask {
  name: string;
  httpRequest?: (WireHttpTarget & { url: string }) | null;
  appEngineHttpRequest?: object | null;
  scheduleTime: WireTime | null;
  dispatchDeadline: WireTime | null;
}

export interface NewTask {
  name: string;
  queue: string;
  target: HttpTarget;
  body: Uint8Array;
  /** Microseconds, the precision that Google keeps. */
  dueUs: number;
  createdMs: number;
  deadlineMs: number;
  /** Bytes of the stored task, by which operations are billed and its size is limited. */
  size: number;
}

const DEFAULT_DEADLINE_MS = 600_000;
const MIN_DEADLINE_MS = 15_000;
const MAX_DEADLINE_MS = 1_800_000;
const MAX_AHEAD_MS = 30 * 24 * 3_600_000;
/** 1 MiB less 7 bytes: the size at which the service was seen to refuse, as github.com/aertje/cloud-tasks-emulator measured. */
const MAX_TASK_BYTES = 1_048_569;

export function parseTask(request: { parent: string; task: WireTask | null }, nowMs: number): NewTask {
  const { task } = request;
  if (!task) throw invalid('CreateTaskRequest.task is required.');
  if (task.appEngineHttpRequest)
    throw new ApiError('UNIMPLEMENTED', 'App Engine tasks are not supported by the local cloud: use httpRequest.');
  const { httpRequest } = task;
  if (!httpRequest) throw invalid('Task.httpRequest is required.');
  const name = task.name === '' ? `${request.parent}/tasks/${createTaskId()}` : task.name;
  const { queue } = parseTaskName(name);
  if (queue !== request.parent)
    throw invalid(
      `The queue name from request ('${request.parent}') must be the same as the queue name in the named task ('${queue}').`,
    );
  const target = parseHttpTarget(httpRequest, { name: 'HttpRequest.url', value: httpRequest.url });
  const parsed = {
    name,
    queue,
    target,
    body: httpRequest.body,
    dueUs: parseScheduleTime(task.scheduleTime, nowMs),
    createdMs: nowMs,
    deadlineMs: parseDeadline(task.dispatchDeadline),
  };
  const size = storedBytes(parsed);
  if (size > MAX_TASK_BYTES) throw invalid('Task size too large');
  return { ...parsed, size };
}

function parseScheduleTime(time: WireTime | null, nowMs: number): number {
  const dueUs = time ? Math.max(microsOf(time), nowMs * 1_000) : nowMs * 1_000;
  if (dueUs > (nowMs + MAX_AHEAD_MS) * 1_000)
    throw invalid(
      `The Task.scheduleTime, ${new Date(dueUs / 1_000).toISOString()}, is too far in the future. Schedule time must be no more than 720h in the future.`,
    );
  return dueUs;
}

function parseDeadline(deadline: WireTime | null): number {
  const deadlineMs = deadline ? millisOf(deadline) : DEFAULT_DEADLINE_MS;
  if (deadlineMs < MIN_DEADLINE_MS || deadlineMs > MAX_DEADLINE_MS)
    throw invalid('Task.dispatchDeadline must be between [15s, 30m].');
  return deadlineMs;
}

/** Google's own ids are decimal numbers of up to 20 digits. */
const createTaskId = (): string => randomBytes(8).readBigUInt64BE().toString();

/** Bytes of the task as a protobuf message with its defaults filled in, which is what Google measures. */
function storedBytes({ name, target, body }: Omit<NewTask, 'size'>): number {
  const token = target.oidcToken;
  const request =
    textBytes(target.url) +
    METHOD_BYTES +
    mapBytes({ ...target.headers, 'User-Agent': 'Google-Cloud-Tasks' }) +
    (body.length > 0 ? fieldBytes(body.length) : 0) +
    (token ? fieldBytes(textBytes(token.serviceAccountEmail) + textBytes(token.audience)) : 0);
  return textBytes(name) + fieldBytes(request) + TIMES_BYTES;
}

const METHOD_BYTES = 2;
/** Schedule time with microseconds (13), create time (8) and dispatch deadline (5). */
const TIMES_BYTES = 26;

const invalid = (message: string) => new ApiError('INVALID_ARGUMENT', message);
