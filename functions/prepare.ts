import { type Handler, readBody, retriesOf } from './http.ts';
import type { Ports } from './ports.ts';
import { guardRun } from './steps/guard.ts';
import { prepare } from './steps/prepare.ts';

/** A claimed object is looked at, and split. */
export const createPrepare =
  (ports: Ports): Handler =>
  async (request) => {
    const body = readBody(request);
    const task = {
      source: body.text('source'),
      run: body.text('run'),
      epoch: body.number('epoch'),
      step: 'prepare',
      retries: retriesOf(request),
    };
    const again = body.optional.text('again');
    await guardRun(ports, task, (entry) => prepare(ports, entry, again));
    return undefined;
  };
