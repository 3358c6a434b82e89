import { type Bill, PRICES } from '../bill/bill.ts';
import { paint } from './output.ts';
import { formatBytes, formatCount, formatUsd } from './quantities.ts';
import { renderColumns } from './table.ts';

const GIB = 1024 ** 3;

/** One row an item, and the total; `free` adds what of each unit costs nothing in a month. */
export function renderBill(title: string, { lines, listPrice, afterFreeTier }: Bill, { free = false } = {}): string {
  const head = (text: string): string => paint('dim', text);
  const freeCell = (text: string): string[] => (free ? [text] : []);
  const rows = lines.map((line) => [
    line.label,
    renderUnits(line),
    ...freeCell(PRICES[line.sku].free === 0 ? '' : renderUnits({ ...line, units: PRICES[line.sku].free })),
    formatUsd(line.listPrice),
    formatUsd(line.afterFreeTier),
  ]);
  const totals = [listPrice, afterFreeTier].map((amount) => paint('bold', formatUsd(amount)));
  rows.push([paint('bold', 'total'), '', ...freeCell(''), ...totals]);
  return renderColumns(
    [
      { head: paint('bold', title) },
      { head: head('quantity'), align: 'right' },
      ...freeCell('free a month').map((text) => ({ head: head(text), align: 'right' as const })),
      { head: head('list price'), align: 'right' },
      { head: head('after free tier'), align: 'right' },
    ],
    rows,
  );
}

export function renderUnits({ units, unit }: { units: number; unit: string }): string {
  if (unit === 'byte') return formatBytes(units);
  if (unit === 'GiB-month' || unit === 'GiB') return formatBytes(units * GIB);
  if (unit === 'MiB') return formatBytes(units * 1024 ** 2);
  const count = units < 1000 ? Math.round(units * 10) / 10 : Math.round(units);
  return `${formatCount(count)} ${unit}${units === 1 || unit.endsWith('s') ? '' : 's'}`;
}
