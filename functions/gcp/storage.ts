import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ApiError, type File, Storage } from '@google-cloud/storage';
import { retryable, type SluiceError, terminal } from '../errors.ts';
import type { ObjectInfo, ObjectStore } from '../ports.ts';
import { isTransient } from './transient.ts';

export interface StorageOptions {
  project: string;
  /** Replaces Google's endpoint. */
  endpoint?: string;
}

/** Past this a resumable upload pays for its extra request: a lost connection costs a chunk, not the whole object. */
const RESUMABLE_FROM = 8 * 1024 * 1024;
const LIST_PAGE = 1000;

export function createObjectStore({ project, endpoint }: StorageOptions): ObjectStore {
  const storage = new Storage({ projectId: project, ...(endpoint && { apiEndpoint: endpoint }) });
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

    async read({ bucket, name, generation }, range) {
      const stream = fileOf(bucket, name, generation).createReadStream({
        // A stored gzip stays gzip: what it holds is judged by its content, and a range of it must stay a range.
        decompress: false,
        // A range has no checksum to compare with; the whole is checked by who counts its records.
        validation: false,
        ...(range && { start: range.start }),
        ...(range && Number.isFinite(range.end) && { end: range.end - 1 }),
      });
      await new Promise<void>((resolve, reject) => {
        // The client asks for the object only when somebody reads, and this is what waiting to read does.
        stream.once('readable', () => resolve());
        stream.once('error', reject);
      }).catch((error) => {
        throw status(error) === 404
          ? terminal('OBJECT_GONE', 'the object is gone at this generation', { details: { bucket, generation } })
          : storageError('read', error);
      });
      return withStorageErrors(stream);
    },

    async readText(bucket, name) {
      try {
        const [body] = await fileOf(bucket, name).download({ validation: false });
        return body.toString('utf8');
      } catch (error) {
        if (status(error) === 404) return undefined;
        throw storageError('read', error);
      }
    },

    async write(bucket, name, body, { ifAbsent, contentType, metadata, size } = {}) {
      const file = fileOf(bucket, name);
      const options = {
        resumable: (size ?? 0) > RESUMABLE_FROM,
        validation: 'crc32c' as const,
        metadata: { contentType: contentType ?? 'application/octet-stream', ...(metadata && { metadata }) },
        ...(ifAbsent && { preconditionOpts: { ifGenerationMatch: 0 } }),
      };
      try {
        if (typeof body === 'string') await file.save(body, options);
        else await pipeline(body, file.createWriteStream(options));
        return infoOf(file);
      } catch (error) {
        if (ifAbsent && status(error) === 412) return undefined;
        throw storageError('write', error);
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
      let pageToken: string | undefined;
      let left = limit ?? Number.POSITIVE_INFINITY;
      do {
        const query = {
          prefix,
          autoPaginate: false,
          maxResults: Math.min(LIST_PAGE, left),
          ...(pageToken && { pageToken }),
        };
        const [files, next] = await storage
          .bucket(bucket)
          .getFiles(query)
          .catch((error) => {
            throw storageError('list', error);
          });
        for (const file of files) yield infoOf(file);
        left -= files.length;
        pageToken = (next as { pageToken?: string } | null)?.pageToken;
      } while (pageToken && left > 0);
    },

    async remove(bucket, name) {
      try {
        await fileOf(bucket, name).delete({ ignoreNotFound: true });
      } catch (error) {
        throw storageError('delete', error);
      }
    },
  };
}

function infoOf(file: File): ObjectInfo {
  const { generation, size, timeCreated, crc32c, metadata } = file.metadata;
  return {
    bucket: file.bucket.name,
    name: file.name,
    generation: String(generation),
    size: Number(size),
    createdAt: String(timeCreated),
    crc32c: String(crc32c ?? ''),
    metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([key, value]) => [key, String(value)])),
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

/** A stream that breaks midway is a failure of the service, whatever library it broke in. */
function withStorageErrors(stream: Readable): Readable {
  const destroy = stream.destroy.bind(stream);
  stream.destroy = (error?: Error) => destroy(error && !('retryable' in error) ? storageError('read', error) : error);
  return stream;
}
