import type { State } from '../state.ts';
import type { Blobs } from './blobs.ts';
import type { Buckets } from './buckets.ts';
import type { Catalog } from './catalog.ts';
import { objectNotFound } from './errors.ts';
import type { Notifications } from './notifications.ts';
import type { Outbox } from './outbox.ts';
import { checkPreconditions, type Preconditions } from './preconditions.ts';
import { type BucketRecord, type ObjectAttributes, type ObjectRecord, type StoredBytes, versioned } from './records.ts';

/** A new generation that is not committed yet. */
export interface Draft {
  bucket: string;
  name: string;
  bytes: StoredBytes;
  attributes: ObjectAttributes;
  components?: number | undefined;
}

/**
 * Every change of an object: one transaction checks the preconditions, changes the catalog and writes down the notifications
 * owed; after it, files that no row names any more are removed and the notifications go out. Since all of it is synchronous,
 * of several uploads that race to create a name exactly one wins.
 */
export interface Commits {
  /** Makes the draft the live generation. When that fails the draft's file is removed. */
  put(draft: Draft, preconditions: Preconditions): ObjectRecord;
  patch(
    target: { bucket: string; name: string; generation: number | undefined },
    preconditions: Preconditions,
    change: (attributes: ObjectAttributes) => ObjectAttributes,
  ): ObjectRecord;
  /** A named generation goes for good; the live one becomes noncurrent where the bucket is versioned. */
  delete(target: { bucket: string; name: string; generation: number | undefined }, preconditions: Preconditions): void;
  /** Runs several of these as one. */
  together<T>(work: () => T): T;
}

interface Parts {
  state: State;
  buckets: Buckets;
  catalog: Catalog;
  blobs: Blobs;
  notifications: Notifications;
  outbox: Outbox;
  now: () => number;
}

export function createCommits({ state, buckets, catalog, blobs, notifications, outbox, now }: Parts): Commits {
  let freed: Set<string> | undefined;

  function together<T>(work: () => T): T {
    if (freed) return work();
    freed = new Set();
    try {
      const result = state.transaction(work);
      blobs.remove([...freed].filter((blob) => !catalog.isUsed(blob)));
      outbox.drain();
      return result;
    } finally {
      freed = undefined;
    }
  }

  /** Takes the live generation out of the way; `by` is the generation that replaces it. */
  function retire(record: ObjectRecord, bucket: BucketRecord, by?: number): void {
    const deleted = now();
    const reason = by === undefined ? {} : { overwrittenBy: by };
    if (versioned(bucket)) {
      const archived = { ...record, live: false, deleted };
      catalog.update(archived);
      notifications.owe('OBJECT_ARCHIVE', archived, reason);
    } else erase({ ...record, deleted }, reason);
  }

  function erase(record: ObjectRecord, reason: { overwrittenBy?: number } = {}): void {
    catalog.delete(record);
    freed?.add(record.blob);
    notifications.owe('OBJECT_DELETE', record, reason);
  }

  function find({ bucket, name, generation }: { bucket: string; name: string; generation: number | undefined }) {
    buckets.get(bucket);
    const record = catalog.find(bucket, name, generation);
    if (!record) throw objectNotFound(bucket, name);
    return record;
  }

  function put({ bucket: bucketName, name, bytes, attributes, components }: Draft, preconditions: Preconditions) {
    const bucket = buckets.get(bucketName);
    const current = catalog.find(bucketName, name);
    checkPreconditions(preconditions, current, 'write');
    const generation = catalog.nextGeneration();
    if (current) retire(current, bucket, generation);
    const time = now();
    const record: ObjectRecord = {
      ...{ bucket: bucketName, name, generation, metageneration: 1, live: true },
      ...{ created: time, updated: time, deleted: undefined, ...bytes, components },
      attributes: {
        contentType: 'application/octet-stream',
        storageClass: String(bucket.config.storageClass),
        ...attributes,
      },
    };
    catalog.insert(record);
    notifications.owe('OBJECT_FINALIZE', record, current ? { overwrote: current.generation } : {});
    return record;
  }

  return {
    together,
    put(draft, preconditions) {
      try {
        return together(() => put(draft, preconditions));
      } catch (error) {
        // A copy shares its source's file, which stays in use.
        if (!catalog.isUsed(draft.bytes.blob)) blobs.remove([draft.bytes.blob]);
        throw error;
      }
    },
    patch(target, preconditions, change) {
      return together(() => {
        const record = find(target);
        checkPreconditions(preconditions, record, 'write');
        const attributes = change(record.attributes);
        const patched = { ...record, attributes, metageneration: record.metageneration + 1, updated: now() };
        catalog.update(patched);
        notifications.owe('OBJECT_METADATA_UPDATE', patched, {});
        return patched;
      });
    },
    delete(target, preconditions) {
      together(() => {
        const record = find(target);
        checkPreconditions(preconditions, record, 'write');
        if (target.generation === undefined) retire(record, buckets.get(target.bucket));
        else erase({ ...record, deleted: now() });
      });
    },
  };
}
