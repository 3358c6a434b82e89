import { terminal } from './errors.ts';
import type { Handler } from './http.ts';
import type { Ports } from './ports.ts';
import { arrive } from './steps/arrive.ts';
import { parseArrival } from './storage-event.ts';

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
