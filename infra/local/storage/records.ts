/** What the catalog keeps; `resource.ts` renders it as the API shows it. Times are in milliseconds since the epoch. */

export type Json = Record<string, unknown>;

export interface BucketRecord {
  name: string;
  generation: number;
  metageneration: number;
  created: number;
  updated: number;
  /** The fields that the owner set, as the API spells them. */
  config: Json;
}

/** The fields of an object that its writer sets and a patch may change, as the API spells them. */
export interface ObjectAttributes {
  contentType?: string;
  contentEncoding?: string;
  contentDisposition?: string;
  contentLanguage?: string;
  cacheControl?: string;
  storageClass?: string;
  customTime?: string;
  metadata?: Record<string, string>;
}

/** Bytes that lie in one immutable file. */
export interface StoredBytes {
  /** The file's opaque name. */
  blob: string;
  size: number;
  /** Base64, big-endian. */
  crc32c: string;
  /** Base64; composite objects have none. */
  md5: string | undefined;
}

export interface ObjectRecord extends StoredBytes {
  bucket: string;
  name: string;
  /** Microseconds, so below 2^53 until the year 2255. */
  generation: number;
  metageneration: number;
  live: boolean;
  created: number;
  updated: number;
  /** When it became noncurrent. */
  deleted: number | undefined;
  /** How many objects a composite object was made of. */
  components: number | undefined;
  attributes: ObjectAttributes;
}

export const bytesOf = ({ blob, size, crc32c, md5 }: ObjectRecord): StoredBytes => ({ blob, size, crc32c, md5 });

export const versioned = (bucket: BucketRecord): boolean =>
  (bucket.config.versioning as Json | undefined)?.enabled === true;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON merge patch (RFC 7396), which is what Google's PATCH means: null deletes, objects merge, the rest replaces. */
export function mergePatch(base: Json, patch: Json): Json {
  // A Map, because assigning a key named `__proto__` to an object would lose it.
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else if (isJson(value)) {
      const current = merged.get(key);
      merged.set(key, mergePatch(isJson(current) ? current : {}, value));
    } else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}
