import { createHash } from 'node:crypto';
import { base, en, Faker } from '@faker-js/faker';
import { describe, expect, test } from 'vitest';
import { INFO_TYPES } from '../../../../../infra/local/dlp/detect/registry.ts';
import { inspectorFor } from './inspect-with.ts';

/** Columns of ordinary tables that hold nothing personal, 2,000 values each. A finding here quarantines a whole run. */
const faker = new Faker({ locale: [en, base], seed: 20_260_101 });
const ROWS = 2000;
const COLUMNS: Record<string, (row: number) => string> = {
  price: () => faker.commerce.price(),
  amount: () => faker.finance.amount({ min: -5000, max: 5_000_000 }),
  total_eur: () => `${faker.finance.amount()} €`,
  expenses: () => faker.finance.amount({ min: 100_000, max: 999_999, dec: 4 }),
  patient_uuid: () => faker.string.uuid(),
  quantity: () => String(faker.number.int(5000)),
  latitude: () => faker.location.latitude({ precision: 7 }).toString(),
  longitude: () => faker.location.longitude({ precision: 7 }).toString(),
  coordinates: () => `${faker.location.latitude()}, ${faker.location.longitude()}`,
  id: (row) => String(1_000_000 + row),
  order_id: () => faker.string.numeric(8),
  long_order_id: () => faker.string.numeric({ length: 16, allowLeadingZeros: false }),
  big_id: () => faker.string.numeric({ length: 19, allowLeadingZeros: false }),
  item_ref: () => faker.string.alphanumeric({ length: 10, casing: 'upper' }),
  sku: () => `${faker.string.alpha({ length: 3, casing: 'upper' })}-${faker.string.numeric(5)}`,
  uuid: () => faker.string.uuid(),
  event_hash: (row) => createHash('sha256').update(String(row)).digest('hex'),
  md5: (row) => createHash('md5').update(String(row)).digest('hex'),
  etag: (row) => createHash('md5').update(String(row)).digest('base64'),
  epoch_seconds: () => String(faker.date.past().getTime() / 1000),
  epoch_ms: () => String(faker.date.past().getTime()),
  temperature: () => `${faker.number.float({ min: -30, max: 45, fractionDigits: 1 })} °C`,
  weight: () => `${faker.number.float({ min: 0, max: 200, fractionDigits: 2 })} kg`,
  dimensions: () => `${faker.number.int(300)}x${faker.number.int(300)}x${faker.number.int(90)} cm`,
  ratio: () => `${faker.number.int(100)}%`,
  version: () => faker.system.semver(),
  product_name: () => faker.commerce.productName(),
  category: () => faker.commerce.department(),
  color: () => faker.color.human(),
  currency: () => faker.finance.currencyCode(),
  status: () => faker.helpers.arrayElement(['NEW', 'PAID', 'SHIPPED', 'returned', 'Cancelled']),
  file_name: () => faker.system.fileName(),
  mime_type: () => faker.system.mimeType(),
};

const inspect = inspectorFor(INFO_TYPES, 'LIKELY');

describe('a column without personal data gives no finding at LIKELY', () => {
  test.each(Object.entries(COLUMNS))('%s', (header, value) => {
    const found = Array.from({ length: ROWS }, (_, row) => value(row)).flatMap((text) =>
      inspect(text, header).map(({ infoType, start, end }) => `${infoType} ${text.slice(start, end)} in ${text}`),
    );
    expect(found).toEqual([]);
  });
});

test('timestamps give dates and times only', () => {
  const found = Array.from({ length: ROWS }, () => faker.date.past().toISOString()).flatMap((text) =>
    inspect(text, 'updated_at').map(({ infoType }) => infoType),
  );
  expect([...new Set(found)].sort()).toEqual(['DATE', 'TIME']);
});
