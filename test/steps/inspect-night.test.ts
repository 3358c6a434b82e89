import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { retryable } from '../../functions/errors.ts';
import type { SluiceEvent } from '../../functions/model/event.ts';
import type { Ports } from '../../functions/ports.ts';
import { inspectNight } from '../../functions/steps/inspect-night.ts';
import { startWorkbench, type Workbench } from './workbench.ts';

const nightOf = (id: string) => ({ id, date: '2026-01-11' });
const CANARY = 'ann.canary@example.com';

let bench: Workbench;
const events: SluiceEvent[] = [];
let ports: Ports;
beforeAll(async () => {
  bench = await startWorkbench();
  await bench.run('days/a.csv', 'day,amount,email\n2026-01-09,1,x@example.com\n2026-01-10,2,y@example.com\n');
  ports = { ...bench.ports, events: { publish: async (event) => void events.push(event) } };
});
afterAll(() => bench?.stop());

const inspect = (night: string, world = ports) => inspectNight(world, nightOf(night), bench.release);

describe('the nightly inspection', () => {
  test('finds nothing where the gate has held, and tells what it has read', async () => {
    const report = await inspect('first');
    expect(report).toMatchObject({ tables: 1, rows: 2, findings: [], skipped: [] });
    expect(report.bytesBilled).toBeGreaterThan(0);
    expect(events).toEqual([]);
  });

  test('tells of what a table should not hold: column, infoType and count, once a night, and no value', async () => {
    await bench.rows('ALTER TABLE flow.days ADD COLUMN contact STRING');
    await bench.rows(`UPDATE flow.days SET contact = '${CANARY}' WHERE amount = 1`);
    const [days] = bench.release.sources.filter(({ id }) => id === 'flow.days');
    const [contact] = days?.columns.filter(({ name }) => name === 'amount') ?? [];
    if (!days || !contact) throw new Error('the trials have no flow.days.amount');
    const release = {
      ...bench.release,
      sources: [{ ...days, columns: [...days.columns, { ...contact, name: 'contact', type: 'STRING' as const }] }],
      transforms: [],
    };
    const finding = { table: 'flow.days', column: 'contact', infoType: 'EMAIL_ADDRESS', rows: 1 };
    expect(await inspectNight(ports, nightOf('second'), release)).toMatchObject({ findings: [finding] });
    expect(await inspectNight(ports, nightOf('second'), release)).toMatchObject({ findings: [finding] });
    expect(events.map(({ id }) => id)).toEqual([events[0]?.id, events[0]?.id]);
    expect(events[0]).toMatchObject({
      type: 'privacy.finding',
      subject: 'flow.days',
      detail: { column: 'contact', infoType: 'EMAIL_ADDRESS', rows: 1 },
    });
    expect(JSON.stringify(events)).not.toContain(CANARY);
    await inspectNight(ports, nightOf('third'), release);
    expect(events.at(-1)?.id).not.toBe(events[0]?.id);

    // A table that cannot be looked at fails the night, and hides nothing of what was found in the others.
    const unread = { ...days, id: 'flow.unread' };
    const table = async (id: string) => {
      if (id === unread.id) throw retryable('WAREHOUSE_FAILED', 'the table was not answered for');
      return ports.warehouse.table(id);
    };
    const world = { ...ports, warehouse: { ...ports.warehouse, table } };
    const told = events.length;
    const looked = inspectNight(world, nightOf('late'), { ...release, sources: [unread, ...release.sources] });
    await expect(looked).rejects.toMatchObject({ code: 'WAREHOUSE_FAILED' });
    expect(events.slice(told)).toMatchObject([{ subject: 'flow.days', detail: { night: 'late', column: 'contact' } }]);
  });

  test('that DLP does not answer fails as what may succeed later, and is no clean night', async () => {
    const inspectFails = async () => {
      throw retryable('DLP_FAILED', 'DLP did not inspect');
    };
    const world = { ...ports, dlp: { ...ports.dlp, inspect: inspectFails } };
    await expect(inspect('fourth', world)).rejects.toMatchObject({ code: 'DLP_FAILED', retryable: true });
    expect(await inspect('fourth')).toMatchObject({ tables: 1 });
  });
});
