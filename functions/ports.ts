import type { Readable } from 'node:stream';
import type { SluiceError } from './errors.ts';
import type { BucketRole, Limits, TaskTarget } from './model/deployment.ts';
import type { DeidentifyRequest, Finding, InspectRequest, ReidentifyRequest, StoredTemplate } from './model/dlp.ts';
import type { SluiceEvent } from './model/event.ts';
import type { Release } from './model/release.ts';
import type { Compression, LedgerEntry, ObjectRef, Reason, Reject, Shard } from './model/run.ts';
import type { Source } from './model/source.ts';
import type { Texts } from './model/texts.ts';
import type { TableField } from './model/warehouse-type.ts';

/** What the steps need of the world, named for the need. Every failure is a SluiceError that says retryable or terminal. */
export interface Ports {
  objects: ObjectStore;
  tasks: TaskQueue;
  events: EventBus;
  dlp: Deidentifier;
  warehouse: Warehouse;
  columnar: Columnar;
  ledger: Ledger;
  releases: Releases;
  clock: Clock;
  log: Log;
  /** Names of the buckets. */
  buckets: Readonly<Record<BucketRole, string>>;
  limits: Limits;
}

/** Structured lines; fields are names, counts and codes, never a row's values. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, string | number | boolean | undefined>>): void;
  warn(message: string, fields?: Readonly<Record<string, string | number | boolean | undefined>>): void;
  error(
    message: string,
    error: SluiceError,
    fields?: Readonly<Record<string, string | number | boolean | undefined>>,
  ): void;
}

export interface Clock {
  now(): Date;
  sleep(ms: number): Promise<void>;
  /** A name that no other caller gets; tells our own writes from others'. */
  unique(): string;
}

/** Tells who sends a request; stands before the functions, so no step has it. */
export interface CallerVerifier {
  /**
   * The caller's e-mail address, from the `authorization` header. Throws UNAUTHENTICATED where its token is missing, forged,
   * expired, or for another audience; PERMISSION_DENIED where a good token is not of an expected caller; IDENTITY_FAILED
   * (retryable) where that cannot be found out. No error holds the token.
   */
  verify(authorization: string | undefined, expected: ExpectedCaller): Promise<string>;
}

export interface ExpectedCaller {
  /** URL of the function that is called. */
  audience: string;
  /** E-mail addresses. */
  callers: readonly string[];
}

export interface ObjectInfo extends ObjectRef {
  /** Bytes. */
  size: number;
  /** RFC 3339. */
  createdAt: string;
  /** Base64 of the big-endian CRC32C. */
  crc32c: string;
  metadata: Readonly<Record<string, string>>;
  contentType?: string;
  /** As its uploader named it, such as `gzip`. */
  contentEncoding?: string;
}

/** One generation of an object. */
export interface ObjectVersion extends ObjectInfo {
  live: boolean;
}

/** How long a bucket keeps what was removed from it. */
export interface Retention {
  /** Google's default where nothing is said: 7 days. 0 = off. */
  softDeleteSeconds: number;
}

export interface ObjectStore {
  /** The live object, or the given generation; undefined when it is gone. */
  stat(bucket: string, name: string, generation?: string): Promise<ObjectInfo | undefined>;
  /** Bytes [start, end) of one generation. Throws OBJECT_GONE (terminal) before the first byte. */
  read(object: ObjectRef, range?: { start: number; end: number }): Promise<Readable>;
  /** A small object, whole; undefined when it is gone. */
  readText(bucket: string, name: string): Promise<string | undefined>;
  /**
   * Writes an object. With `ifAbsent` an existing one is kept and undefined comes back;
   * our own write behind a lost answer counts as existing, so the caller compares what is there.
   */
  write(bucket: string, name: string, body: string | Readable, options?: WriteOptions): Promise<ObjectInfo | undefined>;
  copy(from: ObjectRef, bucket: string, name: string, metadata?: Record<string, string>): Promise<ObjectInfo>;
  /** In order of name; strongly consistent. */
  list(bucket: string, prefix: string, options?: { limit?: number }): AsyncIterable<ObjectInfo>;
  /** The same, with the generations that are live no more; those of one name oldest first. */
  versions(bucket: string, prefix: string): AsyncIterable<ObjectVersion>;
  /** Removes the live object, or the given generation for good; one that is gone already is fine. */
  remove(bucket: string, name: string, generation?: string): Promise<void>;
  retention(bucket: string): Promise<Retention>;
}

