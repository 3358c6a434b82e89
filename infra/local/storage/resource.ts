import type { BucketRecord, ObjectRecord } from './records.ts';

/** The JSON API's object resource; 64-bit numbers are strings, absent fields are left out. */
export interface ObjectResource {
  kind: 'storage#object';
  id: string;
  selfLink: string;
  mediaLink: string;
  name: string;
  bucket: string;
  generation: string;
  metageneration: string;
  size: string;
  crc32c: string;
  md5Hash?: string;
  etag: string;
  timeCreated: string;
  updated: string;
  [field: string]: unknown;
}

export const renderTime = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** Google's entity tag: base64 of a protobuf that holds generation (field 1) and metageneration (field 2). */
export function renderEtag(generation: number, metageneration: number): string {
  return Buffer.from([0x08, ...varint(generation), 0x10, ...varint(metageneration)]).toString('base64');
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}

/** `origin` is the scheme, host and port that links begin with. */
export function renderObject(record: ObjectRecord, origin: string): ObjectResource {
  const { bucket, name, attributes } = record;
  const generation = String(record.generation);
  const path = `b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}`;
  const created = renderTime(record.created);
  return {
    kind: 'storage#object',
    id: `${bucket}/${name}/${generation}`,
    selfLink: `${origin}/storage/v1/${path}`,
    mediaLink: `${origin}/download/storage/v1/${path}?generation=${generation}&alt=media`,
    name,
    bucket,
    generation,
    metageneration: String(record.metageneration),
    ...attributes,
    size: String(record.size),
    ...(record.md5 !== undefined && { md5Hash: record.md5 }),
    crc32c: record.crc32c,
    ...(record.components !== undefined && { componentCount: record.components }),
    etag: renderEtag(record.generation, record.metageneration),
    timeCreated: created,
    updated: renderTime(record.updated),
    timeStorageClassUpdated: created,
    timeFinalized: created,
    ...(record.deleted !== undefined && { timeDeleted: renderTime(record.deleted) }),
  };
}

/** The one project of a local cloud has a name; its number is made up. */
const PROJECT_NUMBER = '100000000001';

export function renderBucket(record: BucketRecord, origin: string): object {
  return {
    kind: 'storage#bucket',
    id: record.name,
    selfLink: `${origin}/storage/v1/b/${record.name}`,
    projectNumber: PROJECT_NUMBER,
    name: record.name,
    generation: String(record.generation),
    metageneration: String(record.metageneration),
    ...record.config,
    etag: Buffer.from([0x08, ...varint(record.metageneration)]).toString('base64'),
    timeCreated: renderTime(record.created),
    updated: renderTime(record.updated),
  };
}
