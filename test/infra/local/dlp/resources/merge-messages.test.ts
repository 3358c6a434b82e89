import { expect, test } from 'vitest';
import { mergeMessages } from '../../../../../infra/local/dlp/resources/merge-messages.ts';

type Message = Record<string, unknown>;

test.each<[string, template: Message | null, request: Message | null, merged: Message | null]>([
  ['nothing into nothing is nothing', null, null, null],
  ['a template alone stays', { a: 1 }, null, { a: 1 }],
  ['a request alone stays', null, { a: 1 }, { a: 1 }],
  ['singular fields replace', { a: 1, s: 'x' }, { a: 2, s: 'y' }, { a: 2, s: 'y' }],
  [
    'defaults replace nothing',
    { a: 1, s: 'x', b: true, e: 'LIKELY', k: Buffer.from('k') },
    { a: 0, s: '', b: false, e: 'LIKELIHOOD_UNSPECIFIED', k: Buffer.alloc(0) },
    { a: 1, s: 'x', b: true, e: 'LIKELY', k: Buffer.from('k') },
  ],
  ['repeated fields append', { r: [1, 2] }, { r: [3] }, { r: [1, 2, 3] }],
  ['messages merge', { m: { a: 1, r: [1] } }, { m: { b: 2, r: [2] } }, { m: { a: 1, b: 2, r: [1, 2] } }],
  ['absent messages leave theirs', { m: { a: 1 } }, { m: null }, { m: { a: 1 } }],
  [
    'another field of a oneof puts the first away',
    { x: { a: 1 }, kind: 'x' },
    { y: { b: 2 }, kind: 'y' },
    { y: { b: 2 }, kind: 'y' },
  ],
  [
    'the same field of a oneof merges',
    { x: { a: 1 }, kind: 'x' },
    { x: { b: 2 }, kind: 'x' },
    { x: { a: 1, b: 2 }, kind: 'x' },
  ],
  ['a default that a oneof names replaces', { n: 3, kind: 'n' }, { n: 0, kind: 'n' }, { n: 0, kind: 'n' }],
])('%s', (_, template, request, merged) => {
  expect(mergeMessages(template, request)).toEqual(merged);
});
