import { describe, expect, test } from 'vitest';
import type { DateShiftConfig } from '../../../../../infra/local/dlp/wire/deidentification.ts';
import type { Value } from '../../../../../infra/local/dlp/wire/value.ts';
import { createWorkshop, KEY, transformCell } from './workshop.ts';

const shift = (lowerBoundDays: number, upperBoundDays: number, changes: Partial<DateShiftConfig> = {}) => ({
  dateShiftConfig: { lowerBoundDays, upperBoundDays, context: null, ...changes },
});
const byCustomer = { context: { name: 'customer' }, cryptoKey: KEY };
const text = (stringValue: string): Value => ({ stringValue });
const failure = expect.objectContaining({ failure: expect.any(String) });

describe('a date shift', () => {
  test.each<[string, Value, unknown]>([
    ['keeps the form of a text', text('01/31/2016'), '02/02/2016'],
    [
      'keeps a date a date',
      { dateValue: { year: 2016, month: 2, day: 28 } },
      { dateValue: { year: 2016, month: 3, day: 1 } },
    ],
    [
      'keeps a timestamp a timestamp',
      { timestampValue: { seconds: '0', nanos: 5 } },
      { timestampValue: { seconds: '172800', nanos: 5 } },
    ],
    ['fails on what is no date', text('soon'), failure],
    ['fails on an integer', { integerValue: '20160131' }, failure],
    ['fails on a date without a year', { dateValue: { year: 0, month: 2, day: 28 } }, failure],
    ['leaves the empty text alone', text(''), undefined],
  ])('%s', (_, cell, expected) => {
    expect(transformCell(shift(2, 2), cell)).toEqual(expected);
  });

  test('without a context is drawn for each value, within its bounds', () => {
    const workshop = createWorkshop();
    const days = Array.from({ length: 40 }, () =>
      Number((transformCell(shift(-3, 3), text('2016-01-10'), undefined, workshop) as string).slice(-2)),
    );
    expect(Math.min(...days)).toBe(7);
    expect(Math.max(...days)).toBe(13);
  });

  test('with a key is the same for the same context, in every request', () => {
    const shifted = (value: string, customer: string) =>
      transformCell(shift(-100, 100, byCustomer), text(value), text(customer)) as string;
    const distance = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 86_400_000;
    const moved = distance('2016-01-10', shifted('2016-01-10', 'jane'));
    expect(Math.abs(moved)).toBeLessThanOrEqual(100);
    expect(distance('2001-07-09', shifted('2001-07-09', 'jane'))).toBe(moved);
    const others = ['a', 'b', 'c', 'd'].map((customer) => distance('2016-01-10', shifted('2016-01-10', customer)));
    expect(new Set([...others, moved]).size).toBeGreaterThan(2);
  });

  test.each<[string, ReturnType<typeof shift>]>([
    ['a context without a key', shift(0, 1, { context: byCustomer.context })],
    ['a key without a context', shift(0, 1, { cryptoKey: KEY })],
    ['swapped bounds', shift(2, 1)],
    ['more than a thousand years', shift(0, 365_251)],
  ])('refuses %s', (_, config) => {
    expect(() => transformCell(config, text('2016-01-10'))).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });

  test('refuses a context where there are no records', () => {
    const workshop = { ...createWorkshop('finding'), hasRecords: false };
    expect(() => transformCell(shift(0, 1, byCustomer), text('x'), undefined, workshop)).toThrow('table items');
  });
});
