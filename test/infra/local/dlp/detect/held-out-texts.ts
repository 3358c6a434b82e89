import type { Faker } from '@faker-js/faker';

/** A text and what it holds, with Google's infoTypes. */
export interface LabelledText {
  text: string;
  spans: { infoType: string; start: number; end: number }[];
}

type Slots = Record<string, [infoType: string, value: (faker: Faker) => string]>;

const DIGITS = '0123456789';
const ipV6 = (faker: Faker): string => faker.internet.ipv6();

/** What stands in a frame's braces. */
const SLOTS: Slots = {
  email: ['EMAIL_ADDRESS', (faker) => faker.internet.email()],
  plusmail: ['EMAIL_ADDRESS', (faker) => faker.internet.email().replace('@', `+${faker.lorem.word()}@`).toLowerCase()],
  phone: [
    'PHONE_NUMBER',
    (faker) =>
      faker.helpers.fromRegExp(
        faker.helpers.arrayElement([
          '[(][2-9]0[2-9][)] [2-9]3[0-9]-[0-9]{4}',
          '[2-9]1[2-9]-[2-9]4[0-9]-[0-9]{4}',
          '[2-9]2[2-9][.][2-9]5[0-9][.][0-9]{4}',
          '[+]1 [2-9]4[2-9] [2-9]6[0-9] [0-9]{4}',
          '1-[2-9]5[2-9]-[2-9]7[0-9]-[0-9]{4}',
        ]),
      ),
  ],
  abroad: [
    'PHONE_NUMBER',
    (faker) =>
      faker.helpers.fromRegExp(
        faker.helpers.arrayElement([
          '[+]44 20 7[0-9]{3} [0-9]{4}',
          '[+]49 30 [1-9][0-9]{6}',
          '[+]33 6 [0-9]{2} [0-9]{2} [0-9]{2} [0-9]{2}',
          '[+]61 4[0-9]{2} [0-9]{3} [0-9]{3}',
          '[+]91 9[0-9]{4} [0-9]{5}',
          '[+]447[0-9]{9}',
          '[+]34-6[0-9]{2}-[0-9]{3}-[0-9]{3}',
          '[+]81 3-[3-6][0-9]{3}-[0-9]{4}',
          '[+]55 [(]11[)] 9[0-9]{4}-[0-9]{4}',
        ]),
      ),
  ],
  card: ['CREDIT_CARD_NUMBER', (faker) => faker.helpers.replaceCreditCardSymbols('4##############L')],
  groupedcard: [
    'CREDIT_CARD_NUMBER',
    (faker) =>
      faker.helpers.replaceCreditCardSymbols(
        faker.helpers.arrayElement(['5[1-5]## #### #### ###L', '4###-####-####-###L', '6011 #### #### ###L']),
      ),
  ],
  amex: ['CREDIT_CARD_NUMBER', (faker) => faker.helpers.replaceCreditCardSymbols('37## ###### ####L')],
  ssn: [
    'US_SOCIAL_SECURITY_NUMBER',
    (faker) => faker.helpers.fromRegExp('[1-5][0-9][1-9]-[1-9][1-9]-[1-9][0-9]{2}[1-9]'),
  ],
  iban: ['IBAN_CODE', (faker) => faker.finance.iban()],
  groupediban: ['IBAN_CODE', (faker) => faker.finance.iban({ formatted: true })],
  ip: ['IP_ADDRESS', (faker) => faker.internet.ipv4()],
  ipv6: ['IP_ADDRESS', ipV6],
  url: ['URL', (faker) => faker.internet.url({ appendSlash: false })],
  longurl: [
    'URL',
    (faker) =>
      `https://${faker.internet.domainName()}/${faker.lorem.slug()}?${faker.lorem.word()}=${faker.string.alphanumeric(8)}#top`,
  ],
  www: ['URL', (faker) => `www.${faker.internet.domainName()}/${faker.lorem.word()}`],
  name: ['PERSON_NAME', (faker) => `${faker.person.firstName()} ${faker.person.lastName()}`],
  first: ['PERSON_NAME', (faker) => faker.person.firstName()],
  last: ['PERSON_NAME', (faker) => faker.person.lastName()],
  city: ['LOCATION', (faker) => faker.location.city()],
  country: ['LOCATION', (faker) => faker.location.country()],
  address: [
    'STREET_ADDRESS',
    (faker) =>
      `${faker.number.int({ min: 2, max: 9800 })} ${faker.person.lastName()} ${faker.helpers.arrayElement(['Street', 'Road', 'Avenue', 'Lane', 'Drive', 'Court'])}`,
  ],
  company: [
    'ORGANIZATION_NAME',
    (faker) =>
      `${faker.person.lastName()} ${faker.helpers.arrayElement(['Inc.', 'Ltd', 'GmbH', '& Sons', 'Corporation', 'Bank', 'University', 'Hospital'])}`,
  ],
  isodate: ['DATE', (faker) => faker.date.past({ years: 60 }).toISOString().slice(0, 10)],
  usdate: ['DATE', (faker) => faker.date.past({ years: 60 }).toLocaleDateString('en-US', { timeZone: 'UTC' })],
  worddate: [
    'DATE',
    (faker) =>
      faker.date
        .past({ years: 60 })
        .toLocaleDateString(faker.helpers.arrayElement(['en-GB', 'en-US']), { dateStyle: 'long', timeZone: 'UTC' }),
  ],
  n: ['', (faker) => String(faker.number.int(90_000))],
  id: ['', (faker) => faker.string.numeric({ length: 10, allowLeadingZeros: false })],
  amount: ['', (faker) => faker.finance.amount()],
  uuid: ['', (faker) => faker.string.uuid()],
  word: ['', (faker) => faker.lorem.word()],
  ref: [
    '',
    (faker) => `${faker.string.alpha({ length: 3, casing: 'upper' })}-${faker.string.fromCharacters(DIGITS, 6)}`,
  ],
};

