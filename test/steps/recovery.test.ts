import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDeidentify } from '../../functions/deidentify.ts';
import type { Column } from '../../functions/model/column.ts';
import { curatedPrefix } from '../../functions/model/ids.ts';
import type { Release } from '../../functions/model/release.ts';
import type { ObjectStore, Ports } from '../../functions/ports.ts';
import { deidentify } from '../../functions/steps/deidentify.ts';
import { load } from '../../functions/steps/load.ts';
import { prepare } from '../../functions/steps/prepare.ts';
import { replay } from '../../functions/steps/replay.ts';
import { sweep } from '../../functions/steps/sweep.ts';
import { startWorkbench, type Workbench } from './workbench.ts';

/** What was lost, stopped or overtaken in the middle, and is set right. */
const HOUR = 3_600_000;
let bench: Workbench;
let sweeps = 0;

beforeAll(async () => {
  bench = await startWorkbench({ SLUICE_SHARD_BYTES: '150' });
});
afterAll(() => bench?.stop());

const orders = (count: number, day = '2026-01-01'): string =>
  `id,email,day,amount\n${Array.from({ length: count }, (_, n) => `${n},a${n}@example.com,${day},1\n`).join('')}`;
const day = (date: string, ...amounts: number[]): string =>
  `day,amount,email\n${amounts.map((amount) => `${date},${amount},x\n`).join('')}`;

/** The same world, but for one method of the object store. */
const withObjects = (change: Partial<ObjectStore>): Ports => ({
  ...bench.ports,
  objects: { ...bench.ports.objects, ...change },
});

const changed = (source: string, change: Partial<Release['sources'][number]>): Release => ({
  ...bench.release,
  id: `changed-${sweeps++}`,
  sources: bench.release.sources.map((one) => (one.id === source ? { ...one, ...change } : one)),
});

const sweepLater = async (ms: number) => {
  bench.advance(ms);
  return sweep(bench.ports, `sweep-${sweeps++}`);
};

describe('a sweep', () => {
  test('puts a run in line whose worker fell before it could', async () => {
    const claimed = await bench.claim('appends/fallen.csv', orders(3));
    const falls = withObjects({
      write: async (bucket, name, body, options) => {
        if (name.startsWith('pending/')) throw new Error('the instance is gone');
        return bench.ports.objects.write(bucket, name, body, options);
      },
    });
    await expect(bench.deidentifyAll(claimed, falls)).rejects.toThrow('gone');
    expect((await bench.latest(claimed)).state).toBe('DEIDENTIFIED');
    expect((await sweepLater(HOUR)).redriven).toBe(1);
    await load(bench.ports, claimed.source);
    expect((await bench.latest(claimed)).state).toBe('DONE');
  });

  test('leaves a run alone that waits for its window, and loads it once the window is over', async () => {
    // Windows follow each other from 1970 on: the second one of this length ends in five hours, at whatever time of day.
    const batchSeconds = Math.ceil((Date.now() + 5 * HOUR) / 2000);
    await bench.publish(changed('flow.appends', { batchSeconds }));
    const waiting = await bench.deidentifyAll(await bench.claim('appends/waiting.csv', orders(3)));
    const before = bench.tasks.length;
    expect(await sweepLater(HOUR)).toMatchObject({ redriven: 0, tables: 0 });
    expect(bench.tasks.length).toBe(before);
    expect(await sweepLater(6 * HOUR)).toMatchObject({ redriven: 0, tables: 1 });
    expect(bench.tasks.slice(before)).toEqual([expect.stringMatching(/^load-flow-appends-sweep-/)]);
    await load(bench.ports, waiting.source);
    expect((await bench.latest(waiting)).state).toBe('DONE');
    await bench.publish(bench.release);
  });

  test.each(['BATCHED', 'LOADED', 'DONE'])('may take the lease while a worker writes %s', async (state) => {
    const waiting = await bench.deidentifyAll(await bench.claim(`appends/lease-${state}.csv`, orders(3)));
    let stolen = 0;
    const { ledger } = bench.ports;
    const append: typeof ledger.append = async (entry) => {
      const before = entry.state === state && stolen++ === 0 ? await bench.latest(entry) : undefined;
      if (before) await ledger.append({ ...before, seq: before.seq + 1, owner: 'a sweep' });
      return ledger.append(entry);
    };
    await load({ ...bench.ports, ledger: { ...ledger, append } }, waiting.source);
    expect(stolen).toBe(2);
    expect((await bench.latest(waiting)).state).toBe('DONE');
    const count = `SELECT COUNT(*) AS n FROM flow.appends WHERE _run_id = '${waiting.run}'`;
    expect(await bench.rows(count)).toEqual([{ n: '3' }]);
  });

  test('claims no file that a source had before it was renamed or removed', async () => {
    const done = await bench.run('appends/known.csv', orders(3));
    expect(done.state).toBe('DONE');
    const { sources } = bench.release;
    const others = sources.filter(({ id }) => id !== 'flow.appends');
    const renamed = sources.filter(({ id }) => id === 'flow.appends').map((one) => ({ ...one, id: 'flow.renamed' }));
    await bench.publish({ ...bench.release, id: 'renamed', sources: [...others, ...renamed] });
    expect((await sweepLater(HOUR)).claimed).toBe(0);
    await bench.publish({ ...bench.release, id: 'removed', sources: others });
    expect((await sweepLater(HOUR)).claimed).toBe(0);
    await bench.publish(bench.release);
  });
});

