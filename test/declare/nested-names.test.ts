import { describe, expect, test } from 'vitest';
import { leafColumns } from '../../functions/model/leaf.ts';
import { contextColumn } from '../../functions/model/transformation.ts';
import { compile } from './projects.ts';

/** A source of a record within a list, with one field more. */
const withField = (field: string): string => `files: shop/orders/*.ndjson
format: { type: ndjson }
load: { mode: append }
columns:
  - { name: id, type: STRING, privacy: public }
  - { name: shop, type: RECORD, fields: [{ name: id, type: STRING, privacy: public }, { name: region, type: STRING, privacy: public }] }
  - name: lines
    type: RECORD
    mode: repeated
    fields:
      - { name: sku, type: STRING, privacy: public }
      - name: buyer
        type: RECORD
        fields:
          - { name: id, type: STRING, privacy: public }
          - ${field}
`;

const compiled = (field: string) => compile({ 'sources/shop/orders.yaml': withField(field) });

describe('a name inside of a record is', () => {
  test.each([
    ['the field beside it', 'id', 'lines.buyer.id'],
    ['a field of the record around', 'sku', 'lines.sku'],
    ['a column of the row', 'shop.region', 'shop.region'],
    ['a path from the top', 'lines.buyer.id', 'lines.buyer.id'],
    ['a path from the record around', 'buyer.id', 'lines.buyer.id'],
  ])('%s', (_, name, path) => {
    const field = `{ name: email, type: STRING, privacy: { tokenize: { key: pii, tweak: ${name} }, when: { column: ${name}, is_null: false } } }`;
    const { release, problems } = compiled(field);
    expect(problems).toEqual([]);
    const [source] = release?.sources ?? [];
    const email = leafColumns(source?.columns ?? []).find((column) => column.name === 'lines.buyer.email');
    if (email?.privacy.kind !== 'transform') throw new Error('the field is not protected');
    expect(contextColumn(email.privacy.transform)).toBe(path);
    expect(email.privacy.when).toEqual([{ column: path, op: 'is_not_null' }]);
  });

  test('what a template or DLP’s own words take as well', () => {
    const { release } = compiled(
      '{ name: email, type: STRING, privacy: { dlp: { cryptoDeterministicConfig: { cryptoKey: { keyName: pii }, surrogateInfoType: { name: pii }, context: { name: sku } } } } }',
    );
    const email = leafColumns(release?.sources[0]?.columns ?? []).find(({ name }) => name === 'lines.buyer.email');
    if (email?.privacy.kind !== 'transform') throw new Error('the field is not protected');
    expect(contextColumn(email.privacy.transform)).toBe('lines.sku');
  });
});

test('a record without a privacy of its own compiles to what one that says public does', () => {
  const field = '{ name: email, type: STRING, privacy: { tokenize: { key: pii } } }';
  const said = withField(field).replace('mode: repeated', 'mode: repeated\n    privacy: public');
  const version = (text: string) => compile({ 'sources/shop/orders.yaml': text }).release?.sources[0]?.version;
  expect(version(said)).toBe(version(withField(field)));
  expect(version(withField(field.replace('pii', 'other')))).not.toBe(version(said));
});
