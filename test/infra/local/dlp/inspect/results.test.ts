import { describe, expect, test } from 'vitest';
import { idOf, named, useInspection } from './inspection.ts';

const { inspect } = useInspection();

describe('a result', () => {
  test('holds at most 3,000 findings, and says that there were more', async () => {
    const result = await inspect({ value: 'a@b.co '.repeat(3100) }, { infoTypes: named('EMAIL_ADDRESS') });
    expect(result?.findings).toHaveLength(3000);
    expect(result?.findingsTruncated).toBe(true);
  });

  test.each<[string, object, string[]]>([
    ['of a request', { maxFindingsPerRequest: 2 }, ['a@b.com', '10.0.0.1']],
    [
      'of an infoType',
      { maxFindingsPerInfoType: [{ infoType: { name: 'IP_ADDRESS' }, maxFindings: 1 }] },
      ['a@b.com', '10.0.0.1', 'c@d.com'],
    ],
    ['of every infoType', { maxFindingsPerInfoType: [{ maxFindings: 1 }] }, ['a@b.com', '10.0.0.1']],
    ['of an item, which is ignored', { maxFindingsPerItem: 1 }, ['a@b.com', '10.0.0.1', '10.0.0.2', 'c@d.com']],
  ])('keeps the limit %s', async (_, limits, expected) => {
    const result = await inspect(
      { value: 'a@b.com 10.0.0.1 10.0.0.2 c@d.com' },
      { infoTypes: named('EMAIL_ADDRESS', 'IP_ADDRESS'), limits },
    );
    expect(result?.findings?.map(({ quote }) => quote)).toEqual(expected);
    expect(result?.findingsTruncated).toBe(expected.length < 4);
  });

  test('leaves out quotes and infoTypes where that is asked for', async () => {
    const config = { infoTypes: named('EMAIL_ADDRESS'), excludeInfoTypes: true, includeQuote: false };
    const [finding] = (await inspect({ value: 'a@b.com' }, config))?.findings ?? [];
    expect(finding).toMatchObject({
      quote: '',
      infoType: null,
      likelihood: 'VERY_LIKELY',
      createTime: { seconds: '1700000000', nanos: 250_000_000 },
    });
    expect(finding?.findingId).toMatch(/^[0-9a-f]{32}$/);
  });

  test('leaves out quotes of more than 4 KB', async () => {
    const result = await inspect({ value: 'x'.repeat(5000) }, idOf('x{1000}x*'));
    expect(result?.findings).toMatchObject([{ quote: '', location: { byteRange: { end: '5000' } } }]);
  });

  test('reads dates and times', async () => {
    const result = await inspect({ value: 'born 1979-05-16 11:28:01' }, { infoTypes: named('DATE_OF_BIRTH') });
    expect(result?.findings?.[0]?.quoteInfo?.dateTime).toMatchObject({
      date: { year: 1979, month: 5, day: 16 },
      dayOfWeek: 'WEDNESDAY',
      time: { hours: 11, minutes: 28, seconds: 1 },
    });
  });

  test.each([{}, { infoTypes: named('ALL_BASIC') }])('of %o holds what is looked for by default', async (config) => {
    const result = await inspect({ value: 'a@b.com 10.0.0.1' }, config);
    expect(result?.findings?.map(({ infoType }) => infoType?.name)).toEqual(['EMAIL_ADDRESS', 'IP_ADDRESS']);
  });
});
