import { renderCsv } from './csv.ts';
import type { Customer, Customers } from './customers.ts';
import type { SampleFile } from './generate.ts';
import { dayOf, type SampleOptions } from './sample-options.ts';

const HEADER = [
  'customer_id',
  'email',
  'full_name',
  'phone',
  'birthday',
  'yearly_income',
  'country',
  'signup_date',
  'updated_at',
];

/** What can be wrong with a row, one after the other down the file. */
const BREAKS: readonly ((row: string[]) => string[])[] = [
  (row) => row.with(4, '1985-13-41'),
  (row) => row.slice(0, -1),
  (row) => row.with(5, 'about 40k'),
  (row) => row.with(0, ''),
];

/** Everyone, with a few bad rows among them. */
export function renderEveryone(options: SampleOptions, { first, broken }: Customers): SampleFile {
  const rows = first.map(rowOf);
  broken.forEach((customer, at) => {
    const row = BREAKS[at % BREAKS.length]?.(rowOf(customer)) ?? [];
    rows.splice(Math.floor(((at + 1) * first.length) / (broken.length + 1)), 0, row);
  });
  const name = `shop/customers/${dayOf(options, 0)}-all.csv`;
  return { name, body: renderCsv([HEADER, ...rows]), rows: rows.length, bad: broken.length };
}

/** A day later: those who changed or are new, and nobody else. */
export function renderChanges(options: SampleOptions, { changed, later }: Customers): SampleFile {
  const rows = [...changed, ...later].map(rowOf);
  return {
    name: `shop/customers/${dayOf(options, 1)}-changes.csv`,
    body: renderCsv([HEADER, ...rows]),
    rows: rows.length,
    bad: 0,
  };
}

const rowOf = (customer: Customer): string[] => [
  customer.id,
  customer.email,
  customer.name,
  customer.phone,
  customer.birthday,
  String(customer.income),
  customer.country,
  customer.signupDate,
  customer.updatedAt,
];
