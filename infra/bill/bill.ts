import list from '../../functions/model/prices.json' with { type: 'json' };

/** What Google bills: what the local cloud meters, and what costs by the month for merely being there. */
export type BillSku = keyof typeof list;

export interface Price {
  label: string;
  /** What one metered unit is. */
  unit: string;
  /** Metered units in the quantity that the price is for, and the name of that quantity. */
  per: number;
  perName: string;
  /** USD as an exact decimal; a tier begins at `from` metered units in the month, free ones included. */
  tiers: { from: number; usd: string }[];
  /** Metered units a month that are free. */
  free: number;
  /** What is charged at least; whoever meters has counted it already. */
  minimum?: string;
  /** Page and date, and what was not read but concluded. */
  source: string;
  /**
   * `page`: read on a stored copy of Google's own page. `transcribed`: read where somebody else has copied it down, with
   * their date. `unsure`: sources differ, or the date from which it is charged is not known.
   */
  certainty: string;
}

export type Prices = Record<BillSku, Price>;

/** Google's list prices in USD: for the US multi-region, and in `storage.regional.*` for us-central1. */
export const PRICES: Prices = list;

export interface BillLine {
  sku: BillSku;
  label: string;
  units: number;
  unit: string;
  /** USD, every unit paid for. */
  listPrice: number;
  /** USD, as if these units were all of the month's. */
  afterFreeTier: number;
}

export interface Bill {
  lines: BillLine[];
  listPrice: number;
  afterFreeTier: number;
}

/** Amounts are whole numbers of picodollars until the end: a single operation costs 400,000 of them. */
const DECIMALS = 12;
/** Units have this many decimals: Cloud Run bills tenths of a second. */
const UNIT_DECIMALS = 6;

/** What these units cost at these prices, in the order of the price list. Throws for a SKU that has no price. */
export function computeBill(units: ReadonlyMap<BillSku, number>, prices: Prices): Bill {
  for (const sku of units.keys())
    if (!Object.hasOwn(prices, sku)) throw new Error(`The price list has no price for the metered SKU ${sku}.`);
  let list = 0n;
  let paid = 0n;
  const lines: BillLine[] = [];
  for (const [sku, price] of Object.entries(prices) as [BillSku, Price][]) {
    const used = units.get(sku);
    if (used === undefined) continue;
    const lineList = costBetween(price, 0, used);
    const linePaid = costBetween(price, Math.min(price.free, used), used);
    list += lineList;
    paid += linePaid;
    lines.push({
      sku,
      label: price.label,
      units: used,
      unit: price.unit,
      listPrice: toNumber(lineList),
      afterFreeTier: toNumber(linePaid),
    });
  }
  return { lines, listPrice: toNumber(list), afterFreeTier: toNumber(paid) };
}

/** The cost of the units from the `after`th to the `until`th of a month, in picodollars. */
function costBetween(price: Price, after: number, until: number): bigint {
  let cost = 0n;
  price.tiers.forEach((tier, index) => {
    const end = price.tiers[index + 1]?.from ?? Number.POSITIVE_INFINITY;
    const from = Math.max(after, tier.from);
    const to = Math.min(until, end);
    if (to <= from) return;
    const units =
      parseDecimal(to.toFixed(UNIT_DECIMALS), UNIT_DECIMALS) - parseDecimal(from.toFixed(UNIT_DECIMALS), UNIT_DECIMALS);
    const divisor = BigInt(price.per) * 10n ** BigInt(UNIT_DECIMALS);
    cost += (units * parseDecimal(tier.usd, DECIMALS) * 2n + divisor) / (divisor * 2n);
  });
  return cost;
}

/** `0.0004` with 12 decimals → 400000000n. */
function parseDecimal(text: string, decimals: number): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(decimals, '0'));
}

/** The number that prints as this amount: no 0.30000000000000004 comes of it. */
function toNumber(picodollars: bigint): number {
  const digits = picodollars.toString().padStart(DECIMALS + 1, '0');
  return Number(`${digits.slice(0, -DECIMALS)}.${digits.slice(-DECIMALS)}`);
}
