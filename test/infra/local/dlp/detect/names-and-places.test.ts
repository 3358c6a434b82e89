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
      ['Our founders: Petrenko, Baker and Brooks.', ['Petrenko', 'Baker', 'Brooks']],
      ['Mr. Young came late', ['Young']],
      ['Zyra shouted at Kate', ['Zyra', 'Kate']],
      ['Lidka is from Lyon', ['Lidka']],
      ['please call irena kowalczyk back', ['irena kowalczyk']],
      ['The SKU is ABCD and I am late', []],
      ['Anna.Kowal@example.com', []],
      ['Peanut IgE Ab in Serum', []],
      ['Dear Ms. DeVito, Conor McGregor called.', ['DeVito', 'Conor McGregor']],
    ],
  ],
  ['FIRST_NAME', [['John Smith', ['John']]]],
  ['LAST_NAME', [['John Smith', ['Smith']]]],
  [
    'LOCATION',
    [
      ['She lives in Paris and flies to New Zealand.', ['Paris', 'New Zealand']],
      ['Practical Metal Car', []],
      ['he grew up in Kvalanger.', ['Kvalanger']],
      ['said Wendy to Kimberly', []],
      [
        'Name: Ann Lee\nAddress: 94 Keeling Avenue\nCity: San Venera lido\nCountry: Kenya',
        ['San Venera lido', 'Kenya'],
      ],
      ['{"city":"Zwentibold","note":"City: call back"}', ['Zwentibold']],
      ['she moves to Hallungen next month', ['Hallungen']],
      ['We flew from Paris to Gudrunsfeld via Ottilienau.', ['Paris', 'Gudrunsfeld', 'Ottilienau']],
      ['a trip to West Adelheid; the New Samsung phones', ['West Adelheid']],
      ['a cabin at Baker Lake, Franklin County', ['Baker Lake', 'Franklin County']],
      ['from the Kingdom of the Netherlands', ['Kingdom of the Netherlands']],
      ['9 Lange Baan 477, Kastel', ['Kastel']],
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
      ['Dr. Wikström of Hansen Bank; Anna Miller of Kramer Hospital', ['Hansen Bank', 'Kramer Hospital']],
      ['Anna worked at Zendrixo for years', ['Zendrixo']],
      ['The Zendrixo office is closed', ['Zendrixo']],
      ['written to Stark, Weber and Crooks about it', ['Stark, Weber and Crooks']],
      ['Jana Nowak\nZendrixo\nJob 5', ['Zendrixo']],
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
      ['send it to 7 Rozendreef 100 Apt. 5, Delft, Sweden 36018.', ['7 Rozendreef 100 Apt. 5, Delft, Sweden 36018']],
      ['7 Ancho 91\n Suite 2\n Delft\n Gabon 66298', ['7', 'Ancho 91', 'Suite 2', '66298']],
      ['the corner of 6 Oak Street and Elm Street', ['the corner of 6 Oak Street and Elm Street']],
      ['to PSC 105, Box 822\nAPO AP 96504', ['PSC 105, Box 822\nAPO AP 96504']],
      ['12 Rue Joseph Vernet, 1825 Long Lane', ['12 Rue Joseph Vernet', '1825 Long Lane']],
      ['On 12 March 2015 they sold 40 Widgets', []],
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
