import type { FastifyInstance } from 'fastify';
import { ApiError } from '../../api-error.ts';

/** `items(id,owner/name)` as a tree: a leaf keeps all below it. */
interface Mask {
  [name: string]: Mask | true;
}

/** The `fields` parameter. Source: cloud.google.com/bigquery/docs/api-performance#partial-response. Throws ApiError. */
export function parseFieldMask(text: string): Mask {
  let at = 0;
  const invalid = () =>
    new ApiError('INVALID_ARGUMENT', `Invalid field selection ${text}`, { reason: 'invalidParameter' });

  function list(isNested: boolean): Mask {
    const mask: Mask = {};
    for (;;) {
      const [name, below] = field();
      const known = mask[name];
      mask[name] = known === true || below === true ? true : { ...known, ...below };
      const next = text[at++];
      if (next === ',') continue;
      if (next !== (isNested ? ')' : undefined)) throw invalid();
      return mask;
    }
  }

  function field(): [string, Mask | true] {
    const [, name] = /^([A-Za-z0-9_.*-]+)/.exec(text.slice(at)) ?? [];
    if (name === undefined) throw invalid();
    at += name.length;
    if (text[at] === '/') {
      at++;
      const [below, mask] = field();
      return [name, { [below]: mask }];
    }
    if (text[at] !== '(') return [name, true];
    at++;
    return [name, list(true)];
  }

  return list(false);
}

/** What the mask keeps of a resource; arrays are looked through. */
export function applyFieldMask(value: unknown, mask: Mask): unknown {
  if (Array.isArray(value)) return value.map((item) => applyFieldMask(item, mask));
  if (value === null || typeof value !== 'object') return value;
  const kept: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(value)) {
    const below = mask[key] ?? mask['*'];
    if (below !== undefined) kept[key] = below === true ? one : applyFieldMask(one, below);
  }
  return kept;
}

/** Lets every request of the app ask for a part of its answer. Errors are answered whole. */
export function answerPartially(app: FastifyInstance): void {
  app.addHook('preSerialization', async (request, reply, payload) => {
    const { fields } = request.query as { fields?: string };
    if (!fields || reply.statusCode >= 400 || payload === null || typeof payload !== 'object') return payload;
    return applyFieldMask(payload, parseFieldMask(fields));
  });
}
