import { Readable } from 'node:stream';
import type { ObjectRef } from '../model/run.ts';

/** Without a generation, the live one. */
export type ReadMedia = (
  object: Omit<ObjectRef, 'generation'> & Partial<ObjectRef>,
  range?: { start: number; end: number },
) => Promise<Readable>;

/** What Google's auth clients have in common. They try a request again that got no answer, 408, 429 or 5xx. */
export interface Requester {
  request<T>(options: MediaRequest): Promise<{ data: T }>;
}

interface MediaRequest {
  url: string;
  params: Record<string, string>;
  headers: Record<string, string>;
  responseType: 'stream';
  retry: true;
  compress: false;
}

/** The range begins behind the object's end. */
const OUT_OF_RANGE = 416;

/**
 * Reads an object's bytes. Not by the storage client's own stream: when one of those is left before its end, the client
 * destroys the agent that all of its requests share, and everything else under way in the process fails (`aborted`).
 * Errors are those of the request or of the connection, also midway; a client made for it says which are worth a retry.
 */
export function createMediaReader(
  endpoint: string,
  requester: Requester,
  toError: (error: unknown) => Error,
): ReadMedia {
  async function* chunks(body: Readable): AsyncGenerator<Buffer> {
    try {
      yield* body;
    } catch (error) {
      throw toError(error);
    }
  }

  return async ({ bucket, name, generation }, range) => {
    const last = range && Number.isFinite(range.end) ? range.end - 1 : '';
    try {
      const { data } = await requester.request<Readable>({
        url: `${endpoint}/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}`,
        params: { alt: 'media', ...(generation !== undefined && { generation }) },
        // A stored gzip stays gzip: what it holds is judged by its content, and a range of it must stay a range.
        headers: { 'accept-encoding': 'gzip', ...(range && { range: `bytes=${range.start}-${last}` }) },
        responseType: 'stream',
        retry: true,
        compress: false,
      });
      return Readable.from(chunks(data), { objectMode: false });
    } catch (error) {
      if ((error as { status?: number }).status === OUT_OF_RANGE) return Readable.from([]);
      throw toError(error);
    }
  };
}
