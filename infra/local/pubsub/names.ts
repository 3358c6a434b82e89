import { ApiError } from '../api-error.ts';

/** Source of the rule: google/pubsub/v1/pubsub.proto, Topic.name and Subscription.name. */
const ID = /^(?!goog)[A-Za-z][A-Za-z0-9._~+%-]{2,254}$/;
const PROJECT = /^[a-z0-9:.-]{1,255}$/i;

/** What a subscription names after its topic was deleted. */
export const DELETED_TOPIC = '_deleted-topic_';

export function checkName(name: string, kind: 'topics' | 'subscriptions'): void {
  const [projects, project = '', collection, id = '', ...rest] = name.split('/');
  const formed = projects === 'projects' && PROJECT.test(project) && collection === kind && rest.length === 0;
  if (!formed || !ID.test(id))
    throw new ApiError(
      'INVALID_ARGUMENT',
      `Invalid resource name given (name=${name}). Refer to https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names for more information.`,
    );
}

export function checkProject(name: string): void {
  const [projects, project = '', ...rest] = name.split('/');
  if (projects !== 'projects' || !PROJECT.test(project) || rest.length > 0)
    throw new ApiError('INVALID_ARGUMENT', `Invalid project given (name=${name}): it must be projects/PROJECT_ID.`);
}

/** `projects/p/topics/t` → `t`. */
export const idOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
export const projectOf = (name: string): string => name.split('/')[1] ?? '';

export const notFound = (name: string): ApiError =>
  new ApiError('NOT_FOUND', `Resource not found (resource=${idOf(name)}).`);

export const alreadyExists = (name: string): ApiError =>
  new ApiError('ALREADY_EXISTS', `Resource already exists in the project (resource=${idOf(name)}).`);
