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
  scientific: () => faker.number.float({ min: 1e-9, max: 1e12 }).toExponential(7),
  negative: () => (-faker.number.float({ max: 1e6, fractionDigits: 6 })).toString(),
  thousands: () => faker.number.int({ min: 1000, max: 99_999_999 }).toLocaleString('en-US'),
  european: () => faker.number.float({ min: 1000, max: 9_999_999, fractionDigits: 2 }).toLocaleString('de-DE'),
  blanks_as_thousands: () => faker.number.int({ min: 1000, max: 99_999_999_999 }).toLocaleString('fr-FR'),
  money: () => `$${faker.number.float({ min: 1, max: 9e6, fractionDigits: 2 }).toLocaleString('en-US')}`,
  exchange_rate: () => faker.number.float({ min: 0.0001, max: 180, fractionDigits: 9 }).toString(),
  base64: () => Buffer.from(faker.string.alphanumeric(24)).toString('base64'),
  base64url: () => createHash('sha256').update(faker.string.alphanumeric(9)).digest('base64url'),
  git_sha: () => faker.git.commitSha(),
  short_sha: () => faker.git.commitSha({ length: 8 }),
  trace_id: () => faker.string.hexadecimal({ length: 32, casing: 'lower', prefix: '' }),
  object_id: () => faker.database.mongodbObjectId(),
  ulid: () => faker.string.ulid(),
  nanoid: () => faker.string.nanoid(),
  ups_tracking: () => `1Z${faker.string.alphanumeric({ length: 16, casing: 'upper' })}`,
  usps_tracking: () => faker.helpers.fromRegExp('94[0-9]{20}'),
  fedex_tracking: () => faker.string.numeric({ length: 12, allowLeadingZeros: false }),
  postal_tracking: () => faker.helpers.fromRegExp('[A-Z]{2}[0-9]{9}[A-Z]{2}'),
  invoice_no: () => `INV-${faker.number.int({ min: 2015, max: 2026 })}-${faker.string.numeric(6)}`,
  ean: () => faker.commerce.isbn({ separator: '' }),
  isbn: () => faker.commerce.isbn(),
  upc: () => faker.string.numeric(12),
  part_number: () =>
    `${faker.string.alpha({ length: 2, casing: 'upper' })}${faker.string.numeric(4)}/${faker.string.numeric(2)}`,
  lot: () => `LOT ${faker.string.numeric(7)}`,
  build: () => `${faker.system.semver()}-rc.${faker.number.int(20)}+build.${faker.number.int(9999)}`,
  firmware: () => faker.helpers.fromRegExp('v[0-9]{1,2}[.][0-9]{1,2}[.][0-9]{3,5}'),
  dna: () => faker.string.fromCharacters('ACGT', 40),
  bounding_box: () => Array.from({ length: 4 }, () => faker.number.int(1920)).join(','),
  vector: () =>
    `[${Array.from({ length: 6 }, () => faker.number.float({ min: -1, max: 1, fractionDigits: 6 })).join(', ')}]`,
  duration: () => `${faker.number.int(47)}h${faker.number.int(59)}m`,
  pressure: () => `${faker.number.int({ min: 90, max: 180 })}/${faker.number.int({ min: 50, max: 110 })} mmHg`,
  lab_value: () => `${faker.number.float({ max: 20, fractionDigits: 2 })} mmol/L`,
  icd10: () => faker.helpers.fromRegExp('[A-TV-Z][0-9]{2}[.][0-9]{1,2}'),
  loinc: () => faker.helpers.fromRegExp('[0-9]{4,5}-[0-9]'),
  ndc: () => faker.helpers.fromRegExp('[0-9]{5}-[0-9]{4}-[0-9]{2}'),
  cas: () => faker.helpers.fromRegExp('[1-9][0-9]{3,5}-[0-9]{2}-[0-9]'),
  flight_no: () => faker.airline.flightNumber({ addLeadingZeros: true }),
  screen: () => `${faker.number.int({ min: 640, max: 3840 })}x${faker.number.int({ min: 480, max: 2160 })}`,
  percent_range: () => `${faker.number.int(50)}-${faker.number.int({ min: 51, max: 100 })}%`,
  snowflake: () => faker.helpers.fromRegExp('1[0-9]{17}'),
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
