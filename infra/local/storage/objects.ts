import { parseAttributes, patchAttributes } from './attributes.ts';
import type { Blobs } from './blobs.ts';
import type { Buckets } from './buckets.ts';
import type { Catalog } from './catalog.ts';
import type { Commits } from './commits.ts';
import { objectNotFound, unsupported } from './errors.ts';
import { listObjects, parseListQuery } from './listing.ts';
import { renderMedia } from './media.ts';
import {
  checkPreconditions,
  type Preconditions,
  parseEtagPreconditions,
  parseLong,
  parsePreconditions,
} from './preconditions.ts';
import type { ObjectRecord } from './records.ts';
import { type Answer, param, readJson, type StorageRequest } from './request.ts';
import { renderObject } from './resource.ts';

interface Parts {
  buckets: Buckets;
  catalog: Catalog;
  blobs: Blobs;
  commits: Commits;
  origin: () => string;
}

/** The operations on objects besides uploads and copies. */
export function createObjects({ buckets, catalog, blobs, commits, origin }: Parts) {
  function read(request: StorageRequest): ObjectRecord {
    if (request.query.get('softDeleted') === 'true') throw unsupported('softDeleted objects');
    if (request.headers['x-goog-encryption-key'] !== undefined) throw unsupported('encryption keys on objects');
    const { bucket, name, generation } = parseTarget(request);
    buckets.get(bucket);
    const record = catalog.find(bucket, name, generation);
    if (!record) throw objectNotFound(bucket, name);
    checkPreconditions(allPreconditions(request), record, 'read');
    return record;
  }

  return {
    get(request: StorageRequest): Answer {
      const record = read(request);
      return request.query.get('alt') === 'media'
        ? renderMedia(record, request, blobs)
        : { status: 200, body: renderObject(record, origin()) };
    },
    download: (request: StorageRequest): Answer => renderMedia(read(request), request, blobs),
    list(request: StorageRequest): Answer {
      const bucket = param(request, 'bucket');
      buckets.get(bucket);
      const { items, prefixes, nextPageToken } = listObjects(catalog, bucket, parseListQuery(request.query));
      return {
        status: 200,
        body: {
          kind: 'storage#objects',
          ...(nextPageToken !== undefined && { nextPageToken }),
          ...(prefixes.length > 0 && { prefixes }),
          ...(items.length > 0 && { items: items.map((record) => renderObject(record, origin())) }),
        },
      };
    },
    async patch(request: StorageRequest): Promise<Answer> {
      const body = await readJson(request);
      const record = commits.patch(parseTarget(request), allPreconditions(request), (current) =>
        patchAttributes(current, body),
      );
      return { status: 200, body: renderObject(record, origin()) };
    },
    /** PUT: what is not given goes back to its default. */
    async update(request: StorageRequest): Promise<Answer> {
      const attributes = parseAttributes(await readJson(request));
      const record = commits.patch(parseTarget(request), allPreconditions(request), ({ storageClass }) => ({
        ...attributes,
        ...(storageClass !== undefined && { storageClass }),
      }));
      return { status: 200, body: renderObject(record, origin()) };
    },
    delete(request: StorageRequest): Answer {
      commits.delete(parseTarget(request), allPreconditions(request));
      return { status: 204 };
    },
  };
}

function allPreconditions({ query, headers }: StorageRequest): Preconditions {
  return { ...parsePreconditions(query), ...parseEtagPreconditions(headers) };
}

function parseTarget(request: StorageRequest): { bucket: string; name: string; generation: number | undefined } {
  return {
    bucket: param(request, 'bucket'),
    name: param(request, 'object'),
    generation: parseLong(request.query, 'generation'),
  };
}
