import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseConfig } from '../../functions/config.ts';
import { createLog } from '../../functions/log.ts';
import type { Release } from '../../functions/model/release.ts';
import type { LedgerEntry, Shard } from '../../functions/model/run.ts';
import type { Ports } from '../../functions/ports.ts';
import { arrive } from '../../functions/steps/arrive.ts';
import { deidentify } from '../../functions/steps/deidentify.ts';
import { load } from '../../functions/steps/load.ts';
import { prepare } from '../../functions/steps/prepare.ts';
import { createWiring } from '../../functions/wire.ts';
import { environmentOf } from '../../infra/cli/environment.ts';
import { keysOf } from '../../infra/cli/keys/key-uses.ts';
import { localKeys } from '../../infra/cli/keys/local-keys.ts';
import { localEndpoints } from '../../infra/cli/local-names.ts';
import { freePort } from '../../infra/cli/processes.ts';
import { compileProject } from '../../infra/cli/project.ts';
import { provision } from '../../infra/cli/provision.ts';
import { publishRelease } from '../../infra/cli/publish-release.ts';
import { startCloud } from '../../infra/local/cloud.ts';
import { storePeople } from '../faults/stored-people.ts';

/** Steps by hand, one at a time, through the real adapters and against the local cloud: nothing listens where its tasks go. */
export interface Workbench {
  ports: Ports;
  release: Release;
  publish(release: Release): Promise<void>;
  /** Puts an object into the raw bucket and claims it. */
  claim(name: string, body: string): Promise<LedgerEntry>;
  latest(entry: LedgerEntry): Promise<LedgerEntry>;
  /** Prepares a claimed run and de-identifies all of its shards. */
  deidentifyAll(entry: LedgerEntry, worker?: Ports): Promise<LedgerEntry>;
  /** From the object to the table. */
  run(name: string, body: string): Promise<LedgerEntry>;
  /** Names of tasks that were ever asked for, oldest first. */
  tasks: string[];
  rows(sql: string): Promise<Record<string, string | null>[]>;
  /** Lets time pass. */
  advance(ms: number): void;
  stop(): Promise<void>;
}

export async function startWorkbench(limits: Record<string, string> = {}): Promise<Workbench> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-steps-'));
  const cloud = await startCloud({ dir: join(dir, 'cloud'), project: 'local', location: 'US' });
  const sql = fileURLToPath(new URL('../faults/project', import.meta.url));
  const functions = await freePort();
  const endpoints = localEndpoints({ project: 'local', location: 'US', ports: cloud.ports, functions, sql });
  await provision(endpoints);
  await storePeople(endpoints);
  const { release } = compileProject(sql, 'local');
  if (!release) throw new Error('the declarations of the fault trials do not compile');
  await publishRelease(endpoints, release, new Date());

  const keys = await localKeys(dir, endpoints, keysOf(release));
  const config = parseConfig({
    ...environmentOf(endpoints, keys),
    SLUICE_SCRATCH: join(dir, 'scratch'),
    SLUICE_THREADS: '1',
    SLUICE_MEMORY: '200MB',
    ...limits,
  });
  const log = createLog({ write: () => undefined, now: () => new Date() });
  const wire = createWiring(config);
  const [worker, loader] = await Promise.all([wire('deidentify', log), wire('load', log)]);
  const tasks: string[] = [];
  /** The only shard of a run travels in its task. */
  const shards = new Map<string, Shard | undefined>();
  let ahead = 0;
  const ports: Ports = {
    ...worker,
    warehouse: loader.warehouse,
    clock: { ...worker.clock, now: () => new Date(Date.now() + ahead) },
    tasks: {
      async enqueue(task) {
        const answer = await worker.tasks.enqueue(task);
        if (answer === 'created') tasks.push(task.name);
        const { run, epoch, n, shard } = task.body;
        if (task.function === 'deidentify') shards.set(`${run}.${epoch}.${n}`, shard as Shard | undefined);
        return answer;
      },
    },
  };
  let jobs = 0;

  const latest = async ({ source, run }: LedgerEntry): Promise<LedgerEntry> => {
    const entry = await ports.ledger.latest(source, run);
    if (!entry) throw new Error(`the ledger lost run ${run}`);
    return entry;
  };
  async function claim(name: string, body: string): Promise<LedgerEntry> {
    const object = await ports.objects.write(ports.buckets.raw, name, body);
    const entry = object && (await arrive(ports, { object, size: object.size, createdAt: object.createdAt }));
    if (!entry) throw new Error(`${name} was not claimed`);
    return entry;
  }
  async function deidentifyAll(entry: LedgerEntry, worker = ports): Promise<LedgerEntry> {
    await prepare(worker, await latest(entry));
    const prepared = await latest(entry);
    for (let n = 0; n < (prepared.detail.shards ?? 0); n++)
      await deidentify(worker, await latest(entry), n, shards.get(`${entry.run}.${prepared.epoch}.${n}`));
    return latest(entry);
  }

  return {
    ports,
    release,
    tasks,
    claim,
    latest,
    deidentifyAll,
    publish: (next) => publishRelease(endpoints, next, new Date()),
    async run(name, body) {
      const entry = await deidentifyAll(await claim(name, body));
      await load(ports, entry.source);
      return latest(entry);
    },
    async rows(query) {
      const id = `test-${jobs++}`;
      await ports.warehouse.startJob(id, { query: { query, useLegacySql: false } });
      while ((await ports.warehouse.job(id))?.state !== 'DONE') await ports.clock.sleep(5);
      return ports.warehouse.rows(id);
    },
    advance(ms) {
      ahead += ms;
    },
    async stop() {
      await cloud.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
