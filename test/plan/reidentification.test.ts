import { describe, expect, test } from 'vitest';
import { SluiceError } from '../../functions/errors.ts';
import type { Ask } from '../../functions/model/reidentification.ts';
import {
  checkAsk,
  declaredColumn,
  declaredPart,
  declaredSource,
  repeats,
} from '../../functions/plan/reidentification.ts';
import { column, source } from './declared.ts';

const ASK: Ask = { source: 'shop.orders', columns: ['email'], tokens: ['t'], reason: 'ticket 4711: a refund' };
const RELEASE = {
  v: 1 as const,
  id: 'r',
  sources: [
    source({
      columns: [
        column('email', 'STRING'),
        column('address', 'RECORD', { fields: [column('street', 'STRING')] }),
        column('orders', 'RECORD', { mode: 'repeated', fields: [column('id', 'STRING')] }),
      ],
    }),
  ],
  transforms: [],
};

function refusalOf(ask: Partial<Record<keyof Ask, unknown>>): string {
  try {
    checkAsk({ ...ASK, ...ask } as Ask);
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(SluiceError);
    expect((error as SluiceError).code).toBe('BAD_REQUEST');
    return (error as SluiceError).message;
  }
}

describe('a request for clear values', () => {
  test.each<[string, Partial<Ask>]>([
    ['tokens', {}],
    ['tokens of a run', { run: 'r' }],
    ['tokens with their tweaks', { contexts: ['DE'] }],
    ['rows of a run', { tokens: undefined as never, run: 'r', rows: [1, 2] }],
    ['rows by a key', { tokens: undefined as never, columns: ['a', 'b'], where: { id: 'c1' } }],
    ['the longest reason', { reason: 'x'.repeat(500) }],
  ])('of %s is taken', (_, ask) => {
    expect(refusalOf(ask)).toBe('');
  });

  test.each<[string, Partial<Record<keyof Ask, unknown>>, string]>([
    ['without a reason', { reason: undefined }, 'reason'],
    ['with an empty reason', { reason: '' }, 'reason'],
    ['with a reason of blanks', { reason: ' '.repeat(40) }, 'reason'],
    ['with a reason of no-break spaces', { reason: '\u00a0'.repeat(40) }, 'reason'],
    ['with a reason that says nothing', { reason: '  because  ' }, 'reason'],
    ['with a reason without end', { reason: 'x'.repeat(501) }, 'reason'],
    ['whose reason holds a token', { tokens: ['pii(4):abcd'], reason: 'what is PII(4):ABCD here' }, 'reason'],
    ['whose ticket holds what is looked for', { tokens: undefined, where: { id: 'c-17' }, ticket: 'c-17' }, 'ticket'],
    ['with a ticket without end', { ticket: 'x'.repeat(101) }, 'ticket'],
    ['of nothing', { tokens: undefined }, 'exactly one of'],
    ['of tokens and rows', { run: 'r', rows: [1] }, 'exactly one of'],
    ['of no column', { columns: [] }, 'columns'],
    ['of too many columns', { columns: Array.from({ length: 11 }, (_, n) => `c${n}`) }, 'columns'],
    ['of one column twice', { tokens: undefined, run: 'r', rows: [1], columns: ['a', 'a'] }, 'once'],
    ['of tokens of two columns', { columns: ['a', 'b'] }, 'one column'],
    ['of no token', { tokens: [] }, 'tokens'],
    ['of a table of tokens', { tokens: Array(1001).fill('t') }, 'tokens'],
    ['with a tweak too few', { tokens: ['t', 'u'], contexts: ['DE'] }, 'contexts'],
    ['of rows of no run', { tokens: undefined, rows: [1] }, 'run'],
    ['of a table of rows', { tokens: undefined, run: 'r', rows: Array(101).fill(1) }, 'rows'],
    ['of rows by nothing', { tokens: undefined, where: {} }, 'where'],
    ['of rows by a key within a run', { tokens: undefined, run: 'r', where: { id: '1' } }, 'run'],
  ])('%s is refused', (_, ask, what) => {
    expect(refusalOf(ask)).toContain(what);
  });
});

describe('what is declared', () => {
  test('a column stands at its path, and whether there are several a row', () => {
    const [orders] = RELEASE.sources;
    expect(declaredColumn(orders as never, 'address.street')).toMatchObject({
      column: { name: 'street' },
      repeated: false,
    });
    expect(declaredColumn(orders as never, 'orders.id')).toMatchObject({ column: { name: 'id' }, repeated: true });
    for (const path of ['none', 'email.x', 'address.', '', 'address.city'])
      expect(() => declaredColumn(orders as never, path)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(() => declaredSource(RELEASE, 'shop.other')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  test('alone is written down of a request', () => {
    const ask = { ...ASK, columns: ['email', 'ann@example.com'], where: { email: 'v', 'bob@example.com': 'v' } };
    expect(declaredPart(RELEASE, ask)).toEqual({ source: 'shop.orders', columns: ['email'], by: ['email'] });
    expect(declaredPart(RELEASE, { ...ask, source: 'ann@example.com' })).toEqual({ columns: [], by: [] });
  });
});

test.each<[string, string | null, boolean]>([
  ['what stands in it', 'ann@example.com', true],
  ['in other letters', 'ANN@example.com', true],
  ['what does not', 'bob@example.com', false],
  ['too short to mean anything', 'ask', false],
  ['no value', null, false],
])('a kept text repeats %s', (_, secret, expected) => {
  expect(repeats(['they ask for ann@example.com', undefined], [secret])).toBe(expected);
});
