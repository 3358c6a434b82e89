import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../api-error.ts';
import { toApiError } from '../http.ts';
import type { Meter, Sku } from '../meter.ts';
import { invalid, unsupported } from './errors.ts';
import type { Answer, Handler } from './request.ts';

export interface Route {
  verb: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/storage/v1`, or below `/upload/storage/v1` and so on where `under` says so; `:name` takes one segment. */
  path: string;
  under?: 'upload' | 'download';
  /** Google's operation class; absent = free. Source: cloud.google.com/storage/pricing#operations-by-class. */
  sku: Extract<Sku, 'storage.class_a' | 'storage.class_b'> | undefined;
  handler: Handler;
}

/** With and without `/storage/v1`: clients that are pointed here by STORAGE_EMULATOR_HOST drop it. */
const PREFIXES = [
  ['/upload/storage/v1', 'upload'],
  // gcloud sends resumable uploads here.
  ['/resumable/upload/storage/v1', 'upload'],
  ['/download/storage/v1', 'download'],
  ['/storage/v1', undefined],
  ['/upload', 'upload'],
  ['', undefined],
] as const;

/** The bodies must come as streams (`createHttp({ bodies: 'raw' })`). */
export function serveRoutes(app: FastifyInstance, routes: readonly Route[], meter: Meter): void {
  const compiled = routes.map((route) => ({ ...route, segments: route.path.split('/') }));

  // An object may be of any type, also one that no parser takes for a media type.
  app.addHook('onRequest', (request, _reply, done) => {
    const { headers } = request.raw;
    contentTypes.set(request, headers['content-type']);
    if (headers['content-type'] !== undefined) headers['content-type'] = 'application/octet-stream';
    done();
  });

  app.all('/*', async (request, reply) => {
    const [path = '', search = ''] = splitOnce(request.raw.url ?? '/', '?');
    const query = new URLSearchParams(search);
    const match = matchRoute(compiled, request.method, path);
    const headers = { ...request.headers, 'content-type': contentTypes.get(request) };
    const body = (request.body as Readable | undefined) ?? request.raw;
    const isMedia = match.route.under === 'download' || (request.method === 'GET' && query.get('alt') === 'media');
    try {
      const answer = await match.route.handler({ method: request.method, params: match.params, query, headers, body });
      if (match.route.sku && answer.status < 300 && !answer.free) meter.add(match.route.sku, 1);
      return send(reply, answer);
    } catch (raw) {
      const error = toStorageError(raw);
      if (error.httpStatus === 304) return reply.code(304).send();
      // Media requests are answered with the bare message, as Google does; the clients show the body as it is.
      if (isMedia && error.httpStatus < 500)
        return reply.code(error.httpStatus).header('content-type', 'text/html; charset=UTF-8').send(error.message);
      throw error;
    }
  });
}

const contentTypes = new WeakMap<FastifyRequest, string | undefined>();

function matchRoute(
  routes: readonly (Route & { segments: string[] })[],
  method: string,
  path: string,
): { route: Route; params: Record<string, string> } {
  const [prefix, under] = PREFIXES.find(([start]) => path.startsWith(`${start}/b`)) ?? ['', undefined];
  const segments = path.slice(prefix.length + 1).split('/');
  for (const route of routes) {
    if (route.verb !== method || route.under !== under || route.segments.length !== segments.length) continue;
    if (route.segments.every((expected, index) => expected.startsWith(':') || expected === segments[index]))
      return { route, params: decodeParams(route.segments, segments) };
  }
  throw unsupported(`${method} ${path} (in a path, the slashes of an object's name are written %2F)`);
}

/** Each segment is decoded exactly once, so that an object whose name holds `%2F` is not taken for another. */
function decodeParams(expected: readonly string[], segments: readonly string[]): Record<string, string> {
  const params: Record<string, string> = {};
  expected.forEach((name, index) => {
    if (!name.startsWith(':')) return;
    const text = segments[index] ?? '';
    try {
      params[name.slice(1)] = decodeURIComponent(text);
    } catch {
      throw invalid(`'${text}' in the path is not percent-encoded UTF-8.`);
    }
  });
  return params;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const index = text.indexOf(separator);
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}

function send(reply: FastifyReply, { status, headers = {}, body }: Answer): FastifyReply {
  reply.code(status).headers(headers);
  if (body === undefined || Buffer.isBuffer(body) || 'pipe' in body) return reply.send(body);
  const etag = (body as { etag?: unknown }).etag;
  if (typeof etag === 'string') reply.header('etag', etag);
  return reply.header('content-type', 'application/json; charset=UTF-8').send(JSON.stringify(body));
}

function toStorageError(raw: unknown): ApiError {
  const { code } = raw as { code?: unknown };
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE')
    return new ApiError('CANCELLED', 'The client closed the connection before its request was whole.');
  if (!(raw instanceof ApiError)) console.error(raw);
  return toApiError(raw);
}
