import { describe, expect, test } from 'vitest';
import { createDlpJobs } from '../../../../../infra/local/dlp/jobs/dlp-jobs.ts';
import type { InspectJobConfig, JobBody } from '../../../../../infra/local/dlp/jobs/job.ts';
import { createJobTriggers, type TriggerBody } from '../../../../../infra/local/dlp/jobs/job-triggers.ts';
import { createResourceStore } from '../../../../../infra/local/dlp/resources/resource-store.ts';
import { createTemporaryContext } from '../../temporary-context.ts';
import { PARENT, startDlp } from '../dlp-server.ts';

const DAY_S = 86_400;
const schedule = (seconds: number) => ({ schedule: { recurrencePeriodDuration: { seconds, nanos: 0 } } });
const overBucket = (more: object = {}) => ({
  storageConfig: { cloudStorageOptions: { fileSet: { url: 'gs://lake/*' } }, ...more },
});
const declared = (changes: object = {}) => ({
  displayName: 'nightly',
  inspectJob: overBucket(),
  triggers: [schedule(DAY_S)],
  status: 'HEALTHY' as const,
  ...changes,
});

/** Codes of gRPC, and of HTTP over REST. */
const CODES = {
  grpc: { exists: 6, unknown: 12, precondition: 9, missing: 5 },
  rest: { exists: 409, unknown: 501, precondition: 400, missing: 404 },
};

describe.each(['grpc', 'rest'] as const)('over %s', (wire) => {
  const codes = CODES[wire];
  test('triggers are made, got, listed by filter, changed, activated and deleted', async () => {
    const server = await startDlp();
    const client = server[wire];
    const [made] = await client.createJobTrigger({ parent: PARENT, triggerId: 'nightly', jobTrigger: declared() });
    const name = `${PARENT}/jobTriggers/nightly`;
    expect(made).toMatchObject({ name, displayName: 'nightly', status: 'HEALTHY' });
    await expect(
      client.createJobTrigger({ parent: PARENT, triggerId: 'nightly', jobTrigger: declared() }),
    ).rejects.toMatchObject({ code: codes.exists });
    const listed = async (filter: string) =>
      (await client.listJobTriggers({ parent: PARENT, filter }))[0].map((trigger) => trigger.name);
    expect(await listed('')).toEqual([name]);
    expect(await listed('status = HEALTHY AND inspected_storage = cloud_storage')).toEqual([name]);
    expect(await listed('status != HEALTHY')).toEqual([]);
    await expect(listed('status = HEALTHY OR status = PAUSED')).rejects.toMatchObject({ code: codes.unknown });

    const [job] = await client.activateJobTrigger({ name });
    expect(job.jobTriggerName).toBe(name);
    expect((await client.getJobTrigger({ name }))[0].lastRunTime).toBeTruthy();
    const [jobs] = await client.listDlpJobs({ parent: PARENT, filter: `trigger_name = "${name}"` });
    expect(jobs.map((one) => one.name)).toEqual([job.name]);

    const [paused] = await client.updateJobTrigger({
      name,
      jobTrigger: { status: 'PAUSED' },
      updateMask: { paths: ['status'] },
    });
    expect(paused).toMatchObject({ status: 'PAUSED', displayName: 'nightly' });
    await expect(client.activateJobTrigger({ name })).rejects.toMatchObject({ code: codes.precondition });
    await client.deleteJobTrigger({ name });
    await expect(client.getJobTrigger({ name })).rejects.toMatchObject({ code: codes.missing });
    await server.close();
  });
});