export interface WriteOptions {
  ifAbsent?: boolean;
  /** Written only over this live generation; undefined comes back where it is another, as with `ifAbsent`. */
  ifGeneration?: string;
  contentType?: string;
  contentEncoding?: string;
  metadata?: Record<string, string>;
  /** Bytes, where known: large ones are sent so that a lost connection costs a piece. */
  size?: number;
}

export interface Task {
  function: TaskTarget;
  /** Unique within its queue for an hour after it ended; a second task of the name is `exists`. */
  name: string;
  body: Record<string, unknown>;
  at?: Date;
}

export interface TaskQueue {
  enqueue(task: Task): Promise<'created' | 'exists'>;
}

export interface EventBus {
  publish(event: SluiceEvent): Promise<void>;
}

export interface Deidentifier {
  /** The cells as text, row by row, in the request's order and number; anything else is a failure (DLP_INCOMPLETE). */
  deidentify(request: DeidentifyRequest): Promise<Texts>;
  /** A stored template, by its full name; undefined when there is none. */
  template(name: string): Promise<StoredTemplate | undefined>;
  /** What stands out in the cells, at the request's likelihood or above. */
  inspect(request: InspectRequest): Promise<Finding[]>;
  /** Tokens back to what they were made of; one that does not open comes back as it went. */
  reidentify(request: ReidentifyRequest): Promise<Reidentified>;
}

export interface Reidentified {
  /** As text, row by row. */
  cells: (string | null)[][];
  /** How many came back as they went because they do not open. */
  unopened: number;
}

export interface Warehouse {
  /** How clients address the data: the project that holds it and where it lies. */
  readonly project: string;
  readonly location: string;
  ensureDataset(dataset: string): Promise<void>;
  table(id: string): Promise<TableInfo | undefined>;
  /** `exists` when somebody was faster. */
  createTable(id: string, resource: object): Promise<'created' | 'exists'>;
  patchTable(id: string, resource: object): Promise<void>;
  dropTable(id: string): Promise<void>;
  /** Names of a dataset's tables, views and snapshots; none where there is no such dataset. */
  tables(dataset: string): Promise<string[]>;
  /** For how long what was changed in a dataset can be had back, before the fail-safe; undefined = there is no such dataset. */
  timeTravelHours(dataset: string): Promise<number | undefined>;
  /** Starts a job under an id of ours; `exists` when that id is taken, by us. */
  startJob(jobId: string, configuration: object): Promise<'started' | 'exists'>;
  /** undefined when there is no job of this id. */
  job(jobId: string): Promise<JobInfo | undefined>;
  /** All rows of a finished query; for small results. */
  rows(jobId: string): Promise<Record<string, string | null>[]>;
}

export interface TableInfo {
  /** As the API gives it: `fields` nest. */
  schema: { fields: TableField[] };
  type: string;
  labels: Readonly<Record<string, string>>;
  rows?: number;
  /** Logical bytes; 0 of a view. */
  bytes?: number;
  /** Of a snapshot or a clone: the table that it was made of. */
  base?: string;
  /** RFC 3339, where it is removed by itself. */
  expiresAt?: string;
}

export interface JobInfo {
  state: 'PENDING' | 'RUNNING' | 'DONE';
  /** Why it failed. The service's message may quote values, so only its reason and place are kept. */
  error?: { reason: string; location?: string; retryable: boolean };
  rows: number;
  bytesBilled: number;
}

/** Reads files, checks types, finds distinct values, joins answers back, writes Parquet: all that touches rows. */
export interface Columnar {
  /** Looks at an object of `size` bytes: what is it, is it whole, where may it be cut. */
  survey(read: ReadRange, size: number, source: Source, limits: SurveyLimits): Promise<Survey>;
  /** The same bytes without their compression, for a copy that can be read in ranges. */
  decompress(input: Readable, compression: 'gzip' | 'zstd'): Readable;
  openShard(shard: Shard, source: Source, read: ReadRange): Promise<ShardWork>;
  /** A column's values as a file's are compared: normalized, in one form; undefined where one is no value of its type. */
  canonical(source: Source, values: Readonly<Record<string, string>>): Promise<Record<string, string> | undefined>;
  /** Looks through a raw file, or a copy of one, for the records of a person. */
  searchFile(file: FileInHand, source: Source, person: RawPerson, maxPlainBytes: number): Promise<Search>;
  /** The same of a curated shard. */
  searchShard(file: FileInHand, values: PersonValues): Promise<Search>;
}