/** Sentences, by what structured values they hold and by what a reader only can tell. */
export const FRAMES = {
  structured: [
    'Hi team, {email} bounced again; use {plusmail} until the end of the quarter.',
    'From: <{email}>\nTo: {plusmail}\nSubject: RE: order {id}\n\nPlease ring me on {phone} after lunch.',
    'ticket {ref}: caller at {phone} says the parcel of {amount} EUR never came (see {longurl})',
    '[10:42] ops: who owns {ip}? it hammers {url} since this morning',
    '{ip} - - "GET /{word}/{n} HTTP/1.1" 200 {n} "{longurl}" "curl/8.4.0"',
    'level=warn msg="login failed" user={email} src={ip}:44321 req={uuid}',
    'host={ipv6} port=8443 latency={amount}ms',
    '{id},{email},{amount},{ref},{phone},NEW',
    '{uuid};{groupediban};{amount};EUR',
    'Please wire {amount} to {groupediban} before the 5th.',
    'IBAN: {iban}\nAmount: {amount}\nReference: {ref}',
    'card {card} was declined twice, the other one ({groupedcard}) went through',
    'Amex on file: {amex}, exp 11/29',
    'SSN {ssn} was typed into the notes field; remove it.',
    'Applicant ({ssn}) reachable under {phone}.',
    'Mein Anschluss ist {abroad}, E-Mail {email}.',
    'Tél. {abroad} – voir {www} pour le formulaire n° {n}',
    'Llámame al {abroad} o escribe a {email}, gracias.',
    'call me back:{phone}',
    'Docs moved to {www}, the old wiki at {url} is read-only.',
    '{{"id":{id},"contact":"{email}","ip":"{ip}","total":{amount}}}',
    'mailto:{email}?subject=hello',
    '<a href="{longurl}">here</a> or {phone}',
    'pt. portal {url}; next of kin {phone}; MRN see chart',
    'my numbers are {phone} and {abroad}.',
    'build {n}.{n} of {uuid} took {amount} s; nothing to see',
    'SKU {ref} x{n}, weight {amount} kg, batch {id}',
  ],
  people: [
    'Hello {first}, thanks for your message. Best, {name}',
    'Assigned to {name} by {name} on {isodate}.',
    'Spoke with Mrs. {last} yesterday; she moves to {city} next month.',
    'Patient {name} was seen on {usdate} and discharged on {worddate}.',
    'Ship it to {address}, {city}.',
    'I met {first} at {company} in {city}.',
    '{name} <{email}> wrote on {worddate}:',
    'The contract with {company} ends on {worddate}.',
    'Dr. {last} of {company} will operate on {usdate}.',
    'Customer: {name}\nAddress: {address}\nCity: {city}\nCountry: {country}',
    'We flew from {city} to {city} via {country}.',
    'reporter={name} created={isodate} component=billing',
    'Pls tell {first} that the invoice for {company} is late',
    'My colleague {name} lives at {address} in {country}.',
    'Born {worddate} in {city}, {country}.',
  ],
} as const;

/** Fills the frame's braces; the labels are where the values came to stand. */
export function fill(frame: string, faker: Faker): LabelledText {
  const spans: LabelledText['spans'] = [];
  let text = '';
  for (const part of frame
    .replaceAll('{{', '\u0001')
    .replaceAll('}}', '\u0002')
    .split(/(\{\w+\})/)) {
    const slot = /^\{(\w+)\}$/.exec(part)?.[1];
    if (slot === undefined) {
      text += part.replaceAll('\u0001', '{').replaceAll('\u0002', '}');
      continue;
    }
    const [infoType, value] = SLOTS[slot] ?? [];
    if (infoType === undefined || !value) throw new Error(`no slot is called ${slot}`);
    const filled = value(faker);
    if (infoType !== '') spans.push({ infoType, start: text.length, end: text.length + filled.length });
    text += filled;
  }
  return { text, spans };
}
