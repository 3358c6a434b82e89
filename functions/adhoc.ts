import { type Handler, readBody } from './http.ts';
import type { Ports } from './ports.ts';
import { type AdhocRequest, adhoc } from './steps/adhoc.ts';

/** A person's requests: run, replay, nightly, and what the ledger says. */
export const createAdhoc =
  (ports: Ports): Handler =>
  async (request) =>
    adhoc(ports, readBody(request).raw as AdhocRequest);