test('a run keeps the shards that it was cut into, whatever the limit is now', async () => {
  const claimed = await bench.claim('appends/cut.csv', orders(40));
  await prepare(bench.ports, claimed);
  const prepared = await bench.latest(claimed);
  expect(prepared.detail.shards).toBeGreaterThan(3);
  await deidentify(bench.ports, prepared, 1, undefined);
  for (const shardBytes of [1_000_000, 40]) {
    const before = bench.tasks.length;
    await prepare({ ...bench.ports, limits: { ...bench.ports.limits, shardBytes } }, prepared, `-again-${shardBytes}`);
    expect(bench.tasks.length - before).toBe(prepared.detail.shards);
  }
  await bench.deidentifyAll(claimed);
  await load(bench.ports, claimed.source);
  const count = `SELECT COUNT(*) AS n, COUNT(DISTINCT id) AS ids FROM flow.appends WHERE _run_id = '${claimed.run}'`;
  expect(await bench.rows(count)).toEqual([{ n: '40', ids: '40' }]);
});

test('what a run has put past the gate goes again once one of its shards keeps it out, and so does what comes late', async () => {
  const columns = bench.release.sources
    .filter(({ id }) => id === 'flow.appends')
    .flatMap((one) => one.columns)
    .map((one): Column => (one.name === 'email' ? { ...one, privacy: { kind: 'public', allow: [] } } : one));
  await bench.publish(changed('flow.appends', { columns }));
  const harmless = Array.from({ length: 30 }, (_, n) => `${n},nobody,2026-01-01,1`);
  const body = ['id,email,day,amount', ...harmless, '31,ann.smith@example.com,2026-01-01,1', ''].join('\n');
  const claimed = await bench.claim('appends/exposed.csv', body);
  await prepare(bench.ports, claimed);
  const { detail } = await bench.latest(claimed);
  const shards = detail.shards ?? 0;
  expect(shards).toBeGreaterThan(3);
  const curated = async (): Promise<number> => {
    const prefix = curatedPrefix(claimed.source, claimed.run, claimed.epoch);
    return (await Array.fromAsync(bench.ports.objects.list(bench.ports.buckets.curated, prefix))).length;
  };
  const shard = async (n: number, ports = bench.ports): Promise<unknown> => {
    const { source, run, epoch } = claimed;
    return createDeidentify(ports)({ method: 'POST', headers: {}, body: { source, run, epoch, n }, caller: 'tasks' });
  };
  await shard(0);
  await shard(1);
  expect(await curated()).toBe(2);
  // Its rows are read and written while another shard's finding ends the run.
  const { write } = bench.ports.objects;
  const late = withObjects({
    async write(bucket, name, content, options) {
      if (bucket === bench.ports.buckets.curated) {
        await shard(shards - 1);
        expect((await bench.latest(claimed)).state).toBe('QUARANTINED');
        expect(await curated()).toBe(0);
      }
      return write(bucket, name, content, options);
    },
  });
  await shard(2, late);
  expect(await curated()).toBe(0);
  await bench.publish(bench.release);
});

