import { describe, expect, test } from 'vitest';
import { inspectorFor, quotesOf } from './inspect-with.ts';

type Case = [text: string, quotes: string[]];

describe.each<[string, Case[]]>([
  [
    'EMAIL_ADDRESS',
    [
      ['write to jane.doe+news@mail.example.co.uk.', ['jane.doe+news@mail.example.co.uk']],
      ["'a@b.com' (c@d.org) <e@f.net>", ['a@b.com', 'c@d.org', 'e@f.net']],
      ['jürgen@müller.de', ['jürgen@müller.de']],
      ['a@xn--d1acufc.xn--p1ai', ['a@xn--d1acufc.xn--p1ai']],
      ['@home, a@b, a@b., a@.com, a@-b.com, user@10.0.0.1, a.@b.com', []],
    ],
  ],
  [
    'PHONE_NUMBER',
    [
      ['(415) 555-0132', ['(415) 555-0132']],
      ['name,(415) 555-0132,city', ['(415) 555-0132']],
      ['Phone:415-555-0132 x123', ['415-555-0132 x123']],
      ['415.555.0132 or 415 555 0132', ['415.555.0132', '415 555 0132']],
      [
        '+49 30 1234567, +33 1 42 68 53 00 and +1-415-555-0132',
        ['+49 30 1234567', '+33 1 42 68 53 00', '+1-415-555-0132'],
      ],
      ['call me at 089 72 63 41', ['089 72 63 41']],
      ['4155550132 mobile', ['4155550132']],
      ['fax: 785 8949', ['785 8949']],
      ['4155550132', []],
      ['we reach 1000000 users in 20000000 homes at 12345678 work items', []],
      ['call on 2016-01-10 from 10.20.30.40 about 078-05-1123', []],
      ['$415-555-0132, INV-415-555-0132, 3.4155550132', []],
    ],
  ],
  [
    'CREDIT_CARD_NUMBER',
    [
      [
        '4012888888881881 and 4012-8888-8888-1881 and 4012 8888 8888 1881',
        ['4012888888881881', '4012-8888-8888-1881', '4012 8888 8888 1881'],
      ],
      ['amex 3782 822463 10005', ['3782 822463 10005']],
      ['card 6759649826438453', ['6759649826438453']],
      ['4012888888881882', []],
      ['1234567812345670', []],
      ['pay PK05 JFCP 5711 0067 6826 2046, not PK06 JFCP 5711 0067 6826 2046', ['5711 0067 6826 2046']],
      ['x4012888888881881 4012888888881881x 1.4012888888881881', []],
    ],
  ],
  [
    'US_SOCIAL_SECURITY_NUMBER',
    [
      ['078-05-1123', ['078-05-1123']],
      ['SSN 372819127', ['372819127']],
      ['372819127', []],
      ['666-12-3456 000-12-3456 912-12-3456 123-00-4567 123-45-0000 078-05-1120', []],
      ['passport 372-81-9127', []],
      ['1-372-81-9127 372-81-9127-1', []],
    ],
  ],
  [
    'IBAN_CODE',
    [
      [
        'DE89370400440532013000, GB82 WEST 1234 5698 7654 32.',
        ['DE89370400440532013000', 'GB82 WEST 1234 5698 7654 32'],
      ],
      ['de89370400440532013000', ['de89370400440532013000']],
      ['IR58 0540 1051 8002 1273 1130 07', ['IR58 0540 1051 8002 1273 1130 07']],
      ['DE89370400440532013001 De89370400440532013000 XX89370400440532013000 DE893704004405320130001', []],
    ],
  ],
  [
    'IP_ADDRESS',
    [
      ['10.0.0.1, 192.168.1.0/24 and 2001:db8::1.', ['10.0.0.1', '192.168.1.0/24', '2001:db8::1']],
      ['[fe80::1]:8080 ::ffff:10.0.0.1', ['fe80::1', '::ffff:10.0.0.1']],
      ['1.2.3 256.1.1.1 1.2.3.4.5 x10.0.0.1 12:34:56 a::b::c std::string', []],
      ['version 1.2.3.4', []],
    ],
  ],
  [
    'MAC_ADDRESS',
    [
      [
        '00:1a:2B:3c:4d:5e, 00-1A-2B-3C-4D-5E, 001a.2b3c.4d5e',
        ['00:1a:2B:3c:4d:5e', '00-1A-2B-3C-4D-5E', '001a.2b3c.4d5e'],
      ],
      ['00:1a:2b:3c:4d 00:1a:2b:3c:4d:5e:6f 00:1a-2b:3c:4d:5e g0:1a:2b:3c:4d:5e', []],
    ],
  ],
  [
    'URL',
    [
      [
        'see https://example.com/a?b=c#d, (http://x.org) and ftp://10.0.0.1/f.',
        ['https://example.com/a?b=c#d', 'http://x.org', 'ftp://10.0.0.1/f'],
      ],
      ['https://en.wikipedia.org/wiki/A_(b)', ['https://en.wikipedia.org/wiki/A_(b)']],
      ['www.example.com/x example.com/y', ['www.example.com/x', 'example.com/y']],
      ['http://nothing x://y.com www.example e.g. a.b node.js', []],
    ],
  ],
  ['DOMAIN_NAME', [['example.com, mail.example.co.uk a@b.com file.txt', ['example.com', 'mail.example.co.uk']]]],
  [
    'DATE',
    [
      ['2016-01-10 10:20:30, 1/10/2016 and 10 Jan 2016', ['2016-01-10 10:20:30', '1/10/2016', '10 Jan 2016']],
      ['Sunday, January 10, 2016; March 2016; May 5', ['Sunday, January 10, 2016', 'March 2016', 'May 5']],
      ['2016-13-01 8.6.15 1/2 v2016-01-10 2016-01-10-7', []],
    ],
  ],
  [
    'DATE_OF_BIRTH',
    [
      ['born on 1970-01-31, hired 1999-05-06', ['1970-01-31']],
      ['due 1970-01-31', []],
    ],
  ],
  [
    'TIME',
    [
      ['at 13:45 and 1:45 pm, 2016-01-10T10:20:30Z', ['13:45', '1:45 pm', '10:20:30Z']],
      ['25:00 1:2 12:345', []],
    ],
  ],
  [
    'AGE',
    [
      ['27 years old, 6-month-old, age 76 and aged: 8', ['27 years old', '6-month-old', '76', '8']],
      ['page 76, 27 years, 200 years old', []],
    ],
  ],
  [
    'US_PASSPORT',
    [
      ['passport no 912803456, passport Z12803456', ['912803456', 'Z12803456']],
      ['912803456', []],
    ],
  ],
  [
    'US_DRIVERS_LICENSE_NUMBER',
    [
      ["driver's license D9375710", ['D9375710']],
      ['D9375710', []],
      ['fishing license D9375710', []],
    ],
  ],
  [
    'SWIFT_CODE',
    [
      ['SWIFT DEUTDEFF500', ['DEUTDEFF500']],
      ['PASSWORD DEUTDEFF', []],
    ],
  ],
  [
    'GCP_API_KEY',
    [
      [`key=AIza${'x1'.repeat(17)}y`, [`AIza${'x1'.repeat(17)}y`]],
      ['AIzaShort', []],
    ],
  ],
  [
    'JSON_WEB_TOKEN',
    [
      [
        'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP',
        ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP'],
      ],
      ['eyJhbGciOiJIUzI1NiJ9', []],
    ],
  ],
  [
    'AUTH_TOKEN',
    [
      ['Authorization: Bearer abcDEF123456ghijkl789012', ['abcDEF123456ghijkl789012']],
      ['token aaaaaaaaaaaaaaaaaaaaaaaa', []],
    ],
  ],
  [
    'ZIP_CODE',
    [
      ['Boston, Massachusetts 02155 and zip 12345-6789', ['02155', '12345-6789']],
      ['02155', []],
    ],
  ],
])('%s', (infoType, cases) => {
  const inspect = inspectorFor([infoType]);
  test.each(cases)('in %j is %j', (text, quotes) => {
    expect(quotesOf(inspect, text)).toEqual(quotes);
  });
});

