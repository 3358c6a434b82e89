import { ApiError, RPC_CODES } from '../../api-error.ts';
import type { Meter } from '../../meter.ts';
import type { RpcService } from '../../rpc.ts';
import type { Files } from '../../storage/files.ts';
import { type PageRequest, readPage } from '../../wire-page.ts';
import { wireOfMillis } from '../../wire-time.ts';
import { inspectContent } from '../inspect/inspect-content.ts';
import { planInspection } from '../inspect/plan-inspection.ts';
import {
  canonicalParent,
  checkOrder,
  type Resource,
  type ResourceStore,
  resourceId,
} from '../resources/resource-store.ts';
import type { InspectConfig } from '../wire/inspection.ts';
import { type Piece, piecesOfStorage, piecesOfTable } from './inspect-source.ts';
import { checkInspectJob, type InspectJobConfig, inspectedStorage, type JobBody, renderErrors } from './job.ts';
import { planFilter } from './list-filter.ts';
import { FINDING_COLUMNS, type PlacedFinding, renderFindingRow } from './save-findings.ts';
import type { TableReader } from './table-reader.ts';

const MAX_PAGE = 100;
/** Findings of one piece; Google bounds a job's findings by its configuration only. */
const SAVE_ROWS = 2000;

export interface JobServices {
  store: ResourceStore<JobBody>;
  meter: Meter;
  now(): number;
  newId(): string;
  checkParent(parent: string): void;
  /** Template, stored infoTypes and dictionaries merged in. */
  resolve(config: InspectConfig | null, template: string): Promise<InspectConfig | null>;
  files: Files | undefined;
  tables: TableReader | undefined;
  publish: ((topic: string, message: { attributes: Record<string, string> }) => void) | undefined;
}

export interface DlpJobs {
  methods: RpcService['methods'];
  /** @throws ApiError for what a job with this configuration would be refused for. */
  check(config: InspectJobConfig): Promise<void>;
  /** Makes a job and returns it as the API shows it; it runs when its turn comes. */
  create(
    parent: string,
    config: InspectJobConfig,
    options?: { jobId?: string; triggerName?: string },
  ): Promise<{ name: string }>;
  isUnderWay(name: string): boolean;
  /** Goes on with jobs that a stop cut off: from their beginning, since their findings are saved at the end. */
  start(): void;
  stop(): Promise<void>;
}

