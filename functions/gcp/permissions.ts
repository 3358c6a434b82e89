import type { BucketRole, FunctionName, TaskTarget } from '../model/deployment.ts';

/**
 * What each call of a port asks of Google's IAM, and which calls each function makes of which resource. The roles in
 * infra/deploy are the sum of the two (infra/deploy/generate.ts), and a test compares the second with what the functions
 * were seen to call. Sources: the services' own tables of methods and permissions, such as
 * cloud.google.com/storage/docs/access-control/iam-json, cloud.google.com/bigquery/docs/access-control and
 * cloud.google.com/sensitive-data-protection/docs/iam-permissions.
 */

export interface Need {
  permission: string;
  why: string;
}

export type PortCall =
  | `objects.${'stat' | 'read' | 'readText' | 'create' | 'overwrite' | 'list' | 'remove' | 'retention' | 'copyFrom' | 'copyTo'}`
  | 'tasks.enqueue'
  | 'tasks.identity'
  | 'events.publish'
  | `dlp.${'deidentify' | 'inspect' | 'reidentify' | 'template'}`
  | `warehouse.${'ensureDataset' | 'table' | 'createTable' | 'patchTable' | 'dropTable' | 'tables' | 'timeTravelHours' | 'job' | 'rows'}`
  | `job.${'start' | 'files' | 'loadInto' | 'readFrom' | 'writeInto' | 'copyFrom' | 'copyInto'}`;

/** Without it Cloud Storage answers 403 for an object that is not there, and "gone" could not be told from "forbidden". */
const SEES_ABSENCE = {
  permission: 'storage.objects.list',
  why: 'an object that is not there answers 404 only to those who may list, and 403 to all others',
};
const OVERWRITES = {
  permission: 'storage.objects.delete',
  why: 'a repeat writes over what it wrote before, which removes that',
};

const CHARGED = { permission: 'serviceusage.services.use', why: 'every request to DLP is charged to the project' };

export const NEEDS: Readonly<Record<PortCall, readonly Need[]>> = {
  'objects.stat': [{ permission: 'storage.objects.get', why: 'looks at an object' }, SEES_ABSENCE],
  'objects.read': [{ permission: 'storage.objects.get', why: 'reads an object at its generation' }, SEES_ABSENCE],
  'objects.readText': [{ permission: 'storage.objects.get', why: 'reads a small object' }, SEES_ABSENCE],
  'objects.create': [{ permission: 'storage.objects.create', why: 'writes an object that must not be there yet' }],
  'objects.overwrite': [{ permission: 'storage.objects.create', why: 'writes an object' }, OVERWRITES],
  'objects.list': [{ permission: 'storage.objects.list', why: 'lists objects' }],
  'objects.remove': [{ permission: 'storage.objects.delete', why: 'removes an object' }],
  'objects.retention': [{ permission: 'storage.buckets.get', why: 'looks how long a bucket keeps what was removed' }],
  'objects.copyFrom': [{ permission: 'storage.objects.get', why: 'copies an object from here' }, SEES_ABSENCE],
  'objects.copyTo': [
    { permission: 'storage.objects.create', why: 'copies an object to here' },
    { permission: 'storage.objects.get', why: 'reads what the copy has become' },
    OVERWRITES,
  ],
  'tasks.enqueue': [{ permission: 'cloudtasks.tasks.create', why: 'puts a task into the queue' }],
  'tasks.identity': [
    { permission: 'iam.serviceAccounts.actAs', why: 'has its tasks bring a token of the account that calls functions' },
  ],
  'events.publish': [{ permission: 'pubsub.topics.publish', why: 'tells what has happened' }],
  'dlp.inspect': [CHARGED],
  'dlp.deidentify': [
    CHARGED,
    { permission: 'dlp.kms.encrypt', why: 'has DLP transform values with a key that KMS has wrapped' },
  ],
  // Google has no permission of its own for the way back.
  'dlp.reidentify': [
    CHARGED,
    { permission: 'dlp.kms.encrypt', why: 'has DLP turn tokens back into values with a key that KMS has wrapped' },
  ],
  'dlp.template': [
    CHARGED,
    { permission: 'dlp.deidentifyTemplates.get', why: 'looks at a stored template, and has DLP use it' },
    { permission: 'dlp.inspectTemplates.get', why: 'looks at a stored template, and has DLP use it' },
  ],
  'warehouse.ensureDataset': [{ permission: 'bigquery.datasets.get', why: 'looks whether the dataset is there' }],
  'warehouse.table': [{ permission: 'bigquery.tables.get', why: 'looks at a table: its schema, whether it is there' }],
  'warehouse.createTable': [
    { permission: 'bigquery.tables.create', why: 'creates a table or a view' },
    { permission: 'bigquery.tables.get', why: 'is answered with the table' },
  ],
  'warehouse.patchTable': [
    { permission: 'bigquery.tables.get', why: 'a patch is checked against the table' },
    { permission: 'bigquery.tables.update', why: 'adds columns, sets labels and descriptions' },
  ],
  'warehouse.dropTable': [{ permission: 'bigquery.tables.delete', why: 'drops a table that is done with' }],
  'warehouse.tables': [{ permission: 'bigquery.tables.list', why: 'looks what else is in a dataset' }],
  'warehouse.timeTravelHours': [
    { permission: 'bigquery.datasets.get', why: 'looks how long a dataset keeps what was changed' },
  ],
  'warehouse.job': [
    {
      permission: 'bigquery.jobs.get',
      why: 'a job that was not started yet must read as not there; without the permission it reads as denied',
    },
  ],
  'warehouse.rows': [{ permission: 'bigquery.jobs.get', why: 'reads the result of its own query' }],
  'job.start': [{ permission: 'bigquery.jobs.create', why: 'starts loads, queries and copies' }],
  'job.files': [
    { permission: 'storage.objects.get', why: 'a load job reads the curated files as whoever started it' },
    { permission: 'storage.objects.list', why: 'a load job resolves its URIs as whoever started it' },
  ],
  'job.loadInto': [
    { permission: 'bigquery.tables.get', why: 'a load checks the table’s schema' },
    { permission: 'bigquery.tables.create', why: 'a load creates the table where it is missing' },
    { permission: 'bigquery.tables.updateData', why: 'a load appends to or replaces the table’s rows' },
    { permission: 'bigquery.tables.update', why: 'a load that truncates sets the schema anew' },
  ],
  'job.readFrom': [
    { permission: 'bigquery.tables.getData', why: 'a query reads the table' },
    { permission: 'bigquery.tables.get', why: 'a query looks the table up' },
  ],
  'job.writeInto': [
    { permission: 'bigquery.tables.get', why: 'a statement looks the table up' },
    { permission: 'bigquery.tables.getData', why: 'DELETE, UPDATE and MERGE read what they change' },
    { permission: 'bigquery.tables.updateData', why: 'a statement changes the table’s rows' },
    { permission: 'bigquery.tables.create', why: 'a query creates the table of its result' },
    { permission: 'bigquery.tables.update', why: 'a result that replaces a table sets its schema anew' },
  ],
  'job.copyFrom': [
    { permission: 'bigquery.tables.get', why: 'a copy looks the table up' },
    { permission: 'bigquery.tables.getData', why: 'a copy reads the table' },
  ],
  'job.copyInto': [
    { permission: 'bigquery.tables.get', why: 'a copy looks the table up' },
    { permission: 'bigquery.tables.create', why: 'a copy creates the table where it is missing' },
    { permission: 'bigquery.tables.updateData', why: 'a copy replaces the table’s rows' },
    { permission: 'bigquery.tables.update', why: 'a copy that truncates sets the schema anew' },
  ],
};

