import { randomBytes } from 'node:crypto';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { RpcService } from '../rpc.ts';
import { wireOfMillis } from '../wire-time.ts';
import { meterRequest } from './billing.ts';
import { readContent } from './content.ts';
import { createKeyRing } from './crypto/keys.ts';
import {
  type Direction,
  type DirectionOptions,
  planDeidentification,
  planReidentification,
} from './deidentify/plan-direction.ts';
import { transformContent } from './deidentify/transform-content.ts';
import { listInfoTypes } from './info-types.ts';
import { inspectContent } from './inspect/inspect-content.ts';
import { createQuota } from './quota.ts';
import { checkRequestSize } from './request-size.ts';
import type { DeidentifyConfig, DeidentifyContentRequest, ReidentifyContentRequest } from './wire/deidentification.ts';
import type { InspectContentRequest, ListInfoTypesRequest } from './wire/inspection.ts';
import type { ContentItem } from './wire/value.ts';

export interface DlpOptions {
  /** Requests a minute before RESOURCE_EXHAUSTED; Google gives 600 a region. Absent = no limit. */
  requestsPerMinute?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Random bytes: transient keys, random shifts and words, ids of findings. */
  random?: (size: number) => Buffer;
}

export interface Dlp {
  rpc: RpcService;
  start(): void;
  stop(): Promise<void>;
}

/** Cloud DLP's content methods. Nothing of a request is kept but what the meter counts. */
export function createDlp(context: Context, options: DlpOptions = {}): Dlp {
  const now = options.now ?? Date.now;
  const random = options.random ?? randomBytes;
  const quota = createQuota(options.requestsPerMinute, now);

  function inspect(request: InspectContentRequest): object {
    accept(request, { inspect_template_name: request.inspectTemplateName });
    const { response, inspectedBytes } = inspectContent(readContent(request.item), request.inspectConfig, {
      now: () => wireOfMillis(now()),
      newId: () => random(16).toString('hex'),
    });
    meterRequest(context.meter, { inspected: inspectedBytes, transformed: 0 });
    return response;
  }

  function deidentify(request: DeidentifyContentRequest): object {
    const { inspectTemplateName, deidentifyTemplateName } = request;
    accept(request, { inspect_template_name: inspectTemplateName, deidentify_template_name: deidentifyTemplateName });
    return transform(request, request.deidentifyConfig, 'deidentify_config', planDeidentification);
  }

  function reidentify(request: ReidentifyContentRequest): object {
    const { inspectTemplateName, reidentifyTemplateName } = request;
    accept(request, { inspect_template_name: inspectTemplateName, reidentify_template_name: reidentifyTemplateName });
    return transform(request, request.reidentifyConfig, 'reidentify_config', planReidentification);
  }

  function transform(
    request: DeidentifyContentRequest | ReidentifyContentRequest,
    config: DeidentifyConfig | null,
    name: string,
    plan: (options: DirectionOptions) => Direction,
  ): object {
    if (!config) throw new ApiError('INVALID_ARGUMENT', `${name} must be set`);
    const content = readContent(request.item);
    const direction = plan({
      inspectConfig: request.inspectConfig,
      hasRecords: content.kind === 'table',
      keys: createKeyRing(random),
      random,
    });
    const result = transformContent(content, config, direction);
    meterRequest(context.meter, { inspected: result.inspectedBytes, transformed: result.chargedBytes });
    return result.response;
  }

  function accept(request: { parent: string; item: ContentItem | null }, templates: Record<string, string>): void {
    quota.take();
    checkParent(request.parent);
    for (const [field, template] of Object.entries(templates)) {
      if (template === '') continue;
      throw new ApiError(
        'UNIMPLEMENTED',
        `${field} ${template}: the local cloud keeps no templates; put the configuration into the request`,
      );
    }
    checkRequestSize(request.parent, request.item);
  }

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
      },
    },
    start: () => {},
    stop: async () => {},
  };
}

function checkParent(parent: string): void {
  if (!/^projects\/[^/]+(?:\/locations\/[^/]+)?$/.test(parent)) {
    throw new ApiError(
      'INVALID_ARGUMENT',
      `parent must be projects/PROJECT or projects/PROJECT/locations/LOCATION, but it is ${JSON.stringify(parent)}`,
    );
  }
}
