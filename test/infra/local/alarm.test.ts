import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createAlarm } from '../../../infra/local/alarm.ts';

const DAY_MS = 86_400_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('an alarm rings once, at its time and not before', () => {
  const ring = vi.fn();
  createAlarm(ring).set(Date.now() + 100);
  vi.advanceTimersByTime(99);
  expect(ring).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  vi.advanceTimersByTime(1_000);
  expect(ring).toHaveBeenCalledTimes(1);
});

test('a new time takes the place of the one before, and none silences it', () => {
  const ring = vi.fn();
  const alarm = createAlarm(ring);
  alarm.set(Date.now() + 100);
  alarm.set(Date.now() + 500);
  vi.advanceTimersByTime(400);
  expect(ring).not.toHaveBeenCalled();
  alarm.set(undefined);
  vi.advanceTimersByTime(1_000);
  expect(ring).not.toHaveBeenCalled();
});

test('a time that has passed rings soon', () => {
  const ring = vi.fn();
  createAlarm(ring).set(Date.now() - 5);
  vi.advanceTimersByTime(1);
  expect(ring).toHaveBeenCalledTimes(1);
});

test('a time further off than a timer reaches is kept', () => {
  const ring = vi.fn();
  createAlarm(ring).set(Date.now() + 30 * DAY_MS);
  vi.advanceTimersByTime(30 * DAY_MS - 1);
  expect(ring).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(ring).toHaveBeenCalledTimes(1);
});

test('a closed alarm stays silent, whatever is set', () => {
  const ring = vi.fn();
  const alarm = createAlarm(ring);
  alarm.set(Date.now() + 10);
  alarm.close();
  alarm.set(Date.now() + 10);
  vi.advanceTimersByTime(100);
  expect(ring).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});