/**
 * A resource, or a group of them, that a role can be bound to. `state/pending/` is what lies under that prefix.
 * Datasets: `own` is `_sluice`; `sources` and `transforms` are those that a source or a transform writes to; `declared` is both.
 */
export type Scope =
  | `bucket:${BucketRole}`
  | `bucket:state/${string}/`
  | `queue:${TaskTarget}`
  | 'topic:events'
  | 'account:tasks'
  | 'project:this'
  | `dataset:${'own' | 'sources' | 'transforms' | 'declared'}`;

type Calls = Readonly<Partial<Record<Scope, readonly PortCall[]>>>;

const TASKS: Calls = { 'account:tasks': ['tasks.identity'] };
const EVENTS: Calls = { 'topic:events': ['events.publish'] };
/** The ledger, the releases and all that is numbered: created once, read, listed, never changed. */
const LEDGER: Calls = { 'bucket:state': ['objects.create', 'objects.list', 'objects.readText'] };
const to = (...targets: TaskTarget[]): Calls =>
  Object.fromEntries(targets.map((target) => [`queue:${target}`, ['tasks.enqueue']]));
/** An object that cannot be loaded goes to quarantine, and a retry puts it there again. */
const QUARANTINE: readonly PortCall[] = ['objects.copyTo', 'objects.overwrite'];

