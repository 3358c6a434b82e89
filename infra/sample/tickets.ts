import type { Faker } from '@faker-js/faker';
import { renderCsv } from './csv.ts';
import type { Customer, Customers } from './customers.ts';
import type { SampleFile } from './generate.ts';
import { dayOf, randomOf, type SampleOptions, timeOn } from './sample-options.ts';

export interface Ticket {
  id: string;
  customer: Customer;
  openedAt: string;
  topic: string;
  message: string;
  channel: 'email' | 'chat' | 'shop';
  /** The customer's e-mail where that was the way; else the desk that took it. */
  replyTo: string;
}

/** Tickets of a day for a hundred customers. */
const TICKETS_A_DAY = 8;

/** Half of them name nobody. Commas, quotes and line ends are what breaks readers of CSV. */
const MESSAGES: readonly (readonly [topic: string, write: (customer: Customer) => string])[] = [
  ['delivery', () => 'Where is my parcel?\nThe tracking page says "in transit", and nothing else, for days.'],
  [
    'delivery',
    ({ name, phone }) => `Hello,\n\nmy parcel never arrived. Please call me at ${phone}.\n\nBest regards,\n${name}`,
  ],
  [
    'refund',
    ({ name, email }) =>
      `My name is ${name}, and I want my money back.\nPlease write to ${email}, "today", if you can.`,
  ],
  ['refund', () => 'The teapot leaks, so I send it back.\n\nI ask for a refund.'],
  ['account', ({ email, phone }) => `I cannot log in.\n\nMy e-mail is ${email}, my phone number is ${phone}.`],
  ['account', () => 'How do I change my password?'],
  ['praise', () => 'The "gooseneck" kettle pours well, thank you,\nand the mug came in one piece.'],
  ['praise', ({ name }) => `Thank you for the quick answer!\n\nKind regards\n${name}`],
];

export function planTickets(options: SampleOptions, { first }: Customers, day: number): Ticket[] {
  const random = randomOf(options.seed, 'tickets', day);
  const writers = first.filter(({ email }) => email !== '');
  const count = Math.max(1, Math.round((first.length * TICKETS_A_DAY) / 100));
  return Array.from({ length: count }, (_, at) =>
    planTicket(random, random.helpers.arrayElement(writers), at + 1, dayOf(options, day)),
  );
}

function planTicket(random: Faker, customer: Customer, number: number, day: string): Ticket {
  const [topic, write] = random.helpers.arrayElement(MESSAGES);
  const channel = random.helpers.arrayElement(['email', 'chat', 'shop'] as const);
  return {
    id: `tic_${day.replaceAll('-', '')}_${String(number).padStart(4, '0')}`,
    customer,
    openedAt: timeOn(day, random),
    topic,
    message: write(customer),
    channel,
    replyTo: channel === 'email' ? customer.email : `desk-${random.number.int({ min: 1, max: 6 })}`,
  };
}

export function renderTickets(tickets: readonly Ticket[], day: string): SampleFile {
  const rows = tickets.map(({ id, customer, openedAt, topic, message, channel, replyTo }) => [
    id,
    customer.id,
    openedAt,
    topic,
    message,
    channel,
    replyTo,
  ]);
  const header = ['ticket_id', 'customer_id', 'opened_at', 'topic', 'message', 'channel', 'reply_to'];
  return {
    name: `shop/tickets/${day}.csv`,
    body: renderCsv([header, ...rows]),
    rows: rows.length,
    bad: 0,
  };
}
