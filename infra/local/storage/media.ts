import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Blobs } from './blobs.ts';
import { invalid } from './errors.ts';
import type { ObjectRecord } from './records.ts';
import type { Answer, StorageRequest } from './request.ts';
import { renderEtag } from './resource.ts';

/** Bytes from `start` to `end`, inclusive. */
export interface ByteRange {
  start: number;
  end: number;
}

/** One range; a header that is not understood, or that asks for several, is ignored as RFC 9110 allows. */
export function parseRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return undefined;
  return start >= size ? 'unsatisfiable' : { start, end };
}

/** Below this one read beats a stream; above it a stream keeps memory flat. */
const WHOLE_READ_BYTES = 256 * 1024;
const CHUNK_BYTES = 512 * 1024;
const GZIP_MAGIC = 0x1f8b;

/** The bytes of an object, or of a range of it, with the headers that clients verify them by. */
export function renderMedia(record: ObjectRecord, request: StorageRequest, blobs: Blobs): Answer {
  const headers = mediaHeaders(record);
  if (isTranscoded(record, request)) {
    if (record.size < 2 || readRange(record, blobs, 0, 2).readUInt16BE() !== GZIP_MAGIC)
      throw invalid(
        `The bytes of ${record.bucket}/${record.name} are not gzip, though its contentEncoding says so; ask with Accept-Encoding: gzip to get them as they are.`,
      );
    const { 'content-encoding': _, 'accept-ranges': __, ...rest } = headers;
    const body = pipeline(openRange(record, blobs, wholeOf(record)), createGunzip(), ignoreError);
    return { status: 200, headers: { ...rest, warning: '214 UploadServer gunzipped' }, body };
  }
  const range = parseRange(request.headers.range, record.size);
  if (range === 'unsatisfiable')
    return {
      status: 416,
      headers: { 'content-type': 'text/html; charset=UTF-8', 'content-range': `bytes */${record.size}` },
      body: Buffer.from('Request range not satisfiable'),
    };
  const { start, end } = range ?? wholeOf(record);
  const length = end - start + 1;
  headers['content-length'] = length;
  if (range) headers['content-range'] = `bytes ${start}-${end}/${record.size}`;
  const body =
    length <= WHOLE_READ_BYTES ? readRange(record, blobs, start, length) : openRange(record, blobs, { start, end });
  return { status: range ? 206 : 200, headers, body };
}

/**
 * Decompressive transcoding: a caller that does not take gzip gets the content, whole (a Range is ignored) and of unknown
 * length.
 */
function isTranscoded({ attributes, size }: ObjectRecord, { headers }: StorageRequest): boolean {
  return (
    attributes.contentEncoding === 'gzip' &&
    size > 0 &&
    !/\bgzip\b/.test(String(headers['accept-encoding'] ?? '')) &&
    !/\bno-transform\b/.test(attributes.cacheControl ?? '')
  );
}

const wholeOf = (record: ObjectRecord): ByteRange => ({ start: 0, end: record.size - 1 });

/** The stream's error has torn the answer down already; there is no one else to tell. */
const ignoreError = () => {};

function openRange(record: ObjectRecord, blobs: Blobs, { start, end }: ByteRange): Readable {
  // Opened at once: a later overwrite unlinks the file, and the open descriptor keeps its bytes until they are sent.
  const fd = openSync(blobs.path(record.blob), 'r');
  return createReadStream('', { fd, start, end, highWaterMark: CHUNK_BYTES });
}

function readRange(record: ObjectRecord, blobs: Blobs, start: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  if (length === 0) return buffer;
  const fd = openSync(blobs.path(record.blob), 'r');
  try {
    const read = readSync(fd, buffer, 0, length, start);
    if (read !== length) throw new Error(`the file of ${record.bucket}/${record.name} is cut short`);
    return buffer;
  } finally {
    closeSync(fd);
  }
}

function mediaHeaders(record: ObjectRecord): Record<string, string | number> {
  const { attributes, generation, metageneration } = record;
  const optional = {
    'content-encoding': attributes.contentEncoding,
    'content-disposition': attributes.contentDisposition,
    'content-language': attributes.contentLanguage,
    'cache-control': attributes.cacheControl ?? 'no-cache, no-store, max-age=0, must-revalidate',
    'x-goog-component-count': record.components?.toString(),
  };
  return {
    'content-type': latin1(attributes.contentType ?? 'application/octet-stream'),
    'accept-ranges': 'bytes',
    etag: renderEtag(generation, metageneration),
    'last-modified': new Date(record.updated).toUTCString(),
    vary: 'Accept-Encoding',
    'x-goog-generation': String(generation),
    'x-goog-metageneration': String(metageneration),
    'x-goog-hash': `crc32c=${record.crc32c}${record.md5 === undefined ? '' : `,md5=${record.md5}`}`,
    'x-goog-storage-class': attributes.storageClass ?? 'STANDARD',
    'x-goog-stored-content-encoding': latin1(attributes.contentEncoding ?? 'identity'),
    'x-goog-stored-content-length': String(record.size),
    ...Object.fromEntries(
      Object.entries(optional).flatMap(([key, value]) => (value === undefined ? [] : [[key, latin1(value)]])),
    ),
  };
}

/** Node writes headers as Latin-1 and refuses what does not fit; this way UTF-8 goes out byte by byte. */
const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