export const CALLS: Readonly<Record<FunctionName, Calls>> = {
  arrive: { ...LEDGER, ...TASKS, ...to('prepare') },
  prepare: {
    ...TASKS,
    ...EVENTS,
    ...to('deidentify', 'load'),
    'bucket:state': ['objects.create', 'objects.list', 'objects.readText', 'objects.stat'],
    'bucket:raw': ['objects.copyFrom', 'objects.read', 'objects.stat'],
    'bucket:staging': ['objects.create', 'objects.stat'],
    // A replay reads what quarantine has kept where the object itself is gone.
    'bucket:quarantine': [...QUARANTINE, 'objects.read', 'objects.stat'],
  },
  deidentify: {
    ...TASKS,
    ...EVENTS,
    ...to('load'),
    'bucket:state': ['objects.create', 'objects.list', 'objects.readText', 'objects.stat'],
    'bucket:raw': ['objects.copyFrom', 'objects.read', 'objects.stat'],
    'bucket:staging': ['objects.read'],
    // What a run has put there goes again once one of its shards keeps it out.
    'bucket:curated': ['objects.create', 'objects.list', 'objects.remove', 'objects.stat'],
    'bucket:quarantine': [...QUARANTINE, 'objects.read'],
    'project:this': ['dlp.deidentify', 'dlp.inspect', 'dlp.template'],
  },
  load: {
    ...TASKS,
    ...EVENTS,
    ...to('load', 'transform'),
    'bucket:state': ['objects.create', 'objects.list', 'objects.readText', 'objects.stat'],
    'bucket:state/pending/': ['objects.remove'],
    // Who owned which partition before the last few batches did.
    'bucket:state/tables/': ['objects.remove'],
    'bucket:raw': ['objects.copyFrom'],
    'bucket:quarantine': QUARANTINE,
    'bucket:curated': ['job.files'],
    'project:this': ['job.start', 'warehouse.job', 'warehouse.rows'],
    'dataset:sources': [
      'job.loadInto',
      'job.readFrom',
      'job.writeInto',
      'warehouse.createTable',
      'warehouse.ensureDataset',
      'warehouse.patchTable',
      'warehouse.table',
    ],
    'dataset:own': [
      'job.loadInto',
      'job.readFrom',
      'job.writeInto',
      'warehouse.dropTable',
      'warehouse.ensureDataset',
      'warehouse.table',
    ],
  },
  transform: {
    ...LEDGER,
    ...TASKS,
    ...EVENTS,
    ...to('transform'),
    'project:this': ['job.start', 'warehouse.job', 'warehouse.rows'],
    'dataset:declared': ['job.readFrom'],
    'dataset:transforms': [
      'job.copyInto',
      'job.writeInto',
      'warehouse.createTable',
      'warehouse.dropTable',
      'warehouse.ensureDataset',
      'warehouse.patchTable',
      'warehouse.table',
    ],
    'dataset:own': [
      'job.copyFrom',
      'job.readFrom',
      'job.writeInto',
      'warehouse.createTable',
      'warehouse.dropTable',
      'warehouse.ensureDataset',
      'warehouse.patchTable',
      'warehouse.table',
    ],
  },
  nightly: {
    ...TASKS,
    ...EVENTS,
    'bucket:state': ['objects.create', 'objects.list', 'objects.readText', 'objects.stat'],
    ...to('prepare', 'load', 'transform', 'forget'),
    'bucket:raw': ['objects.list'],
    'bucket:staging': ['objects.list', 'objects.remove'],
    // A sample of what analysts read is looked at every night.
    'project:this': ['dlp.inspect', 'job.start', 'warehouse.job', 'warehouse.rows'],
    'dataset:sources': ['job.readFrom', 'warehouse.table'],
    'dataset:transforms': ['job.readFrom', 'warehouse.table'],
  },
  adhoc: {
    ...LEDGER,
    ...TASKS,
    ...to('prepare', 'transform', 'nightly'),
    // Which rows were rejected: numbers, columns and reasons.
    'bucket:quarantine': ['objects.readText'],
  },
  reidentify: {
    ...EVENTS,
    'bucket:state': ['objects.list', 'objects.readText'],
    // It may add to what is known of its use, and neither change nor remove any of it.
    'bucket:state/audit/': ['objects.create'],
    'project:this': ['dlp.reidentify', 'job.start', 'warehouse.job', 'warehouse.rows'],
    'dataset:sources': ['job.readFrom'],
  },
  forget: {
    ...TASKS,
    ...EVENTS,
    ...to('forget', 'transform'),
    'bucket:state': ['objects.create', 'objects.list', 'objects.readText', 'objects.stat'],
    // What a shard's mark says of its output is no longer so.
    'bucket:state/shards/': ['objects.overwrite'],
    'bucket:state/erasing/': ['objects.remove'],
    'bucket:raw': [
      'objects.list',
      'objects.overwrite',
      'objects.read',
      'objects.remove',
      'objects.retention',
      'objects.stat',
    ],
    'bucket:staging': [
      'job.files',
      'objects.create',
      'objects.list',
      'objects.readText',
      'objects.remove',
      'objects.retention',
    ],
    'bucket:curated': ['objects.list', 'objects.overwrite', 'objects.read', 'objects.retention'],
    'bucket:quarantine': [
      'objects.create',
      'objects.list',
      'objects.overwrite',
      'objects.read',
      'objects.remove',
      'objects.retention',
      'objects.stat',
    ],
    'project:this': ['dlp.deidentify', 'job.start', 'warehouse.job', 'warehouse.rows'],
    'dataset:sources': [
      'job.readFrom',
      'job.writeInto',
      'warehouse.table',
      'warehouse.tables',
      'warehouse.timeTravelHours',
    ],
    'dataset:transforms': ['warehouse.timeTravelHours'],
    'dataset:own': [
      'job.loadInto',
      'job.readFrom',
      'warehouse.dropTable',
      'warehouse.ensureDataset',
      'warehouse.tables',
      'warehouse.timeTravelHours',
    ],
  },
};