/** Inspection of what lies in Cloud Storage and BigQuery. One job runs at a time. */
export function createDlpJobs(services: JobServices): DlpJobs {
  const { store, meter, now, newId, checkParent, resolve } = services;
  let stopped = false;
  let work: Promise<void> = Promise.resolve();
  const enqueue = (name: string): void => {
    work = work.then(() => run(name));
  };

  async function run(name: string): Promise<void> {
    const queued = store.find(name);
    if (stopped || !queued || !isUnderWay(queued.body)) return;
    const job: JobBody = {
      ...queued.body,
      state: 'RUNNING',
      startMs: now(),
      errors: [],
      result: { processedBytes: 0, totalBytes: 0, rows: 0, counts: {} },
    };
    const save = () => store.update({ ...queued, body: job, updateMs: now() });
    save();
    try {
      const findings = await inspectAll(name, job);
      if (findings === undefined) return;
      await act(name, job, findings);
      job.state = 'DONE';
    } catch (error) {
      const { code, message } = error instanceof ApiError ? error : new ApiError('INTERNAL', String(error));
      job.state = 'FAILED';
      job.errors.push({ code: RPC_CODES[code][0], message, atMs: now() });
    }
    job.endMs = now();
    if (store.find(name)?.body.state === 'RUNNING') save();
  }

  /** undefined when the job was cancelled or deleted, or the service stops. */
  async function inspectAll(name: string, job: JobBody): Promise<PlacedFinding[] | undefined> {
    const limit = job.config.inspectConfig?.limits?.maxFindingsPerRequest || Number.POSITIVE_INFINITY;
    const found: PlacedFinding[] = [];
    for await (const piece of piecesOf(job)) {
      if (stopped || store.find(name)?.body.state !== 'RUNNING') return undefined;
      const { response } = inspectContent(piece.content, job.inspectConfig, { now: () => wireOfMillis(now()), newId });
      job.result.processedBytes += piece.bytes;
      job.result.rows += piece.rows;
      for (const finding of response.result.findings) {
        if (found.length >= limit) break;
        const infoType = finding.infoType?.name ?? '';
        job.result.counts[infoType] = (job.result.counts[infoType] ?? 0) + 1;
        found.push({
          finding,
          container: piece.container,
          ...(piece.fileOffset !== undefined && { fileOffset: piece.fileOffset }),
          ...(piece.firstRow !== undefined && { firstRow: piece.firstRow }),
        });
      }
      // A job shares the process with every service: it lets others in between pieces.
      await new Promise((resume) => setImmediate(resume));
    }
    job.result.totalBytes = job.result.processedBytes;
    if (job.result.processedBytes > 0) meter.add('dlp.storage_bytes', job.result.processedBytes);
    return found;
  }

  function piecesOf(job: JobBody): AsyncGenerator<Piece> {
    const { cloudStorageOptions, bigQueryOptions, timespanConfig } = job.config.storageConfig ?? {};
    const failed = (container: string, reason: string): void => {
      job.errors.push({ code: RPC_CODES.UNIMPLEMENTED[0], message: `${container} ${reason}`, atMs: now() });
    };
    const span = timespanConfig ?? null;
    if (cloudStorageOptions && services.files)
      return piecesOfStorage(cloudStorageOptions, span, services.files, { failed });
    if (bigQueryOptions && services.tables) return piecesOfTable(bigQueryOptions, span, services.tables);
    throw new ApiError('UNIMPLEMENTED', 'the service that holds the data of this job is not running here');
  }

  async function act(name: string, job: JobBody, findings: readonly PlacedFinding[]): Promise<void> {
    for (const { saveFindings, pubSub } of job.config.actions) {
      const table = saveFindings?.outputConfig?.table;
      if (table && services.tables) {
        for (let from = 0; from < Math.max(1, findings.length); from += SAVE_ROWS) {
          const rows = findings.slice(from, from + SAVE_ROWS).map((finding) => renderFindingRow(finding, name));
          await services.tables.append(table, FINDING_COLUMNS, rows);
        }
      }
      if (pubSub && services.publish) services.publish(pubSub.topic, { attributes: { DlpJobName: name } });
    }
  }

  async function check(config: InspectJobConfig): Promise<InspectConfig | null> {
    checkInspectJob(config);
    const inspectConfig = await resolve(config.inspectConfig, config.inspectTemplateName);
    planInspection(inspectConfig, { defaults: true });
    return inspectConfig;
  }

  const create: DlpJobs['create'] = async (parent, config, { jobId = '', triggerName } = {}) => {
    const inspectConfig = await check(config);
    const id = resourceId(jobId, 'job_id', newId);
    const body: JobBody = {
      config,
      inspectConfig,
      state: 'PENDING',
      result: { processedBytes: 0, totalBytes: 0, rows: 0, counts: {} },
      errors: [],
      ...(triggerName !== undefined && { triggerName }),
    };
    const resource = { name: `${canonicalParent(parent)}/dlpJobs/i-${id}`, body, createMs: now(), updateMs: now() };
    store.insert(resource);
    enqueue(resource.name);
    return renderJob(resource);
  };

  const methods = {
    async CreateDlpJob(request: {
      parent: string;
      inspectJob: InspectJobConfig | null;
      riskJob: object | null;
      jobId: string;
    }) {
      checkParent(request.parent);
      if (request.riskJob) throw new ApiError('UNIMPLEMENTED', 'risk_job: the local cloud runs inspection jobs only');
      if (!request.inspectJob) throw new ApiError('INVALID_ARGUMENT', 'inspect_job must be set');
      return create(request.parent, request.inspectJob, { jobId: request.jobId });
    },
    GetDlpJob: ({ name }: { name: string }) => renderJob(store.get(name)),
    ListDlpJobs(request: PageRequest & { parent: string; filter: string; orderBy: string; type: string }) {
      checkParent(request.parent);
      checkOrder(request.orderBy);
      const accepts = planFilter<Resource<JobBody>>(request.filter.replace(/\bFINISHED\b/i, 'DONE'), {
        state: ({ body }) => body.state,
        inspected_storage: ({ body }) => inspectedStorage(body.config),
        trigger_name: ({ body }) => body.triggerName ?? '',
      });
      const page = readPage(
        request,
        `${canonicalParent(request.parent)}/dlpJobs/`,
        MAX_PAGE,
        store.list,
        ({ name }) => name,
      );
      const jobs = request.type === 'RISK_ANALYSIS_JOB' ? [] : page.items.filter(accepts);
      return { jobs: jobs.map(renderJob), nextPageToken: page.nextPageToken };
    },
    DeleteDlpJob({ name }: { name: string }) {
      store.remove(name);
      return {};
    },
    CancelDlpJob({ name }: { name: string }) {
      const job = store.get(name);
      if (isUnderWay(job.body))
        store.update({ ...job, body: { ...job.body, state: 'CANCELED', endMs: now() }, updateMs: now() });
      return {};
    },
  };

  return {
    methods,
    check: async (config) => void (await check(config)),
    create,
    isUnderWay: (name) => {
      const job = store.find(name);
      return job !== undefined && isUnderWay(job.body);
    },
    start() {
      stopped = false;
      const all = store.list({ after: '', before: '\u{10ffff}', limit: Number.MAX_SAFE_INTEGER });
      for (const { name, body } of all) if (isUnderWay(body)) enqueue(name);
    },
    async stop() {
      stopped = true;
      await work;
    },
  };
}

const isUnderWay = ({ state }: JobBody): boolean => state === 'PENDING' || state === 'RUNNING';

/** A DlpJob. */
interface RenderedJob {
  name: string;
  [field: string]: unknown;
}

function renderJob({ name, body, createMs, updateMs }: Resource<JobBody>): RenderedJob {
  const { triggerName, config, inspectConfig, state, startMs, endMs, result, errors } = body;
  return {
    name,
    type: 'INSPECT_JOB',
    state,
    createTime: wireOfMillis(createMs),
    lastModified: wireOfMillis(updateMs),
    ...(startMs === undefined ? {} : { startTime: wireOfMillis(startMs) }),
    ...(endMs === undefined ? {} : { endTime: wireOfMillis(endMs) }),
    ...(triggerName === undefined ? {} : { jobTriggerName: triggerName }),
    inspectDetails: {
      requestedOptions: {
        jobConfig: config,
        ...(config.inspectTemplateName === ''
          ? {}
          : { snapshotInspectTemplate: { name: config.inspectTemplateName, inspectConfig } }),
      },
      result: {
        processedBytes: String(result.processedBytes),
        totalEstimatedBytes: String(result.totalBytes),
        numRowsProcessed: String(result.rows),
        infoTypeStats: Object.entries(result.counts).map(([infoType, count]) => ({
          infoType: { name: infoType },
          count: String(count),
        })),
      },
    },
    errors: renderErrors(errors),
  };
}
