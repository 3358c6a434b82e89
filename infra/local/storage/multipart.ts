import { invalid, unsupported } from './errors.ts';
import type { Json } from './records.ts';
import { parseJson } from './request.ts';

/** A `multipart/related` upload: the object resource as JSON, then the bytes, which are streamed. */
export interface MultipartUpload {
  resource: Json;
  /** Of the media part. */
  contentType: string | undefined;
  media: AsyncIterable<Buffer>;
}

const HEAD_LIMIT_BYTES = 1024 * 1024;
const EMPTY: Buffer = Buffer.alloc(0);

/** gcloud writes the boundary in Python's quotes, others in double ones or in none. */
export function parseBoundary(contentType: string | undefined): string {
  const match = /^multipart\/related\s*;.*boundary=(?:"([^"]+)"|'([^']+)'|([^;\s]+))/i.exec(contentType ?? '');
  const boundary = match?.[1] ?? match?.[2] ?? match?.[3];
  if (boundary === undefined)
    throw invalid(`A multipart upload is of type multipart/related with a boundary, not '${contentType ?? ''}'.`);
  return boundary;
}

export async function readMultipart(body: AsyncIterable<Buffer>, boundary: string): Promise<MultipartUpload> {
  const chunks = body[Symbol.asyncIterator]();
  let buffer = EMPTY;

  async function fill(): Promise<void> {
    const next = await chunks.next();
    if (next.done) throw invalid('Missing end boundary in multipart body.');
    buffer = buffer.length === 0 ? next.value : Buffer.concat([buffer, next.value]);
  }

  async function readUntil(end: string): Promise<Buffer> {
    for (;;) {
      const index = buffer.indexOf(end);
      if (index >= 0) {
        const read = buffer.subarray(0, index);
        buffer = buffer.subarray(index + end.length);
        return read;
      }
      if (buffer.length > HEAD_LIMIT_BYTES)
        throw invalid(`The metadata of a multipart upload may take ${HEAD_LIMIT_BYTES} bytes.`);
      await fill();
    }
  }

  async function readHeaders(): Promise<Map<string, string>> {
    const headers = new Map<string, string>();
    for (;;) {
      const line = (await readUntil('\n')).toString('utf8').trim();
      if (line === '') return headers;
      const colon = line.indexOf(':');
      headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
    }
  }

  await readUntil(`--${boundary}`);
  // Clients that build the body with Python's e-mail package end lines with a bare LF.
  const newline = (await readUntil('\n')).at(-1) === 0x0d ? '\r\n' : '\n';
  const delimiter = `${newline}--${boundary}`;
  await readHeaders();
  const resource = parseJson(await readUntil(delimiter));
  await readUntil('\n');
  const headers = await readHeaders();
  const encoding = headers.get('content-transfer-encoding') ?? 'binary';
  if (!['binary', '8bit', '7bit'].includes(encoding.toLowerCase()))
    throw unsupported(`Content-Transfer-Encoding ${encoding} in a multipart upload; send the bytes as they are`);

  async function* media(): AsyncGenerator<Buffer> {
    for (;;) {
      const index = buffer.indexOf(delimiter);
      if (index >= 0) {
        if (index > 0) yield buffer.subarray(0, index);
        return;
      }
      // The last bytes may be the beginning of the delimiter.
      const safe = buffer.length - delimiter.length + 1;
      if (safe > 0) {
        yield buffer.subarray(0, safe);
        buffer = buffer.subarray(safe);
      }
      await fill();
    }
  }

  return { resource, contentType: headers.get('content-type'), media: media() };
}
