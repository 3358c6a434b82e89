import { ServiceError, UnreachableError } from './errors.ts';

export interface CallOptions {
  /** Statuses that are no failure; the answer is then `undefined`. */
  allow?: readonly number[];
  /** Goes into the authorization header. */
  token?: string;
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
}

/** A JSON call to a service. Throws ServiceError with the service's own message, UnreachableError where none answers. */
export async function callJson<T>(
  method: string,
  url: string,
  body?: unknown,
  options: CallOptions = {},
): Promise<T | undefined> {
  const { text, status, ok } = await send(method, url, body, options);
  if (ok) return text === '' ? undefined : (JSON.parse(text) as T);
  if (options.allow?.includes(status)) return undefined;
  const { message, code } = errorOf(text);
  throw new ServiceError(message ?? `${method} ${url} answered ${status}`, status, code);
}

async function send(
  method: string,
  url: string,
  body: unknown,
  { signal, token, headers }: CallOptions,
): Promise<{ text: string; status: number; ok: boolean }> {
  try {
    const response = await fetch(url, {
      method,
      ...(signal && { signal }),
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { text: await response.text(), status: response.status, ok: response.ok };
  } catch (cause) {
    throw unreachable(url, cause);
  }
}

export function unreachable(url: string, cause: unknown): UnreachableError {
  const code = ((cause as Error).cause as { code?: unknown } | undefined)?.code;
  const { hostname, origin } = new URL(url);
  const hint = hostname === '127.0.0.1' ? ': is the local cloud still up?' : '';
  return new UnreachableError(`${origin} does not answer${hint}`, {
    refused: code === 'ECONNREFUSED',
    cause,
  });
}

/** Google's error shape and ours are alike; `errors[0].reason` is BigQuery's finer word. Anything else has no message. */
export function errorOf(text: string): { message?: string; code?: string } {
  try {
    const { error } = JSON.parse(text) as {
      error?: { message?: string; code?: unknown; status?: string; errors?: { reason?: string }[] };
    };
    const code = error?.errors?.[0]?.reason ?? error?.status ?? error?.code;
    return { ...(error?.message && { message: error.message }), ...(code !== undefined && { code: String(code) }) };
  } catch {
    return {};
  }
}
