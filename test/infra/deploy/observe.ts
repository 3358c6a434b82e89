import type { PortCall, Scope } from '../../../functions/gcp/permissions.ts';
import type { FunctionName, TaskTarget } from '../../../functions/model/deployment.ts';
import type { Ports, Task } from '../../../functions/ports.ts';

/** What one function was seen to do: a call of a port, and the resource that it went to. */
export interface Seen {
  function: FunctionName;
  scope: Scope;
  call: PortCall;
}

export interface Observer {
  note(seen: Seen): void;
  /** Every create-only write is made twice, as if another worker had been a moment faster. */
  doubled: boolean;
  /** Jobs do not end while somebody waits for them. */
  slow: boolean;
  /** Milliseconds that the functions' clock is ahead; waiting for a slow job takes it further. */
  ahead: number;
  enqueue(task: Task): 'created' | 'exists';
  /** Told before an object is read, so that a test can take it away. */
  beforeRead(name: FunctionName, object: string): Promise<void>;
}

/** The datasets of the project here; `_sluice` is its own. */
const GROUPS: Readonly<Record<string, Scope>> = {
  _sluice: 'dataset:own',
  lake: 'dataset:sources',
  mart: 'dataset:transforms',
};

/** Ports that note what they are asked, and ask the real ones; only tasks end here. */
export function observe(name: FunctionName, ports: Ports, observer: Observer): Ports {
  const { objects, warehouse, dlp, events, clock } = ports;
  const roles = new Map(Object.entries(ports.buckets).map(([role, bucket]) => [bucket, role]));
  const bucketOf = (bucket: string): Scope => `bucket:${roles.get(bucket)}` as Scope;
  /** What is changed in `state` is noted by its folder: the rest of it must never change. */
  const folderOf = (bucket: string, object: string): Scope =>
    roles.get(bucket) === 'state' ? `bucket:state/${object.split('/')[0]}/` : bucketOf(bucket);
  const note = (scope: Scope, call: PortCall): void => observer.note({ function: name, scope, call });
  const datasetOf = (id: string): Scope => {
    const scope = GROUPS[id.split('.')[0] ?? ''];
    if (!scope) throw new Error(`${id} is in no dataset that is known here`);
    return scope;
  };
  const noteData = (dataset: Scope, call: PortCall): void =>
    // A transform's query may read whatever is declared.
    note(
      name === 'transform' && call === 'job.readFrom' && dataset !== 'dataset:own' ? 'dataset:declared' : dataset,
      call,
    );

  function noteJob(configuration: JobConfiguration): void {
    note('project:this', 'job.start');
    const { load, copy, query } = configuration;
    if (load) {
      noteData(datasetOf(load.destinationTable.datasetId), 'job.loadInto');
      for (const uri of load.sourceUris) note(bucketOf(uri.split('/')[2] ?? ''), 'job.files');
    }
    if (copy) {
      noteData(datasetOf(copy.sourceTable.datasetId), 'job.copyFrom');
      noteData(datasetOf(copy.destinationTable.datasetId), 'job.copyInto');
    }
    if (query) {
      if (query.destinationTable) noteData(datasetOf(query.destinationTable.datasetId), 'job.writeInto');
      noteQuery(query.query);
    }
  }

  /** `a.b.c` in backticks, as Sluice writes it, and `b.c`, as a user does; what stands behind a verb is written to. */
  function noteQuery(sql: string): void {
    const tables =
      /(INSERT INTO|MERGE|UPDATE|DELETE FROM|CREATE TABLE IF NOT EXISTS)?\s+(?:`[^`.]+\.(\w+)\.\w+`|\b(lake|mart)\.\w+)/g;
    for (const [, verb, quoted, plain] of sql.matchAll(tables))
      noteData(datasetOf(`${quoted ?? plain}.x`), verb ? 'job.writeInto' : 'job.readFrom');
  }

  return {
    ...ports,
    objects: {
      async stat(bucket, object, generation) {
        note(bucketOf(bucket), 'objects.stat');
        return objects.stat(bucket, object, generation);
      },
      async read(object, range) {
        note(bucketOf(object.bucket), 'objects.read');
        await observer.beforeRead(name, object.name);
        return objects.read(object, range);
      },
      async readText(bucket, object) {
        note(bucketOf(bucket), 'objects.readText');
        return objects.readText(bucket, object);
      },
      async write(bucket, object, body, options) {
        // One function may add to one folder alone; all others are told apart by nothing.
        if (options?.ifAbsent)
          note(name === 'reidentify' ? folderOf(bucket, object) : bucketOf(bucket), 'objects.create');
        else note(folderOf(bucket, object), 'objects.overwrite');
        const written = await objects.write(bucket, object, body, options);
        return observer.doubled && options?.ifAbsent ? undefined : written;
      },
      async copy(from, bucket, object, metadata) {
        note(bucketOf(from.bucket), 'objects.copyFrom');
        note(bucketOf(bucket), 'objects.copyTo');
        return objects.copy(from, bucket, object, metadata);
      },
      list(bucket, prefix, options) {
        note(bucketOf(bucket), 'objects.list');
        return objects.list(bucket, prefix, options);
      },
      versions(bucket, prefix) {
        note(bucketOf(bucket), 'objects.list');
        return objects.versions(bucket, prefix);
      },
      async remove(bucket, object, generation) {
        note(folderOf(bucket, object), 'objects.remove');
        return objects.remove(bucket, object, generation);
      },
      async retention(bucket) {
        note(bucketOf(bucket), 'objects.retention');
        return objects.retention(bucket);
      },
    },
    tasks: {
      async enqueue(task) {
        note(`queue:${task.function as TaskTarget}`, 'tasks.enqueue');
        note('account:tasks', 'tasks.identity');
        return observer.enqueue(task);
      },
    },
    events: {
      async publish(event) {
        note('topic:events', 'events.publish');
        return events.publish(event);
      },
    },
    dlp: {
      async deidentify(request) {
        note('project:this', 'dlp.deidentify');
        return dlp.deidentify(request);
      },
      async template(id) {
        note('project:this', 'dlp.template');
        return dlp.template(id);
      },
      async inspect(request) {
        note('project:this', 'dlp.inspect');
        return dlp.inspect(request);
      },
      async reidentify(request) {
        note('project:this', 'dlp.reidentify');
        return dlp.reidentify(request);
      },
    },
    warehouse: {
      get project() {
        return warehouse.project;
      },
      get location() {
        return warehouse.location;
      },
      async ensureDataset(dataset) {
        note(datasetOf(dataset), 'warehouse.ensureDataset');
        return warehouse.ensureDataset(dataset);
      },
      async table(id) {
        note(datasetOf(id), 'warehouse.table');
        return warehouse.table(id);
      },
      async createTable(id, resource) {
        note(datasetOf(id), 'warehouse.createTable');
        // Who makes a view must be allowed to read what it reads.
        const { view } = resource as { view?: { query: string } };
        if (view) noteQuery(view.query);
        return warehouse.createTable(id, resource);
      },
      async patchTable(id, resource) {
        note(datasetOf(id), 'warehouse.patchTable');
        return warehouse.patchTable(id, resource);
      },
      async dropTable(id) {
        note(datasetOf(id), 'warehouse.dropTable');
        return warehouse.dropTable(id);
      },
      async tables(dataset) {
        note(datasetOf(`${dataset}.x`), 'warehouse.tables');
        return warehouse.tables(dataset);
      },
      async timeTravelHours(dataset) {
        note(datasetOf(`${dataset}.x`), 'warehouse.timeTravelHours');
        return warehouse.timeTravelHours(dataset);
      },
      async startJob(id, configuration) {
        noteJob(configuration as JobConfiguration);
        return warehouse.startJob(id, configuration);
      },
      async job(id) {
        note('project:this', 'warehouse.job');
        const job = await warehouse.job(id);
        return job && observer.slow ? { state: 'RUNNING', rows: 0, bytesBilled: 0 } : job;
      },
      async rows(id) {
        note('project:this', 'warehouse.rows');
        return warehouse.rows(id);
      },
    },
    clock: {
      ...clock,
      now: () => new Date(clock.now().getTime() + observer.ahead),
      async sleep(ms) {
        if (observer.slow) observer.ahead += 60_000;
        else await clock.sleep(ms);
      },
    },
  };
}

interface Table {
  datasetId: string;
}
interface JobConfiguration {
  load?: { destinationTable: Table; sourceUris: string[] };
  copy?: { sourceTable: Table; destinationTable: Table };
  query?: { query: string; destinationTable?: Table };
}
