import { closeSync, createReadStream, openSync } from 'node:fs';
import { parseAttributes } from './attributes.ts';
import { type Blobs, QUANTUM } from './blobs.ts';
import type { Buckets } from './buckets.ts';
import type { Catalog } from './catalog.ts';
import type { Commits } from './commits.ts';
import { conditionNotMet, invalid, objectNotFound, required, unsupported } from './errors.ts';
import { parseObjectName } from './names.ts';
import { checkPreconditions, parseEtagPreconditions, parseLong, parsePreconditions } from './preconditions.ts';
import { bytesOf, isJson, type Json, type ObjectRecord, type StoredBytes } from './records.ts';
import { type Answer, param, readJson, type StorageRequest } from './request.ts';
import { renderObject } from './resource.ts';

/** Source: cloud.google.com/storage/quotas#objects. */
const COMPOSE_MAX_SOURCES = 32;

interface Parts {
  buckets: Buckets;
  catalog: Catalog;
  blobs: Blobs;
  commits: Commits;
  origin: () => string;
}

/** Objects made of objects. A copy shares its source's file; only compose writes bytes. */
export function createCopies({ buckets, catalog, blobs, commits, origin }: Parts) {
  function findSource(bucket: string, name: string, generation: number | undefined): ObjectRecord {
    buckets.get(bucket);
    const source = catalog.find(bucket, name, generation);
    if (!source) throw objectNotFound(bucket, name);
    return source;
  }

  async function copy(request: StorageRequest): Promise<ObjectRecord> {
    const { query, headers } = request;
    if (query.get('destinationKmsKeyName') || headers['x-goog-copy-source-encryption-key'] !== undefined)
      throw unsupported('encryption keys on objects');
    const body = await readJson(request);
    return commits.together(() => {
      const source = findSource(
        param(request, 'bucket'),
        param(request, 'object'),
        parseLong(query, 'sourceGeneration'),
      );
      checkPreconditions(parsePreconditions(query, 'ifSource'), source, 'write');
      // Fields that the request gives replace the source's; the class is the destination bucket's unless given.
      const { storageClass: _, ...inherited } = source.attributes;
      return commits.put(
        {
          bucket: param(request, 'toBucket'),
          name: parseObjectName(param(request, 'toObject')),
          bytes: bytesOf(source),
          attributes: { ...inherited, ...parseAttributes(body) },
          components: source.components,
        },
        { ...parsePreconditions(query), ...parseEtagPreconditions(headers) },
      );
    });
  }

  /** Reads the sources at the generations that were asked for; their files stay readable whatever happens to the rows. */
  function openSources(bucket: string, list: unknown): { record: ObjectRecord; fd: number }[] {
    if (!Array.isArray(list) || list.length === 0) throw invalid('You must provide at least one source component.');
    if (list.length > COMPOSE_MAX_SOURCES)
      throw invalid(
        `The number of source components provided (${list.length}) exceeds the maximum (${COMPOSE_MAX_SOURCES})`,
      );
    const records = list.map((source: Json) => {
      if (typeof source.name !== 'string') throw required('sourceObjects[].name');
      const generation = source.generation === undefined ? undefined : Number(source.generation);
      const record = findSource(bucket, source.name, generation);
      const condition = isJson(source.objectPreconditions) ? source.objectPreconditions.ifGenerationMatch : undefined;
      if (condition !== undefined && Number(condition) !== record.generation) throw conditionNotMet();
      return record;
    });
    return records.map((record) => ({ record, fd: openSync(blobs.path(record.blob), 'r') }));
  }

  /** A composite object has no MD5. */
  async function concatenate(fds: readonly number[]): Promise<StoredBytes> {
    const writer = blobs.begin();
    try {
      for (const fd of fds)
        for await (const chunk of createReadStream('', { fd, autoClose: false, highWaterMark: 4 * QUANTUM }))
          await writer.write(chunk);
      return { ...(await writer.finish()), md5: undefined };
    } catch (error) {
      await writer.discard();
      throw error;
    } finally {
      for (const fd of fds) closeSync(fd);
    }
  }

  return {
    async copyTo(request: StorageRequest): Promise<Answer> {
      return { status: 200, body: renderObject(await copy(request), origin()) };
    },
    /** Always done in one call, so no token is ever given out. */
    async rewriteTo(request: StorageRequest): Promise<Answer> {
      const token = request.query.get('rewriteToken');
      if (token) throw invalid(`Invalid rewrite token '${token}': every rewrite is done in its first call.`);
      const record = await copy(request);
      const size = String(record.size);
      return {
        status: 200,
        body: {
          kind: 'storage#rewriteResponse',
          totalBytesRewritten: size,
          objectSize: size,
          done: true,
          resource: renderObject(record, origin()),
        },
      };
    },
    /** Both the new object and the end of the old one are one commit. */
    moveTo(request: StorageRequest): Answer {
      const { query } = request;
      const bucket = param(request, 'bucket');
      const name = param(request, 'object');
      const target = parseObjectName(param(request, 'toObject'));
      if (target === name) throw invalid(`The object ${bucket}/${name} cannot be moved onto itself.`);
      const record = commits.together(() => {
        const source = findSource(bucket, name, undefined);
        const moved = commits.put(
          {
            bucket,
            name: target,
            bytes: bytesOf(source),
            attributes: source.attributes,
            components: source.components,
          },
          parsePreconditions(query),
        );
        commits.delete({ bucket, name, generation: undefined }, parsePreconditions(query, 'ifSource'));
        return moved;
      });
      return { status: 200, body: renderObject(record, origin()) };
    },
    async compose(request: StorageRequest): Promise<Answer> {
      const body = await readJson(request);
      if (body.deleteSourceObjects === true)
        throw unsupported('deleteSourceObjects in compose; delete them afterwards');
      const bucket = param(request, 'bucket');
      const name = parseObjectName(param(request, 'object'));
      const attributes = parseAttributes(isJson(body.destination) ? body.destination : {});
      const sources = openSources(bucket, body.sourceObjects);
      const bytes = await concatenate(sources.map(({ fd }) => fd));
      const components = sources.reduce((sum, { record }) => sum + (record.components ?? 1), 0);
      const record = commits.put(
        { bucket, name, bytes, attributes, components },
        { ...parsePreconditions(request.query), ...parseEtagPreconditions(request.headers) },
      );
      return { status: 200, body: renderObject(record, origin()) };
    },
  };
}
