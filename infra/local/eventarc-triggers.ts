import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { ApiError } from './api-error.ts';

/** The one kind of event that the local cloud delivers. */
export const FINALIZED = 'google.cloud.storage.object.v1.finalized';

export interface Trigger {
  /** `projects/P/locations/L/triggers/T`. */
  name: string;
  bucket: string;
  eventType: typeof FINALIZED;
  destinationUrl: string;
  serviceAccount?: string;
}

interface Triggers {
  createTrigger(trigger: Trigger): void;
  deleteTrigger(name: string): void;
  triggers(): Trigger[];
}

interface TriggerResource {
  name?: string;
  /** Called `matchingCriteria` in v1beta1. */
  eventFilters?: { attribute: string; value: string; operator?: string }[];
  matchingCriteria?: { attribute: string; value: string }[];
  destination?: { httpEndpoint?: { uri?: string } };
  serviceAccount?: string;
}

function parseTrigger(name: string, resource: TriggerResource): Trigger {
  const filters = new Map<string, string>();
  for (const { attribute, value } of resource.eventFilters ?? resource.matchingCriteria ?? [])
    filters.set(attribute, value);
  const { type, bucket, ...others } = Object.fromEntries(filters);
  if (type !== FINALIZED)
    throw new ApiError('UNIMPLEMENTED', `The local cloud delivers events of type ${FINALIZED} only, not ${type}`);
  if (bucket === undefined)
    throw new ApiError('INVALID_ARGUMENT', `A trigger for ${FINALIZED} needs an event filter for the attribute bucket`);
  const [other] = Object.keys(others);
  if (other !== undefined)
    throw new ApiError('UNIMPLEMENTED', `The local cloud has no event filter for the attribute ${other}`);
  const destinationUrl = resource.destination?.httpEndpoint?.uri;
  if (destinationUrl === undefined || !/^https?:\/\//.test(destinationUrl))
    throw new ApiError(
      'UNIMPLEMENTED',
      'The local cloud delivers to HTTP endpoints only: give destination.httpEndpoint.uri, an http or https URL',
    );
  const { serviceAccount } = resource;
  return {
    name,
    bucket,
    eventType: FINALIZED,
    destinationUrl,
    ...(serviceAccount !== undefined && { serviceAccount }),
  };
}

function renderTrigger({ name, bucket, eventType, destinationUrl, serviceAccount }: Trigger): object {
  return {
    name,
    eventFilters: [
      { attribute: 'type', value: eventType },
      { attribute: 'bucket', value: bucket },
    ],
    destination: { httpEndpoint: { uri: destinationUrl } },
    ...(serviceAccount !== undefined && { serviceAccount }),
  };
}

/** Create, get, list and delete of the Eventarc API v1. */
export function serveTriggers(app: FastifyInstance, eventarc: Triggers): void {
  type Request = { Params: Record<'project' | 'location' | 'trigger', string>; Querystring: { triggerId?: string } };
  const collection = '/v1/projects/:project/locations/:location/triggers';
  const parentOf = ({ project, location }: Request['Params']) => `projects/${project}/locations/${location}`;
  const nameOf = (params: Request['Params']) => `${parentOf(params)}/triggers/${params.trigger}`;
  const find = (name: string) => {
    const trigger = eventarc.triggers().find((one) => one.name === name);
    if (!trigger) throw new ApiError('NOT_FOUND', `Resource '${name}' was not found`);
    return renderTrigger(trigger);
  };
  /** Creating and deleting are long-running operations at Google; here they are done when they are answered. */
  const operation = (params: Request['Params'], response: object) => ({
    name: `${parentOf(params)}/operations/operation-${randomUUID()}`,
    done: true,
    response: { '@type': 'type.googleapis.com/google.cloud.eventarc.v1.Trigger', ...response },
  });

  app.post<Request & { Body: TriggerResource }>(collection, (request) => {
    const { triggerId } = request.query;
    if (!triggerId) throw new ApiError('INVALID_ARGUMENT', 'The query parameter triggerId is required');
    const trigger = parseTrigger(`${parentOf(request.params)}/triggers/${triggerId}`, request.body ?? {});
    eventarc.createTrigger(trigger);
    return operation(request.params, renderTrigger(trigger));
  });
  app.get<Request>(collection, (request) => {
    const prefix = `${parentOf(request.params)}/triggers/`;
    const found = eventarc.triggers().filter(({ name }) => name.startsWith(prefix));
    return { triggers: found.map(renderTrigger) };
  });
  app.get<Request>(`${collection}/:trigger`, (request) => find(nameOf(request.params)));
  app.delete<Request>(`${collection}/:trigger`, (request) => {
    const name = nameOf(request.params);
    const trigger = find(name);
    eventarc.deleteTrigger(name);
    return operation(request.params, trigger);
  });
}
