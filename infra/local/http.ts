import type { Readable } from 'node:stream';
import Fastify, { type FastifyInstance } from 'fastify';
import { ApiError, errorBody } from './api-error.ts';

export interface HttpOptions {
  /** `raw` hands every body on as a stream (uploads); `json` parses it. */
  bodies: 'json' | 'raw';
  /** Largest JSON body in bytes. */
  bodyLimit?: number;
}

/** A loopback HTTP server that answers errors in Google's JSON shape. */
export function createHttp(options: HttpOptions): FastifyInstance {
  const app = Fastify({
    bodyLimit: options.bodyLimit ?? 32 * 1024 * 1024,
    // Object names may be 1,024 bytes, percent-encoded to three times that.
    routerOptions: { maxParamLength: 4096 },
    forceCloseConnections: true,
  });
  app.removeAllContentTypeParsers();
  if (options.bodies === 'raw') {
    app.addContentTypeParser('*', (_request, payload: Readable, done) => done(null, payload));
  } else {
    app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
      if (body === '') return done(null, undefined);
      try {
        done(null, JSON.parse(body as string));
      } catch {
        done(
          new ApiError('INVALID_ARGUMENT', 'Parse Error: the request body is not valid JSON', { reason: 'parseError' }),
        );
      }
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const error = new ApiError(
      'NOT_FOUND',
      `${request.method} ${request.url.split('?')[0]} is not an operation that the local cloud supports`,
    );
    return reply.code(404).send(errorBody(error));
  });
  app.setErrorHandler((raw, _request, reply) => {
    const error = toApiError(raw);
    if (error.code === 'INTERNAL') console.error(raw);
    return reply
      .code(error.httpStatus)
      .header('content-type', 'application/json; charset=UTF-8')
      .send(errorBody(error));
  });
  return app;
}

export function toApiError(raw: unknown): ApiError {
  if (raw instanceof ApiError) return raw;
  const { statusCode, message } = raw as { statusCode?: number; message?: string };
  if (statusCode === 413)
    return new ApiError('INVALID_ARGUMENT', 'Request payload size exceeds the limit', {
      httpStatus: 413,
      reason: 'uploadTooLarge',
    });
  if (statusCode !== undefined && statusCode < 500)
    return new ApiError('INVALID_ARGUMENT', message ?? 'bad request', { httpStatus: statusCode });
  return new ApiError('INTERNAL', `Internal error of the local cloud: ${message ?? String(raw)}`);
}

/** Listens on loopback only; port 0 takes a free one. Resolves to the port taken. */
export async function listen(app: FastifyInstance, port: number): Promise<number> {
  await app.listen({ host: '127.0.0.1', port });
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no TCP address');
  return address.port;
}
