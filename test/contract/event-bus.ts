import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SluiceEvent } from '../../functions/model/event.ts';
import type { EventBus } from '../../functions/ports.ts';

export interface EventBusBackend {
  bus: EventBus;
  /** A bus of a topic that is not there. */
  elsewhere: EventBus;
  /** What has been published since the last call. */
  published(): Promise<{ data: unknown; attributes: Record<string, string> }[]>;
  stop(): Promise<void>;
}

/** What every event bus must do. */
export function eventBusContract(name: string, open: () => Promise<EventBusBackend>): void {
  describe(`an event bus: ${name}`, () => {
    let backend: EventBusBackend;
    beforeAll(async () => {
      backend = await open();
    });
    afterAll(() => backend.stop());

    const event = (id: string, rest: Partial<SluiceEvent> = {}): SluiceEvent => ({
      v: 1,
      id,
      type: 'run.loaded',
      at: '2026-01-31T05:06:07.008Z',
      subject: 'shop.orders',
      detail: { rows: 7, note: 'ü "1"\n🧂', nested: [{ a: null }] },
      ...rest,
    });

    test('is out when publish returns, whole, and named by attributes that subscribers can filter by', async () => {
      await backend.bus.publish(event('1', { run: 'r', epoch: 2 }));
      expect(await backend.published()).toEqual([
        {
          data: event('1', { run: 'r', epoch: 2 }),
          attributes: { id: '1', type: 'run.loaded', subject: 'shop.orders', run: 'r' },
        },
      ]);
    });

    test('without a run has no attribute of one', async () => {
      await backend.bus.publish(event('2', { type: 'sweep.done' }));
      const [published] = await backend.published();
      expect(published?.attributes).toEqual({ id: '2', type: 'sweep.done', subject: 'shop.orders' });
    });

    test('publishes many at once, each of them', async () => {
      const ids = Array.from({ length: 20 }, (_, i) => `many ${i}`);
      await Promise.all(ids.map((id) => backend.bus.publish(event(id))));
      const published = await backend.published();
      expect(published.map(({ attributes }) => attributes.id).sort()).toEqual([...ids].sort());
    });

    test('fails for good if there is no such topic', async () => {
      await expect(backend.elsewhere.publish(event('3'))).rejects.toMatchObject({
        code: 'EVENTS_FAILED',
        retryable: false,
      });
    });
  });
}
