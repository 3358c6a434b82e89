import type { State } from '../state.ts';
import { bucketNotFound, conflict, invalid, unsupported } from './errors.ts';
import { parseBucketName } from './names.ts';
import { checkPreconditions, type Preconditions } from './preconditions.ts';
import { type BucketRecord, isJson, type Json, mergePatch } from './records.ts';

export interface Buckets {
  find(name: string): BucketRecord | undefined;
  /** Throws 404. */
  get(name: string): BucketRecord;
  /** Buckets from `name` on whose names start with `prefix`, in order. */
  list(prefix: string, name: string, limit: number): BucketRecord[];
  insert(name: string, config: Json): BucketRecord;
  patch(name: string, patch: Json, preconditions: Preconditions): BucketRecord;
  /** `isEmpty` is asked inside the transaction, so that no upload slips in between. */
  delete(name: string, preconditions: Preconditions, isEmpty: () => boolean): void;
}

/** Kept and shown. Lifecycle rules and soft delete are shown but not carried out: nothing is deleted by age, nothing is restored. */
const KEPT_FIELDS = [
  ...['autoclass', 'billing', 'cors', 'customPlacementConfig', 'encryption', 'iamConfiguration', 'ipFilter', 'labels'],
  ...['lifecycle', 'location', 'logging', 'rpo', 'softDeletePolicy', 'storageClass', 'versioning', 'website'],
] as const;

const MULTI_REGIONS = ['US', 'EU', 'ASIA'];
const DUAL_REGIONS = ['NAM4', 'EUR4', 'EUR5', 'EUR7', 'EUR8', 'ASIA1'];

const MIGRATIONS = [
  `CREATE TABLE storage_buckets (name TEXT PRIMARY KEY, generation INTEGER NOT NULL, metageneration INTEGER NOT NULL,
     created INTEGER NOT NULL, updated INTEGER NOT NULL, config TEXT NOT NULL) STRICT, WITHOUT ROWID`,
];

export function createBuckets(state: State, options: { location: string; now: () => number }): Buckets {
  state.migrate('storage.buckets', MIGRATIONS);
  const { db } = state;
  const select = db.prepare('SELECT * FROM storage_buckets WHERE name = ?');
  const selectFrom = db.prepare('SELECT * FROM storage_buckets WHERE name >= ? ORDER BY name LIMIT ?');
  const insert = db.prepare('INSERT INTO storage_buckets VALUES (?, ?, 1, ?, ?, ?)');
  const update = db.prepare(
    'UPDATE storage_buckets SET metageneration = metageneration + 1, updated = ?, config = ? WHERE name = ?',
  );
  const remove = db.prepare('DELETE FROM storage_buckets WHERE name = ?');

  function find(name: string): BucketRecord | undefined {
    const row = select.get(name);
    return row && toRecord(row);
  }

  function get(name: string): BucketRecord {
    const record = find(name);
    if (!record) throw bucketNotFound();
    return record;
  }

  return {
    find,
    get,
    list(prefix, name, limit) {
      const rows = selectFrom.all(prefix > name ? prefix : name, limit).map(toRecord);
      return rows.filter((record) => record.name.startsWith(prefix));
    },
    insert(name, config) {
      parseBucketName(name);
      return state.transaction(() => {
        if (find(name))
          throw conflict('Your previous request to create the named bucket succeeded and you already own it.');
        const time = options.now();
        insert.run(name, time * 1000, time, time, JSON.stringify(withDefaults(parseConfig(config), options.location)));
        return get(name);
      });
    },
    patch(name, patch, preconditions) {
      return state.transaction(() => {
        const current = get(name);
        checkPreconditions(preconditions, current, 'write');
        const config = mergePatch(current.config, parseConfig(patch));
        if (String(config.location).toUpperCase() !== current.config.location)
          throw invalid(`The location of a bucket cannot be changed: ${name} lies in ${current.config.location}.`);
        update.run(options.now(), JSON.stringify(config), name);
        return get(name);
      });
    },
    delete(name, preconditions, isEmpty) {
      state.transaction(() => {
        checkPreconditions(preconditions, get(name), 'write');
        if (!isEmpty()) throw conflict('The bucket you tried to delete was not empty.');
        remove.run(name);
      });
    },
  };
}

function toRecord(row: Json): BucketRecord {
  return { ...(row as unknown as BucketRecord), config: JSON.parse(String(row.config)) };
}

/** What of a request's body is kept; refuses what would change which requests succeed and is not emulated. */
function parseConfig(body: Json): Json {
  if (isJson(body.retentionPolicy)) throw unsupported('retentionPolicy on a bucket');
  if (body.defaultEventBasedHold === true) throw unsupported('defaultEventBasedHold on a bucket');
  if (isJson(body.objectRetention)) throw unsupported('objectRetention on a bucket');
  if (isJson(body.hierarchicalNamespace) && body.hierarchicalNamespace.enabled === true)
    throw unsupported('hierarchicalNamespace on a bucket');
  if (isJson(body.billing) && body.billing.requesterPays === true) throw unsupported('requesterPays on a bucket');
  return Object.fromEntries(KEPT_FIELDS.filter((field) => field in body).map((field) => [field, body[field]]));
}

function withDefaults(config: Json, defaultLocation: string): Json {
  const location = String(config.location ?? defaultLocation).toUpperCase();
  const locationType = MULTI_REGIONS.includes(location)
    ? 'multi-region'
    : DUAL_REGIONS.includes(location)
      ? 'dual-region'
      : 'region';
  return mergePatch(
    {
      storageClass: 'STANDARD',
      // There are no access control lists here, which is what uniform access means.
      iamConfiguration: { uniformBucketLevelAccess: { enabled: true }, publicAccessPrevention: 'inherited' },
      ...(locationType !== 'region' && { rpo: 'DEFAULT' }),
    },
    { ...config, location, locationType },
  );
}
