import { randomUUID } from 'node:crypto';
import { ApiError } from '../api-error.ts';
import { type Blobs, type BlobWriter, QUANTUM } from './blobs.ts';
import type { Buckets } from './buckets.ts';
import type { Catalog } from './catalog.ts';
import { parseChecksums } from './checksums.ts';
import type { Commits } from './commits.ts';
import { invalid } from './errors.ts';
import { checkPreconditions } from './preconditions.ts';
import type { StoredBytes } from './records.ts';
import { type Answer, parseJson, readBytes, type StorageRequest } from './request.ts';
import { renderObject } from './resource.ts';
import type { Session, Sessions } from './sessions.ts';
import { parseUploadSpec, type Uploads } from './uploads.ts';

/** What a PUT to a session says of its bytes. */
type ContentRange =
  | { kind: 'status'; total: number | undefined }
  /** `end` is exclusive; unknown where the bytes end with the request. */
  | { kind: 'bytes'; start: number; end: number | undefined; total: number | undefined };

export function parseContentRange(header: string | undefined): ContentRange {
  if (header === undefined) return { kind: 'bytes', start: 0, end: undefined, total: undefined };
  const match = /^bytes (?:(\*)|(\d{1,15})-(\d{1,15}|\*))\/(\d{1,15}|\*)$/.exec(header);
  if (!match) throw invalid(`Failed to parse Content-Range header: '${header}'.`);
  const [, query, start, last, size] = match;
  const total = size === '*' ? undefined : Number(size);
  if (query) return { kind: 'status', total };
  return { kind: 'bytes', start: Number(start), end: last === '*' ? undefined : Number(last) + 1, total };
}

interface Parts {
  blobs: Blobs;
  buckets: Buckets;
  catalog: Catalog;
  commits: Commits;
  sessions: Sessions;
  uploads: Uploads;
  origin: () => string;
}

/** A session while this process works on it: the hashes so far, and the request that is sending bytes. */
interface OpenSession {
  writer: BlobWriter;
  sending: { abort(): void; ended: Promise<void> } | undefined;
}