describe('a column without personal data stays clean', () => {
  const inspect = inspectorFor([
    'EMAIL_ADDRESS',
    'PHONE_NUMBER',
    'US_SOCIAL_SECURITY_NUMBER',
    'IBAN_CODE',
    'IP_ADDRESS',
    'MAC_ADDRESS',
    'URL',
    'AGE',
    'PERSON_NAME',
    'LOCATION',
    'STREET_ADDRESS',
    'US_PASSPORT',
    'US_DRIVERS_LICENSE_NUMBER',
    'SWIFT_CODE',
    'AUTH_TOKEN',
  ]);
  test.each<[string, (i: number) => string]>([
    ['order_id', (i) => `ORD-${1_000_000 + i * 7919}`],
    ['sku', (i) => `AB-${(i * 7919).toString(36).toUpperCase()}-${i}`],
    ['uuid', (i) => `3edac2e3-d223-6fae-d515-${(i * 7919).toString(16).padStart(12, '0')}`],
    ['sha256', (i) => (BigInt(i + 3) ** 170n).toString(16).slice(0, 64)],
    ['quantity', (i) => String(i * 13)],
    ['amount', (i) => (i * 12.345).toFixed(2)],
    ['epoch_ms', (i) => String(1_700_000_000_000 + i * 86_413)],
    ['latitude', (i) => String(42.36877442769006 + i / 97)],
    ['version', (i) => `${i % 7}.${i % 13}.${i}`],
    ['status', (i) => ['NEW', 'Paid', 'In transit', 'Delivered', 'on hold'][i % 5] as string],
    ['file', (i) => `/var/data/part-${String(i).padStart(5, '0')}.parquet`],
    ['isbn', (i) => `978-3-16-${148_410 + i}-0`],
    ['created_at', (i) => `2024-01-${String(1 + (i % 28)).padStart(2, '0')}T10:00:00Z`],
    ['note', (i) => `Line item ${i} was packed twice and sent on the next day.`],
  ])('%s', (header, valueAt) => {
    const found = Array.from({ length: 500 }, (_, i) => quotesOf(inspect, valueAt(i), header)).flat();
    expect(found).toEqual([]);
  });
});
