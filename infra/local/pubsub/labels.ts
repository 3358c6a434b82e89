import { ApiError } from '../api-error.ts';

const KEY = /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u;
const MAX_VALUE_LENGTH = 63;

/** Source of the rule: the service's own refusals, and cloud.google.com/pubsub/docs/labels. */
export function checkLabels(labels: Record<string, string>): void {
  for (const [key, value] of Object.entries(labels)) {
    if (!KEY.test(key))
      throw refuse(`Invalid field "labels"; key "${key}" does not conform to regular expression "${KEY.source}"`);
    if ([...value].length > MAX_VALUE_LENGTH)
      throw refuse(
        `Invalid field "labels.${key}"; value "${value}" exceeds maximum value length ${MAX_VALUE_LENGTH} with a length of ${[...value].length}`,
      );
  }
}

const refuse = (why: string): ApiError =>
  new ApiError(
    'INVALID_ARGUMENT',
    `You have passed an invalid argument to the service (argument=Invalid labels: ${why}).`,
  );