export function createResumable({ blobs, buckets, catalog, commits, sessions, uploads, origin }: Parts) {
  const open = new Map<string, OpenSession>();

  async function initiate(request: StorageRequest): Promise<Answer> {
    const { headers, query } = request;
    const resource = parseJson(await readBytes(request.body));
    const spec = parseUploadSpec(request, resource, headers['x-upload-content-type'] as string | undefined);
    buckets.get(spec.bucket);
    checkPreconditions(spec.preconditions, catalog.find(spec.bucket, spec.name), 'write');
    const length = headers['x-upload-content-length'];
    const total = typeof length === 'string' && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
    const id = randomUUID();
    sessions.insert({ id, spec, total });
    open.set(id, { writer: blobs.begin(id), sending: undefined });
    const target = new URLSearchParams({
      uploadType: 'resumable',
      name: query.get('name') ?? spec.name,
      upload_id: id,
    });
    const base = headers.host === undefined ? origin() : `http://${headers.host}`;
    return {
      status: 200,
      free: true,
      headers: {
        location: `${base}/upload/storage/v1/b/${encodeURIComponent(spec.bucket)}/o?${target}`,
        'x-guploader-uploadid': id,
        'x-goog-upload-chunk-granularity': QUANTUM,
        'content-length': 0,
      },
      body: Buffer.alloc(0),
    };
  }

  async function put(request: StorageRequest, id: string): Promise<Answer> {
    const range = parseContentRange(request.headers['content-range']);
    const asked = find(id);
    if (asked.status !== 'open') return closed(asked);
    if (range.kind === 'status') {
      const { writer, sending } = await resume(id);
      if (sending || range.total !== writer.persisted) return incomplete(writer);
    }
    return exclusively(id, request, async (session, writer) => {
      const total = agreeOnTotal(session, range.total);
      return range.kind === 'status'
        ? finish(session, writer, request)
        : take(session, writer, request, { ...range, total });
    });
  }

  /** A client that lost its connection may be back before this end has noticed; two writers would mix their bytes. */
  async function exclusively(
    id: string,
    request: StorageRequest,
    work: (session: Session, writer: BlobWriter) => Promise<Answer>,
  ): Promise<Answer> {
    let current = await resume(id);
    while (current.sending) {
      current.sending.abort();
      await current.sending.ended;
      current = await resume(id);
    }
    // Whoever was sending may have completed the upload.
    const session = find(id);
    if (session.status !== 'open') {
      open.delete(id);
      return closed(session);
    }
    const ended = Promise.withResolvers<void>();
    current.sending = { abort: () => void request.body.destroy(), ended: ended.promise };
    try {
      return await work(session, current.writer);
    } finally {
      current.sending = undefined;
      ended.resolve();
    }
  }

  async function take(
    session: Session,
    writer: BlobWriter,
    request: StorageRequest,
    { start, end, total }: { start: number; end: number | undefined; total: number | undefined },
  ): Promise<Answer> {
    if (start > writer.persisted)
      throw new ApiError(
        'UNAVAILABLE',
        `Invalid request.  According to the Content-Range header, the upload offset is ${start} byte(s), which exceeds already uploaded size of ${writer.persisted} byte(s).`,
      );
    try {
      // Bytes that an earlier request brought are sent again when its answer was lost.
      let repeated = writer.persisted - start;
      for await (const chunk of request.body as AsyncIterable<Buffer>) {
        if (repeated < chunk.length) await writer.write(chunk.subarray(repeated));
        repeated = Math.max(0, repeated - chunk.length);
      }
    } catch (error) {
      // Either the connection or the disk broke; what the file holds is read again by the request that goes on.
      await writer.pause().finally(() => open.delete(session.id));
      throw error;
    }
    const limit = total ?? end;
    if (limit !== undefined && writer.received > limit) {
      const { received } = writer;
      await abandon(session.id, writer);
      throw invalid(`The upload was announced to have ${limit} byte(s) but ${received} came.`);
    }
    const whole = total === undefined ? end === undefined : writer.received === total;
    if (whole) return finish(session, writer, request);
    await writer.pause();
    return incomplete(writer);
  }

  async function finish(session: Session, writer: BlobWriter, request: StorageRequest): Promise<Answer> {
    const checksums = { ...session.spec.checksums, ...parseChecksums({}, request.headers) };
    let bytes: StoredBytes;
    try {
      bytes = await writer.finish();
    } catch (error) {
      // A full disk, say; what the file holds is read again by the request that goes on.
      open.delete(session.id);
      throw error;
    }
    try {
      const resource = commits.together(() => {
        const committed = renderObject(uploads.commitBytes({ ...session.spec, checksums }, bytes), origin());
        sessions.complete(session.id, committed);
        return committed;
      });
      return { status: 200, body: resource };
    } catch (error) {
      // The bytes are gone with the refusal, so the session cannot go on.
      sessions.delete(session.id);
      throw error;
    } finally {
      open.delete(session.id);
    }
  }

  function find(id: string): Session {
    const session = sessions.find(id);
    if (!session)
      throw new ApiError('NOT_FOUND', `Upload session '${id}' is not known or has expired; start the upload again.`);
    return session;
  }

  async function resume(id: string): Promise<OpenSession> {
    const known = open.get(id);
    if (known) return known;
    const writer = await blobs.resume(id);
    // Another request may have resumed it during the await.
    const current = open.get(id) ?? { writer, sending: undefined };
    open.set(id, current);
    return current;
  }

  async function abandon(id: string, writer: BlobWriter): Promise<void> {
    sessions.cancel(id);
    open.delete(id);
    await writer.discard();
  }

  async function cancel(request: StorageRequest, id: string): Promise<Answer> {
    const asked = find(id);
    if (asked.status !== 'open') return closed(asked);
    return exclusively(id, request, async (_session, writer) => {
      await abandon(id, writer);
      return CANCELLED;
    });
  }

  return { initiate, put, cancel };
}

/** Google's answer to a cancelled upload, borrowed from nginx. */
const CANCELLED: Answer = { status: 499, headers: { 'content-length': 0 }, body: Buffer.alloc(0) };

function closed(session: Session): Answer {
  return session.status === 'done' ? { status: 200, free: true, body: session.result ?? {} } : CANCELLED;
}

function incomplete(writer: BlobWriter): Answer {
  return {
    status: 308,
    headers: {
      'content-length': 0,
      ...(writer.persisted > 0 && { range: `bytes=0-${writer.persisted - 1}` }),
    },
    body: Buffer.alloc(0),
  };
}

function agreeOnTotal(session: Session, total: number | undefined): number | undefined {
  if (total !== undefined && session.total !== undefined && total !== session.total)
    throw invalid(
      `The upload was announced to have ${session.total} byte(s), but its Content-Range header says ${total}.`,
    );
  return total ?? session.total;
}
