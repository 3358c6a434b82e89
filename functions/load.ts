import { type Handler, readBody } from './http.ts';
import type { Ports } from './ports.ts';
import { load } from './steps/load.ts';

/** What is pending for one table is loaded and committed. */
export const createLoad =
  (ports: Ports): Handler =>
  async (request) => {
    await load(ports, readBody(request).text('table'));
    return undefined;
  };
