import { afterAll, expect, test } from 'vitest';
import { PRICES } from '../../../infra/bill/bill.ts';
import type { Workload } from '../../../infra/bill/workload.ts';
import { createWorkplace } from './sluice.ts';

interface Modelled {
  model: string;
  workload: Workload;
  lines: { sku: keyof typeof PRICES; units: number; free: number; source: string; from: { units: number }[] }[];
  listPrice: number;
  afterFreeTier: number;
  assumptions: string[];
}

const place = createWorkplace();
afterAll(() => place.close());

test('a month is priced without a local cloud, and each flag replaces a figure of the model', async () => {
  const { workload, model } = await place.json<Modelled>(
    ...'bill --model busy --sources 9 --gb-per-day 2.5 --files-per-day 90 --merges-per-day 4 --merged-table-gb 0.5'.split(
      ' ',
    ),
    ...'--transforms 7 --load-builds-per-day 3 --reads 6 --sensitive-percent 40 --inspected-percent 5'.split(' '),
    ...'--transformed-percent 30 --no-cmek --retention-days 30 --month 3 --deployments 2 --regional'.split(' '),
  );
  expect(model).toBe('busy');
  expect(workload).toEqual({
    sources: 9,
    gbPerDay: 2.5,
    filesPerDay: 90,
    mergesPerDay: 4,
    mergedTableGb: 0.5,
    transforms: 7,
    loadBuildsPerDay: 3,
    reads: 6,
    sensitiveShare: 0.4,
    inspectedShare: 0.05,
    transformedShare: 0.3,
    cmek: false,
    retentionDays: 30,
    month: 3,
    deployments: 2,
    regional: true,
  });
});

test('every line has its quantities, what is free of them, and the source of its price', async () => {
  const { lines, listPrice, afterFreeTier, assumptions } = await place.json<Modelled>('bill', '--model', 'busy');
  expect(lines.length).toBeGreaterThan(15);
  for (const { sku, units, free, source, from } of lines) {
    expect(from.reduce((sum, part) => sum + part.units, 0)).toBeCloseTo(units, 3);
    expect({ free, source }).toEqual({ free: PRICES[sku].free, source: PRICES[sku].source });
  }
  expect(listPrice).toBeGreaterThan(afterFreeTier);
  expect(assumptions.length).toBeGreaterThan(5);
});

test('for a person: the bill, where its quantities come from, and what is assumed', async () => {
  const { status, stdout } = await place.sluice('bill', '--model', 'idle');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^Month 1, modelled \(idle\) +quantity +free a month +list price +after free tier$/m);
  expect(stdout).toMatch(/^ {2}730 sweeps × \d/m);
  expect(stdout).toMatch(/^Assumed\n- list prices in USD/m);
});
