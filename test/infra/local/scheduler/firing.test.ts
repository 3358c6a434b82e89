import { expect, test } from 'vitest';
import { planRetry } from '../../../../infra/local/scheduler/firing.ts';
import type { JobConfig } from '../../../../infra/local/scheduler/job-config.ts';

const retry: JobConfig['retry'] = { count: 2, maxDurationMs: 0, minMs: 1_000, maxMs: 10_000, maxDoublings: 5 };
const config: JobConfig = {
  name: 'projects/test/locations/l/jobs/j',
  description: '',
  schedule: '* * * * *',
  timeZone: 'UTC',
  target: { kind: 'pubsub', topic: 'projects/test/topics/t', attributes: {} },
  payload: Buffer.from('x'),
  retry,
  deadlineMs: 180_000,
};

test.each([
  ['after the first attempt', { attempts: 1 }, {}, 100_000, 101_000],
  ['after the second, twice as long', { attempts: 2 }, {}, 100_000, 102_000],
  ['never after the last', { attempts: 3 }, {}, 100_000, undefined],
  ['never without retries', { attempts: 1 }, { count: 0 }, 100_000, undefined],
  [
    'never without retries, whatever the duration',
    { attempts: 1 },
    { count: 0, maxDurationMs: 60_000 },
    100_000,
    undefined,
  ],
  ['past its attempts while the duration lasts', { attempts: 3 }, { maxDurationMs: 20_000 }, 100_000, 104_000],
  ['never past both', { attempts: 3 }, { maxDurationMs: 5_000 }, 100_000, undefined],
  ['never at the next scheduled time', { attempts: 1 }, {}, 119_000, undefined],
  ['past the next scheduled time when it was run by hand', { attempts: 1, manual: true }, {}, 119_000, 120_000],
])('a firing is retried %s', (_, firing, change, nowMs, expected) => {
  const job = {
    config: { ...config, retry: { ...retry, ...change } },
    state: 'ENABLED' as const,
    nextMs: 120_000,
    updatedMs: 0,
    lastAttemptMs: 0,
    status: undefined,
  };
  const begun = {
    id: 1,
    job: config.name,
    scheduledMs: 60_000,
    manual: false,
    firstAttemptMs: 90_000,
    dueMs: 60_000,
    ...firing,
  };
  expect(planRetry(job, begun, nowMs)).toBe(expected);
});
