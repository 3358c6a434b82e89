import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Transformation } from '../../functions/model/column.ts';
import { gatedInfoTypes, isGated, mayHoldFindings } from '../../functions/plan/gate.ts';

/** As people write them; each must be seen wherever it stands. */
const INSTANCES: Record<string, readonly string[]> = {
  EMAIL_ADDRESS: [
    'ann@example.com',
    "o'brien+tag@sub.example.co.uk",
    'ann＠example.com',
    'ann%40example.com',
    'ann&#64;example.com',
    'ann&#x40;example.com',
    'ünïcode@exämple.de',
    'mailto:a@b.io',
  ],
  PHONE_NUMBER: [
    '+49 30 901820',
    '(212) 555-0100',
    '212.555.0100',
    '1-800-FLOWERS',
    '５５５－０１００',
    '٠١٢٣٤٥٦',
    '𝟐𝟏𝟐 𝟓𝟓𝟓',
    '555 0100 ext. 5',
  ],
  CREDIT_CARD_NUMBER: [
    '4111 1111 1111 1111',
    '3782-822463-10005',
    '6304000000000000',
    '４１１１１１１１１１１１１１１１',
    '501800000009',
  ],
  US_SOCIAL_SECURITY_NUMBER: ['219-09-9999', '219 09 9999', '219099999', '２１９-09-9999'],
  IBAN_CODE: [
    'GB82 WEST 1234 5698 7654 32',
    'DE89370400440532013000',
    'NO9386011117947',
    'MT84MALT011000012345MTLCAST001S',
    'GT82TRAJABCDEFGHIJKLMNOPQRST',
    'KW81CBKUABCDEFGHIJKLMNOPQRSTUV',
    'gb82west12345698765432',
    'GB82-WEST-1234-5698-7654-32',
    'GB 82 WEST 1234 5698 7654 32',
  ],
  IP_ADDRESS: ['192.168.0.1', '::1', 'fe80::1%eth0', '2001:db8::8a2e:370:7334', '192。168。0。1', '192[.]168[.]0[.]1'],
  MAC_ADDRESS: ['00:1b:63:84:45:e6', '00-1B-63-84-45-E6', '001b.6384.45e6', '001B638445E6', '00‐1B‐63‐84‐45‐E6'],
  URL: [
    'https://example.com/a?b=c',
    'www.example.com',
    'example.com/path',
    'http%3A%2F%2Fexample',
    'ftp://x',
    '例え。jp',
  ],
};
const GATED = Object.keys(INSTANCES);
const cases = Object.entries(INSTANCES).flatMap(([infoType, all]) =>
  all.map((instance) => [infoType, instance] as const),
);

describe('a text that holds an instance is never called harmless', () => {
  test.each(cases)('%s %s', (infoType, instance) => {
    expect(mayHoldFindings(instance, [infoType])).toBe(true);
  });

  test('whatever stands around it, and whatever else is asked for', () => {
    const noise = fc.string({ unit: 'binary', maxLength: 50 });
    fc.assert(
      fc.property(
        fc.constantFrom(...cases),
        noise,
        noise,
        fc.subarray(GATED),
        ([infoType, instance], before, after, others) => {
          expect(mayHoldFindings(before + instance + after, [...others, infoType])).toBe(true);
        },
      ),
      { seed: 1, numRuns: 2000 },
    );
  });
});

describe('a column is gated only if every infoType has a mark that each instance must show', () => {
  test.each([
    [['EMAIL_ADDRESS'], true],
    [GATED, true],
    [['EMAIL_ADDRESS', 'PERSON_NAME'], false],
    [['STREET_ADDRESS'], false],
    [['DATE_OF_BIRTH'], false],
    [['LOCATION'], false],
    [['toString'], false],
    [['__proto__'], false],
    [[], false],
  ])('%j: %s', (infoTypes, expected) => expect(isGated(infoTypes)).toBe(expected));

  test.each([['PERSON_NAME'], ['constructor'], ['email_address']])('any text may hold %s', (infoType) => {
    expect(mayHoldFindings('', [infoType])).toBe(true);
  });

  test('nothing asked for is no reason to call a text harmless', () => expect(mayHoldFindings('Ann', [])).toBe(true));
});

describe('a transformation is gated', () => {
  const findings: Extract<Transformation, { kind: 'redact_findings' }> = {
    kind: 'redact_findings',
    infoTypes: ['EMAIL_ADDRESS'],
    minLikelihood: 'POSSIBLE',
    with: 'mask',
  };
  test.each<[string, Transformation, readonly string[] | undefined]>([
    ['if it looks for what has a mark', findings, ['EMAIL_ADDRESS']],
    [
      'with exceptions as well, which only take findings away',
      { ...findings, except: [{ words: ['x@y.z'] }] },
      ['EMAIL_ADDRESS'],
    ],
    ['not if it looks for names', { ...findings, infoTypes: ['PERSON_NAME'] }, undefined],
    ['not if it has infoTypes of its own', { ...findings, custom: [{ name: 'CASE', pattern: 'C' }] }, undefined],
    ['not if it has only those', { ...findings, infoTypes: [], custom: [{ name: 'CASE', words: ['ab'] }] }, undefined],
    ['not in DLP’s own words', { kind: 'dlp', findings: {}, inspect: {}, keys: [] }, undefined],
    ['not through a template', { kind: 'template', deidentify: 't', madeFor: 'info_types' }, undefined],
    ['not as a whole', { kind: 'hash', key: 'pii' }, undefined],
  ])('%s', (_, transformation, expected) => expect(gatedInfoTypes(transformation)).toEqual(expected));
});

describe('what the gate saves', () => {
  test.each([
    ['please call me back tomorrow', ['EMAIL_ADDRESS', 'PHONE_NUMBER']],
    ['delivered 2 parcels', ['PHONE_NUMBER', 'CREDIT_CARD_NUMBER', 'US_SOCIAL_SECURITY_NUMBER']],
    ['Order 12345 is late', ['CREDIT_CARD_NUMBER', 'US_SOCIAL_SECURITY_NUMBER', 'EMAIL_ADDRESS']],
    ['see room 7', ['IBAN_CODE', 'IP_ADDRESS', 'URL', 'MAC_ADDRESS']],
    ['', GATED],
  ])('%j stays at home for %j', (text, infoTypes) => expect(mayHoldFindings(text, infoTypes)).toBe(false));
});
