import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TaskQueue } from '../../functions/ports.ts';

export interface TaskQueueBackend {
  queue: TaskQueue;
  /** What has reached the function `load`, in order. */
  received(): { body: unknown; atMs: number; headers: Readonly<Record<string, string | string[] | undefined>> }[];
  /** The account and audience that the queue was told to give tasks. */
  identity: { email: string; audience: string };
  /** Another queue whose service cannot be reached. */
  unreachable: TaskQueue;
  stop(): Promise<void>;
}

/** What every task queue must do. */
export function taskQueueContract(name: string, open: () => Promise<TaskQueueBackend>): void {
  describe(`a task queue: ${name}`, () => {
    let backend: TaskQueueBackend;
    beforeAll(async () => {
      backend = await open();
    });
    afterAll(() => backend.stop());

    const arrived = async (mark: string, within = 5_000) => {
      const isIt = ({ body }: { body: unknown }) => (body as { mark?: string }).mark === mark;
      for (const end = Date.now() + within; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 10))) {
        const found = backend.received().filter(isIt);
        if (found[0]) return { ...found[0], times: found.length };
      }
      throw new Error(`the task ${mark} did not arrive`);
    };

    test('brings the body to the function, as JSON', async () => {
      const body = { mark: 'body', table: 'shop.orders', n: 7, nested: { text: 'ü "1"\n🧂' }, list: [1, null] };
      expect(await backend.queue.enqueue({ function: 'load', name: 'load-body', body })).toBe('created');
      const task = await arrived('body');
      expect(task.body).toEqual(body);
      expect(task.headers['content-type']).toBe('application/json');
      expect(task.headers['x-cloudtasks-taskretrycount']).toBe('0');
      expect(task.headers['x-cloudtasks-taskname']).toBe('load-body');
    });

    test('says who calls: a token for the account, for the URL that it calls', async () => {
      await backend.queue.enqueue({ function: 'load', name: 'load-token', body: { mark: 'token' } });
      const { headers } = await arrived('token');
      const [scheme, token = ''] = String(headers.authorization).split(' ');
      const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
        string,
        unknown
      >;
      expect(scheme).toBe('Bearer');
      expect(claims).toMatchObject({ email: backend.identity.email, aud: backend.identity.audience });
      expect(Number(claims.exp) * 1000).toBeGreaterThan(Date.now());
    });

    test('takes a name once, also when many ask at once, and after the task has run', async () => {
      const task = { function: 'load' as const, name: 'load-once', body: { mark: 'once' } };
      const results = await Promise.all(Array.from({ length: 8 }, () => backend.queue.enqueue(task)));
      expect(results.filter((result) => result === 'created')).toHaveLength(1);
      await arrived('once');
      expect(await backend.queue.enqueue(task)).toBe('exists');
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect((await arrived('once')).times).toBe(1);
    });

    test('holds a task back until its time', async () => {
      const at = new Date(Date.now() + 700);
      await backend.queue.enqueue({ function: 'load', name: 'load-later', body: { mark: 'later' }, at });
      const { atMs } = await arrived('later');
      // Clocks of two processes may differ by a millisecond.
      expect(atMs).toBeGreaterThanOrEqual(at.getTime() - 1);
      expect(atMs).toBeLessThan(at.getTime() + 2_000);
    });

    test('brings a task at once whose time has passed', async () => {
      await backend.queue.enqueue({ function: 'load', name: 'load-past', body: { mark: 'past' }, at: new Date(0) });
      await arrived('past');
    });

    test('refuses a body that no task can hold, for good', async () => {
      const body = { mark: 'x'.repeat(1_100_000) };
      const task = { function: 'load' as const, name: 'load-large', body };
      await expect(backend.queue.enqueue(task)).rejects.toMatchObject({ code: 'TASKS_FAILED', retryable: false });
    });

    test('a service that cannot be reached may be reached later', async () => {
      const task = { function: 'load' as const, name: 'load-lost', body: {} };
      await expect(backend.unreachable.enqueue(task)).rejects.toMatchObject({ code: 'TASKS_FAILED', retryable: true });
    });
  });
}
