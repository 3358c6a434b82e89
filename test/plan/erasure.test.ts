import { describe, expect, test } from 'vitest';
import type { Privacy } from '../../functions/model/column.ts';
import { checkErasure, nameKey, traceOf } from '../../functions/plan/erasure.ts';
import { planLastCopies } from '../../functions/plan/last-copies.ts';
import { column, DROP, protect, source, TOKENIZE } from '../columnar/declarations.ts';

const REASON = 'case 4711: asked to be forgotten';
const APPENDED = source([
  column('id', 'INT64'),
  column('mail', 'STRING', { privacy: TOKENIZE }),
  column('phone', 'STRING', { privacy: protect({ kind: 'mask', with: '*', keepLast: 4 }) }),
  column('tags', 'STRING', { mode: 'repeated' }),
  column('at', 'TIMESTAMP'),
]);
const MERGED = source([column('id'), column('shop'), column('mail')], {
  load: { mode: 'merge', key: ['id'], orderBy: [] },
});
const BY_TWO = source([column('id'), column('shop')], { load: { mode: 'merge', key: ['id', 'shop'], orderBy: [] } });

describe('an erasure is refused', () => {
  const ask = (key: Record<string, string>, reason = REASON) => ({ source: 's', key, reason, dryRun: false });
  test.each<[string, typeof MERGED, Record<string, string>, string, RegExp]>([
    ['for a reason that says nothing', APPENDED, { id: '1' }, 'because', /^reason/],
    ['for a reason that names the person', APPENDED, { mail: 'Bobby' }, 'bobby has asked us', /name a case/],
    ['without a key', APPENDED, {}, REASON, /at least one/],
    ['by a column that is none', APPENDED, { email: 'a' }, REASON, /no column email/],
    ['by one that tells nobody apart', APPENDED, { phone: '1' }, REASON, /mask/],
    ['by one of many values', APPENDED, { tags: 'a' }, REASON, /repeated/],
    ['by one of a type that is written in many ways', APPENDED, { at: '2026' }, REASON, /TIMESTAMP/],
    ['by another column than a merge goes by', MERGED, { mail: 'a' }, REASON, /merged by id/],
    ['by more than a merge goes by', MERGED, { id: 'a', shop: 'b' }, REASON, /merged by id/],
    ['by a part of what a merge goes by', BY_TWO, { id: 'a' }, REASON, /merged by id, shop/],
  ])('%s', (_, of, key, reason, message) => {
    expect(() => checkErasure(of, ask(key, reason))).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST', message: expect.stringMatching(message) }),
    );
  });

  test('by nothing else', () => {
    const keys: Record<string, string>[] = [{ id: '1' }, { mail: 'a' }, { id: '1', mail: 'a' }];
    for (const key of keys) expect(() => checkErasure(APPENDED, ask(key))).not.toThrow();
    expect(() => checkErasure(BY_TWO, ask({ shop: 'b', id: 'a' }))).not.toThrow();
  });
});

test('a value alone is of the one column that a source is merged by', () => {
  expect(nameKey(MERGED, { '': 'c1' })).toEqual({ id: 'c1' });
  expect(nameKey(APPENDED, { id: '1' })).toEqual({ id: '1' });
  for (const of of [APPENDED, BY_TWO])
    expect(() => nameKey(of, { '': 'c1' })).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
});

test.each<[Privacy, ReturnType<typeof traceOf>]>([
  [{ kind: 'public', allow: [] }, 'value'],
  [DROP, 'none'],
  [TOKENIZE, 'token'],
  [protect({ kind: 'hash', key: 'pii' }), 'token'],
  [protect({ kind: 'fpe', key: 'pii', alphabet: 'NUMERIC' }), 'token'],
  [protect({ kind: 'tokenize', key: 'pii', tweak: 'id' }), 'none'],
  [protect({ kind: 'tokenize', key: 'pii' }, [{ column: 'c', op: 'is_null' }]), 'either'],
  [protect({ kind: 'redact' }), 'none'],
  [protect({ kind: 'dlp', primitive: { cryptoHashConfig: {} }, keys: ['pii'] }), 'token'],
  [protect({ kind: 'dlp', primitive: { redactConfig: {} }, keys: [] }), 'none'],
])('what is protected by %o is found again by its %s', (privacy, trace) => {
  expect(traceOf(column('c', 'STRING', { privacy }))).toBe(trace);
});

test('the last copy is gone when the service that keeps it longest lets it go', () => {
  expect(
    planLastCopies({
      removedAt: new Date('2026-03-01T12:00:00Z'),
      buckets: [
        { name: 'raw', softDeleteSeconds: 7 * 86_400 },
        { name: 'curated', softDeleteSeconds: 0 },
      ],
      datasets: [{ name: 'shop', timeTravelHours: 48 }],
    }),
  ).toEqual([
    { what: 'shop', why: expect.stringMatching(/48 hours.*7 days/), until: '2026-03-10T12:00:00.000Z' },
    { what: 'gs://raw', why: expect.stringMatching(/7 days/), until: '2026-03-08T12:00:00.000Z' },
  ]);
});
