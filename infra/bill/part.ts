import type { BillSku } from './bill.ts';

/** One reason for units of one SKU, such as `15,208 files × 24`. */
export interface Part {
  sku: BillSku;
  units: number;
  of: string;
}

export const DAYS = 365 / 12;
export const GB = 1e9;
export const GIB = 2 ** 30;
export const MIB = 2 ** 20;

/** `15,208 files × 24` */
export const by = (count: number, what: string, each: number, unit = ''): string =>
  `${round(count)} ${what} × ${round(each)}${unit && ` ${unit}`}`;

export const percent = (share: number): string => `${round(share * 100)}%`;

/** Three digits at least: enough to see where a figure comes from. */
export const round = (value: number): string =>
  value.toLocaleString('en-US', value >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 });
