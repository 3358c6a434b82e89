import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDeidentify } from '../../functions/deidentify.ts';
import { SluiceError, terminal } from '../../functions/errors.ts';
import { createForget } from '../../functions/forget.ts';
import type { ErasureReport } from '../../functions/model/erasure.ts';
import type { LedgerEntry } from '../../functions/model/run.ts';
import { declaredSource } from '../../functions/plan/reidentification.ts';
import type { ObjectInfo, Ports, Task } from '../../functions/ports.ts';
import { arrive } from '../../functions/steps/arrive.ts';
import { batchesOf } from '../../functions/steps/batches.ts';
import { beginErasure } from '../../functions/steps/forget/begin.ts';
import { createContext } from '../../functions/steps/forget/context.ts';
import { erase, failErasure, readErasure, readReport } from '../../functions/steps/forget/erase.ts';
import { closeTable } from '../../functions/steps/forget/fence.ts';
import { load } from '../../functions/steps/load.ts';
import { prepare } from '../../functions/steps/prepare.ts';
import { replay } from '../../functions/steps/replay.ts';
import { sweep } from '../../functions/steps/sweep.ts';
import { runTransform } from '../../functions/steps/transform.ts';
import { startWorkbench, type Workbench } from './workbench.ts';

/** Erasures that are killed, overtaken by runs under way, and kept from their end. */
let bench: Workbench;
/** Of the functions that build and erase, in order. */
let tasks: Task[] = [];
let ports: Ports;

beforeAll(async () => {
  bench = await startWorkbench();
  ports = {
    ...bench.ports,
    tasks: {
      async enqueue(task) {
        tasks.push(task);
        return bench.ports.tasks.enqueue(task);
      },
    },
  };
}, 60_000);
afterAll(() => bench?.stop());

const REASON = 'case 4711: asked to be forgotten';
const file = (...mails: string[]): string =>
  `id,email,day,amount\n${mails.map((mail, n) => `${n},${mail},2026-01-01,${n}\n`).join('')}`;
const begin = async (mail: string, more: object = {}): Promise<string> =>
  (
    await beginErasure(ports, 'ben@example.com', {
      source: 'flow.appends',
      key: { email: mail },
      reason: REASON,
      dryRun: false,
      ...more,
    })
  ).id;

/** Calls again and again, as its tasks would, each with ports of its own; what is to be built is built meanwhile. */
async function drive(id: string, portsOf: () => Ports = () => ports): Promise<ErasureReport> {
  for (let call = 0; call < 300; call++) {
    try {
      if ((await erase(portsOf(), id)) === undefined) break;
    } catch (error) {
      if (!(error instanceof Error) || error.message !== 'killed') throw error;
    }
    const due = tasks.filter(({ function: target }) => target === 'transform');
    tasks = [];
    for (const { body } of due)
      await runTransform(ports, { build: String(body.build), transform: String(body.transform), retries: 0 });
  }
  const report = await readReport(ports, id);
  if (!report) throw new Error(`the erasure ${id} came to no end`);
  return report;
}

/** Every object of the buckets, all generations, whose bytes have a text. */
async function holders(text: string): Promise<string[]> {
  const found: string[] = [];
  for (const bucket of Object.values(ports.buckets))
    for await (const object of ports.objects.versions(bucket, '')) {
      const chunks: Buffer[] = [];
      for await (const chunk of await ports.objects.read(object)) chunks.push(chunk as Buffer);
      if (Buffer.concat(chunks).includes(text)) found.push(`${bucket}/${object.name}`);
    }
  return found.sort();
}
const rowsOf = (object: string): Promise<Record<string, string | null>[]> =>
  bench.rows(`SELECT id, amount FROM flow.appends WHERE _run_id = '${object}' ORDER BY id`);
const raw = async (name: string, body: string): Promise<ObjectInfo> =>
  (await ports.objects.write(ports.buckets.raw, name, body)) as ObjectInfo;