describe('a trigger is refused', async () => {
  const server = await startDlp();
  test.each<[string, object, number]>([
    ['without a job', declared({ inspectJob: null }), 3],
    ['without a state', declared({ status: 'STATUS_UNSPECIFIED' }), 3],
    ['without a schedule', declared({ triggers: [] }), 3],
    ['with two of them', declared({ triggers: [schedule(DAY_S), schedule(DAY_S)] }), 3],
    ['more often than daily', declared({ triggers: [schedule(3600)] }), 3],
    ['less often than in 60 days', declared({ triggers: [schedule(61 * DAY_S)] }), 3],
    ['for hybrid jobs', declared({ triggers: [{ manual: {} }] }), 12],
    ['with a long name', declared({ displayName: 'x'.repeat(101) }), 3],
    ['for what a job is refused for', declared({ inspectJob: {} }), 3],
  ])('%s', async (_, jobTrigger, code) => {
    await expect(server.grpc.createJobTrigger({ parent: PARENT, jobTrigger } as never)).rejects.toMatchObject({ code });
  });
  test('is told, and the server ends', () => server.close());
});

describe('in time', () => {
  /** Triggers and jobs on a clock of their own, over no storage: jobs fail, but are made. */
  function bench(nowMs: { at: number }) {
    const { context, remove } = createTemporaryContext();
    let ids = 0;
    const tools = { now: () => nowMs.at, newId: () => String(++ids), checkParent: () => undefined };
    const store = createResourceStore<JobBody>(context.state, 'dlpJobs');
    const jobs = createDlpJobs({
      ...tools,
      store,
      meter: context.meter,
      resolve: async (config) => config,
      files: undefined,
      tables: undefined,
      publish: undefined,
    });
    const triggers = createJobTriggers({
      ...tools,
      store: createResourceStore<TriggerBody>(context.state, 'jobTriggers'),
      jobs,
      check: jobs.check,
    });
    const made = () =>
      store.list({ after: '', before: '\u{10ffff}', limit: 100 }).map(({ body }) => body.config.storageConfig);
    return { triggers, made, end: () => jobs.stop().then(remove) };
  }
  const wireJob = (timespanConfig: object | null = null): InspectJobConfig =>
    ({
      storageConfig: {
        cloudStorageOptions: { fileSet: { url: 'gs://lake/*', regexFileSet: null }, fileTypes: [] },
        timespanConfig,
      },
      inspectConfig: null,
      inspectTemplateName: '',
      actions: [],
    }) as never;
  const create = (methods: object, inspectJob: InspectJobConfig, status = 'HEALTHY') =>
    (methods as { CreateJobTrigger(request: object): Promise<object> }).CreateJobTrigger({
      parent: PARENT,
      triggerId: '',
      jobTrigger: { ...declared({ inspectJob, status }), description: '' },
    });

  test('a job is made once a period has passed, once for several that were missed, and none by a paused one', async () => {
    const clock = { at: 0 };
    const { triggers, made, end } = bench(clock);
    await create(triggers.methods, wireJob());
    await create(triggers.methods, wireJob(), 'PAUSED');
    clock.at = DAY_S * 1000 - 1;
    triggers.start();
    expect(made()).toHaveLength(0);
    triggers.stop();
    clock.at = 3.5 * DAY_S * 1000;
    triggers.start();
    await expect.poll(() => made().length).toBe(1);
    triggers.stop();
    triggers.start();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(made()).toHaveLength(1);
    triggers.stop();
    await end();
  });

  test('a span that fills itself begins where the last one ended', async () => {
    const clock = { at: 0 };
    const { triggers, made, end } = bench(clock);
    await create(
      triggers.methods,
      wireJob({ enableAutoPopulationOfTimespanConfig: true, startTime: null, endTime: null }),
    );
    const name = `${PARENT}/jobTriggers/1`;
    const activate = () =>
      (triggers.methods as unknown as { ActivateJobTrigger(request: object): Promise<object> }).ActivateJobTrigger({
        name,
      });
    clock.at = 5000;
    await activate();
    clock.at = 9000;
    await activate();
    const spans = made().map((storage) => storage?.timespanConfig);
    expect(spans).toMatchObject([
      { startTime: null, endTime: { seconds: '5' } },
      { startTime: { seconds: '5' }, endTime: { seconds: '9' } },
    ]);
    await end();
  });
});
