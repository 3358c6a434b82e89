import { performance } from 'node:perf_hooks';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { INFO_TYPES } from '../../../../../infra/local/dlp/detect/registry.ts';
import { createInspector } from '../../../../../infra/local/dlp/inspect/inspect-text.ts';
import { compilePattern } from '../../../../../infra/local/dlp/inspect/pattern.ts';
import { planInspection } from '../../../../../infra/local/dlp/inspect/plan-inspection.ts';
import type { CustomInfoType } from '../../../../../infra/local/dlp/wire/inspection.ts';
import { configOf, inspectorFor } from './inspect-with.ts';

/** A fifth of the largest request. At 1 MB/s it takes 0.1 s; a quadratic detector would take ten seconds and more. */
const BYTES = 100_000;
const LONGEST_MS = 3_000;

describe('100,000 bytes of one piece are inspected in time', () => {
  const inspect = inspectorFor(INFO_TYPES, 'VERY_UNLIKELY');
  test.each([
    '1',
    '1 ',
    '12-',
    '1.',
    '(1',
    '+1 (',
    '001-',
    'a@',
    '@a.',
    'a.',
    'A',
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
    const text = piece.repeat(Math.ceil(BYTES / piece.length));
    const started = performance.now();
    inspect(text);
    expect(performance.now() - started).toBeLessThan(LONGEST_MS);
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