test('words that chance chose stay as the first worker wrote them', async () => {
  const city: Column = {
    name: 'email',
    from: 'email',
    type: 'STRING',
    mode: 'nullable',
    normalize: [],
    privacy: {
      kind: 'transform',
      transform: { kind: 'dictionary', words: Array.from({ length: 1_000 }, (_, n) => `w${n}`) },
    },
  };
  const appends = bench.release.sources.find(({ id }) => id === 'flow.appends');
  const columns = (appends?.columns ?? []).map((column) => (column.name === 'email' ? city : column));
  await bench.publish(changed('flow.appends', { columns }));
  const claimed = await bench.claim('appends/chance.csv', orders(3));
  const falls = withObjects({
    write: async (bucket, name, body, options) => {
      if (name.startsWith('shards/')) throw new Error('the instance is gone');
      return bench.ports.objects.write(bucket, name, body, options);
    },
  });
  await expect(bench.deidentifyAll(claimed, falls)).rejects.toThrow('gone');
  const files = async () => {
    const found: string[] = [];
    const prefix = curatedPrefix(claimed.source, claimed.run, 0);
    for await (const { name, generation, crc32c } of bench.ports.objects.list(bench.ports.buckets.curated, prefix))
      found.push(`${name} ${generation} ${crc32c}`);
    return found;
  };
  const first = await files();
  expect(first).toHaveLength(1);
  await bench.deidentifyAll(claimed);
  expect(await files()).toEqual(first);
  await load(bench.ports, claimed.source);
  expect((await bench.latest(claimed)).state).toBe('DONE');
  await bench.publish(bench.release);
});

test('a worker that wakes up late does not hand a partition back to an older snapshot', async () => {
  const amounts = () => bench.rows("SELECT amount FROM flow.days WHERE day = '2026-03-01' ORDER BY amount");
  const [oldest, older, newest] = [
    await bench.claim('days/1.csv', day('2026-03-01', 1)),
    await bench.claim('days/2.csv', day('2026-03-01', 2)),
    await bench.claim('days/3.csv', day('2026-03-01', 3)),
  ];
  await bench.deidentifyAll(oldest);
  let wake = (): void => undefined;
  const sleeping = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const late = withObjects({
    write: async (bucket, name, body, options) => {
      if (name.includes('/owners')) await sleeping;
      return bench.ports.objects.write(bucket, name, body, options);
    },
  });
  const woken = load(late, 'flow.days');
  await expect
    .poll(() => bench.rows('SELECT COUNT(*) AS n FROM flow.days').catch(() => []), { timeout: 20_000 })
    .toEqual([{ n: '1' }]);
  await load(bench.ports, 'flow.days');
  await bench.deidentifyAll(newest);
  await load(bench.ports, 'flow.days');
  wake();
  await woken;
  await bench.deidentifyAll(older);
  await load(bench.ports, 'flow.days');
  expect(await amounts()).toEqual([{ amount: '3' }]);
  expect((await bench.latest(older)).state).toBe('SUPERSEDED');
});

test('a replay takes its date from the pattern of now', async () => {
  const claimed = await bench.run('days/2026-04-01.csv', day('2026-04-01', 1));
  expect(claimed.detail.capturedDate).toBeUndefined();
  const files = {
    glob: 'days/{date:YYYY-MM-DD}.csv',
    regex: '^days/(?<date>\\d{4}-\\d{2}-\\d{2})\\.csv$',
    prefix: 'days/',
  };
  await bench.publish(changed('flow.days', { files: { ...files, dateFormat: 'YYYY-MM-DD' } }));
  expect((await replay(bench.ports, { run: claimed.run }, 'ann@example.com')).detail.capturedDate).toBe('2026-04-01');
  await bench.publish(bench.release);
});
