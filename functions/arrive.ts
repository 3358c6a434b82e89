import { terminal } from './errors.ts';
import { type FunctionRequest, type Handler, readBody } from './http.ts';
import type { Ports } from './ports.ts';
import { type Arrival, arrive } from './steps/arrive.ts';

/** An object was finalized: told by the bucket's Pub/Sub notification, or by Eventarc. */
export const createArrive =
  (ports: Ports): Handler =>
  async (request) => {
    const arrival = parseArrival(request);
    if (!arrival) return undefined;
    if (arrival.object.bucket !== ports.buckets.raw) {
      throw terminal(
        'BAD_REQUEST',
        `the event is of bucket ${arrival.object.bucket}; this function watches ${ports.buckets.raw}`,
      );
    }
    await arrive(ports, arrival);
    return undefined;
  };

const FINALIZED = 'google.cloud.storage.object.v1.finalized';

/** undefined = an event of another kind, which asks for nothing. */
export function parseArrival(request: FunctionRequest): Arrival | undefined {
  const { raw } = readBody(request);
  const type = request.headers['ce-type'];
  if (typeof type === 'string') return type === FINALIZED ? ofResource(raw) : undefined;
  if (typeof raw.specversion === 'string' && typeof raw.type === 'string')
    return raw.type === FINALIZED ? ofResource(raw.data) : undefined;
  const message = raw.message as { attributes?: Record<string, string>; data?: string } | undefined;
  if (!message?.attributes?.eventType) {
    throw terminal(
      'BAD_REQUEST',
      'this is neither a Pub/Sub push of a Cloud Storage notification nor a CloudEvent (ce-type is missing)',
    );
  }
  if (message.attributes.eventType !== 'OBJECT_FINALIZE') return undefined;
  const { bucketId, objectId, objectGeneration } = message.attributes;
  const resource = message.data ? (JSON.parse(Buffer.from(message.data, 'base64').toString('utf8')) as object) : {};
  return ofResource({ ...resource, bucket: bucketId, name: objectId, generation: objectGeneration });
}

/** The object resource of the JSON API; 64-bit numbers are text. */
function ofResource(resource: unknown): Arrival {
  const { bucket, name, generation, size, timeCreated } = (resource ?? {}) as Record<string, unknown>;
  if (typeof bucket !== 'string' || typeof name !== 'string' || !/^\d+$/.test(String(generation))) {
    throw terminal('BAD_REQUEST', 'the event names no object: bucket, name and generation are needed');
  }
  return {
    object: { bucket, name, generation: String(generation) },
    ...(size !== undefined && { size: Number(size) }),
    ...(typeof timeCreated === 'string' && { createdAt: timeCreated }),
  };
}
