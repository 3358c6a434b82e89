import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listPrice, unitsFor } from '../../functions/model/list-price.ts';
import prices from '../../functions/model/prices.json' with { type: 'json' };
import type { LedgerEntry } from '../../functions/model/run.ts';
import type { Source } from '../../functions/model/source.ts';
import { acceptable, costLimit, judgeSpend } from '../../functions/plan/cost-limit.ts';

const amount = fc.double({ min: 1e-6, max: 1e4, noNaN: true });

describe('the limit', () => {
  const source = (maxCost?: number) => ({ maxCost }) as Source;
  const entry = (usd?: number) => ({ detail: usd === undefined ? {} : { accepted: { usd } } }) as LedgerEntry;
  test.each([
    ['is none', undefined, undefined, undefined],
    ['is the source’s', 5, undefined, 5],
    ['is what a person accepted', 5, 7, 7],
    ['is what a person accepted, though the source says none any more', undefined, 7, 7],
  ])('%s', (_, declared, accepted, limit) => {
    expect(costLimit(entry(accepted), source(declared))).toBe(limit);
  });
});

describe('a shard', () => {
  test.each([
    ['of the whole file, at the limit', { limit: 5, share: 1, estimate: 5, spent: 0 }, undefined],
    ['above it', { limit: 5, share: 1, estimate: 5.01, spent: 0 }, 5.01],
    ['above it with what was spent before', { limit: 5, share: 1, estimate: 3, spent: 2.5 }, 5.5],
    ['within its share', { limit: 5, share: 0.25, estimate: 1.25, spent: 0 }, undefined],
    ['above its share, as all of them', { limit: 5, share: 0.25, estimate: 1.5, spent: 0 }, 6],
  ])('%s', (_, spend, estimate) => {
    expect(judgeSpend(spend)?.cost?.estimate).toBe(estimate);
  });

  test('that may go leaves all of them below the limit, whatever they are', () => {
    fc.assert(
      fc.property(
        amount,
        fc.array(fc.record({ weight: amount, estimate: amount }), { minLength: 1 }),
        (limit, shards) => {
          const whole = shards.reduce((sum, { weight }) => sum + weight, 0);
          const sent = shards.filter(
            ({ weight, estimate }) => !judgeSpend({ limit, share: weight / whole, estimate, spent: 0 }),
          );
          expect(sent.reduce((sum, { estimate }) => sum + estimate, 0)).toBeLessThanOrEqual(limit * (1 + 1e-6));
        },
      ),
    );
  });

  test('whose cost is accepted as it was told may go', () => {
    fc.assert(
      fc.property(amount, (estimate) => {
        expect(judgeSpend({ limit: acceptable(estimate), share: 1, estimate, spent: 0 })).toBeUndefined();
      }),
    );
  });
});

describe('a list price', () => {
  test.each([
    ['dlp.inspect_bytes', 2 ** 30, 3],
    ['dlp.transform_bytes', 2 ** 30, 2],
    ['bigquery.query_bytes', 2 ** 40, 6.25],
  ] as const)('of %s is that of the table', (sku, units, usd) => {
    expect(listPrice(sku, units)).toBeCloseTo(usd, 12);
    expect(unitsFor(sku, usd)).toBe(units);
    // The first tier stands for all: none may be dearer.
    const tiers = prices[sku].tiers.map((tier) => Number(tier.usd));
    expect(Math.max(...tiers)).toBe(tiers[0]);
  });
});
