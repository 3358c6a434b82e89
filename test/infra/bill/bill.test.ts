import { describe, expect, test } from 'vitest';
import { type BillSku, computeBill, PRICES, type Prices } from '../../../infra/bill/bill.ts';

const KIB = 1024;
const GIB = KIB ** 3;
const TIB = KIB ** 4;

const billOf = (sku: BillSku, units: number) => {
  const { lines } = computeBill(new Map([[sku, units]]), PRICES);
  return [lines[0]?.listPrice, lines[0]?.afterFreeTier];
};

describe('a line costs, at list price and after the free tier', () => {
  test.each<[BillSku, number, number, number]>([
    ['storage.class_a', 0, 0, 0],
    ['storage.class_a', 1, 0.00001, 0.00001],
    ['storage.class_a', 2_500, 0.025, 0.025],
    ['storage.class_b', 1, 0.0000004, 0.0000004],
    ['storage.class_b', 30_000, 0.012, 0.012],
    ['storage.gib_months', 100, 2.6, 2.6],
    // The edge of the free tier, one below, one above.
    ['tasks.operations', 999_999, 0.3999996, 0],
    ['tasks.operations', 1_000_000, 0.4, 0],
    ['tasks.operations', 1_000_001, 0.4000004, 0.0000004],
    ['tasks.operations', 3_000_000, 1.2, 0.8],
    ['pubsub.bytes', 10 * GIB, 0.390625, 0],
    ['pubsub.bytes', TIB, 40, 39.609375],
    ['scheduler.job_months', 3, 0.3, 0],
    ['scheduler.job_months', 4, 0.4, 0.1],
    ['run.requests', 2_000_001, 0.8000004, 0.0000004],
    ['run.vcpu_seconds', 0.1, 0.0000024, 0],
    ['run.vcpu_seconds', 180_000.3, 4.3200072, 0.0000072],
    ['run.gib_seconds', 360_000.05, 0.900000125, 0.000000125],
    // One GiB is free, the price drops at one TiB; both count from the first byte of the month.
    ['dlp.inspect_bytes', GIB, 3, 0],
    ['dlp.inspect_bytes', GIB + 1, 3.000000002794, 0.000000002794],
    ['dlp.inspect_bytes', TIB, 3_072, 3_069],
    ['dlp.inspect_bytes', TIB + GIB, 3_074, 3_071],
    ['dlp.transform_bytes', 2 * TIB, 3_072, 3_070],
    ['bigquery.query_bytes', TIB, 6.25, 0],
    ['bigquery.query_bytes', 1.5 * TIB, 9.375, 3.125],
    ['bigquery.insert_bytes', GIB, 0.05, 0.05],
    ['bigquery.gib_months', 11, 0.22, 0.02],
    ['kms.operations', 10_000, 0.03, 0.03],
    ['kms.operations', 1, 0.000003, 0.000003],
    ['kms.key_version_months', 2, 0.12, 0.12],
  ])('%s × %d: $%d, $%d', (sku, units, list, paid) => {
    expect(billOf(sku, units)).toEqual([list, paid]);
  });
});

test('totals are the sums of the lines, to the last digit', () => {
  const bill = computeBill(
    new Map<BillSku, number>([
      ['storage.class_a', 10],
      ['kms.operations', 20_000 / 3],
      ['storage.class_b', 500],
      // What adding tenths in floating point leaves behind.
      ['run.vcpu_seconds', 0.1 + 0.2],
    ]),
    PRICES,
  );
  expect(bill.lines.map(({ sku, listPrice }) => [sku, listPrice])).toEqual([
    ['storage.class_a', 0.0001],
    ['storage.class_b', 0.0002],
    ['run.vcpu_seconds', 0.0000072],
    ['kms.operations', 0.020000000001],
  ]);
  expect(bill.listPrice).toBe(0.020307200001);
  expect(JSON.stringify(bill.listPrice)).toBe('0.020307200001');
  expect(bill.afterFreeTier).toBe(0.020300000001);
});

test('nothing metered costs nothing', () => {
  expect(computeBill(new Map(), PRICES)).toEqual({ lines: [], listPrice: 0, afterFreeTier: 0 });
});

test('a SKU without a price is an error that names it', () => {
  const units = new Map([['made.up' as BillSku, 1]]);
  expect(() => computeBill(units, PRICES)).toThrow(/made\.up/);
});

test('the bill takes the prices that it is given', () => {
  const prices: Prices = {
    ...PRICES,
    'kms.operations': { ...PRICES['kms.operations'], tiers: [{ from: 0, usd: '1' }], per: 1 },
  };
  expect(computeBill(new Map([['kms.operations', 7]]), prices).listPrice).toBe(7);
});

describe('every price', () => {
  test.each(Object.entries(PRICES))('%s has tiers that rise from zero, an exact amount and a source', (_, price) => {
    expect(price.tiers[0]?.from).toBe(0);
    expect(price.tiers.map(({ from }) => from)).toEqual(price.tiers.map(({ from }) => from).sort((a, b) => a - b));
    for (const { usd } of price.tiers) expect(usd).toMatch(/^\d+(\.\d{1,12})?$/);
    expect(Number.isSafeInteger(price.per)).toBe(true);
    expect(price.source).toMatch(/cloud\.google\.com|Cloud Billing Catalog/);
    expect(['page', 'transcribed', 'unsure']).toContain(price.certainty);
  });
});
