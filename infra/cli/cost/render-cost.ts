import { type Bill, type BillLine, PRICES } from '../../bill/bill.ts';
import { paint } from '../output.ts';
import { formatBytes, formatCount, formatCounted, formatUsd } from '../quantities.ts';
import { renderUnits } from '../render-bill.ts';
import { renderColumns } from '../table.ts';
import type { FileEstimate } from './estimate.ts';

/** What DLP sees of each file, then what all of it costs, line by line, then what nobody knows. */
export function renderEstimates(estimates: readonly FileEstimate[], once: Bill, monthly: Bill): string {
  const unknown = [...new Set(estimates.flatMap((estimate) => estimate.unknown))];
  const parts = [
    ...estimates.map(renderFile),
    renderPrices('A run, at list price', once),
    renderPrices('A month of keeping it', monthly),
  ];
  if (unknown.length > 0) parts.push([paint('bold', 'Not in it'), ...unknown.map((one) => `  ${one}`)].join('\n'));
  parts.push(paint('dim', BASIS));
  return parts.join('\n\n');
}

const head = (text: string): string => paint('dim', text);

function renderFile({ file, source, size, measured, charge, dlp }: FileEstimate): string {
  const { records, rejects, shards, columns, inspection } = measured;
  const title = `${paint('bold', file)}  ${formatBytes(size)}, ${formatCounted(records, 'record')}${rejects > 0 ? `, ${formatCount(rejects)} of them bad` : ''}, ${formatCounted(shards, 'shard')} of ${source}`;
  const rows = columns.map(({ name, values, bytes, spared }) => [
    `  ${name}`,
    formatCount(values),
    formatBytes(bytes),
    spared > 0 ? `${formatCounted(spared, 'text')} stay at home` : '',
  ]);
  if (inspection.requests > 0)
    rows.push(['  a sample of what is public', '', formatBytes(inspection.inspected), 'inspected']);
  const table = renderColumns(
    [
      { head: head('  sent to DLP') },
      { head: head('distinct'), align: 'right' },
      { head: '', align: 'right' },
      { head: '' },
    ],
    rows,
  );
  const sum = `  ${formatCounted(charge.requests, 'request')}: ${formatUsd(dlp.usd)} at DLP${renderLimit(dlp)}`;
  return [title, ...(rows.length > 0 ? [table] : []), sum].join('\n');
}

function renderLimit({ maxCost, waits }: FileEstimate['dlp']): string {
  if (maxCost === undefined) return '';
  const limit = `max_cost ${formatUsd(maxCost)}`;
  return waits ? `, ${paint('red', `above ${limit}: the run would wait for a person`)}` : `, below ${limit}`;
}

function renderPrices(title: string, { lines, listPrice }: Bill): string {
  const rows = lines.map((line) => [
    line.label.replace(/ \(.*\)$/, ''),
    renderUnits(line),
    unitPrice(line),
    formatUsd(line.listPrice),
    freeUnits(line),
  ]);
  rows.push([paint('bold', 'total'), '', '', paint('bold', formatUsd(listPrice)), '']);
  return renderColumns(
    [
      { head: paint('bold', title) },
      { head: head('quantity'), align: 'right' },
      { head: head('price') },
      { head: head('USD'), align: 'right' },
      { head: head('free a month, not taken off') },
    ],
    rows,
  );
}

function unitPrice({ sku }: BillLine): string {
  const { tiers, perName } = PRICES[sku];
  return `$${tiers[0]?.usd} / ${perName}`;
}

/** Named and never taken off: nobody knows here what else a month holds. */
const freeUnits = ({ sku, unit }: BillLine): string =>
  PRICES[sku].free === 0 ? '' : renderUnits({ units: PRICES[sku].free, unit });

const BASIS =
  "Google's list prices for the US; functions/model/prices.json says where each was read. DLP's bytes are counted in the\nfiles; batch loads are free; the rest is what runs of such files were measured to use, and what a laptop cannot measure\nis assumed (npx sluice bill --model busy tells how).";
