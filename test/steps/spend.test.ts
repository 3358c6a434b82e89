import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { retryable } from '../../functions/errors.ts';
import { spendsPrefix } from '../../functions/model/ids.ts';
import type { LedgerEntry } from '../../functions/model/run.ts';
import type { Columnar, Ports } from '../../functions/ports.ts';
import { NO_CHARGE } from '../../functions/render/dlp-charge.ts';
import { openSpend } from '../../functions/steps/spend.ts';
import { startWorkbench, type Workbench } from './workbench.ts';

/** What an attempt that failed has spent counts: a limit holds for all of them together. */
const BODY = `id,email,day,amount\n${Array.from({ length: 200 }, (_, n) => `${n},a${n}@example.com,2026-01-01,1\n`).join('')}`;
let bench: Workbench;
let estimate: number;
let files = 0;

beforeAll(async () => {
  bench = await startWorkbench();
  estimate = (await refused(0.000001)).detail.reasons?.[0]?.cost?.estimate ?? 0;
});
afterAll(() => bench?.stop());

async function claim(maxCost: number): Promise<LedgerEntry> {
  const sources = bench.release.sources.map((one) => (one.id === 'flow.appends' ? { ...one, maxCost } : one));
  await bench.publish({ ...bench.release, id: `limited-${files}`, sources });
  return bench.claim(`appends/${files++}.csv`, BODY);
}
const refused = async (maxCost: number): Promise<LedgerEntry> => {
  const entry = await bench.deidentifyAll(await claim(maxCost));
  const [last] = (await bench.ports.ledger.entries(entry.source, entry.run)).slice(-1);
  return last ?? entry;
};

const lost = retryable('DLP_FAILED', 'the answer was lost');
const answersAreLost = (): Ports => ({
  ...bench.ports,
  dlp: {
    ...bench.ports.dlp,
    deidentify: async (request) => {
      await bench.ports.dlp.deidentify(request);
      throw lost;
    },
  },
});
/** As one that is killed: nothing of what it sent is known. */
const falls = (): Ports => ({
  ...bench.ports,
  dlp: { ...bench.ports.dlp, inspect: () => Promise.reject(lost) },
  objects: {
    ...bench.ports.objects,
    write: (bucket, name, body, options) =>
      name.endsWith('.settled.json') ? Promise.reject(lost) : bench.ports.objects.write(bucket, name, body, options),
  },
});
const refuses = (): Ports => ({ ...bench.ports, dlp: { ...bench.ports.dlp, inspect: () => Promise.reject(lost) } });

describe('a shard that is tried again', () => {
  test.each([
    ['goes on where both attempts stay below the limit', 2.1, answersAreLost, 'DEIDENTIFIED'],
    ['is refused where the answers were lost of what is paid for', 1.9, answersAreLost, 'QUARANTINED'],
    ['is refused where nobody knows what the worker before it had sent', 1.9, falls, 'QUARANTINED'],
    ['goes on where what failed had sent its sample only', 1.9, refuses, 'DEIDENTIFIED'],
  ])('%s', async (_, times, worker, state) => {
    const claimed = await claim(estimate * times);
    await expect(bench.deidentifyAll(claimed, worker())).rejects.toThrow('the answer was lost');
    expect(await bench.deidentifyAll(claimed)).toMatchObject({ state });
  });

  test('sends no halves once it has failed: nobody would count them', async () => {
    const claimed = await claim(estimate * 10);
    const { columnar } = bench.ports;
    const messages: unknown[] = [];
    const openShard: Columnar['openShard'] = async (shard, source, read) => {
      const work = await columnar.openShard(shard, source, read);
      const spend = await openSpend(bench.ports, claimed, source, shard, work);
      spend.add(() => NO_CHARGE);
      await spend.settle();
      try {
        spend.add(() => NO_CHARGE);
      } catch (error) {
        messages.push(error);
      }
      return work;
    };
    await bench.deidentifyAll(claimed, { ...bench.ports, columnar: { ...columnar, openShard } });
    expect(messages).toMatchObject([{ code: 'COST_ABOVE_LIMIT', message: expect.stringMatching(/failed already/) }]);
  });

  test('and where there is no limit nothing is put down', async () => {
    await bench.publish({ ...bench.release, id: 'unlimited' });
    const { run, epoch } = await bench.run('appends/free.csv', BODY);
    const put: string[] = [];
    for await (const { name } of bench.ports.objects.list(bench.ports.buckets.state, spendsPrefix(run, epoch, 0)))
      put.push(name);
    expect(put).toEqual([]);
  });
});
