import { expect, test } from 'vitest';
import { applyMask } from '../../../infra/local/wire-mask.ts';

const current = { name: 'old', rateLimits: { perSecond: 1, atOnce: 2 }, retry: null as { max: number } | null };
const change = { name: 'new', rateLimits: { perSecond: 9, atOnce: 8 }, retry: { max: 7 } };

test.each([
  [[], current],
  [['name'], { ...current, name: 'new' }],
  [['rate_limits'], { ...current, rateLimits: change.rateLimits }],
  [['rate_limits.at_once'], { ...current, rateLimits: { perSecond: 1, atOnce: 8 } }],
  [['rateLimits.atOnce', 'retry.max'], { ...current, rateLimits: { perSecond: 1, atOnce: 8 }, retry: { max: 7 } }],
])('the paths %j change those fields only', (paths, expected) => {
  const before = structuredClone(current);
  expect(applyMask(current, change, paths, () => {})).toEqual(expected);
  expect(current).toEqual(before);
});

test('a path is checked in snake_case, whichever way it came', () => {
  const seen: string[] = [];
  applyMask(current, change, ['rateLimits.perSecond', 'name'], (path) => void seen.push(path));
  expect(seen).toEqual(['rate_limits.per_second', 'name']);
});
