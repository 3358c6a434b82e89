import { planCustomers } from './customers.ts';
import { renderChanges, renderEveryone } from './customers-csv.ts';
import { planOrders, renderOrders } from './orders.ts';
import { planPayments, renderPayments } from './payments.ts';
import { DEFAULT_SAMPLE, dayOf, type SampleOptions } from './sample-options.ts';
import { planTickets, renderTickets } from './tickets.ts';

export interface SampleFile {
  /** Its name in the raw bucket. */
  name: string;
  body: Buffer;
  /** Records, the bad ones among them. */
  rows: number;
  /** Records that cannot be loaded. */
  bad: number;
}

/**
 * The files of a small shop, in the order in which they would come: customers, then by day orders, payments and tickets.
 * Orders are of customers, payments are of orders. The same options give the same bytes.
 */
export async function* generateSample(options: SampleOptions = DEFAULT_SAMPLE): AsyncIterable<SampleFile> {
  const customers = planCustomers(options);
  yield renderEveryone(options, customers);
  for (let day = 0; day < options.days; day++) {
    const date = dayOf(options, day);
    const orders = planOrders(options, customers, day);
    yield renderOrders(orders, date);
    yield await renderPayments(planPayments(options, orders, day), date);
    yield renderTickets(planTickets(options, customers, day), date);
    if (day === 0) yield renderChanges(options, customers);
  }
}
