import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { ApiError } from '../api-error.ts';
import { required } from './errors.ts';
import { isJson, type Json } from './records.ts';

/** A request as the handlers see it: path and query decoded exactly once, the body still a stream. */
export interface StorageRequest {
  method: string;
  params: Record<string, string>;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Readable;
}

export interface Answer {
  status: number;
  headers?: Record<string, string | number>;
  /** An object goes out as JSON, the rest as it is. */
  body?: object | Buffer | Readable;
  /** Not an operation of its own: a resumable upload is billed once, when it is complete. */
  free?: boolean;
}

export type Handler = (request: StorageRequest) => Answer | Promise<Answer>;

/** Metadata requests are small: Google refuses more than a few hundred kilobytes. */
const JSON_LIMIT_BYTES = 1024 * 1024;

export function param(request: StorageRequest, name: string): string {
  const value = request.params[name];
  if (value === undefined) throw required(name);
  return value;
}

export async function readBytes(body: AsyncIterable<Buffer>, limit = JSON_LIMIT_BYTES): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit)
      throw new ApiError('INVALID_ARGUMENT', `Request payload size exceeds the limit: ${limit} bytes.`, {
        httpStatus: 413,
        reason: 'uploadTooLarge',
      });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The JSON object in the body; an empty body is an empty object. */
export async function readJson(request: StorageRequest): Promise<Json> {
  return parseJson(await readBytes(request.body));
}

export function parseJson(bytes: Buffer): Json {
  if (bytes.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new ApiError('INVALID_ARGUMENT', 'Parse Error', { reason: 'parseError' });
  }
  if (!isJson(value)) throw new ApiError('INVALID_ARGUMENT', 'Parse Error', { reason: 'parseError' });
  return value;
}
