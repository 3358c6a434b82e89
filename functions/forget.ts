import { terminal, toSluiceError } from './errors.ts';
import { type Body, type FunctionRequest, type Handler, readBody, retriesOf } from './http.ts';
import type { ErasureAsk } from './model/erasure.ts';
import type { Ports } from './ports.ts';
import { beginErasure, enqueueErasure } from './steps/forget/begin.ts';
import { erase, failErasure, readErasure, readReport } from './steps/forget/erase.ts';

/** A person is forgotten: somebody who may asks for it, tasks carry it out, anybody who may ask sees how far it is. */
export const createForget =
  (ports: Ports): Handler =>
  async (request) => {
    const body = readBody(request);
    if (body.raw.action === undefined) return carryOn(ports, request, erasureOf(body));
    const action = body.text('action');
    // Whoever may make a task may make one with any body; Cloud Tasks itself says that it is one.
    if (request.headers['x-cloudtasks-queuename'] !== undefined)
      throw terminal('PERMISSION_DENIED', 'a task may go on with an erasure, and not ask for one');
    if (action === 'begin') return { erasure: await beginErasure(ports, request.caller, parseAsk(body)) };
    if (action !== 'show') throw terminal('BAD_REQUEST', 'action must be begin or show');
    const id = erasureOf(body);
    const report = await readReport(ports, id);
    return { erasure: await readErasure(ports, id), ...(report && { report }) };
  };

async function carryOn(ports: Ports, request: FunctionRequest, id: string): Promise<undefined> {
  try {
    if (retriesOf(request) >= ports.limits.attempts)
      throw terminal('RETRIES_EXHAUSTED', `it failed ${retriesOf(request)} times; the last failures are in the log`);
    const again = await erase(ports, id);
    if (again === undefined) return undefined;
    const at = new Date(ports.clock.now().getTime() + again * 1000);
    await enqueueErasure(ports, id, ports.clock.unique(), at);
  } catch (raw) {
    const error = toSluiceError(raw);
    if (error.retryable) throw error;
    ports.log.error('an erasure came to no end', error, { erasure: id });
    await failErasure(ports, id, error);
  }
  return undefined;
}

function erasureOf(body: Body): string {
  const id = body.text('erasure');
  if (!/^[0-9a-f]{20}$/.test(id)) throw terminal('BAD_REQUEST', 'erasure must be the id of one: 20 hexadecimal digits');
  return id;
}

const FIELDS: readonly string[] = ['action', 'source', 'key', 'reason', 'dryRun'];

function parseAsk({ raw, text, optional }: Body): ErasureAsk {
  if (Object.keys(raw).some((name) => !FIELDS.includes(name)))
    throw terminal('BAD_REQUEST', `some fields are unknown; there are: ${FIELDS.join(', ')}`);
  const key = optional.body('key');
  return {
    source: text('source'),
    key: Object.fromEntries(Object.keys(key?.raw ?? {}).map((name) => [name, key?.text(name) ?? ''])),
    reason: text('reason'),
    dryRun: optional.flag('dryRun') ?? false,
  };
}
