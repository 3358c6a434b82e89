import { describe, expect, test } from 'vitest';
import { formatAge, formatBytes, formatCount, formatSeconds, formatUsd } from '../../../infra/cli/quantities.ts';
import { excerpt, truncate, wrap } from '../../../infra/cli/text.ts';

describe('quantities', () => {
  test.each<[(value: number) => string, number, string]>([
    [formatBytes, 0, '0 B'],
    [formatBytes, 1023, '1023 B'],
    [formatBytes, 1536, '1.5 KiB'],
    [formatBytes, 10_485_760, '10 MiB'],
    [formatBytes, 1_048_400, '1 MiB'],
    [formatCount, 0, '0'],
    [formatCount, 999, '999'],
    [formatCount, 1000, '1,000'],
    [formatCount, 12_345_678, '12,345,678'],
    [formatCount, 1234.5, '1,234.5'],
    [formatUsd, 0, '$0'],
    [formatUsd, 0.0000001, '<$0.000001'],
    [formatUsd, 0.00047, '$0.000470'],
    [formatUsd, 0.0104, '$0.0104'],
    [formatUsd, 1234.5, '$1,234.50'],
    [formatUsd, 0.999, '$1.00'],
    [formatUsd, 1_234_567.891, '$1,234,567.89'],
    [formatSeconds, 8040, '8.0 s'],
    [formatSeconds, 125_000, '2 min 5 s'],
    [formatAge, 5_000, '5 s ago'],
    [formatAge, 600_000, '10 min ago'],
    [formatAge, 7_200_000, '2 h ago'],
    [formatAge, 172_800_000, '2 days ago'],
  ])('%o of %d is %s', (format, value, text) => {
    expect(format(value)).toBe(text);
  });
});

describe('text in little room', () => {
  test('is cut at the end, between characters', () => {
    expect([truncate('teapot', 6), truncate('teapots', 6), truncate('👍👍👍', 2)]).toEqual(['teapot', 'teapo…', '👍…']);
  });

  test('breaks between words and hangs', () => {
    expect(wrap('one two three four', 9, '  ')).toBe('one two\n  three\n  four');
  });

  test.each([
    [
      'as much as fits where the place is in view',
      'call [PHONE_NUMBER] now, and then again',
      26,
      'call [PHONE_NUMBER] now, …',
    ],
    [
      'from a little before the place',
      'There was nobody at home. Please write to [EMAIL_ADDRESS] soon.',
      30,
      '…write to [EMAIL_ADDRESS] soo…',
    ],
  ])('shows %s', (_, text, width, expected) => {
    const shown = excerpt(text, /\[[A-Z_]+\]/, width);
    expect(shown).toBe(expected);
    expect(shown.length).toBeLessThanOrEqual(width);
  });
});
