import { FailedError } from './errors.ts';

/** A JSON call to a service; `undefined` for 404 where asked for. Throws FailedError with the service's own message. */
export async function callJson<T>(
  method: string,
  url: string,
  body?: unknown,
  options: { allow?: readonly number[] } = {},
): Promise<T | undefined> {
  const response = await fetch(url, {
    method,
    ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw new FailedError(`${new URL(url).origin} does not answer: is the local cloud up?`, { cause });
  });
  const text = await response.text();
  const json = text === '' ? undefined : (JSON.parse(text) as T & { error?: { message?: string } });
  if (response.ok) return json;
  if (options.allow?.includes(response.status)) return undefined;
  throw new FailedError(json?.error?.message ?? `${method} ${url} answered ${response.status}`);
}
