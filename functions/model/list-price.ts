import list from './prices.json' with { type: 'json' };

/**
 * Google's list prices, for what has to know a price before it spends: prices.json says of each where it was read, and
 * for which place (the US where places differ). The first tier is the dearest of each, and nothing counts as free, since
 * nobody here knows what else a month holds.
 */
type Sku = 'dlp.inspect_bytes' | 'dlp.transform_bytes' | 'bigquery.query_bytes';

const rate = (sku: Sku): number => Number(list[sku].tiers[0]?.usd ?? Number.NaN) / list[sku].per;

/** USD. */
export const listPrice = (sku: Sku, units: number): number => units * rate(sku);

/** Units that cost at most so much, whole ones. */
export const unitsFor = (sku: Sku, usd: number): number => Math.floor(usd / rate(sku));
