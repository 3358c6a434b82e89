import { existsSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { isAlive } from '../../../infra/cli/endpoints.ts';
import type { Facts } from '../../../infra/cli/start/facts.ts';
import { sensitiveValues } from '../../../infra/sample/sensitive-values.ts';
import { createWorkplace, pidsOf } from './sluice.ts';

const place = createWorkplace({
  'more.csv':
    'ticket_id,customer_id,opened_at,topic,message,channel,reply_to\nt1,c1,2026-01-08T00:00:00Z,praise,Nice!,chat,desk\n',
});
afterAll(() => place.close());

test('start takes the sample through all of it, tells it in a page, and stays up for more', async () => {
  const start = await place.stay(['start'], /Ctrl-C; the next start begins anew/);
  const page = start.output();
  expect(page.split('\n').filter((line) => [...line].length > 100)).toEqual([]);
  for (const title of ['Files', 'Rejects', 'Cloud DLP', 'Tables', 'Transforms, after 11 loads', 'The night', 'In all'])
    expect(page).toContain(`── ${title}`);
  expect(page).toContain('11 files, 8,250 rows, 4 rejects, 5 transforms');
  expect(page).toMatch(/customers\/2026-01-05-all\.csv +row 401 +birthday +not a value of type DATE/);
  // Names are words that may stand anywhere, as may the end of a phone number; whole values may not.
  const raw = sensitiveValues().filter(({ kind }) => kind !== 'PERSON_NAME');
  expect(raw.length).toBeGreaterThan(10_000);
  expect(raw.filter(({ value }) => page.includes(value))).toEqual([]);

  const dropped = await place.sluice('drop', 'more.csv', '--to', 'shop/tickets/', '--wait', '--data', '.sluice-start');
  expect(dropped.status).toBe(0);
  await start.shows(/arrived +shop\/tickets\/more\.csv.*loaded +shop\.tickets +1 row.*built +shop\.support_load/s);

  const pids = pidsOf(place.path('.sluice-start'));
  expect(await start.kill('SIGINT')).toBe(0);
  expect([pids.cloud, pids.functions].filter(isAlive)).toEqual([]);
});

test('start --exit begins anew in its own folder, ends, and tells a machine everything', async () => {
  place.write('.sluice-start/stray.txt', 'from before');
  const { status, stdout } = await place.sluice('start', '--exit', '--json');
  const facts = JSON.parse(stdout) as Facts;
  expect({ status, failures: facts.failures }).toEqual({ status: 0, failures: [] });
  expect(existsSync(place.path('.sluice-start/stray.txt'))).toBe(false);

  expect(facts.files).toHaveLength(11);
  expect(facts.files.every(({ state, rows, rejects, records }) => state === 'DONE' && rows + rejects === records)).toBe(
    true,
  );
  expect(facts.rejects.map(({ row }) => row)).toEqual([401, 801, 1201, 1601]);
  expect(facts.tables.map(({ id, rows }) => [id, rows])).toEqual([
    ['shop.customers', 2020],
    ['shop.orders', 3000],
    ['shop.payments', 2550],
    ['shop.tickets', 480],
  ]);
  expect(facts.dlp.wholeRows.cost).toBeGreaterThan(5 * facts.dlp.cost);
  expect(facts.transforms.find(({ id }) => id === 'shop.daily_revenue')).toMatchObject({
    kind: 'incremental',
    rows: 3,
  });
  const [night, days, all, query] = facts.commands;
  expect(night?.night).toMatchObject({ date: '2026-01-07', late: [] });
  expect(days?.steps).toMatchObject([{ transform: 'shop.daily_revenue', outcome: 'built', rows: 2 }]);
  expect(all?.steps?.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 5 }, () => 'skipped'));
  expect(query?.query?.rows).toHaveLength(4);
  expect(facts.bill.listPrice).toBeGreaterThan(0);
});
