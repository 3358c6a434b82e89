import type { State } from '../state.ts';
import type { Json, ObjectAttributes, ObjectRecord, StoredBytes } from './records.ts';

/** Which objects exist, each at each of its generations: one row a generation. */
export interface Catalog {
  /** Strictly increasing over all buckets and restarts, close to the time in microseconds. */
  nextGeneration(): number;
  find(bucket: string, name: string, generation?: number): ObjectRecord | undefined;
  insert(record: ObjectRecord): void;
  update(record: ObjectRecord): void;
  delete(record: ObjectRecord): void;
  /** Live objects from `name` on, in order of UTF-8 bytes. */
  scanLive(bucket: string, name: string, limit: number): ObjectRecord[];
  /** All generations from (`name`, `generation`) on. */
  scanVersions(bucket: string, name: string, generation: number, limit: number): ObjectRecord[];
  isEmpty(bucket: string): boolean;
  isUsed(blob: string): boolean;
  blobs(): Set<string>;
}

const MIGRATIONS = [
  'CREATE TABLE storage_clock (id INTEGER PRIMARY KEY CHECK (id = 0), generation INTEGER NOT NULL) STRICT',
  'INSERT INTO storage_clock VALUES (0, 0)',
  // SQLite compares TEXT by its UTF-8 bytes, which is the order that Cloud Storage lists in.
  `CREATE TABLE storage_objects (
     bucket TEXT NOT NULL, name TEXT NOT NULL, generation INTEGER NOT NULL, metageneration INTEGER NOT NULL,
     live INTEGER NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL, deleted INTEGER,
     blob TEXT NOT NULL, size INTEGER NOT NULL, crc32c TEXT NOT NULL, md5 TEXT, components INTEGER,
     attributes TEXT NOT NULL, PRIMARY KEY (bucket, name, generation)) STRICT, WITHOUT ROWID`,
  'CREATE UNIQUE INDEX storage_live ON storage_objects (bucket, name) WHERE live = 1',
  'CREATE INDEX storage_blobs ON storage_objects (blob)',
];

export function createCatalog(state: State, now: () => number): Catalog {
  state.migrate('storage.catalog', MIGRATIONS);
  const { db } = state;
  const tick = db.prepare('UPDATE storage_clock SET generation = max(generation + 1, ?) RETURNING generation');
  const findLive = db.prepare('SELECT * FROM storage_objects WHERE bucket = ? AND name = ? AND live = 1');
  const findVersion = db.prepare('SELECT * FROM storage_objects WHERE bucket = ? AND name = ? AND generation = ?');
  const insert = db.prepare('INSERT INTO storage_objects VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const update = db.prepare(
    'UPDATE storage_objects SET metageneration = ?, live = ?, updated = ?, deleted = ?, attributes = ? WHERE bucket = ? AND name = ? AND generation = ?',
  );
  const remove = db.prepare('DELETE FROM storage_objects WHERE bucket = ? AND name = ? AND generation = ?');
  const scanLive = db.prepare(
    'SELECT * FROM storage_objects WHERE bucket = ? AND name >= ? AND live = 1 ORDER BY name LIMIT ?',
  );
  const scanVersions = db.prepare(
    'SELECT * FROM storage_objects WHERE bucket = ? AND (name, generation) >= (?, ?) ORDER BY name, generation LIMIT ?',
  );
  const any = db.prepare('SELECT 1 FROM storage_objects WHERE bucket = ? LIMIT 1');
  const anyBlob = db.prepare('SELECT 1 FROM storage_objects WHERE blob = ? LIMIT 1');
  const allBlobs = db.prepare('SELECT DISTINCT blob FROM storage_objects');

  return {
    nextGeneration() {
      const microseconds = now() * 1000 + (Math.trunc(performance.now() * 1000) % 1000);
      return Number(tick.get(microseconds)?.generation);
    },
    find(bucket, name, generation) {
      const row = generation === undefined ? findLive.get(bucket, name) : findVersion.get(bucket, name, generation);
      return row && toRecord(row);
    },
    insert(record) {
      const { bucket, name, generation, metageneration, created, updated } = record;
      const { blob, size, crc32c, md5 = null, components = null, deleted = null } = record;
      const live = record.live ? 1 : 0;
      const attributes = JSON.stringify(record.attributes);
      insert.run(
        ...[bucket, name, generation, metageneration, live, created, updated, deleted],
        ...[blob, size, crc32c, md5, components, attributes],
      );
    },
    update(record) {
      const { metageneration, updated, deleted = null, bucket, name, generation } = record;
      const attributes = JSON.stringify(record.attributes);
      update.run(metageneration, record.live ? 1 : 0, updated, deleted, attributes, bucket, name, generation);
    },
    delete: ({ bucket, name, generation }) => void remove.run(bucket, name, generation),
    scanLive: (bucket, name, limit) => scanLive.all(bucket, name, limit).map(toRecord),
    scanVersions: (bucket, name, generation, limit) => scanVersions.all(bucket, name, generation, limit).map(toRecord),
    isEmpty: (bucket) => any.get(bucket) === undefined,
    isUsed: (blob) => anyBlob.get(blob) !== undefined,
    blobs: () => new Set(allBlobs.all().map((row) => String(row.blob))),
  };
}

function toRecord(row: Json): ObjectRecord {
  return {
    ...(row as unknown as StoredBytes & Pick<ObjectRecord, 'bucket' | 'name' | 'generation' | 'created' | 'updated'>),
    metageneration: Number(row.metageneration),
    live: row.live === 1,
    md5: (row.md5 ?? undefined) as string | undefined,
    deleted: (row.deleted ?? undefined) as number | undefined,
    components: (row.components ?? undefined) as number | undefined,
    attributes: JSON.parse(String(row.attributes)) as ObjectAttributes,
  };
}
