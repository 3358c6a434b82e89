import { en, Faker } from '@faker-js/faker';

export interface SampleOptions {
  /** Same seed, same bytes. */
  seed: number;
  /** Days that the sample covers, from 1. */
  days: number;
  /** Customers of the first file, from 1; orders and tickets follow from it. */
  customers: number;
  /** Multiplies `customers`, for measurements. */
  scale?: number;
  /** The first day, `YYYY-MM-DD`: nothing depends on the clock. */
  from?: string;
}

/** About 9,000 rows in 11 files. */
export const DEFAULT_SAMPLE = { seed: 1, days: 3, customers: 2000, scale: 1, from: '2026-01-05' } as const;

/** A generator of random values that depends on the seed and the part only, so that one part more changes no other. */
export function randomOf(seed: number, part: string, day = 0): Faker {
  const faker = new Faker({ locale: [en] });
  faker.seed([seed, day, ...Buffer.from(part)]);
  return faker;
}

export const customerCount = (options: SampleOptions): number =>
  Math.max(1, Math.round(options.customers * (options.scale ?? 1)));

/** `YYYY-MM-DD` of the day that is so many after the first. */
export const dayOf = ({ from = DEFAULT_SAMPLE.from }: SampleOptions, offset: number): string =>
  new Date(Date.parse(`${from}T00:00:00Z`) + offset * 86_400_000).toISOString().slice(0, 10);

/** A time of the day, RFC 3339 in UTC and to the second. */
export function timeOn(day: string, random: Faker): string {
  const seconds = random.number.int({ min: 0, max: 86_399 });
  return new Date(Date.parse(`${day}T00:00:00Z`) + seconds * 1000).toISOString().replace('.000Z', 'Z');
}
