import type { Blobs } from './blobs.ts';
import type { Buckets } from './buckets.ts';
import type { Catalog } from './catalog.ts';
import type { Commits } from './commits.ts';
import { parseObjectName } from './names.ts';
import type { ObjectRecord } from './records.ts';

/** Objects as files, for the services that live in the same process; nothing here is billed. */
export interface Files {
  /** The immutable file that holds the object's bytes; it is unlinked once no generation needs it. */
  open(bucket: string, name: string, generation?: string): FileOfObject | undefined;
  /** Objects whose name is `pattern`, where one `*` stands for any characters, as in BigQuery's source URIs; in order of name. */
  match(
    bucket: string,
    pattern: string,
  ): { name: string; generation: string; path: string; size: number; createdMs: number }[];
  /** Moves a finished file in as a new generation. Not inside a transaction of the caller's. */
  write(bucket: string, name: string, filePath: string, contentType: string): void;
}

export interface FileOfObject {
  path: string;
  size: number;
  generation: string;
  contentType: string;
  contentEncoding?: string;
}

interface Parts {
  buckets: Buckets;
  catalog: Catalog;
  blobs: Blobs;
  commits: Commits;
}

const SCAN_ROWS = 1000;

export function createFiles({ buckets, catalog, blobs, commits }: Parts): Files {
  function* withPrefix(bucket: string, prefix: string): Generator<ObjectRecord> {
    let from: string | undefined = prefix;
    while (from !== undefined) {
      const rows: ObjectRecord[] = catalog.scanLive(bucket, from, SCAN_ROWS);
      for (const row of rows) {
        if (!row.name.startsWith(prefix)) return;
        yield row;
      }
      const last = rows.length === SCAN_ROWS ? rows.at(-1) : undefined;
      from = last && `${last.name}\0`;
    }
  }

  return {
    open(bucket, name, generation) {
      const record = catalog.find(bucket, name, generation === undefined ? undefined : Number(generation));
      if (!record) return undefined;
      const { contentType = 'application/octet-stream', contentEncoding } = record.attributes;
      return {
        path: blobs.path(record.blob),
        size: record.size,
        generation: String(record.generation),
        contentType,
        ...(contentEncoding !== undefined && { contentEncoding }),
      };
    },
    match(bucket, pattern) {
      const star = pattern.indexOf('*');
      const prefix = star < 0 ? pattern : pattern.slice(0, star);
      const suffix = star < 0 ? '' : pattern.slice(star + 1);
      const matches = ({ name }: ObjectRecord) =>
        star < 0 ? name === pattern : name.length >= pattern.length - 1 && name.endsWith(suffix);
      const candidates =
        star < 0 ? [catalog.find(bucket, pattern)].filter((found) => !!found) : withPrefix(bucket, prefix);
      return [...candidates].filter(matches).map((record) => ({
        name: record.name,
        generation: String(record.generation),
        path: blobs.path(record.blob),
        size: record.size,
        createdMs: record.created,
      }));
    },
    write(bucket, name, filePath, contentType) {
      buckets.get(bucket);
      parseObjectName(name);
      commits.put({ bucket, name, bytes: blobs.adopt(filePath), attributes: { contentType } }, {});
    },
  };
}
