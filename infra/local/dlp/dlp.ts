import { randomBytes } from 'node:crypto';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { RpcService } from '../rpc.ts';
import type { Files } from '../storage/files.ts';
import { wireOfMillis } from '../wire-time.ts';
import { meterRequest } from './billing.ts';
import { readContent } from './content.ts';
import { createKeyRing, type Unwrap } from './crypto/keys.ts';
import {
  type Direction,
  type DirectionOptions,
  planDeidentification,
  planReidentification,
} from './deidentify/plan-direction.ts';
import { transformContent } from './deidentify/transform-content.ts';
import { listInfoTypes } from './info-types.ts';
import { inspectContent } from './inspect/inspect-content.ts';
import { planInspection } from './inspect/plan-inspection.ts';
import { createDlpJobs } from './jobs/dlp-jobs.ts';
import type { JobBody } from './jobs/job.ts';
import { createJobTriggers, type TriggerBody } from './jobs/job-triggers.ts';
import { createTableReader } from './jobs/table-reader.ts';
import { createQuota } from './quota.ts';
import { checkRequestSize } from './request-size.ts';
import { mergeMessages } from './resources/merge-messages.ts';
import { resolveInspection } from './resources/resolve-inspection.ts';
import { createResourceStore } from './resources/resource-store.ts';
import { type StoredInfoTypeBody, storedInfoTypeMethods } from './resources/stored-info-types.ts';
import { type TemplateBody, templateMethods } from './resources/templates.ts';
import { createWordSources } from './resources/word-sources.ts';
import type { DeidentifyConfig, DeidentifyContentRequest, ReidentifyContentRequest } from './wire/deidentification.ts';
import type { InspectConfig, InspectContentRequest, ListInfoTypesRequest } from './wire/inspection.ts';
import type { ContentItem } from './wire/value.ts';

export interface DlpOptions {
  /** Requests a minute before RESOURCE_EXHAUSTED; Google gives 600 a region. Absent = no limit. */
  requestsPerMinute?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Random bytes: transient keys, random shifts and words, ids of findings. */
  random?: (size: number) => Buffer;
  /** The services beside this one; what needs one that is absent is refused by name. */
  beside?: {
    unwrap?: Unwrap;
    files?: Files;
    /** Where BigQuery listens, once it does. */
    bigquery?: () => string | undefined;
    publish?: (topic: string, message: { attributes: Record<string, string> }) => void;
  };
}

export interface Dlp {
  rpc: RpcService;
  start(): void;
  stop(): Promise<void>;
}

/**
 * Cloud DLP: content methods, templates, stored infoTypes, and jobs over Cloud Storage and BigQuery, once or recurring. Of content nothing is kept
 * but what the meter counts.
 */
