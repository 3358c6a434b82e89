import type { Release } from '../../functions/model/release.ts';
import { connect } from './connect.ts';
import type { Endpoints } from './endpoints.ts';
import { FailedError } from './errors.ts';
import { callJson } from './http-json.ts';
import type { DataOption, JsonOption } from './options.ts';
import { paint, print, printJson } from './output.ts';
import { formatBytes, formatCount, formatUsd } from './quantities.ts';
import { bytesAtRest } from './storage-objects.ts';
import { renderColumns } from './table.ts';
import { tableSizes } from './warehouse-tables.ts';

/** As the admin endpoint of the local cloud answers it; infra/local/bill has the prices. */
export interface Bill {
  lines: BillLine[];
  listPrice: number;
  afterFreeTier: number;
}

export interface BillLine {
  sku: string;
  label: string;
  units: number;
  unit: string;
  /** USD, every unit paid for. */
  listPrice: number;
  /** USD, as if these units were all of the month's. */
  afterFreeTier: number;
}

const GIB = 1024 ** 3;

export async function bill({ data, json }: DataOption & JsonOption): Promise<void> {
  const { endpoints, pipeline } = await connect({ data });
  const [used, monthly, prices] = await Promise.all([
    readBill(endpoints),
    quoteMonth(endpoints, await pipeline.release()),
    ask<Record<string, { source: string }>>(endpoints, '/prices'),
  ]);
  const withSource = ({ lines, ...totals }: Bill): object => ({
    lines: lines.map((line) => ({ ...line, source: prices[line.sku]?.source })),
    ...totals,
  });
  if (json) return printJson({ currency: 'USD', used: withSource(used), monthly: withSource(monthly) });
  print(renderBill(`Used since ${data} was made`, used));
  print();
  print(renderBill('What lies there, for a month', monthly));
  print();
  print(
    paint(
      'dim',
      "Google's list prices for the US, in USD; the free amounts are those of one billing account and month.",
    ),
  );
  print(paint('dim', 'Where each price was read and when: --json, or infra/local/bill/prices.json.'));
}

/** Everything that was metered since the folder was made. */
export const readBill = (endpoints: Endpoints): Promise<Bill> => ask<Bill>(endpoints, '/bill');

/** What these units would cost. */
export const quote = (endpoints: Endpoints, units: Readonly<Record<string, number>>): Promise<Bill> =>
  ask<Bill>(
    endpoints,
    `/quote?${new URLSearchParams(Object.entries(units).map(([sku, amount]): [string, string] => [sku, String(amount)]))}`,
  );

/** Storage and schedules cost by the month for being there, which no meter sees. */
async function quoteMonth(endpoints: Endpoints, release: Release): Promise<Bill> {
  const { buckets, scheduler, project } = endpoints;
  const inBuckets = Promise.all(Object.values(buckets).map((bucket) => bytesAtRest(endpoints, bucket)));
  const ids = [...release.sources, ...release.transforms].map(({ id }) => id);
  const [bytes, tables, schedules] = await Promise.all([
    inBuckets,
    tableSizes(endpoints, ids),
    callJson<{ jobs?: unknown[] }>('GET', `${scheduler.rest}/v1/projects/${project}/locations/us-central1/jobs`),
  ]);
  return quote(endpoints, {
    'storage.gib_months': sum(bytes) / GIB,
    'bigquery.gib_months': sum([...tables.values()].map((table) => table.bytes)) / GIB,
    'scheduler.job_months': schedules?.jobs?.length ?? 0,
  });
}

async function ask<T>({ admin }: Endpoints, path: string): Promise<T> {
  const answer = await callJson<T>('GET', admin + path);
  if (answer === undefined) throw new FailedError(`${admin}${path} gave no answer`);
  return answer;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

function renderBill(title: string, { lines, listPrice, afterFreeTier }: Bill): string {
  const head = (text: string): string => paint('dim', text);
  const rows = lines.map((line) => [
    line.label,
    renderUnits(line),
    formatUsd(line.listPrice),
    formatUsd(line.afterFreeTier),
  ]);
  rows.push([paint('bold', 'total'), '', paint('bold', formatUsd(listPrice)), paint('bold', formatUsd(afterFreeTier))]);
  return renderColumns(
    [
      { head: paint('bold', title) },
      { head: head('quantity'), align: 'right' },
      { head: head('list price'), align: 'right' },
      { head: head('after free tier'), align: 'right' },
    ],
    rows,
  );
}

function renderUnits({ units, unit }: BillLine): string {
  if (unit === 'byte') return formatBytes(units);
  if (unit === 'GiB-month') return formatBytes(units * GIB);
  return `${formatCount(Math.round(units * 10) / 10)} ${unit}${units === 1 ? '' : 's'}`;
}
