import { terminal } from './errors.ts';
import { type FunctionRequest, readBody } from './http.ts';
import type { Arrival } from './steps/arrive.ts';

/** What Cloud Storage tells of an object, in each form in which it is delivered. */

const FINALIZED = 'google.cloud.storage.object.v1.finalized';
const PUBLISHED = 'google.cloud.pubsub.topic.v1.messagePublished';

/** undefined = an event of another kind, which asks for nothing. */
export function parseArrival(request: FunctionRequest): Arrival | undefined {
  const { raw } = readBody(request);
  const type = request.headers['ce-type'];
  if (typeof type === 'string') return ofEvent(type, raw);
  if (typeof raw.specversion === 'string' && typeof raw.type === 'string') return ofEvent(raw.type, raw.data);
  return ofMessage(raw.message);
}

function ofEvent(type: string, data: unknown): Arrival | undefined {
  if (type === FINALIZED) return ofResource(data);
  return type === PUBLISHED ? ofMessage((data as { message?: unknown } | null | undefined)?.message) : undefined;
}

/** A notification of Cloud Storage: attributes name the object, `data` is its resource, base64. */
function ofMessage(message: unknown): Arrival | undefined {
  const { attributes, data } = (message ?? {}) as { attributes?: Record<string, unknown> | null; data?: unknown };
  const { eventType, bucketId, objectId, objectGeneration } = attributes ?? {};
  if (typeof eventType !== 'string') {
    throw terminal(
      'BAD_REQUEST',
      'this is neither a Pub/Sub push of a Cloud Storage notification nor a CloudEvent (ce-type is missing)',
    );
  }
  if (eventType !== 'OBJECT_FINALIZE') return undefined;
  const resource = typeof data === 'string' && data !== '' ? parseResource(data) : {};
  return ofResource({ ...resource, bucket: bucketId, name: objectId, generation: objectGeneration });
}

function parseResource(base64: string): object {
  try {
    return JSON.parse(Buffer.from(base64, 'base64').toString('utf8')) as object;
  } catch (cause) {
    throw terminal('BAD_REQUEST', "the message's data is not an object's resource as base64 JSON", { cause });
  }
}

/** Cloud Storage's own limit, UTF-8 bytes. */
const MAX_NAME_BYTES = 1024;

/** The object resource of the JSON API; 64-bit numbers are text. */
function ofResource(resource: unknown): Arrival {
  const { bucket, name, generation, size, timeCreated, metadata } = (resource ?? {}) as Record<string, unknown>;
  const isName = typeof name === 'string' && name !== '' && Buffer.byteLength(name) <= MAX_NAME_BYTES;
  if (typeof bucket !== 'string' || !isName || !isWhole(generation)) {
    throw terminal('BAD_REQUEST', 'the event names no object: bucket, name and generation are needed');
  }
  return {
    object: { bucket, name, generation: String(generation) },
    ...(isWhole(size) && { size: Number(size) }),
    ...(typeof timeCreated === 'string' && RFC3339.test(timeCreated) && { createdAt: timeCreated }),
    ...(isTexts(metadata) && { metadata }),
  };
}

const isTexts = (value: unknown): value is Record<string, string> =>
  typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'string');

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;
/** Up to 2^63, which has 19 digits. */
const isWhole = (value: unknown): boolean =>
  ['string', 'number'].includes(typeof value) && /^\d{1,19}$/.test(String(value));
