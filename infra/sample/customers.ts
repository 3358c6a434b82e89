import type { Faker } from '@faker-js/faker';
import { customerCount, dayOf, randomOf, type SampleOptions, timeOn } from './sample-options.ts';

export interface Customer {
  id: string;
  name: string;
  /** In lower case; empty for the few who gave none. */
  email: string;
  phone: string;
  birthday: string;
  income: number;
  country: Country;
  signupDate: string;
  updatedAt: string;
}

const COUNTRIES = ['US', 'CA', 'GB', 'DE'] as const;
type Country = (typeof COUNTRIES)[number];

/** Domains that RFC 2606 keeps for examples: no letter reaches anybody. */
const DOMAINS = ['example.com', 'example.org', 'example.net'];

/** Every so many gave no e-mail. */
const WITHOUT_EMAIL = 100;

/** Of a hundred: changed since, are new since, came in a bad row (the source allows two). */
const CHANGED = 10;
const NEW = 1;
const BROKEN = 1;
const MAX_BROKEN = 4;

export interface Customers {
  /** Whom the first file names. */
  first: readonly Customer[];
  /** Whom only the second file names: new since. */
  later: readonly Customer[];
  /** Whom both name: as the second has them. */
  changed: readonly Customer[];
  /** Whose rows in the first file cannot be loaded; they are in no other file. */
  broken: readonly Customer[];
}

export function planCustomers(options: SampleOptions): Customers {
  const random = randomOf(options.seed, 'customers');
  const count = customerCount(options);
  const everyone = Array.from({ length: count + Math.ceil((count * NEW) / 100) }, (_, at) =>
    planCustomer(random, at + 1, options),
  );
  const first = everyone.slice(0, count);
  const later = everyone.slice(count).map((customer) => ({ ...customer, signupDate: dayOf(options, 0) }));

  const changes = randomOf(options.seed, 'changes');
  const changed = changes.helpers.arrayElements(first, Math.ceil((count * CHANGED) / 100)).map((customer) => ({
    ...customer,
    phone: planPhone(changes, customer.country),
    income: customer.income + 1000 * changes.number.int({ min: 1, max: 10 }),
    updatedAt: timeOn(dayOf(options, 0), changes),
  }));
  const strangers = randomOf(options.seed, 'strangers');
  const broken = Array.from({ length: Math.min(MAX_BROKEN, Math.floor((count * BROKEN) / 100)) }, (_, at) =>
    planCustomer(strangers, 900_001 + at, options),
  );
  return { first, later, changed, broken };
}

function planCustomer(random: Faker, number: number, options: SampleOptions): Customer {
  const [first, last] = [random.person.firstName(), random.person.lastName()];
  const country = random.helpers.arrayElement(COUNTRIES);
  const mailbox = `${first}.${last}${number}`.toLowerCase().replace(/[^a-z0-9.]/g, '');
  const signupDate = dayOf(options, -random.number.int({ min: 1, max: 700 }));
  return {
    id: `cus_${String(number).padStart(6, '0')}`,
    name: `${first} ${last}`,
    email: number % WITHOUT_EMAIL === 0 ? '' : `${mailbox}@${random.helpers.arrayElement(DOMAINS)}`,
    phone: planPhone(random, country),
    birthday: dayOf(options, -random.number.int({ min: 18 * 365, max: 80 * 365 })),
    income: 1000 * random.number.int({ min: 18, max: 190 }),
    country,
    signupDate,
    updatedAt: timeOn(signupDate, random),
  };
}

/** Numbers that the countries' regulators keep for fiction, in forms that people write. */
function planPhone(random: Faker, country: Country): string {
  const digits = (count: number) => random.string.numeric(count);
  switch (country) {
    case 'US':
      return `(${random.helpers.arrayElement(['202', '312', '415', '617', '718'])}) 555-01${digits(2)}`;
    case 'CA':
      return `+1 ${random.helpers.arrayElement(['416', '514', '604', '613'])}-555-01${digits(2)}`;
    case 'GB':
      return `+44 20 7946 0${digits(3)}`;
    case 'DE':
      return `+49 30 23125 ${digits(3)}`;
  }
}
