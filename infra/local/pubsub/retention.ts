import { ApiError } from '../api-error.ts';
import { millisOf, type WireTime } from '../wire-time.ts';

const MIN_MS = 600_000;
const MAX_MS = 31 * 24 * 3_600_000;

/** How long messages are kept, of a topic or a subscription: 10 minutes to 31 days. */
export function checkRetention(duration: WireTime): void {
  const millis = millisOf(duration);
  if (millis < MIN_MS || millis > MAX_MS)
    throw new ApiError(
      'INVALID_ARGUMENT',
      `The value for message retention duration is out of bounds. You passed ${millis / 1_000}s in the request, but the value must be between 10m and 744h.`,
    );
}
