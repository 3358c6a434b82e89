import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { INFO_TYPES } from '../../../../../infra/local/dlp/detect/registry.ts';
import { CASES, HAVE_CASES } from '../cases.ts';
import { inspectorFor } from './inspect-with.ts';

interface Case {
  recognizer: string;
  type: string;
  text: string;
  /** A validation function's cases say only whether the text is one. */
  expectedCount: number | boolean;
  /** Pairs of offsets; two cases of ten hold something else in their place. */
  spans: unknown[][];
}

/** Kinds that Google names otherwise than the cases do. */
const GOOGLES: Record<string, string> = {
  DE_ID_CARD: 'GERMANY_IDENTITY_CARD_NUMBER',
  DE_PASSPORT: 'GERMANY_PASSPORT',
  DE_TAX_ID: 'GERMANY_TAXPAYER_IDENTIFICATION_NUMBER',
  DE_VAT_ID: 'VAT_NUMBER',
  FI_PERSONAL_IDENTITY_CODE: 'FINLAND_NATIONAL_ID_NUMBER',
  IN_GSTIN: 'INDIA_GST_INDIVIDUAL',
  KR_FRN: 'KOREA_ARN',
  SE_PERSONNUMMER: 'SWEDEN_NATIONAL_ID_NUMBER',
  TH_TNIN: 'THAILAND_NATIONAL_ID_NUMBER',
  TR_NATIONAL_ID: 'TURKEY_ID_NUMBER',
  UK_DRIVING_LICENCE: 'UK_DRIVERS_LICENSE_NUMBER',
  US_MBI: 'US_MEDICARE_BENEFICIARY_ID_NUMBER',
  ZA_ID_NUMBER: 'SOUTH_AFRICA_ID_NUMBER',
};

/**
 * Not found as expected, each for a reason: quotes around a URL are no part of it; passports and a bare nine digits are
 * nothing without a word near them; German VAT numbers and a Finnish colon fail their check; the rest stand glued to words.
 */
const MOST_MISSES = 0.035;

describe.runIf(HAVE_CASES)('edge cases of other detectors', () => {
  test('hold for the kinds that are found here', () => {
    const cases = JSON.parse(readFileSync(join(CASES, 'recognizers.json'), 'utf8')) as Case[];
    const claimed = cases.flatMap((one) => {
      const infoType = INFO_TYPES.includes(one.type) ? one.type : GOOGLES[one.type];
      return infoType === undefined ? [] : [{ ...one, infoType }];
    });
    const missed = claimed.filter((one) => !holds(one));
    expect(claimed.length).toBeGreaterThan(500);
    expect(missed.length / claimed.length).toBeLessThan(MOST_MISSES);
    const own = claimed.filter(({ type }) => INFO_TYPES.includes(type));
    expect(own.filter((one) => !holds(one)).length / own.length).toBeLessThan(0.03);
  });
});

function holds({ infoType, text, expectedCount, spans }: Case & { infoType: string }): boolean {
  const found = inspectorFor([infoType])(text);
  if (found.length !== Number(expectedCount)) return false;
  if (expectedCount === 0 || spans.some(([start]) => typeof start !== 'number')) return true;
  return spans.every(([start, end]) => found.some((finding) => finding.start === start && finding.end === end));
}
