import { ApiError } from '../api-error.ts';
import type { HttpTarget } from '../http-target.ts';
import type { State } from '../state.ts';
import type { NameRange } from '../wire-page.ts';
import type { NewTask } from './task-request.ts';

export interface StoredTask extends NewTask {
  /** Attempts sent, and attempts that an answer came back for. */
  dispatches: number;
  responses: number;
  /** Answers other than 5xx: what X-CloudTasks-TaskExecutionCount counts. */
  executions: number;
  firstDispatchMs: number | undefined;
  last: { scheduledUs: number; dispatchedMs: number; respondedMs?: number; status?: RpcStatus } | undefined;
  /** HTTP status of the attempt before; 504 stands for no answer, as the service reports it. */
  previousResponse: number | undefined;
}

export interface RpcStatus {
  code: number;
  message: string;
}

/** A failed attempt and when to try again. */
export interface Failure {
  status: RpcStatus;
  previousResponse: number;
  responded: boolean;
  executed: boolean;
  respondedMs: number;
  dueUs: number;
}

/** Google blocks a name for about an hour after its task ended; up to 24 hours were seen. */
const NAME_BLOCKED_MS = 3_600_000;

/** Tasks in SQLite. `in_flight` counts the attempts under way: only tasks without any are due. */
export function createTaskStore(state: State) {
  const { db } = state;
  state.migrate('tasks', [
    `CREATE TABLE tasks (
      name TEXT PRIMARY KEY,
      queue TEXT NOT NULL,
      due_us INTEGER NOT NULL,
      created_ms INTEGER NOT NULL,
      deadline_ms INTEGER NOT NULL,
      size INTEGER NOT NULL,
      target TEXT NOT NULL,
      body BLOB NOT NULL,
      in_flight INTEGER NOT NULL DEFAULT 0,
      dispatches INTEGER NOT NULL DEFAULT 0,
      responses INTEGER NOT NULL DEFAULT 0,
      executions INTEGER NOT NULL DEFAULT 0,
      first_dispatch_ms INTEGER,
      last TEXT,
      previous_response INTEGER
    ) STRICT`,
    'CREATE INDEX tasks_due ON tasks (queue, in_flight, due_us)',
    'CREATE TABLE tasks_gone (name TEXT PRIMARY KEY, until_ms INTEGER NOT NULL) STRICT',
    'CREATE INDEX tasks_gone_until ON tasks_gone (until_ms)',
  ]);

  const insert = db.prepare(
    `INSERT INTO tasks (name, queue, due_us, created_ms, deadline_ms, size, target, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const select = db.prepare('SELECT * FROM tasks WHERE name = ?');
  const selectRange = db.prepare('SELECT * FROM tasks WHERE name > ? AND name < ? ORDER BY name LIMIT ?');
  const selectDue = db.prepare(
    'SELECT name FROM tasks WHERE queue = ? AND in_flight = 0 AND due_us <= ? ORDER BY due_us LIMIT ?',
  );
  const selectNextDue = db.prepare('SELECT MIN(due_us) AS due FROM tasks WHERE queue = ? AND in_flight = 0');
  const updateBegun = db.prepare(
    `UPDATE tasks SET in_flight = in_flight + 1, dispatches = dispatches + 1,
       first_dispatch_ms = COALESCE(first_dispatch_ms, ?), last = ? WHERE name = ?`,
  );
  const updateFailed = db.prepare(
    `UPDATE tasks SET in_flight = in_flight - 1, responses = responses + ?, executions = executions + ?,
       previous_response = ?, last = ?, due_us = ? WHERE name = ?`,
  );
  const remove = db.prepare('DELETE FROM tasks WHERE name = ?');
  const block = db.prepare('INSERT OR REPLACE INTO tasks_gone (name, until_ms) VALUES (?, ?)');
  const selectGone = db.prepare('SELECT 1 FROM tasks_gone WHERE name = ? AND until_ms > ?');
  const forget = db.prepare('DELETE FROM tasks_gone WHERE until_ms <= ?');
  const blockAll = db.prepare('INSERT OR REPLACE INTO tasks_gone SELECT name, ? FROM tasks WHERE queue = ?');
  const removeAll = db.prepare('DELETE FROM tasks WHERE queue = ?');
  const land = db.prepare('UPDATE tasks SET in_flight = 0 WHERE in_flight <> 0');

  const get = (name: string): StoredTask | undefined => {
    const row = select.get(name);
    return row ? parseRow(row) : undefined;
  };

  return {
    get,
    /** Throws ALREADY_EXISTS while a task of this name lives, and for an hour after. */
    insert(task: NewTask): void {
      forget.run(task.createdMs);
      if (select.get(task.name)) throw new ApiError('ALREADY_EXISTS', 'Requested entity already exists');
      if (selectGone.get(task.name, task.createdMs))
        throw new ApiError(
          'ALREADY_EXISTS',
          'The task cannot be created because a task with this name existed too recently.',
        );
      const { name, queue, dueUs, createdMs, deadlineMs, size, target, body } = task;
      insert.run(name, queue, dueUs, createdMs, deadlineMs, size, JSON.stringify(target), body);
    },
    /** NOT_FOUND in the service's words: it knows for an hour that there was a task. */
    getOrThrow(name: string, nowMs: number): StoredTask {
      const task = get(name);
      if (task) return task;
      throw new ApiError(
        'NOT_FOUND',
        selectGone.get(name, nowMs)
          ? 'The task no longer exists, though a task with this name existed recently. The task either successfully completed or was deleted.'
          : 'Requested entity was not found.',
      );
    },
    list: ({ after, before, limit }: NameRange): StoredTask[] => selectRange.all(after, before, limit).map(parseRow),
    due: (queue: string, nowUs: number, limit: number): string[] =>
      selectDue.all(queue, nowUs, limit).map((row) => String(row.name)),
    nextDueUs(queue: string): number | undefined {
      const due = selectNextDue.get(queue)?.due;
      return due === null || due === undefined ? undefined : Number(due);
    },
    /** Writes an attempt down before it is sent; undefined when the task is gone. */
    begin(name: string, nowMs: number): StoredTask | undefined {
      const task = get(name);
      if (!task) return undefined;
      const last = { scheduledUs: task.dueUs, dispatchedMs: nowMs };
      updateBegun.run(nowMs, JSON.stringify(last), name);
      return { ...task, last, dispatches: task.dispatches + 1, firstDispatchMs: task.firstDispatchMs ?? nowMs };
    },
    fail(task: StoredTask, failure: Failure): void {
      const last = { ...task.last, respondedMs: failure.respondedMs, status: failure.status };
      updateFailed.run(
        failure.responded ? 1 : 0,
        failure.executed ? 1 : 0,
        failure.previousResponse,
        JSON.stringify(last),
        failure.dueUs,
        task.name,
      );
    },
    remove(name: string, nowMs: number): void {
      state.transaction(() => {
        if (Number(remove.run(name).changes) > 0) block.run(name, nowMs + NAME_BLOCKED_MS);
      });
    },
    purge(queue: string, nowMs: number): void {
      state.transaction(() => {
        blockAll.run(nowMs + NAME_BLOCKED_MS, queue);
        removeAll.run(queue);
      });
    },
    /** After a restart nothing is under way: what was in flight is due again. */
    land: (): void => void land.run(),
    transaction: state.transaction,
  };
}

export type TaskStore = ReturnType<typeof createTaskStore>;

function parseRow(row: Record<string, unknown>): StoredTask {
  const optional = (value: unknown) => (value === null ? undefined : Number(value));
  return {
    name: String(row.name),
    queue: String(row.queue),
    dueUs: Number(row.due_us),
    createdMs: Number(row.created_ms),
    deadlineMs: Number(row.deadline_ms),
    size: Number(row.size),
    target: JSON.parse(String(row.target)) as HttpTarget,
    body: row.body as Uint8Array,
    dispatches: Number(row.dispatches),
    responses: Number(row.responses),
    executions: Number(row.executions),
    firstDispatchMs: optional(row.first_dispatch_ms),
    last: row.last === null ? undefined : (JSON.parse(String(row.last)) as StoredTask['last']),
    previousResponse: optional(row.previous_response),
  };
}
