import { type Handler, readBody, retriesOf } from './http.ts';
import type { Ports } from './ports.ts';
import { deidentify } from './steps/deidentify.ts';
import { discardRefused } from './steps/discard-refused.ts';
import { guardRun } from './steps/guard.ts';
import { parseShard } from './task-shard.ts';

/** One shard of a run is de-identified. */
export const createDeidentify =
  (ports: Ports): Handler =>
  async (request) => {
    const body = readBody(request);
    const n = body.number('n');
    const task = {
      source: body.text('source'),
      run: body.text('run'),
      epoch: body.number('epoch'),
      step: `deidentify.${n}`,
      retries: retriesOf(request),
    };
    const shard = body.optional.body('shard');
    const only = shard && parseShard(shard, n, ports.buckets);
    await guardRun(ports, task, (entry) => deidentify(ports, entry, n, only));
    await discardRefused(ports, task);
    return undefined;
  };
