import { performance } from 'node:perf_hooks';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { INFO_TYPES } from '../../../../../infra/local/dlp/detect/registry.ts';
import { createInspector } from '../../../../../infra/local/dlp/inspect/inspect-text.ts';
import { compilePattern } from '../../../../../infra/local/dlp/inspect/pattern.ts';
import { planInspection } from '../../../../../infra/local/dlp/inspect/plan-inspection.ts';
import type { CustomInfoType } from '../../../../../infra/local/dlp/wire/inspection.ts';
import { configOf, inspectorFor } from './inspect-with.ts';

const LONGEST_MS = 3_000;
/** Four times the text takes four times as long; sixteen times where each place looks at all the others. */
const BYTES = 25_000;
const TIMES = 4;
const LINEAR = 9;
/**
 * Milliseconds of this thread, which a busy machine disturbs little; below this they are the compiler's. What is quadratic in
 * the characters takes ten seconds, in the pieces half of one.
 */
const LEAST_MS = 150;
const TRIES = 4;

describe('the time that a text takes grows as the text does, all of it', () => {
  const inspect = inspectorFor(INFO_TYPES, 'VERY_UNLIKELY');
  const timeOf = (text: string): number => {
    const before = process.threadCpuUsage();
    inspect(text);
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1000;
  };
  test.each([
    '1',
    '1 ',
    '1,',
    '12-',
    '123 ',
    '123.',
    '1234 5678-',
    '12345678901234567890',
    '4111111111111111 ',
    '2026-01-01 ',
    '1.',
    '(1',
    '+1 (',
    '001-',
    'a@',
    '@',
    '@a.',
    'a.b@',
    '.',
    ':',
    '/',
    'a.',
    'A',
    'AB12',
    'PK36 SCBL 0000 ',
    'City: ',
    'City: Aa ',
    'Dr. Ab of ',
    'to West ',
    'in Paris to ',
    'A-',
    "A'",
    'Aa ',
    'St ',
    'John ',
    'John van ',
    'New York ',
    'GB1',
    'GB00 ',
    'ab:',
    '::',
    '1:2',
    'f:',
    '00-',
    'eyJ-',
    'eyJaaaaaaaa.',
    'token ',
    'token=',
    'http://',
    'http://a.com)',
    'www.',
    'jan ',
    '1 jan ',
    '10 Street ',
    '1 Rue ',
    'P.O. Box ',
    'Bank of ',
    'Smith, ',
    '4012 8888 ',
    'AB 1 ',
    'a1-',
    'A1(2)',
    'password=',
    '-----BEGIN PRIVATE KEY-----',
    '1 2 Main ',
    '1 Oak Street, ',
    'Suite 1\n',
    'corner of 1 Oak Street and ',
    'Jana Nowak\nZen\n',
    'mr. ',
    'é',
    '😀',
    '\ud800',
  ])('%j', (piece) => {
    const short = piece.repeat(Math.ceil(BYTES / piece.length));
    const long = short.repeat(TIMES);
    // The least of a few tries: others share the machine, and the first try compiles.
    let once = Number.POSITIVE_INFINITY;
    let often = Number.POSITIVE_INFINITY;
    let tries = 0;
    do {
      once = Math.min(once, timeOf(short));
      often = Math.min(often, timeOf(long));
    } while (++tries < TRIES && often > Math.max(LEAST_MS, once * LINEAR));
    expect(often).toBeLessThan(Math.max(LEAST_MS, once * LINEAR));
  });
});

test('any text is inspected, and every finding lies within it', () => {
  const inspect = inspectorFor(INFO_TYPES, 'VERY_UNLIKELY');
  const fragment = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom(
      'Mr. John Smith',
      '415-555-0132',
      'a@b.com',
      '2016-01-10',
      'GB82 WEST 1234 5698 7654 32',
      '12 High Street',
      ' in ',
      'Paris',
      '::1',
      '00:1a:2b:3c:4d:5e',
      'http://x.org/',
      '4012888888881881',
      'SSN',
      '9',
      '-',
      '.',
      ',',
      'Ltd.',
    ),
  );
  fc.assert(
    fc.property(
      fc.array(fragment, { maxLength: 12 }),
      fc.option(fc.string(), { nil: undefined }),
      (fragments, header) => {
        const text = fragments.join('');
        for (const { start, end, infoType, likelihood } of inspect(text, header)) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
          expect(INFO_TYPES).toContain(infoType);
          expect([1, 2, 3, 4, 5]).toContain(likelihood);
        }
      },
    ),
    { numRuns: 400 },
  );
});

describe("a caller's pattern", () => {
  const inspectWith = (pattern: string) => {
    const custom: CustomInfoType = {
      infoType: { name: 'X' },
      likelihood: 'LIKELIHOOD_UNSPECIFIED',
      regex: { pattern, groupIndexes: [] },
      detectionRules: [],
      exclusionType: 'EXCLUSION_TYPE_UNSPECIFIED',
    };
    return createInspector(planInspection(configOf([], { customInfoTypes: [custom] }), { defaults: false }));
  };

  test.each(['(x+x+)+y', '(x*)*y', '(x|xx)+$', '(.*)(.*)(.*)(.*)[yz]', 'x{1,500}y'])(
    '%s takes time linear in the text',
    (pattern) => {
      const started = performance.now();
      inspectWith(pattern)('x'.repeat(200_000));
      expect(performance.now() - started).toBeLessThan(LONGEST_MS);
    },
  );

  test('that matches everywhere gives every match', () => {
    expect(inspectWith('x')('x'.repeat(10_000))).toHaveLength(10_000);
  });

  test('that has used up the time of its request ends it', () => {
    const pattern = compilePattern({ pattern: 'x', groupIndexes: [] }, 'custom_info_types[0]', { spent: 10_000 });
    expect(() => pattern.find('x')).toThrow(expect.objectContaining({ code: 'DEADLINE_EXCEEDED' }));
  });
});