describe('an erasure', () => {
  test('that is killed after each thing that it does ends as one that is not', { timeout: 120_000 }, async () => {
    const run = await bench.run('appends/killed.csv', file('a@example.com', 'killed.one@example.com', 'c@example.com'));
    const earlier = await raw('appends/killed-earlier.csv', file('killed.one@example.com', 'd@example.com'));
    const overtaken = await arrive(ports, { object: earlier, createdAt: earlier.createdAt });
    await bench.deidentifyAll(overtaken as LedgerEntry);
    await load(ports, 'flow.appends');
    const newest = await raw('appends/killed-earlier.csv', file('e@example.com'));
    await bench.deidentifyAll((await arrive(ports, { object: newest })) as LedgerEntry);

    const id = await begin('killed.one@example.com');
    let kills = 0;
    /** One change of the world, and then nothing any more: whether it had its answer nobody knows. */
    const dying = (): Ports => {
      let isDead = false;
      const last = <A extends unknown[], T>(work: (...args: A) => Promise<T>) => {
        return async (...args: A): Promise<T> => {
          if (isDead) throw new Error('killed');
          isDead = true;
          await work(...args);
          kills++;
          throw new Error('killed');
        };
      };
      const live = <A extends unknown[], T>(work: (...args: A) => Promise<T>) => {
        return async (...args: A): Promise<T> => {
          if (isDead) throw new Error('killed');
          return work(...args);
        };
      };
      const { objects, warehouse, events } = ports;
      return {
        ...ports,
        objects: {
          ...objects,
          // What stands there already is no change.
          write: async (bucket, name, body, options) => {
            if (options?.ifAbsent && (await objects.stat(bucket, name))) return undefined;
            return last(objects.write)(bucket, name, body, options);
          },
          remove: async (bucket, name, generation) => {
            if (!(await objects.stat(bucket, name, generation))) return;
            return last(objects.remove)(bucket, name, generation);
          },
        },
        warehouse: {
          ...warehouse,
          project: warehouse.project,
          location: warehouse.location,
          startJob: async (job, configuration) =>
            (await warehouse.job(job)) ? 'exists' : last(warehouse.startJob)(job, configuration),
          dropTable: async (table) => {
            if (await warehouse.table(table)) await last(warehouse.dropTable)(table);
          },
        },
        events: { publish: live(events.publish) },
      };
    };
    const report = await drive(id, dying);
    expect(report).toMatchObject({ outcome: 'erased', left: [] });
    expect(kills).toBeGreaterThan(25);
    expect(report.objects.map(({ place, rows, outcome }) => [place, rows, outcome]).sort()).toEqual([
      ['curated', 1, 'rewritten'],
      ['curated', 1, 'rewritten'],
      ['earlier', 1, 'rewritten'],
      ['raw', 1, 'rewritten'],
    ]);
    expect(report.tables[0]).toEqual({ table: 'flow.appends', rows: 2, outcome: 'deleted' });
    expect(await rowsOf(run.run)).toEqual([
      { id: '0', amount: '0' },
      { id: '2', amount: '2' },
    ]);
    expect(await holders('killed.one')).toEqual([]);
    const again = await replay(ports, { run: (overtaken as LedgerEntry).run }, 'ann@example.com');
    await bench.deidentifyAll(again);
    await load(ports, 'flow.appends');
    expect(await rowsOf(again.run)).toEqual([{ id: '1', amount: '1' }]);
  });

  test('meets a run that is at the file: the run begins again with what is left of it', {
    timeout: 60_000,
  }, async () => {
    const claimed = await bench.claim('appends/midway.csv', file('midway@example.com', 'f@example.com'));
    await prepare(ports, await bench.latest(claimed));
    const id = await begin('midway@example.com');
    await erase(ports, id);
    expect((await bench.latest(claimed)).epoch).toBe(0);
    // Its table is closed to loads until the run has ended.
    await load(ports, 'flow.appends');

    const shard = {
      n: 0,
      input: claimed.detail.object,
      compression: 'none',
      start: 27,
      end: 200,
      firstRecord: 1,
      header: [],
    };
    const body = {
      source: claimed.source,
      run: claimed.run,
      epoch: 0,
      n: 0,
      shard: { ...shard, header: ['id', 'email', 'day', 'amount'] },
    };
    await createDeidentify(ports)({ method: 'POST', headers: {}, body, caller: 'tasks' });
    const restarted = await bench.latest(claimed);
    expect(restarted).toMatchObject({ state: 'CLAIMED', epoch: 1 });
    await bench.deidentifyAll(restarted);
    expect(await drive(id)).toMatchObject({ outcome: 'erased' });
    await load(ports, 'flow.appends');
    expect((await bench.latest(claimed)).state).toBe('DONE');
    expect(await rowsOf(claimed.run)).toEqual([{ id: '1', amount: '1' }]);
    expect(await holders('midway@')).toEqual([]);
  });

  test('leaves alone what comes after the table is closed, and the rows that it brings', {
    timeout: 60_000,
  }, async () => {
    await bench.run('appends/before.csv', file('again@example.com', 'g@example.com'));
    const stuck = await bench.claim('appends/stuck.csv', file('h@example.com'));
    const id = await begin('again@example.com');
    await erase(ports, id);
    const later = await bench.claim('appends/later.csv', file('again@example.com'));
    await bench.deidentifyAll(later);
    await bench.deidentifyAll(stuck);
    await load(ports, 'flow.appends');
    expect((await bench.latest(later)).state).toBe('DEIDENTIFIED');
    const report = await drive(id);
    expect(report).toMatchObject({ outcome: 'erased', tables: [{ rows: 1 }] });
    await load(ports, 'flow.appends');
    expect(await rowsOf(later.run)).toEqual([{ id: '0', amount: '0' }]);
    expect(await holders('again@example.com')).toEqual(['local-raw/appends/later.csv']);
  });

  test('names what it cannot see to: files that cannot be taken apart, and snapshots', {
    timeout: 60_000,
  }, async () => {
    await bench.run('appends/seen.csv', file('left@example.com', 'i@example.com'));
    const odd = await bench.claim('appends/odd.csv', 'other,columns\n1,left@example.com\n');
    await bench.deidentifyAll(odd);
    const reference = (tableId: string) => ({ projectId: 'local', datasetId: 'flow', tableId });
    for (const [name, operationType] of [
      ['kept', 'SNAPSHOT'],
      ['copied', 'CLONE'],
    ] as const) {
      const copy = { sourceTable: reference('appends'), destinationTable: reference(name), operationType };
      await ports.warehouse.startJob(`copy-${name}`, { copy });
      while ((await ports.warehouse.job(`copy-${name}`))?.state !== 'DONE') await ports.clock.sleep(5);
    }
    const report = await drive(await begin('left@example.com'));
    expect(report).toMatchObject({ outcome: 'incomplete', goneAt: null });
    expect(report.left.map(({ what }) => what.replace(/\/objects\/.*\//, '/')).sort()).toEqual([
      'flow.kept',
      'gs://local-quarantine/odd.csv',
      'gs://local-raw/appends/odd.csv',
    ]);
    expect(report.tables.map(({ table, rows }) => [table, rows])).toEqual([
      ['flow.appends', 1],
      ['flow.copied', 1],
    ]);
    expect(JSON.stringify(report)).not.toContain('left@');
    await ports.warehouse.dropTable('flow.kept');
    await ports.warehouse.dropTable('flow.copied');
  });

  test('that cannot go on lets loads in, removes the key, and says so', { timeout: 60_000 }, async () => {
    const id = await begin('nobody@example.com');
    const broken: Ports = {
      ...ports,
      columnar: {
        ...ports.columnar,
        searchShard: () => Promise.reject(terminal('COLUMNAR_FAILED', 'the disk is full')),
      },
    };
    const error = await erase(broken, id).catch((raw: unknown) => raw);
    expect(error).toBeInstanceOf(SluiceError);
    await failErasure(ports, id, error as SluiceError);
    expect(await readReport(ports, id)).toMatchObject({
      outcome: 'failed',
      left: [{ what: 'the erasure', why: 'COLUMNAR_FAILED: the disk is full' }],
    });
    expect(await holders('nobody@')).toEqual([]);
    const run = await bench.run('appends/after.csv', file('j@example.com'));
    expect(run.state).toBe('DONE');
  });

  test('goes on by the sweep where its task was lost', { timeout: 60_000 }, async () => {
    const id = await begin('lost@example.com');
    tasks = [];
    bench.advance(3_600_000);
    await sweep({ ...ports, clock: bench.ports.clock }, 'lost');
    expect(tasks.filter(({ function: target }) => target === 'forget')).toMatchObject([{ body: { erasure: id } }]);
    await drive(id);
    tasks = [];
    await sweep({ ...ports, clock: bench.ports.clock }, 'over');
    expect(tasks.filter(({ function: target }) => target === 'forget')).toEqual([]);
  });

  test('that never began leaves nobody’s values behind for longer than an hour', { timeout: 60_000 }, async () => {
    const publish = () => Promise.reject(new Error('killed'));
    const dying: Ports = { ...ports, events: { ...ports.events, publish } };
    const ask = { source: 'flow.appends', key: { email: 'never@example.com' }, reason: REASON, dryRun: false };
    await expect(beginErasure(dying, 'ben@example.com', ask)).rejects.toThrow('killed');
    const id = await begin('goes.on@example.com');
    const keys = async (): Promise<string[]> =>
      [...(await holders('never@')), ...(await holders('goes.on@'))].filter((name) =>
        name.includes('staging/erasures/'),
      );
    const passed = (ms: number): Ports => ({
      ...ports,
      clock: { ...ports.clock, now: () => new Date(Date.now() + ms) },
    });
    await sweep(passed(50 * 60_000), 'soon');
    expect(await keys()).toHaveLength(2);
    await sweep(passed(70 * 60_000), 'later');
    expect(await keys()).toEqual([`local-staging/erasures/${id}.json`]);
    await drive(id);
    expect(await keys()).toEqual([]);
  });

  test('is not to be asked for by a task', async () => {
    const headers = { 'x-cloudtasks-queuename': 'forget' };
    const body = { action: 'begin', source: 'flow.appends', key: { email: 'x@y.zz' }, reason: REASON };
    await expect(createForget(ports)({ method: 'POST', headers, body, caller: 'tasks' })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
    });
  });
});

test('a copy of what an erasure wrote, under another name, is a file like any other', { timeout: 60_000 }, async () => {
  await bench.run('appends/copied.csv', file('copied@example.com', 'k@example.com'));
  await drive(await begin('copied@example.com'));
  const left = (await ports.objects.stat(ports.buckets.raw, 'appends/copied.csv')) as ObjectInfo;
  expect(await arrive(ports, { object: left, metadata: left.metadata })).toBeUndefined();
  const copy = await ports.objects.copy(left, ports.buckets.raw, 'appends/copy.csv', { ...left.metadata });
  expect(await arrive(ports, { object: copy, metadata: copy.metadata })).toMatchObject({ state: 'CLAIMED' });
});

test('a call of an erasure that reads late opens no second batch once the table was let go', async () => {
  const id = await begin('nobody@example.com');
  await drive(id);
  const { releases } = bench.ports;
  const context = await createContext(
    ports,
    await readErasure(ports, id),
    declaredSource(await releases.current(), 'flow.appends'),
  );
  const before = await batchesOf(ports, 'flow.appends').latest();
  expect(await closeTable(context)).toBe('busy');
  expect(await batchesOf(ports, 'flow.appends').latest()).toEqual(before);
  expect(before?.closed).toBe(true);
});
