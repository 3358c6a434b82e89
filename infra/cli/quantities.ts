/** Numbers as people read them. */

/** By hand, since `Intl` takes 50 ms to load what it knows of the world. */
export const formatCount = (count: number): string => {
  const [whole = '', decimals] = String(Math.round(count * 1000) / 1000).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return decimals === undefined ? grouped : `${grouped}.${decimals}`;
};

/** `1 row`, `2,000 rows` */
export const formatCounted = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** In powers of 1,024, as BigQuery and Cloud Storage bill: its least, 10 MB a table, is 10 MiB. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1023.5 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const text = unit > 0 && value < 9.95 ? value.toFixed(1).replace(/\.0$/, '') : value.toFixed(0);
  return `${text} ${UNITS[unit]}`;
}

export const formatSeconds = (ms: number): string =>
  ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;

/** How long ago, in the largest unit that says something. */
export function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s ago`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} days ago`;
}

/** Cents, and more digits for what is little, so that a small run does not look free. */
export function formatUsd(amount: number): string {
  if (amount === 0) return '$0';
  if (amount < 0.000001) return '<$0.000001';
  if (amount < 0.01) return `$${amount.toFixed(6)}`;
  if (amount < 0.1) return `$${amount.toFixed(4)}`;
  const [dollars = '', cents] = amount.toFixed(2).split('.');
  return `$${formatCount(Number(dollars))}.${cents}`;
}
