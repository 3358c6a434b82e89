import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { SampleFile } from './generate.ts';
import type { Order } from './orders.ts';
import { dayOf, randomOf, type SampleOptions } from './sample-options.ts';

export interface Payment {
  id: string;
  orderId: string;
  /** As the provider writes it, in groups of four; absent for a transfer. */
  cardNumber?: string;
  cardHolder?: string;
  method: 'card' | 'transfer';
  amount: string;
  paidAt: string;
}

/** Of ten orders that stand, nine are paid the same day, and eight of these by card. */
const PAID = 0.9;
const BY_CARD = 0.8;

export function planPayments(options: SampleOptions, orders: readonly Order[], day: number): Payment[] {
  const random = randomOf(options.seed, 'payments', day);
  return orders
    .filter(({ status }) => status !== 'cancelled' && random.datatype.boolean(PAID))
    .map((order, at) => {
      const cents = order.items.reduce(
        (sum, { quantity, unitPrice }) => sum + quantity * Math.round(unitPrice * 100),
        0,
      );
      const card = random.datatype.boolean(BY_CARD);
      const digits = random.finance.creditCardNumber({ issuer: '4##############L' });
      return {
        id: `pay_${dayOf(options, day).replaceAll('-', '')}_${String(at + 1).padStart(5, '0')}`,
        orderId: order.id,
        ...(card && { cardNumber: digits.replace(/(.{4})(?=.)/g, '$1 '), cardHolder: order.customer.name }),
        method: card ? ('card' as const) : ('transfer' as const),
        amount: (cents / 100).toFixed(2),
        paidAt: order.orderedAt,
      };
    });
}

const COLUMNS = {
  payment_id: 'VARCHAR',
  order_id: 'VARCHAR',
  card_number: 'VARCHAR',
  card_holder: 'VARCHAR',
  method: 'VARCHAR',
  amount: 'DECIMAL(12,2)',
  paid_on: 'DATE',
  paid_at: 'TIMESTAMPTZ',
};

/** Parquet, a file a day, written by DuckDB through a temporary folder that is gone afterwards. */
export async function renderPayments(payments: readonly Payment[], day: string): Promise<SampleFile> {
  const rows = payments.map((payment) =>
    JSON.stringify({
      payment_id: payment.id,
      order_id: payment.orderId,
      card_number: payment.cardNumber,
      card_holder: payment.cardHolder,
      method: payment.method,
      amount: payment.amount,
      paid_on: day,
      paid_at: payment.paidAt,
    }),
  );
  const folder = await mkdtemp(join(tmpdir(), 'sluice-sample-'));
  try {
    const [from, to] = [join(folder, 'rows.ndjson'), join(folder, 'rows.parquet')];
    await writeFile(from, rows.join('\n'));
    await copyToParquet(from, to);
    return {
      name: `shop/payments/${day}.parquet`,
      body: await readFile(to),
      rows: rows.length,
      bad: 0,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function copyToParquet(from: string, to: string): Promise<void> {
  // One thread keeps the order of the rows, and so the bytes.
  const database = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await database.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    const columns = Object.entries(COLUMNS).map(([name, type]) => `${name}: '${type}'`);
    await connection.run(
      `COPY (SELECT * FROM read_json(${quote(from)}, format = 'newline_delimited', columns = {${columns.join(', ')}}))
       TO ${quote(to)} (FORMAT parquet, COMPRESSION zstd)`,
    );
  } finally {
    connection.closeSync();
    database.closeSync();
  }
}

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
