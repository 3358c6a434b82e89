import { ApiError } from './api-error.ts';

/** The HTTP request of a Cloud Tasks task or a Cloud Scheduler job, as the wire has it (the URL aside: its name differs). */
export interface WireHttpTarget {
  httpMethod: string;
  headers: Record<string, string>;
  body: Uint8Array;
  oauthToken?: object | null;
  oidcToken?: { serviceAccountEmail: string; audience: string } | null;
}

/** What is kept of it; the body is kept apart, because it may be large. */
export interface HttpTarget {
  url: string;
  method: string;
  headers: Record<string, string>;
  oidcToken?: { serviceAccountEmail: string; audience: string };
}

const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);
/** Source of both limits: google/cloud/tasks/v2/target.proto, HttpRequest. */
const MAX_URL_LENGTH = 2083;
const MAX_HEADER_BYTES = 80 * 1024;

/** `url` is the name of the field that holds the URL, for error messages: `HttpRequest.url`. */
export function parseHttpTarget(target: WireHttpTarget, url: { name: string; value: string }): HttpTarget {
  if (url.value === '') throw invalid(`${url.name} is required.`);
  if (!/^https?:\/\//.test(url.value)) throw invalid("HttpTarget.url must start with 'http://' or 'https://'.");
  if (url.value.length > MAX_URL_LENGTH)
    throw invalid(`${url.name} must have at most ${MAX_URL_LENGTH} characters; it has ${url.value.length}.`);
  const method = target.httpMethod === 'HTTP_METHOD_UNSPECIFIED' ? 'POST' : target.httpMethod;
  if (target.body.length > 0 && !METHODS_WITH_BODY.has(method))
    throw invalid(`A request body is allowed only with POST, PUT or PATCH; the method is ${method}.`);
  const headerBytes = Object.entries(target.headers).reduce((sum, pair) => sum + Buffer.byteLength(pair.join('')), 0);
  if (headerBytes >= MAX_HEADER_BYTES)
    throw invalid(`The headers must be less than 80 KB; they are ${headerBytes} bytes.`);
  if (target.oauthToken)
    throw new ApiError(
      'UNIMPLEMENTED',
      'oauthToken is not supported by the local cloud: it has no access tokens for Google APIs. Use oidcToken.',
    );
  const oidcToken = target.oidcToken ?? undefined;
  if (oidcToken?.serviceAccountEmail === '') throw invalid('OidcToken.serviceAccountEmail is required.');
  return { url: url.value, method, headers: target.headers, ...(oidcToken ? { oidcToken } : {}) };
}

/** The caller's headers without those that Google ignores or replaces; `service` is its own prefix (`x-cloudtasks-`). */
export function renderTargetHeaders(target: HttpTarget, service: string): Record<string, string> {
  const ignored = ['x-google-', 'x-appengine-', service];
  const kept = Object.entries(target.headers).filter(([name]) => {
    const lower = name.toLowerCase();
    return lower !== 'user-agent' && !ignored.some((prefix) => lower.startsWith(prefix));
  });
  return Object.fromEntries(kept);
}

/** How an attempt ended, as google.rpc.Status: HTTP statuses map back as google/rpc/code.proto maps them forth. */
export function renderHttpStatus(status: number): { code: number; message: string } {
  const [name, code] = rpcCodeOf(status);
  return { code, message: code === 0 ? '' : `${name}(${code}): HTTP status code ${status}` };
}

function rpcCodeOf(status: number): [string, number] {
  if (status >= 200 && status < 300) return ['OK', 0];
  const known = CODES_BY_STATUS.get(status);
  if (known) return known;
  if (status >= 400 && status < 500) return ['FAILED_PRECONDITION', 9];
  if (status >= 500 && status < 600) return ['INTERNAL', 13];
  return ['UNKNOWN', 2];
}

const CODES_BY_STATUS = new Map<number, [string, number]>([
  [400, ['INVALID_ARGUMENT', 3]],
  [401, ['UNAUTHENTICATED', 16]],
  [403, ['PERMISSION_DENIED', 7]],
  [404, ['NOT_FOUND', 5]],
  [409, ['ABORTED', 10]],
  [429, ['RESOURCE_EXHAUSTED', 8]],
  [499, ['CANCELLED', 1]],
  [501, ['UNIMPLEMENTED', 12]],
  [503, ['UNAVAILABLE', 14]],
  [504, ['DEADLINE_EXCEEDED', 4]],
]);

const invalid = (message: string) => new ApiError('INVALID_ARGUMENT', message);
