import { expect, test } from 'vitest';
import type { Column, Transformation } from '../../functions/model/column.ts';
import { changedPins, pinsOf } from '../../functions/plan/token-pins.ts';

const TOKENIZE: Transformation = { kind: 'tokenize', key: 'pii' };
const column = (change: Partial<Column> = {}, transform: Transformation = TOKENIZE): Column => ({
  name: 'email',
  from: 'email',
  type: 'STRING',
  mode: 'nullable',
  normalize: ['trim', 'lower'],
  privacy: { kind: 'transform', transform },
  ...change,
});
const changed = (before: Column, after: Column): string[] =>
  changedPins(pinsOf({ columns: [before] }), pinsOf({ columns: [after] }));

test.each<[string, Column]>([
  ['another order of the same steps', column({ normalize: ['lower', 'trim'] })],
  ['another description', column({ description: 'who' })],
  ['another name in the file', column({ from: 'mail' })],
  ['a whole number, whose digits are its text', column({ type: 'INT64' })],
  [
    'tokens of fewer rows',
    column({
      privacy: {
        kind: 'transform',
        transform: TOKENIZE,
        when: [{ column: 'country', op: 'in', values: ['DE'] }],
      },
    }),
  ],
  ['a column that is public from now on', column({ privacy: { kind: 'public', allow: [] } })],
  ['a column that is gone', column({ name: 'other' })],
])('%s leaves the tokens what they are', (_, after) => {
  expect(changed(column(), after)).toEqual([]);
});

test.each<[string, Column]>([
  ['another key', column({}, { kind: 'tokenize', key: 'cards' })],
  ['another version', column({}, { kind: 'tokenize', key: 'pii@2' })],
  ['another primitive', column({}, { kind: 'hash', key: 'pii' })],
  ['a tweak', column({}, { kind: 'tokenize', key: 'pii', tweak: 'country' })],
  ['another normalization', column({ normalize: ['trim'] })],
  ['upper for lower', column({ normalize: ['trim', 'upper'] })],
  ['another type', column({ type: 'NUMERIC' })],
])('%s makes other tokens', (_, after) => {
  expect(changed(column(), after)).toEqual(['email']);
});

test('the order in which settings are written is none of them', () => {
  const fpe = { kind: 'fpe', key: 'pii', alphabet: 'NUMERIC', tweak: 'country' } as const;
  const { kind, key, alphabet, tweak } = fpe;
  expect(changed(column({}, fpe), column({}, { tweak, alphabet, key, kind }))).toEqual([]);
});

test('of upper and lower the later one counts', () => {
  expect(changed(column({ normalize: ['lower'] }), column({ normalize: ['upper', 'lower'] }))).toEqual([]);
  expect(changed(column({ normalize: ['lower'] }), column({ normalize: ['lower', 'upper'] }))).toEqual(['email']);
});

test('another key moves dates otherwise, which is no token and still no longer comparable', () => {
  const shift = (key: string): Column =>
    column({ name: 'born', type: 'DATE', normalize: [] }, { kind: 'date_shift', days: 30, by: 'id', key });
  expect(changed(shift('pii'), shift('pii@2'))).toEqual(['born']);
  expect(changed(shift('pii'), shift('pii'))).toEqual([]);
});

test('a field of a record goes by its path', () => {
  const record = (field: Column): Column =>
    column({ name: 'contact', type: 'RECORD', privacy: { kind: 'public', allow: [] }, fields: [field] });
  expect(changed(record(column()), record(column({}, { kind: 'tokenize', key: 'pii@2' })))).toEqual(['contact.email']);
});
