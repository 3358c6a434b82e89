import { parseAttributes } from './attributes.ts';
import type { Blobs, BlobWriter } from './blobs.ts';
import type { Buckets } from './buckets.ts';
import { type ExpectedChecksums, parseChecksums, verifyChecksums } from './checksums.ts';
import type { Commits } from './commits.ts';
import { invalid, invalidParameter, required, unsupported } from './errors.ts';
import { parseBoundary, readMultipart } from './multipart.ts';
import { parseObjectName } from './names.ts';
import { type Preconditions, parseEtagPreconditions, parsePreconditions } from './preconditions.ts';
import type { Json, ObjectAttributes, ObjectRecord, StoredBytes } from './records.ts';
import { param, type StorageRequest } from './request.ts';

/** All that an upload says of the object before its bytes come. */
export interface UploadSpec {
  bucket: string;
  name: string;
  attributes: ObjectAttributes;
  preconditions: Preconditions;
  checksums: ExpectedChecksums;
}

interface Parts {
  buckets: Buckets;
  blobs: Blobs;
  commits: Commits;
}

/** `resource` is the object resource that came with the upload, `contentType` that of its bytes. */
export function parseUploadSpec(request: StorageRequest, resource: Json, contentType: string | undefined): UploadSpec {
  const { query, headers } = request;
  if (query.has('kmsKeyName') || headers['x-goog-encryption-key'] !== undefined)
    throw unsupported('encryption keys on objects');
  if (headers['content-encoding'] !== undefined)
    throw unsupported('uploads that are compressed on the way (Content-Encoding of the request)');
  const named = query.get('name');
  const inside = resource.name;
  if (named !== null && typeof inside === 'string' && inside !== named)
    throw invalid(`Value '${inside}' in content does not agree with value '${named}'.`);
  const name = named ?? inside;
  if (typeof name !== 'string') throw required('name');
  const attributes = parseAttributes(resource);
  const contentEncoding = query.get('contentEncoding');
  if (contentEncoding !== null) Object.assign(attributes, parseAttributes({ contentEncoding }));
  return {
    bucket: param(request, 'bucket'),
    name: parseObjectName(name),
    attributes: { ...parseAttributes({ contentType }), ...attributes },
    preconditions: { ...parsePreconditions(query), ...parseEtagPreconditions(headers) },
    checksums: parseChecksums(resource, headers),
  };
}

/** Takes the bytes of a whole upload and commits them. */
export function createUploads({ buckets, blobs, commits }: Parts) {
  async function insert(spec: UploadSpec, media: AsyncIterable<Buffer>): Promise<ObjectRecord> {
    buckets.get(spec.bucket);
    const writer = blobs.begin();
    return commitBytes(spec, await receive(writer, media));
  }

  async function receive(writer: BlobWriter, media: AsyncIterable<Buffer>): Promise<StoredBytes> {
    try {
      for await (const chunk of media) await writer.write(chunk);
      return await writer.finish();
    } catch (error) {
      await writer.discard();
      throw error;
    }
  }

  function commitBytes(spec: UploadSpec, bytes: StoredBytes): ObjectRecord {
    try {
      verifyChecksums(spec.checksums, bytes);
    } catch (error) {
      blobs.remove([bytes.blob]);
      throw error;
    }
    return commits.put({ ...spec, bytes }, spec.preconditions);
  }

  return {
    commitBytes,
    async insertMedia(request: StorageRequest): Promise<ObjectRecord> {
      if (!request.query.has('name')) throw required('name');
      return insert(parseUploadSpec(request, {}, request.headers['content-type']), request.body);
    },
    async insertMultipart(request: StorageRequest): Promise<ObjectRecord> {
      const boundary = parseBoundary(request.headers['content-type']);
      const { resource, contentType, media } = await readMultipart(request.body, boundary);
      return insert(parseUploadSpec(request, resource, contentType), media);
    },
  };
}

export type Uploads = ReturnType<typeof createUploads>;

export function parseUploadType(query: URLSearchParams): 'media' | 'multipart' | 'resumable' {
  const type = query.get('uploadType') ?? 'media';
  if (type === 'media' || type === 'multipart' || type === 'resumable') return type;
  throw invalidParameter('uploadType', `uploadType is media, multipart or resumable, not '${type}'.`);
}
