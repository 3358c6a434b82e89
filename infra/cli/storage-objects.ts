import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectRef } from '../../functions/model/run.ts';
import { FailedError, ServiceError, UnreachableError } from './errors.ts';
import { callJson, errorOf, unreachable } from './http-json.ts';
import { authorized, type Site } from './site.ts';

/** Google's advice: one request below this, a resumable upload above. Source: cloud.google.com/storage/docs/uploads-downloads. */
const ONE_REQUEST_BYTES = 8 * 1024 * 1024;
/** A multiple of 256 KiB, as the protocol demands; a broken connection repeats at most this much. */
const CHUNK_BYTES = 8 * 1024 * 1024;
/** A local cloud that was killed is back within a second or two. */
const MAX_FAILURES = 5;
const PAUSE_MS = 2000;

type Place = Pick<Site, 'storage' | 'credentials'>;

interface StoredObject {
  bucket: string;
  name: string;
  generation: string;
  size: string;
}

/** Puts bytes into a bucket. Resolves to the object at the generation that it became. */
export async function uploadBytes(
  place: Place,
  bucket: string,
  name: string,
  body: Uint8Array<ArrayBuffer>,
): Promise<ObjectRef> {
  const url = `${place.storage}/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${encodeURIComponent(name)}`;
  const response = await request(place, url, { method: 'POST', body });
  return refOf(await created(response, name));
}

/** Puts a file into a bucket, a large one in chunks, so that no more than one of them is in memory. */
export async function uploadFile(place: Place, bucket: string, name: string, path: string): Promise<ObjectRef> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const read = async (start: number, length: number): Promise<Uint8Array<ArrayBuffer>> => {
      const bytes = new Uint8Array(length);
      const { bytesRead } = await file.read(bytes, 0, length, start);
      if (bytesRead < length) throw new FailedError(`${path} became shorter while it was read: drop it again`);
      return bytes;
    };
    if (size <= ONE_REQUEST_BYTES) return await uploadBytes(place, bucket, name, await read(0, size));
    return await uploadChunks(place, { bucket, name, size, read });
  } finally {
    await file.close();
  }
}

interface ChunkedUpload {
  bucket: string;
  name: string;
  size: number;
  read(start: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

async function uploadChunks(place: Place, { bucket, name, size, read }: ChunkedUpload): Promise<ObjectRef> {
  const url = `${place.storage}/upload/storage/v1/b/${bucket}/o?uploadType=resumable&name=${encodeURIComponent(name)}`;
  const begun = await request(place, url, { method: 'POST', headers: { 'x-upload-content-length': String(size) } });
  const session = begun.headers.get('location');
  if (!begun.ok || !session) throw await failure(begun, name);
  const put = (range: string, body?: Uint8Array<ArrayBuffer>): Promise<Response> =>
    request(place, session, {
      method: 'PUT',
      headers: { 'content-range': `bytes ${range}/${size}` },
      ...(body && { body }),
    });
  let start = 0;
  let failures = 0;
  for (;;) {
    const length = Math.min(CHUNK_BYTES, size - start);
    const body = await read(start, length);
    const answer = await put(`${start}-${start + length - 1}`, body).catch(async (error: unknown) => {
      if (!(error instanceof UnreachableError) || ++failures > MAX_FAILURES) throw error;
      await sleep(PAUSE_MS);
      // The server says how much of it arrived.
      return put('*');
    });
    if (answer.status !== 308) return refOf(await created(answer, name));
    start = persistedOf(answer);
  }
}

/** `range: bytes=0-99` → 100; without one nothing arrived. */
const persistedOf = (response: Response): number => {
  const last = /-(\d+)$/.exec(response.headers.get('range') ?? '')?.[1];
  return last === undefined ? 0 : Number(last) + 1;
};

async function request(
  place: Place,
  url: string,
  { headers, ...init }: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> },
): Promise<Response> {
  const sent = { ...headers, ...(await authorized(place)).headers };
  try {
    return await fetch(url, { ...init, headers: sent, redirect: 'manual' });
  } catch (cause) {
    throw unreachable(url, cause);
  }
}

async function created(response: Response, name: string): Promise<StoredObject> {
  if (!response.ok) throw await failure(response, name);
  return (await response.json()) as StoredObject;
}

async function failure(response: Response, name: string): Promise<ServiceError> {
  const { message, code } = errorOf(await response.text());
  return new ServiceError(`${name} was not stored: ${message ?? `status ${response.status}`}`, response.status, code);
}

/** One that is gone already is fine. */
export async function removeObject(place: Place, bucket: string, name: string): Promise<void> {
  const url = `${place.storage}/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`;
  await callJson('DELETE', url, undefined, { ...(await authorized(place)), allow: [404] });
}

const refOf = ({ bucket, name, generation }: StoredObject): ObjectRef => ({ bucket, name, generation });

/** Bytes that lie in a bucket, versions that were overwritten or deleted among them. */
export async function bytesAtRest({ storage }: Place, bucket: string): Promise<number> {
  let bytes = 0;
  let token: string | undefined;
  do {
    const query = new URLSearchParams({
      versions: 'true',
      fields: 'items(size),nextPageToken',
      ...(token !== undefined && { pageToken: token }),
    });
    const page = await callJson<{ items?: { size: string }[]; nextPageToken?: string }>(
      'GET',
      `${storage}/storage/v1/b/${bucket}/o?${query}`,
    );
    for (const { size } of page?.items ?? []) bytes += Number(size);
    token = page?.nextPageToken;
  } while (token !== undefined);
  return bytes;
}
