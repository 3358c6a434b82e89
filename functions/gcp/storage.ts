import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type ApiError, type File, Storage } from '@google-cloud/storage';
import { PassThroughClient } from 'google-auth-library';
import { retryable, SluiceError, terminal } from '../errors.ts';
import type { ObjectInfo, ObjectStore, ObjectVersion } from '../ports.ts';
import { createMediaReader } from './media.ts';
import { isTransient } from './transient.ts';

export interface StorageOptions {
  project: string;
  /** Replaces Google's endpoint. */
  endpoint?: string;
}

const GOOGLE = 'https://storage.googleapis.com';
/** Past this a resumable upload pays for its extra requests: a lost connection costs a chunk, not the whole object. */
const RESUMABLE_FROM = 8 * 1024 * 1024;
/** Held in memory until the server has it. */
const CHUNK_BYTES = 16 * 1024 * 1024;
const LIST_PAGE = 1000;
/** What a bucket has whose policy says nothing. Source: cloud.google.com/storage/docs/soft-delete. */
const SOFT_DELETE_SECONDS = 7 * 86_400;

export function createObjectStore({ project, endpoint }: StorageOptions): ObjectStore {
  const storage = new Storage({ projectId: project, ...(endpoint && { apiEndpoint: endpoint }) });
  // A loopback endpoint asks for no credentials, and looking for some would leave the machine.
  const requester = endpoint ? new PassThroughClient() : storage.authClient;
  const read = createMediaReader(endpoint ?? GOOGLE, requester, readError);
  const fileOf = (bucket: string, name: string, generation?: string): File =>
    storage.bucket(bucket).file(name, generation === undefined ? {} : { generation });

  return {
    async stat(bucket, name, generation) {
      try {
        const file = fileOf(bucket, name, generation);
        await file.getMetadata();
        return infoOf(file);
      } catch (error) {
        if (status(error) === 404) return undefined;
        throw storageError('stat', error);
      }
    },

    read,

    async readText(bucket, name) {
      try {
        return await text(await read({ bucket, name }));
      } catch (error) {
        if (error instanceof SluiceError && error.code === 'OBJECT_GONE') return undefined;
        throw error;
      }
    },

    async write(bucket, name, body, { ifAbsent, ifGeneration, contentType, contentEncoding, metadata, size } = {}) {
      const file = fileOf(bucket, name);
      // As text: a generation has more digits than a number holds.
      const condition = ifAbsent ? '0' : ifGeneration;
      try {
        const content = typeof body === 'string' || size !== undefined ? body : await notEmpty(body);
        const isLarge = typeof content !== 'string' && (size ?? Number.POSITIVE_INFINITY) > RESUMABLE_FROM;
        const options = {
          resumable: isLarge,
          ...(isLarge && { chunkSize: CHUNK_BYTES }),
          // Compared with what the server stored. The client's CRC32C is plain JavaScript and takes 0.8 CPU seconds for
          // 100 MB; Node's MD5 takes 0.15.
          validation: 'md5' as const,
          metadata: {
            contentType: contentType ?? 'application/octet-stream',
            ...(contentEncoding && { contentEncoding }),
            ...(metadata && { metadata }),
          },
          ...(condition && { preconditionOpts: { ifGenerationMatch: condition } }),
        };
        if (typeof content === 'string') await file.save(content, options);
        else await pipeline(content, file.createWriteStream(options));
        return infoOf(file);
      } catch (error) {
        if (condition && status(error) === 412) return undefined;
        // What the stream itself failed of says more than that its object was not written.
        throw error instanceof SluiceError ? error : storageError('write', error);
      }
    },

    async copy(from, bucket, name, metadata) {
      try {
        const [copy] = await fileOf(from.bucket, from.name, from.generation).copy(
          fileOf(bucket, name),
          metadata ? { metadata } : {},
        );
        await copy.getMetadata();
        return infoOf(copy);
      } catch (error) {
        if (status(error) === 404)
          throw terminal('OBJECT_GONE', 'the object to be copied is gone at this generation', {
            details: { bucket: from.bucket, generation: from.generation },
          });
        throw storageError('copy', error);
      }
    },

    async *list(bucket, prefix, { limit } = {}) {
      for await (const file of filesOf(bucket, { prefix }, limit)) yield infoOf(file);
    },

    async *versions(bucket, prefix) {
      for await (const file of filesOf(bucket, { prefix, versions: true }))
        yield { ...infoOf(file), live: file.metadata.timeDeleted === undefined } satisfies ObjectVersion;
    },

    async remove(bucket, name, generation) {
      try {
        await fileOf(bucket, name, generation).delete({ ignoreNotFound: true });
      } catch (error) {
        throw storageError('delete', error);
      }
    },

    async retention(bucket) {
      try {
        const [metadata] = await storage.bucket(bucket).getMetadata();
        const seconds = metadata.softDeletePolicy?.retentionDurationSeconds;
        return { softDeleteSeconds: seconds === undefined ? SOFT_DELETE_SECONDS : Number(seconds) };
      } catch (error) {
        throw storageError('read a bucket', error);
      }
    },
  };

  async function* filesOf(
    bucket: string,
    query: { prefix: string; versions?: boolean },
    limit = Number.POSITIVE_INFINITY,
  ): AsyncGenerator<File> {
    let pageToken: string | undefined;
    let left = limit;
    do {
      const page = {
        ...query,
        autoPaginate: false,
        maxResults: Math.min(LIST_PAGE, left),
        ...(pageToken && { pageToken }),
      };
      const [files, next] = await storage
        .bucket(bucket)
        .getFiles(page)
        .catch((error) => {
          throw storageError('list', error);
        });
      yield* files;
      left -= files.length;
      pageToken = (next as { pageToken?: string } | null)?.pageToken;
    } while (pageToken && left > 0);
  }
}

/** The client cannot end a resumable upload of which it learns only then that it is empty. */
async function notEmpty(stream: Readable): Promise<Readable | ''> {
  const chunks = stream.iterator() as AsyncIterator<Buffer>;
  const first = await chunks.next();
  if (first.done) return '';
  async function* all(): AsyncGenerator<Buffer> {
    try {
      yield first.value;
      yield* { [Symbol.asyncIterator]: () => chunks };
    } finally {
      stream.destroy();
    }
  }
  return Readable.from(all(), { objectMode: false });
}

function infoOf(file: File): ObjectInfo {
  const { generation, size, timeCreated, crc32c, metadata, contentType, contentEncoding } = file.metadata;
  return {
    bucket: file.bucket.name,
    name: file.name,
    generation: String(generation),
    size: Number(size),
    createdAt: String(timeCreated),
    crc32c: String(crc32c ?? ''),
    metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([key, value]) => [key, String(value)])),
    ...(contentType && { contentType }),
    ...(contentEncoding && { contentEncoding }),
  };
}

const status = (error: unknown): number =>
  Number((error as ApiError).code ?? (error as { status?: number }).status ?? 0);

const storageError = (operation: string, error: unknown): SluiceError => {
  const code = status(error);
  const details = { operation, status: code };
  return code >= 400 && code < 500 && !isTransient(error)
    ? terminal('STORAGE_FAILED', `Cloud Storage refused to ${operation} (${code})`, { cause: error, details })
    : retryable('STORAGE_FAILED', `Cloud Storage failed to ${operation} (${code || 'no answer'})`, {
        cause: error,
        details,
      });
};

/** At one generation an object can only be there or be gone. */
const readError = (error: unknown): SluiceError =>
  status(error) === 404
    ? terminal('OBJECT_GONE', 'the object is gone at this generation')
    : storageError('read', error);
