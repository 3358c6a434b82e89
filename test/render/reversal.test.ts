import { describe, expect, test } from 'vitest';
import type { Privacy, Transformation } from '../../functions/model/column.ts';
import { type Reversal, reversalOf } from '../../functions/render/reversal.ts';
import { column, transformed } from '../plan/declared.ts';

const of = (privacy: Privacy) => reversalOf(column('email', 'STRING', { privacy }));
const wayOf = (transform: Transformation): Reversal => {
  const way = of(transformed(transform));
  if ('none' in way) throw new Error(way.none);
  return way;
};
const TOKENIZE = { kind: 'tokenize', key: 'pii' } as const;
const sealed = (length: number): string => 'A'.repeat(length);

describe('what leads back', () => {
  test('has the primitive that made it, with its key by name, and its tweak from a column of the request', () => {
    const surrogateInfoType = { name: 'pii-2' };
    expect(wayOf({ ...TOKENIZE, key: 'pii@2' }).primitive()).toEqual({
      cryptoDeterministicConfig: { cryptoKey: { keyName: 'pii@2' }, surrogateInfoType },
    });
    const tweaked = wayOf({ kind: 'fpe', key: 'pii', alphabet: 'NUMERIC', tweak: 'country' });
    expect(tweaked.tweak).toBe('country');
    expect(tweaked.primitive('by')).toEqual({
      cryptoReplaceFfxFpeConfig: {
        cryptoKey: { keyName: 'pii' },
        commonAlphabet: 'NUMERIC',
        context: { name: 'by' },
      },
    });
  });

  test('is sure of its values only where a wrong token does not open', () => {
    expect(wayOf(TOKENIZE).authenticated).toBe(true);
    expect(wayOf({ kind: 'fpe', key: 'pii', alphabet: 'NUMERIC' }).authenticated).toBe(false);
    expect(wayOf({ kind: 'fpe', key: 'pii', alphabet: 'NUMERIC', surrogate: 'pii' }).authenticated).toBe(false);
  });

  test.each<[Transformation, string, boolean]>([
    [TOKENIZE, `pii(24):${sealed(24)}`, true],
    [TOKENIZE, `pii(24):${sealed(23)}=`, true],
    [TOKENIZE, `pii(24):${sealed(25)}`, false],
    [TOKENIZE, `pii(20):${sealed(20)}`, false],
    [TOKENIZE, `pii(24):${sealed(24)} and more`, false],
    [TOKENIZE, ` pii(24):${sealed(24)}`, false],
    [TOKENIZE, `pii-2(24):${sealed(24)}`, false],
    [TOKENIZE, `other(24):${sealed(24)}`, false],
    [{ ...TOKENIZE, key: 'pii@2' }, `pii-2(24):${sealed(24)}`, true],
    [{ ...TOKENIZE, key: 'pii@2' }, `pii(24):${sealed(24)}`, false],
    [TOKENIZE, sealed(24), false],
    [TOKENIZE, 'ann@example.com', false],
    [TOKENIZE, '', false],
    [{ kind: 'fpe', key: 'pii', alphabet: 'NUMERIC' }, '0471', true],
    [{ kind: 'fpe', key: 'pii', alphabet: 'NUMERIC' }, '4', false],
    [{ kind: 'fpe', key: 'pii', alphabet: 'NUMERIC' }, '04-71', false],
    [{ kind: 'fpe', key: 'pii', alphabet: { characters: '01-' } }, '01-10', true],
    [{ kind: 'fpe', key: 'pii', alphabet: 'NUMERIC', surrogate: 'no' }, 'no(4):0471', true],
    [{ kind: 'fpe', key: 'pii', alphabet: 'NUMERIC', surrogate: 'no' }, '0471', false],
  ])('%j: whether %j may be a token is %s', (transform, text, expected) => {
    expect(wayOf(transform).isToken(text)).toBe(expected);
  });
});

test('a RECORD leads nowhere by itself: its fields do', () => {
  expect(reversalOf(column('address', 'RECORD', { fields: [column('street', 'STRING')] }))).toEqual({
    none: expect.stringContaining('fields'),
  });
});

test.each<[string, Privacy, string]>([
  ['public', { kind: 'public', allow: [] }, 'public'],
  ['drop', { kind: 'drop' }, 'dropped'],
  ['hash', transformed({ kind: 'hash', key: 'pii' }), 'hash'],
  ['mask', transformed({ kind: 'mask', with: '*' }), 'mask'],
  ['redact', transformed({ kind: 'redact' }), 'redact'],
  ['replace', transformed({ kind: 'replace', with: 'x' }), 'replace'],
  ['dictionary', transformed({ kind: 'dictionary', words: ['a'] }), 'dictionary'],
  ['date_shift', transformed({ kind: 'date_shift', days: 3, by: 'id', key: 'pii' }), 'dates'],
  ['bucket', transformed({ kind: 'bucket', size: 1, min: 0, max: 2 }), 'bucket'],
  ['time_part', transformed({ kind: 'time_part', part: 'YEAR' }), 'time_part'],
  [
    'redact_findings',
    transformed({ kind: 'redact_findings', infoTypes: ['DATE'], minLikelihood: 'LIKELY', with: 'nothing' }),
    'redact_findings',
  ],
  [
    'dlp, of a primitive that is not undone',
    transformed({ kind: 'dlp', primitive: { cryptoHashConfig: { cryptoKey: { keyName: 'pii' } } }, keys: ['pii'] }),
    'cryptoHashConfig',
  ],
  ['template', transformed({ kind: 'template', deidentify: 'd', madeFor: 'records' }), 'template'],
  ['dlp, of findings', transformed({ kind: 'dlp', findings: {}, inspect: {}, keys: [] }), 'texts'],
])('%s leads nowhere, and it is said why', (_, privacy, why) => {
  expect(of(privacy)).toEqual({ none: expect.stringContaining(why) });
});
