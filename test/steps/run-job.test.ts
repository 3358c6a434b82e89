import { describe, expect, test } from 'vitest';
import type { JobInfo, Ports } from '../../functions/ports.ts';
import { followJob } from '../../functions/steps/run-job.ts';

const PLACE = { name: 'load-shop.orders', n: 7 };

/** A warehouse whose jobs fail, each at once, as often as it is told; time passes only while somebody sleeps. */
function createWorld(failures: number, reason: { retryable: boolean } = { retryable: true }) {
  const jobs = new Map<string, JobInfo>();
  const pauses: number[] = [];
  let now = 0;
  const world = {
    warehouse: {
      job: async (id: string) => jobs.get(id),
      startJob: async (id: string) => {
        const fails = jobs.size < failures;
        const info: JobInfo = { state: 'DONE', rows: 0, bytesBilled: 0 };
        jobs.set(id, fails ? { ...info, error: { reason: 'backendError', ...reason } } : info);
        return 'started' as const;
      },
    },
    clock: {
      now: () => new Date(now),
      sleep: async (ms: number) => {
        now += ms;
        if (ms >= 250) pauses.push(ms);
      },
    },
    log: { warn: () => undefined },
  };
  return { ports: world as unknown as Ports, jobs, pauses };
}

async function followToItsEnd(ports: Ports): Promise<{ calls: number }> {
  for (let calls = 1; ; calls++) if ((await followJob(ports, PLACE, {})) === 'done') return { calls };
}

describe('a job that fails as if it could be repeated', () => {
  test('is tried again after pauses that grow, in this call or a later one, until it succeeds', async () => {
    const { ports, jobs, pauses } = createWorld(15);
    const { calls } = await followToItsEnd(ports);
    expect(calls).toBeGreaterThan(1);
    expect(jobs.size).toBe(16);
    expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, ...Array.from({ length: 8 }, () => 30_000)]);
  });

  test('ends after so many attempts, and whoever comes later starts no other', async () => {
    const { ports, jobs } = createWorld(Number.POSITIVE_INFINITY);
    await expect(followToItsEnd(ports)).rejects.toMatchObject({ code: 'JOB_FAILED', retryable: false });
    expect(jobs.size).toBe(20);
    await expect(followToItsEnd(ports)).rejects.toMatchObject({ code: 'JOB_FAILED', retryable: false });
    expect(jobs.size).toBe(20);
  });
});

test('a job that cannot succeed is not tried again', async () => {
  const { ports, jobs } = createWorld(1, { retryable: false });
  await expect(followJob(ports, PLACE, {})).rejects.toMatchObject({ code: 'JOB_FAILED', retryable: false });
  expect(jobs.size).toBe(1);
});
