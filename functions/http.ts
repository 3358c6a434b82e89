import { type SluiceError, terminal, toSluiceError } from './errors.ts';
import type { Log } from './log.ts';

/** The HTTP edge: the one place where requests become arguments and failures become statuses. */

export interface FunctionRequest {
  method: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed JSON. */
  body: unknown;
}

/** What a function answers; undefined = 204. */
export type FunctionResponse = object | undefined;
export type Handler = (request: FunctionRequest) => Promise<FunctionResponse>;

export interface Answer {
  status: number;
  body?: object;
}

const CLIENT_STATUS: Partial<Record<SluiceError['code'], number>> = {
  BAD_REQUEST: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  REQUEST_TOO_LARGE: 413,
};

/**
 * Retryable → 503, so that the queue tries again. A request that is wrong says so (4xx). Any other terminal failure that
 * came this far is a defect of ours or of the deployment; trying again does not mend it, and 500 makes it seen.
 */
export async function answer(work: () => Promise<FunctionResponse>, log: Log): Promise<Answer> {
  try {
    const body = await work();
    return body === undefined ? { status: 204 } : { status: 200, body };
  } catch (raw) {
    const error = toSluiceError(raw);
    const status = CLIENT_STATUS[error.code] ?? (error.retryable ? 503 : 500);
    if (status < 500) log.warn('refused', { ...error.details, code: error.code, reason: error.message });
    else log.error('failed', error);
    return { status, body: { error: { code: error.code, message: error.message, retryable: error.retryable } } };
  }
}

/** Longer than any name of ours, and as long as the name of an object may be. */
const MAX_TEXT = 1024;

/** Fields of a JSON body, checked. */
export function readBody(request: FunctionRequest): {
  text(name: string): string;
  number(name: string): number;
  optional(name: string): string | undefined;
  raw: Record<string, unknown>;
} {
  const { body } = request;
  if (request.method !== 'POST') throw terminal('BAD_REQUEST', `only POST is understood, not ${request.method}`);
  // A body of another content type comes as text or as bytes, which are an object as well.
  if (typeof body !== 'object' || body === null || Array.isArray(body) || Buffer.isBuffer(body))
    throw terminal('BAD_REQUEST', 'the body must be a JSON object, with content-type: application/json');
  const raw = body as Record<string, unknown>;
  const wrong = (name: string, rule: string): SluiceError => terminal('BAD_REQUEST', `${name} must be ${rule}`);
  return {
    raw,
    text(name) {
      const value = raw[name];
      if (typeof value !== 'string' || value === '' || value.length > MAX_TEXT)
        throw wrong(name, `a text of 1 to ${MAX_TEXT} characters`);
      return value;
    },
    number(name) {
      const value = raw[name];
      if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw wrong(name, 'a whole number');
      return value;
    },
    optional(name) {
      const value = raw[name];
      if (value !== undefined && typeof value !== 'string') throw wrong(name, 'a text');
      return value;
    },
  };
}

/** How often Cloud Tasks has tried this task before. */
export function retriesOf(request: FunctionRequest): number {
  const count = Number(request.headers['x-cloudtasks-taskretrycount'] ?? 0);
  return Number.isInteger(count) && count >= 0 ? count : 0;
}
