import { ApiError } from '../api-error.ts';
import type { State } from '../state.ts';
import type { NameRange } from '../wire-page.ts';

export interface KeyRing {
  name: string;
  createMs: number;
}

export interface CryptoKey {
  name: string;
  createMs: number;
  /** Number of the version that encrypts; undefined when none may. */
  primary: number | undefined;
  labels: Record<string, string>;
  rotationSeconds: number | undefined;
  nextRotationMs: number | undefined;
}

export type VersionState = 'ENABLED' | 'DISABLED' | 'DESTROY_SCHEDULED' | 'DESTROYED';

export interface KeyVersion {
  key: string;
  number: number;
  state: VersionState;
  createMs: number;
  destroyMs: number | undefined;
  /** Absent once destroyed. */
  material: Buffer | undefined;
}

/** Key rings, keys and versions in the local cloud's state. The material lies there unwrapped: it guards nothing but tests. */
export function createKeyStore(state: State) {
  const { db } = state;
  state.migrate('kms', [
    'CREATE TABLE kms_rings (name TEXT PRIMARY KEY, create_ms INTEGER NOT NULL) STRICT',
    `CREATE TABLE kms_keys (
      name TEXT PRIMARY KEY, create_ms INTEGER NOT NULL, primary_version INTEGER, labels TEXT NOT NULL,
      rotation_seconds INTEGER, next_rotation_ms INTEGER
    ) STRICT`,
    `CREATE TABLE kms_versions (
      key TEXT NOT NULL, number INTEGER NOT NULL, state TEXT NOT NULL, create_ms INTEGER NOT NULL, destroy_ms INTEGER,
      material BLOB, PRIMARY KEY (key, number)
    ) STRICT`,
  ]);
  const insertRing = db.prepare('INSERT OR IGNORE INTO kms_rings (name, create_ms) VALUES (?, ?)');
  const selectRing = db.prepare('SELECT * FROM kms_rings WHERE name = ?');
  const rangeOfRings = db.prepare('SELECT * FROM kms_rings WHERE name > ? AND name < ? ORDER BY name LIMIT ?');
  const insertKey = db.prepare('INSERT OR IGNORE INTO kms_keys (name, create_ms, labels) VALUES (?, ?, ?)');
  const selectKey = db.prepare('SELECT * FROM kms_keys WHERE name = ?');
  const rangeOfKeys = db.prepare('SELECT * FROM kms_keys WHERE name > ? AND name < ? ORDER BY name LIMIT ?');
  const updateKey = db.prepare(
    'UPDATE kms_keys SET primary_version = ?, labels = ?, rotation_seconds = ?, next_rotation_ms = ? WHERE name = ?',
  );
  const insertVersion = db.prepare(
    `INSERT INTO kms_versions (key, number, state, create_ms, material)
     VALUES (?, (SELECT COALESCE(MAX(number), 0) + 1 FROM kms_versions WHERE key = ?), 'ENABLED', ?, ?) RETURNING number`,
  );
  const selectVersion = db.prepare('SELECT * FROM kms_versions WHERE key = ? AND number = ?');
  const selectVersions = db.prepare('SELECT * FROM kms_versions WHERE key = ? ORDER BY number');
  const updateVersion = db.prepare(
    'UPDATE kms_versions SET state = ?, destroy_ms = ?, material = ? WHERE key = ? AND number = ?',
  );

  type Sql = Record<string, unknown>;
  const number = (value: unknown): number | undefined => (value === null ? undefined : Number(value));
  const ringOf = (row: Sql): KeyRing => ({ name: String(row.name), createMs: Number(row.create_ms) });
  const keyOf = (row: Sql): CryptoKey => ({
    name: String(row.name),
    createMs: Number(row.create_ms),
    primary: number(row.primary_version),
    labels: JSON.parse(String(row.labels)) as Record<string, string>,
    rotationSeconds: number(row.rotation_seconds),
    nextRotationMs: number(row.next_rotation_ms),
  });
  const versionOf = (row: Sql): KeyVersion => ({
    key: String(row.key),
    number: Number(row.number),
    state: row.state as VersionState,
    createMs: Number(row.create_ms),
    destroyMs: number(row.destroy_ms),
    material: row.material ? Buffer.from(row.material as Uint8Array) : undefined,
  });

  return {
    addRing(ring: KeyRing): void {
      if (insertRing.run(ring.name, ring.createMs).changes === 0) throw exists('KeyRing', ring.name);
    },
    ring(name: string): KeyRing {
      const row = selectRing.get(name);
      if (!row) throw missing('KeyRing', name);
      return ringOf(row);
    },
    rings: ({ after, before, limit }: NameRange): KeyRing[] => rangeOfRings.all(after, before, limit).map(ringOf),
    addKey(key: CryptoKey): void {
      if (insertKey.run(key.name, key.createMs, JSON.stringify(key.labels)).changes === 0)
        throw exists('CryptoKey', key.name);
      this.writeKey(key);
    },
    key(name: string): CryptoKey {
      const row = selectKey.get(name);
      if (!row) throw missing('CryptoKey', name);
      return keyOf(row);
    },
    keys: ({ after, before, limit }: NameRange): CryptoKey[] => rangeOfKeys.all(after, before, limit).map(keyOf),
    writeKey({ name, primary, labels, rotationSeconds, nextRotationMs }: CryptoKey): void {
      updateKey.run(primary ?? null, JSON.stringify(labels), rotationSeconds ?? null, nextRotationMs ?? null, name);
    },
    addVersion(key: string, createMs: number, material: Buffer): number {
      return Number(insertVersion.get(key, key, createMs, material)?.number);
    },
    version(key: string, at: number): KeyVersion {
      const row = selectVersion.get(key, at);
      if (!row) throw missing('CryptoKeyVersion', `${key}/cryptoKeyVersions/${at}`);
      return versionOf(row);
    },
    versions: (key: string): KeyVersion[] => selectVersions.all(key).map(versionOf),
    writeVersion({ key, number: at, state: to, destroyMs, material }: KeyVersion): void {
      updateVersion.run(to, destroyMs ?? null, material ?? null, key, at);
    },
    transaction: state.transaction,
  };
}

export type KeyStore = ReturnType<typeof createKeyStore>;

const exists = (kind: string, name: string) => new ApiError('ALREADY_EXISTS', `${kind} ${name} already exists.`);
const missing = (kind: string, name: string) => new ApiError('NOT_FOUND', `${kind} ${name} not found.`);
