import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LedgerEntry, RunState } from '../../functions/model/run.ts';
import type { Ledger } from '../../functions/ports.ts';

export interface LedgerBackend {
  ledger: Ledger;
  stop(): Promise<void>;
}

/** What every ledger must do; `open` gives an empty one. */
export function ledgerContract(name: string, open: () => Promise<LedgerBackend>): void {
  describe(`a ledger: ${name}`, () => {
    let backend: LedgerBackend;
    let ledger: Ledger;
    beforeAll(async () => {
      backend = await open();
      ledger = backend.ledger;
    });
    afterAll(() => backend.stop());

    const entry = (run: string, seq: number, rest: Partial<LedgerEntry> = {}): LedgerEntry => ({
      v: 1,
      seq,
      run,
      source: 'shop.orders',
      epoch: 0,
      state: 'CLAIMED',
      owner: `owner of ${run} ${seq}`,
      release: 'release',
      at: '2026-01-31T05:06:07.008Z',
      detail: { object: { bucket: 'raw', name: 'shop/ü "1"\n.csv', generation: '1' } },
      ...rest,
    });
    const collect = async (source?: string): Promise<LedgerEntry[]> => {
      const found: LedgerEntry[] = [];
      for await (const one of ledger.runs(source)) found.push(one);
      return found;
    };

    test('knows nothing of a run that has no entry', async () => {
      expect(await ledger.latest('shop.orders', 'nobody')).toBeUndefined();
      expect(await ledger.entries('shop.orders', 'nobody')).toEqual([]);
    });

    test('keeps entries in order of their number, and the highest is the latest', async () => {
      const states: RunState[] = ['CLAIMED', 'PREPARED', 'DEIDENTIFIED', 'BATCHED', 'LOADED', 'DONE'];
      const entries = states.map((state, i) => entry('order', i + 1, { state }));
      for (const one of entries) expect(await ledger.append(one)).toBe('written');
      expect(await ledger.entries('shop.orders', 'order')).toEqual(entries);
      expect(await ledger.latest('shop.orders', 'order')).toEqual(entries.at(-1));
    });

    test('counts past nine, and past ninety-nine', async () => {
      for (const seq of [1, 2, 9, 10, 11, 99, 100, 101]) await ledger.append(entry('many', seq));
      expect((await ledger.entries('shop.orders', 'many')).map(({ seq }) => seq)).toEqual([
        1, 2, 9, 10, 11, 99, 100, 101,
      ]);
      expect((await ledger.latest('shop.orders', 'many'))?.seq).toBe(101);
    });

    test('gives a number once: the first writer has it, and is told so as often as it asks', async () => {
      const mine = entry('once', 1, { owner: 'me' });
      expect(await ledger.append(mine)).toBe('written');
      expect(await ledger.append(entry('once', 1, { owner: 'you', state: 'DONE' }))).toBe('taken');
      expect(await ledger.append(mine)).toBe('written');
      expect(await ledger.latest('shop.orders', 'once')).toEqual(mine);
    });

    test('of many writers at once lets one win', async () => {
      const writers = Array.from({ length: 12 }, (_, i) => entry('race', 1, { owner: `writer ${i}` }));
      const results = await Promise.all(writers.map((one) => ledger.append(one)));
      expect(results.filter((result) => result === 'written')).toHaveLength(1);
      expect((await ledger.latest('shop.orders', 'race'))?.owner).toBe(`writer ${results.indexOf('written')}`);
    });

    test('tells runs of one source from those of another, also where one name begins with the other', async () => {
      await ledger.append(entry('r1', 1, { source: 'shop.or' }));
      await ledger.append(entry('r2', 1, { source: 'shop.or2' }));
      await ledger.append(entry('r2', 2, { source: 'shop.or2', state: 'DONE' }));
      expect((await collect('shop.or')).map(({ run }) => run)).toEqual(['r1']);
      expect((await collect('shop.or2')).map(({ run, state }) => [run, state])).toEqual([['r2', 'DONE']]);
      expect(await ledger.entries('shop.or', 'r')).toEqual([]);
    });

    test('lists the latest entry of every run, without the reasons, which have no bound', async () => {
      const reasons = Array.from({ length: 200 }, (_, row) => ({
        code: 'WRONG_FORMAT' as const,
        message: 'x'.repeat(100),
        row,
      }));
      const detail = { object: { bucket: 'raw', name: 'a', generation: '1' }, rows: 7, reasons };
      const ended = entry('long', 2, { source: 'shop.long', state: 'QUARANTINED', detail });
      await ledger.append(entry('long', 1, { source: 'shop.long' }));
      await ledger.append(ended);
      const { reasons: _, ...rest } = detail;
      expect(await collect('shop.long')).toEqual([{ ...ended, detail: rest }]);
      expect(await ledger.latest('shop.long', 'long')).toEqual(ended);
      const all = await collect();
      expect(all.filter(({ run }) => run === 'long')).toHaveLength(1);
      expect(new Set(all.map(({ source, run }) => `${source} ${run}`)).size).toBe(all.length);
    });

    test('lists entries that are longer than any metadata may be', async () => {
      const detail = {
        object: { bucket: 'raw', name: '\u0007'.repeat(1_024), generation: '1' },
        held: Array.from({ length: 300 }, (_, i) => `column_${i}_${'x'.repeat(30)}`),
      };
      const wide = entry('wide', 1, { source: 'shop.wide', detail });
      expect(await ledger.append(wide)).toBe('written');
      expect(await collect('shop.wide')).toEqual([wide]);
    });

    test('notes attempts, which are no entries', async () => {
      await ledger.append(entry('tried', 1, { source: 'shop.tried' }));
      await ledger.recordAttempt('shop.tried', 'tried', '0.deidentify.3', 2);
      await ledger.recordAttempt('shop.tried', 'tried', '0.deidentify.3', 2);
      await ledger.recordAttempt('shop.tried', 'tried', '0.deidentify.3', 3);
      expect(await ledger.entries('shop.tried', 'tried')).toHaveLength(1);
      expect((await collect('shop.tried')).map(({ seq }) => seq)).toEqual([1]);
    });
  });
}
