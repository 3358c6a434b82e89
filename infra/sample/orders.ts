import { gzipSync } from 'node:zlib';
import type { Faker } from '@faker-js/faker';
import type { Customer, Customers } from './customers.ts';
import type { SampleFile } from './generate.ts';
import { dayOf, randomOf, type SampleOptions, timeOn } from './sample-options.ts';

export interface Order {
  id: string;
  customer: Customer;
  /** As this customer typed it that day. */
  email: string;
  orderedAt: string;
  status: 'placed' | 'shipped' | 'cancelled';
  coupon: string | null;
  items: readonly { sku: string; quantity: number; unitPrice: number }[];
  street: string;
  city: string;
}

/** Orders of a day for a hundred customers. */
const ORDERS_A_DAY = 50;

/** What the shop sells, by price. */
const PRODUCTS: readonly (readonly [sku: string, price: number])[] = [
  ['mug-blue', 9.5],
  ['mug-white', 8.9],
  ['teapot-cast-iron', 64],
  ['tea-assam-250', 12.4],
  ['tea-sencha-100', 17.25],
  ['kettle-gooseneck', 89.99],
  ['filter-paper-100', 4.2],
  ['coffee-house-1000', 21.5],
  ['grinder-hand', 119],
  ['spoon-set', 14.75],
];

export function planOrders(options: SampleOptions, { first, later }: Customers, day: number): Order[] {
  const random = randomOf(options.seed, 'orders', day);
  // Who signed up on the first day buys from the second on.
  const buyers = day === 0 ? first : [...first, ...later];
  const count = Math.max(1, Math.round((first.length * ORDERS_A_DAY) / 100));
  return Array.from({ length: count }, (_, at) => {
    const customer = random.helpers.arrayElement(buyers);
    return {
      id: `ord_${dayOf(options, day).replaceAll('-', '')}_${String(at + 1).padStart(5, '0')}`,
      customer,
      email: retyped(customer.email, random),
      orderedAt: timeOn(dayOf(options, day), random),
      status: random.helpers.weightedArrayElement([
        { weight: 60, value: 'placed' as const },
        { weight: 35, value: 'shipped' as const },
        { weight: 5, value: 'cancelled' as const },
      ]),
      coupon:
        random.helpers.maybe(() => random.helpers.arrayElement(['WELCOME', 'TEATIME']), { probability: 0.15 }) ?? null,
      items: random.helpers.arrayElements(PRODUCTS, { min: 1, max: 4 }).map(([sku, unitPrice]) => ({
        sku,
        quantity: random.number.int({ min: 1, max: 3 }),
        unitPrice,
      })),
      street: random.location.streetAddress(),
      city: random.location.city(),
    };
  });
}

/** One in five types the e-mail otherwise than at sign-up; the join must not mind. */
function retyped(email: string, random: Faker): string {
  const way = random.number.int({ min: 1, max: 10 });
  if (email === '' || way > 2) return email;
  return way === 1 ? email.toUpperCase() : ` ${email.charAt(0).toUpperCase()}${email.slice(1)}`;
}

/** NDJSON, a file a day. zlib writes no time into the gzip header, so equal rows are equal bytes. */
export function renderOrders(orders: readonly Order[], day: string): SampleFile {
  const lines = orders.map((order) =>
    JSON.stringify({
      order_id: order.id,
      customer_email: order.email === '' ? null : order.email,
      ordered_at: order.orderedAt,
      status: order.status,
      coupon: order.coupon,
      items: order.items.map(({ sku, quantity, unitPrice }) => ({ sku, quantity, unit_price: unitPrice })),
      shipping: { name: order.customer.name, street: order.street, city: order.city },
    }),
  );
  return {
    name: `shop/orders/${day}.ndjson.gz`,
    body: gzip(`${lines.join('\n')}\n`),
    rows: orders.length,
    bad: 0,
  };
}

/** Byte 9 of a gzip header names the machine's operating system; 255 is "unknown", the same everywhere. */
function gzip(text: string): Buffer {
  const body = gzipSync(text);
  body[9] = 255;
  return body;
}
