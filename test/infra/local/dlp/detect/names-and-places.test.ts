import { describe, expect, test } from 'vitest';
import { inspectorFor, quotesOf } from './inspect-with.ts';

describe.each<[string, [text: string, quotes: string[]][]]>([
  [
    'PERSON_NAME',
    [
      ['patient name: John Smith', ['John Smith']],
      ["There are 14 kisses in Jane Austen's novels.", ["Jane Austen's"]],
      ['Dear Maria, Mr. Okonkwo wrote.', ['Maria', 'Okonkwo']],
      ['Donald van der Voet', ['Donald van der Voet']],
      ['JOHN SMITH', ['JOHN SMITH']],
      ['written by Quintilian.', ['Quintilian']],
      ['12 Rue Joseph Vernet, 1825 Martin Luther King Boulevard', []],
      ['The order was shipped. Please call us. Will you come in May?', []],
      ['415aC2Ece2fEeF64B SH89PIA9O0', []],
    ],
  ],
  ['FIRST_NAME', [['John Smith', ['John']]]],
  ['LAST_NAME', [['John Smith', ['Smith']]]],
  [
    'LOCATION',
    [
      ['She lives in Paris and flies to New Zealand.', ['Paris', 'New Zealand']],
      ['Practical Metal Car', []],
    ],
  ],
  [
    'US_STATE',
    [
      ['Salem, OR and North Carolina', ['OR', 'North Carolina']],
      ['this OR that', []],
    ],
  ],
  [
    'ORGANIZATION_NAME',
    [
      ['bought by Smith Ltd. and the Bank of Ireland', ['Smith Ltd.', 'Bank of Ireland']],
      ['The IBAN for Barber LLC', ['Barber LLC']],
      ['a limited offer', []],
    ],
  ],
  [
    'STREET_ADDRESS',
    [
      ['ship to 1825 Brittany Bypass, Apt. 12b', ['1825 Brittany Bypass, Apt. 12b']],
      ['at 12 Rue de la Paix', ['12 Rue de la Paix']],
      ['P.O. Box 123', ['P.O. Box 123']],
      ['Via Verbano 62', ['Via Verbano 62']],
      ['bought 12 Street maps', []],
    ],
  ],
])('%s', (infoType, cases) => {
  const inspect = inspectorFor([infoType]);
  test.each(cases)('in %j is %j', (text, quotes) => {
    expect(quotesOf(inspect, text)).toEqual(quotes);
  });
});

test('a finding ends where the text ends', () => {
  const inspect = inspectorFor(['PERSON_NAME', 'LOCATION']);
  expect(inspect('from John Smith').map(({ end }) => end)).toEqual([15]);
  expect(inspect('from Israel').every(({ end }) => end === 11)).toBe(true);
});
