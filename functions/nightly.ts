import { terminal } from './errors.ts';
import { type Handler, readBody } from './http.ts';
import type { Ports } from './ports.ts';
import { nightly, tellLate } from './steps/nightly.ts';
import { sweep } from './steps/sweep.ts';

/** The schedule's function: every night all of it; every hour only what was missed and what is late, so that neither waits for the night. */
export const createNightly =
  (ports: Ports): Handler =>
  async (request) => {
    const body = readBody(request);
    // Constant across the retries of one firing, so that a night has one build however often it is fired.
    const fired = request.headers['x-cloudscheduler-scheduletime'];
    const key = typeof fired === 'string' ? fired : (body.optional.text('key') ?? ports.clock.unique());
    const only = body.optional.text('only');
    if (only !== undefined && only !== 'sweep') throw terminal('BAD_REQUEST', 'only must be sweep, or not be there');
    if (only) {
      const swept = await sweep(ports, key.replace(/\W/g, ''));
      return { ...swept, late: await tellLate(ports) };
    }
    const date = body.optional.day('date') ?? ports.clock.now().toISOString().slice(0, 10);
    return nightly(ports, { key, date });
  };