export function createDlp(context: Context, options: DlpOptions = {}): Dlp {
  const now = options.now ?? Date.now;
  const random = options.random ?? randomBytes;
  const quota = createQuota(options.requestsPerMinute, now);
  const { unwrap, files, bigquery, publish } = options.beside ?? {};
  const newId = () => random(16).toString('hex');
  const tools = { now, newId: () => String(random(8).readBigUInt64BE()), checkParent };
  const tables = bigquery && createTableReader(bigquery);
  const sources = createWordSources(files, tables);
  const inspectTemplates = createResourceStore<TemplateBody>(context.state, 'inspectTemplates');
  const deidentifyTemplates = createResourceStore<TemplateBody>(context.state, 'deidentifyTemplates');
  const storedInfoTypes = createResourceStore<StoredInfoTypeBody>(context.state, 'storedInfoTypes');

  /** A request's inspection with its template, stored infoTypes and dictionaries put in. */
  function resolve(config: InspectConfig | null, template: string): Promise<InspectConfig | null> {
    const base = template === '' ? null : (inspectTemplates.get(template).body.inspectConfig as InspectConfig);
    return resolveInspection(mergeMessages(base, config), storedInfoTypes, sources);
  }

  const jobs = createDlpJobs({
    store: createResourceStore<JobBody>(context.state, 'dlpJobs'),
    meter: context.meter,
    ...tools,
    resolve,
    files,
    tables,
    publish,
  });

  const triggers = createJobTriggers({
    store: createResourceStore<TriggerBody>(context.state, 'jobTriggers'),
    jobs,
    ...tools,
    check: jobs.check,
  });

  async function inspect(request: InspectContentRequest): Promise<object> {
    accept(request);
    const config = await resolve(request.inspectConfig, request.inspectTemplateName);
    const stamp = { now: () => wireOfMillis(now()), newId };
    const { response, inspectedBytes } = inspectContent(readContent(request.item), config, stamp);
    meterRequest(context.meter, { inspected: inspectedBytes, transformed: 0 });
    return response;
  }

  function deidentify(request: DeidentifyContentRequest): Promise<object> {
    const { deidentifyConfig, deidentifyTemplateName } = request;
    return transform(request, deidentifyConfig, deidentifyTemplateName, 'deidentify_config', planDeidentification);
  }

  function reidentify(request: ReidentifyContentRequest): Promise<object> {
    const { reidentifyConfig, reidentifyTemplateName } = request;
    return transform(request, reidentifyConfig, reidentifyTemplateName, 'reidentify_config', planReidentification);
  }

  async function transform(
    request: DeidentifyContentRequest | ReidentifyContentRequest,
    given: DeidentifyConfig | null,
    template: string,
    name: string,
    plan: (options: DirectionOptions) => Direction,
  ): Promise<object> {
    accept(request);
    const base = template === '' ? null : (deidentifyTemplates.get(template).body.deidentifyConfig as DeidentifyConfig);
    const config = mergeMessages(base, given);
    if (!config) throw new ApiError('INVALID_ARGUMENT', `${name} must be set`);
    const content = readContent(request.item);
    const direction = plan({
      inspectConfig: await resolve(request.inspectConfig, request.inspectTemplateName),
      hasRecords: content.kind === 'table',
      keys: createKeyRing(random, unwrap),
      random,
    });
    const result = transformContent(content, config, direction);
    meterRequest(context.meter, { inspected: result.inspectedBytes, transformed: result.chargedBytes });
    return result.response;
  }

  function accept(request: { parent: string; item: ContentItem | null }): void {
    quota.take();
    checkParent(request.parent);
    checkRequestSize(request.parent, request.item);
  }

  const ofInspection = {
    message: 'InspectTemplate',
    config: 'inspectConfig',
    store: inspectTemplates,
    // Stored infoTypes that a template names may be made later: only what is in the template is checked.
    check: (config: object) => {
      const { customInfoTypes, ...rest } = config as InspectConfig;
      planInspection(
        { ...rest, customInfoTypes: customInfoTypes.filter(({ storedType }) => !storedType) },
        { defaults: true },
      );
    },
  };
  const ofDeidentification = {
    message: 'DeidentifyTemplate',
    config: 'deidentifyConfig',
    store: deidentifyTemplates,
    check: (config: object) => checkKinds(config as DeidentifyConfig),
  };

  return {
    rpc: {
      name: 'google.privacy.dlp.v2.DlpService',
      protosFrom: '@google-cloud/dlp',
      methods: {
        InspectContent: inspect,
        DeidentifyContent: deidentify,
        ReidentifyContent: reidentify,
        ListInfoTypes: (request: ListInfoTypesRequest) => {
          quota.take();
          return listInfoTypes(request);
        },
        ...templateMethods(ofInspection, tools),
        ...templateMethods(ofDeidentification, tools),
        ...storedInfoTypeMethods(storedInfoTypes, { ...tools, sources }),
        ...jobs.methods,
        ...triggers.methods,
      },
    },
    start() {
      jobs.start();
      triggers.start();
    },
    stop() {
      triggers.stop();
      return jobs.stop();
    },
  };
}

/** What every request with the configuration would be refused for. */
function checkKinds(config: DeidentifyConfig): void {
  if (config.infoTypeTransformations || config.recordTransformations) return;
  if (config.imageTransformations) {
    throw new ApiError('UNIMPLEMENTED', 'image_transformations: the local cloud transforms texts and tables');
  }
  throw new ApiError(
    'INVALID_ARGUMENT',
    'deidentify_config must hold info_type_transformations or record_transformations',
  );
}

function checkParent(parent: string): void {
  if (!/^projects\/[^/]+(?:\/locations\/[^/]+)?$/.test(parent)) {
    throw new ApiError(
      'INVALID_ARGUMENT',
      `parent must be projects/PROJECT or projects/PROJECT/locations/LOCATION, but it is ${JSON.stringify(parent)}`,
    );
  }
}
