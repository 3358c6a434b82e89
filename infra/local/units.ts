import { type BillSku, PRICES } from '../bill/bill.ts';
import { ApiError } from './api-error.ts';

/** `?storage.gib_months=1.5&…` as units by SKU. Throws INVALID_ARGUMENT for a SKU without a price, and for what is no amount. */
export function parseUnits(query: Readonly<Record<string, unknown>>): Map<BillSku, number> {
  const units = new Map<BillSku, number>();
  for (const [sku, text] of Object.entries(query)) {
    const amount = Number(text);
    if (!isSku(sku))
      throw new ApiError(
        'INVALID_ARGUMENT',
        `There is no price for the SKU '${sku}'; there are: ${Object.keys(PRICES).join(', ')}`,
      );
    if (typeof text !== 'string' || text === '' || !Number.isFinite(amount) || amount < 0)
      throw new ApiError('INVALID_ARGUMENT', `The units of ${sku} must be a number from 0, not '${String(text)}'`);
    units.set(sku, amount);
  }
  return units;
}

const isSku = (text: string): text is BillSku => Object.hasOwn(PRICES, text);
