import type { Release } from '../../functions/model/release.ts';
import type { Bill } from '../bill/bill.ts';
import { connect } from './connect.ts';
import type { Endpoints } from './endpoints.ts';
import { FailedError } from './errors.ts';
import { callJson } from './http-json.ts';
import type { DataOption, JsonOption } from './options.ts';
import { paint, print, printJson } from './output.ts';
import { renderBill } from './render-bill.ts';
import { bytesAtRest } from './storage-objects.ts';
import { tableSizes } from './warehouse-tables.ts';

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
  print(paint('dim', 'Where each price was read and when: --json, or functions/model/prices.json.'));
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
