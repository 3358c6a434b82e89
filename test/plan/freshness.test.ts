import { describe, expect, test } from 'vitest';
import type { Freshness } from '../../functions/model/source.ts';
import { missedDeadline } from '../../functions/plan/freshness.ts';
import { source } from './declared.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const missed = (expected: Freshness | undefined, lastLoad: string | undefined, now: string): string | undefined =>
  missedDeadline(
    source(expected && { expect: expected }),
    lastLoad === undefined ? undefined : new Date(lastLoad),
    new Date(now),
  );

describe('a source of which nothing is expected', () => {
  test('is never late', () => expect(missed(undefined, undefined, '2026-01-31T12:00:00Z')).toBeUndefined());
});

describe('a daily source, in by 02:00', () => {
  test.each([
    ['loaded this night', '2026-01-31T01:00:00Z', '2026-01-31T02:30:00Z', undefined],
    ['loaded on the deadline', '2026-01-31T02:00:00Z', '2026-01-31T02:30:00Z', undefined],
    ['loaded after the deadline, late but in', '2026-01-31T02:10:00Z', '2026-01-31T02:30:00Z', undefined],
    ['loaded yesterday night only', '2026-01-30T01:00:00Z', '2026-01-31T02:30:00Z', '2026-01-31T02:00:00.000Z'],
    ['loaded yesterday in the day', '2026-01-30T09:00:00Z', '2026-01-31T02:30:00Z', undefined],
    ['before the deadline, yesterday counts', '2026-01-30T01:00:00Z', '2026-01-31T01:59:59Z', undefined],
    ['exactly a day before the deadline', '2026-01-30T02:00:00Z', '2026-01-31T02:30:00Z', '2026-01-31T02:00:00.000Z'],
    ['never loaded', undefined, '2026-01-31T02:30:00Z', '2026-01-31T02:00:00.000Z'],
    ['across the year', '2025-12-30T01:00:00Z', '2026-01-01T00:30:00Z', '2025-12-31T02:00:00.000Z'],
  ])('%s', (_, lastLoad, now, expected) => {
    expect(missed({ everySeconds: DAY, by: '02:00' }, lastLoad, now)).toBe(expected);
  });
});

describe('a source that comes every six hours', () => {
  test.each([
    ['loaded five hours ago', '2026-01-31T07:00:00Z', undefined],
    ['loaded just now', '2026-01-31T12:00:00Z', undefined],
    ['loaded six hours ago', '2026-01-31T06:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['loaded two days ago: late since then', '2026-01-29T06:00:00Z', '2026-01-29T12:00:00.000Z'],
    ['never loaded: late since today began', undefined, '2026-01-31T00:00:00.000Z'],
  ])('%s', (_, lastLoad, expected) => {
    expect(missed({ everySeconds: 6 * HOUR }, lastLoad, '2026-01-31T12:00:00Z')).toBe(expected);
  });

  test('has the same deadline however often it is asked for, so that it is told once', () => {
    const ask = (now: string) => missed({ everySeconds: 6 * HOUR }, '2026-01-31T01:00:00Z', now);
    expect(ask('2026-01-31T09:00:00Z')).toBe(ask('2026-01-31T10:17:00Z'));
  });
});