export interface FileInHand {
  read: ReadRange;
  /** Bytes. */
  size: number;
}

/** The values that tell whose a row is, by column: a row is theirs where each column has one of its values. */
export type PersonValues = Readonly<Record<string, readonly string[]>>;

export interface RawPerson {
  /** By column, canonical. */
  values: Readonly<Record<string, string>>;
  /** As they may stand in what cannot be taken apart. */
  texts: readonly string[];
}

export interface Search {
  /** Records of the person. */
  found: number;
  /** Why the file cannot be looked through record by record; `found` is then 1 where the person's text stands in it. */
  unreadable?: string;
  /** The file without those records, all others as they were. */
  without(): Promise<{ size?: number; read(): Readable }>;
  close(): Promise<void>;
}

/** Bytes [start, end) of the object in hand. */
export type ReadRange = (start: number, end: number) => Promise<Readable>;

export interface SurveyLimits {
  /** A shard's size aimed at, in bytes of plain text. */
  shardBytes: number;
  /** Decompressed size that is refused. */
  maxPlainBytes: number;
  /** Decompressed ÷ compressed that is refused, once past 64 MiB. */
  maxRatio: number;
}

export interface Survey {
  compression: Compression;
  /** The file's columns in its order. */
  header: readonly string[];
  /** One a shard; none = there are no records. */
  cuts: readonly Cut[];
  /** Columns of the file that the declaration lacks and `on_new_column: hold` leaves out. */
  unknownColumns: readonly string[];
  /** Why the object must not be loaded; empty = it may. */
  reasons: readonly Reason[];
}

export type Cut = Pick<Shard, 'start' | 'end' | 'firstRecord' | 'rowGroups' | 'scan'>;

/** A shard under work: its rows are on scratch, raw; nothing leaves but distinct values, rejects, and protected rows. */
export interface ShardWork {
  readonly records: number;
  rejects(): Promise<readonly Reject[]>;
  /** Distinct values to be transformed, in chunks; NULLs and empty strings are left out. */
  distinct(group: ValueGroup): AsyncIterable<DistinctValues>;
  /** Keeps what DLP answered: values[i] becomes outputs[i]. */
  learn(group: ValueGroup, values: DistinctValues, outputs: Texts): Promise<void>;
  /** Good rows evenly over the shard, at most `records`, the same ones each time; the values of `columns` as text. */
  sample(columns: readonly string[], records: number): Promise<SampledRow[]>;
  /** Joins everything back and writes Parquet. Throws ROWS_DO_NOT_RECONCILE if a value was not learnt or a row is missing. */
  finish(stamp: RowStamp): Promise<ShardOutput>;
  close(): Promise<void>;
}

export interface SampledRow {
  /** Number of its record in the file, from 1. */
  row: number;
  values: readonly (string | null)[];
}

/** One column, or a column and its context column: values are distinct per pair. */
export interface ValueGroup {
  column: string;
  context?: string;
}

export interface DistinctValues {
  values: readonly string[];
  /** Same length as `values` where the group has a context. */
  contexts?: readonly string[];
}

export interface RowStamp {
  run: string;
  arrivedAt: string;
}

export interface ShardOutput {
  rows: number;
  size: number;
  partitions: readonly string[];
  /** A fresh read of the Parquet file; undefined when there are no rows. */
  read(): Readable;
}

export interface Ledger {
  /** Writes the entry if its seq is free; `taken` when another entry stands there. Our own lost write is recognised. */
  append(entry: LedgerEntry): Promise<'written' | 'taken'>;
  latest(source: string, run: string): Promise<LedgerEntry | undefined>;
  entries(source: string, run: string): Promise<LedgerEntry[]>;
  /** The latest entry of every run, of one source or of all, without its reasons. */
  runs(source?: string): AsyncIterable<LedgerEntry>;
  /** Notes that a step was tried again; the number counts from 1. */
  recordAttempt(source: string, run: string, step: string, attempt: number): Promise<void>;
}

export interface Releases {
  current(): Promise<Release>;
  get(id: string): Promise<Release>;
}
