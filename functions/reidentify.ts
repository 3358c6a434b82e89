import { type Handler, readBody } from './http.ts';
import type { Ports } from './ports.ts';
import { parseAsk } from './reidentify-ask.ts';
import { reidentify } from './steps/reidentify.ts';

/** Clear values for those who may have them: of tokens, or of columns of a few rows. Each request is written down. */
export const createReidentify =
  (ports: Ports): Handler =>
  async (request) => {
    const body = readBody(request);
    return reidentify(ports, request.caller, () => parseAsk(body));
  };
