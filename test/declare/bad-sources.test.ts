import { describe, expect, test } from 'vitest';
import { renderProblem } from '../../functions/declare/problem.ts';
import { brief, type Case, CUSTOMERS, column, compile, expectProblems, withLine } from './projects.ts';

const SETTINGS: Case[] = [
  ['an unknown key', 6, 'bach: 5m', 'bach UNKNOWN_KEY'],
  ['a key twice', 6, 'files: shop/x/*.csv', 'file DUPLICATE_KEY'],
  ['broken YAML', 5, 'cluster: [country', 'file YAML_SYNTAX', 6],
  ['a tag that nobody knows', 5, 'cluster: !mine [country]', 'file YAML_SYNTAX'],
  ['no files', 1, '', 'files MISSING_KEY', 1],
  ['files that are a list', 1, 'files: [a.csv]', 'files WRONG_TYPE'],
  ['a cost without a currency', 6, 'max_cost: 5', 'max_cost WRONG_TYPE'],
  ['a cost in another currency', 6, 'max_cost: 5 EUR', 'max_cost WRONG_VALUE'],
  ['a cost of nothing', 6, 'max_cost: 0 USD', 'max_cost WRONG_VALUE'],
  ['a bucket in the pattern', 1, 'files: gs://raw/shop/*.csv', 'files BAD_PATTERN'],
  ['a leading slash', 1, 'files: /shop/*.csv', 'files BAD_PATTERN'],
  ['a folder', 1, 'files: shop/', 'files BAD_PATTERN'],
  ['three stars', 1, 'files: shop/***.csv', 'files BAD_PATTERN'],
  ['a capture that is no date', 1, 'files: "shop/{day:YYYY}.csv"', 'files BAD_PATTERN'],
  ['a capture without a format', 1, 'files: "shop/{date}.csv"', 'files BAD_PATTERN'],
  ['a date that begins with the day', 1, 'files: "shop/{date:DD.MM.YYYY}.csv"', 'files BAD_PATTERN'],
  ['a date with a letter', 1, 'files: "shop/{date:YYYY-mm}.csv"', 'files BAD_PATTERN'],
  ['two captures', 1, 'files: "{date:YYYY}/{date:YYYY}.csv"', 'files BAD_PATTERN'],
  ['a format that is text', 2, 'format: csv', 'format WRONG_TYPE'],
  ['an unknown format', 2, 'format: { type: avro }', 'format.type WRONG_VALUE'],
  ['a header of Parquet', 2, 'format: { type: parquet, header: true }', 'format.header WRONG_VALUE'],
  ['a delimiter of two characters', 2, 'format: { type: csv, delimiter: "||" }', 'format.delimiter WRONG_VALUE'],
  [
    'a quote that is the delimiter',
    2,
    'format: { type: csv, delimiter: "\'", quote: "\'" }',
    ['format.escape WRONG_VALUE', 'format.quote WRONG_VALUE'],
  ],
  ['a misspelt mode', 3, 'load: { mode: apend }', 'load.mode WRONG_VALUE'],
  ['change data capture', 3, 'load: { mode: cdc, key: [id] }', 'load.mode NOT_SUPPORTED'],
  ['a merge without a key', 3, 'load: { mode: merge, order_by: [updated_at] }', 'load.key MISSING_KEY'],
  ['a merge without an order', 3, 'load: { mode: merge, key: [id] }', 'load.order_by MISSING_KEY'],
  ['a key of an append', 3, 'load: { mode: append, key: [id] }', 'load.key WRONG_VALUE'],
  [
    'an unknown key column',
    3,
    'load: { mode: merge, key: [idd], order_by: [updated_at] }',
    'load.key[0] UNKNOWN_COLUMN',
  ],
  ['a key twice', 3, 'load: { mode: merge, key: [id, id], order_by: [updated_at] }', 'load.key[1] DUPLICATE_NAME'],
  [
    'an unknown order column',
    3,
    'load: { mode: merge, key: [id], order_by: [updatedat] }',
    'load.order_by[0] UNKNOWN_COLUMN',
  ],
  [
    'an order that tokens do not keep',
    3,
    'load: { mode: merge, key: [id], order_by: [email] }',
    'load.order_by[0] COLUMN_NOT_KEPT',
  ],
  [
    'an order shifted by something else than the key',
    3,
    'load: { mode: merge, key: [country], order_by: [birthday] }',
    'load.order_by[0] COLUMN_NOT_KEPT',
  ],
  ['an unknown partition column', 4, 'partition: { by: sinup }', 'partition.by UNKNOWN_COLUMN'],
  ['a partition by text', 4, 'partition: { by: country }', 'partition.by WRONG_COLUMN_TYPE'],
  ['hours of a date', 4, 'partition: { by: signup, grain: hour }', 'partition.by WRONG_COLUMN_TYPE'],
  ['a grain of weeks', 4, 'partition: { by: signup, grain: week }', 'partition.grain WRONG_VALUE'],
  ['five cluster columns', 5, 'cluster: [id, email, country, signup, amount]', 'cluster WRONG_VALUE'],
  ['an unknown cluster column', 5, 'cluster: [county]', 'cluster[0] UNKNOWN_COLUMN'],
  ['a bare number as a duration', 6, 'batch: 300', 'batch WRONG_VALUE'],
  ['a duration of months', 6, 'batch: 1 month', 'batch WRONG_VALUE'],
  ['a batch of two days', 6, 'batch: 2 days', 'batch WRONG_VALUE'],
  ['a new-column rule that is not there', 7, 'on_new_column: ignore', 'on_new_column WRONG_VALUE'],
  ['a share of 200%', 8, 'bad_rows: { allow: 200% }', 'bad_rows.allow WRONG_VALUE'],
  ['a share of 5', 8, 'bad_rows: { allow: 5 }', 'bad_rows.allow WRONG_VALUE'],
  ['a share in words', 8, 'bad_rows: { allow: few }', 'bad_rows.allow WRONG_VALUE'],
  ['a time without a minute', 9, 'expect: { every: 1 day, by: "2" }', 'expect.by WRONG_VALUE'],
  ['a time of day of something hourly', 9, 'expect: { every: 1h, by: "02:00" }', 'expect.by WRONG_VALUE'],
  ['a time of day alone', 9, 'expect: { by: "02:00" }', 'expect.every MISSING_KEY'],
  ['fewer than no rows', 9, 'expect: { min_rows: -1 }', 'expect.min_rows WRONG_VALUE'],
  ['half a row', 9, 'expect: { min_rows: 0.5 }', 'expect.min_rows WRONG_TYPE'],
  ['a marker file', 6, 'complete: { marker: _SUCCESS }', 'complete NOT_SUPPORTED'],
  ['a retention', 6, 'retention: 400 days', 'retention NOT_SUPPORTED'],
];

describe('a source with one setting wrong says which, and nothing else', () => {
  test.each(SETTINGS)('%s', (_what, line, replacement, expected, at) => {
    expectProblems('sources/shop/customers.yaml', withLine(CUSTOMERS, line, replacement), at ?? line, expected);
  });
  test('replace_partition without a partition', () => {
    const text = withLine(withLine(CUSTOMERS, 3, 'load: { mode: replace_partition }'), 4, '');
    expectProblems('sources/shop/customers.yaml', text, 1, 'partition MISSING_KEY');
  });
  test('replace_partition by dates that are shifted out of their partition', () => {
    const text = withLine(
      withLine(CUSTOMERS, 3, 'load: { mode: replace_partition }'),
      4,
      'partition: { by: birthday }',
    );
    expectProblems('sources/shop/customers.yaml', text, 4, 'partition.by UNSAFE_COMBINATION');
  });
  test.each([
    'drop',
    'redact',
    '{ mask: { keep_last: 4 } }',
    '{ replace: { with: x } }',
    '{ redact_findings: { info_types: [AGE] } }',
    '{ dictionary: { words: [a, b] } }',
    '{ dlp: { redactConfig: {} } }',
    '{ template: projects/a/deidentifyTemplates/b }',
    '{ tokenize: { key: pii, tweak: country } }',
    '{ fpe: { key: pii, alphabet: NUMERIC, tweak: country } }',
  ])('a merge key under %s, by which different keys or the same key’s rows would be taken for others', (privacy) => {
    const text = withLine(CUSTOMERS, 3, 'load: { mode: merge, key: [extra], order_by: [updated_at] }');
    const broken = withLine(text, 18, column(`type: STRING, privacy: ${privacy}`));
    expectProblems('sources/shop/customers.yaml', broken, 3, 'load.key[0] COLUMN_NOT_KEPT');
  });
  test.each(['partition: { by: extra }', 'cluster: [extra]'])('%s of a dropped column', (line) => {
    const text = withLine(CUSTOMERS, 18, column('type: DATE, privacy: drop'));
    const [key] = line.split(':');
    const at = key === 'cluster' ? 5 : 4;
    expectProblems(
      'sources/shop/customers.yaml',
      withLine(text, at, line),
      at,
      `${key === 'cluster' ? 'cluster[0]' : 'partition.by'} COLUMN_NOT_KEPT`,
    );
  });
});

test('all that is wrong is told at once, in the order of the file', () => {
  const text = withLine(
    withLine(withLine(CUSTOMERS, 18, column('type: STRNG, privacy: publik')), 6, 'batch: soon'),
    4,
    'partition: { by: contry }',
  );
  const { problems } = compile({ 'sources/shop/customers.yaml': text, 'sources/shop/more.yaml': 'files: 1\n' });
  expect(problems.map(brief)).toEqual([
    'sources/shop/customers.yaml:4 partition.by UNKNOWN_COLUMN',
    'sources/shop/customers.yaml:6 batch WRONG_VALUE',
    'sources/shop/customers.yaml:18 columns[7].type WRONG_VALUE',
    'sources/shop/customers.yaml:18 columns[7].privacy WRONG_VALUE',
    'sources/shop/more.yaml:1 columns MISSING_KEY',
    'sources/shop/more.yaml:1 files WRONG_TYPE',
    'sources/shop/more.yaml:1 format MISSING_KEY',
    'sources/shop/more.yaml:1 load MISSING_KEY',
  ]);
});

test('a problem reads as one line, with the folder as the reader knows it', () => {
  const { problems } = compile({
    'sources/shop/customers.yaml': withLine(CUSTOMERS, 18, column('type: STRING, privacy: { tokenise: { key: pii } }')),
  });
  expect(problems.map((problem) => renderProblem(problem, 'sql'))).toEqual([
    'sql/sources/shop/customers.yaml:18:45 columns[7].privacy.tokenise: `tokenise` is not a key here; did you mean `tokenize`?',
  ]);
});

test.each([
  ['nothing', ''],
  ['only a comment', '# later\n'],
  ['a list', '- files: a\n'],
  ['two documents', 'files: a\n---\nfiles: b\n'],
])('a file that holds %s is no source', (_what, text) => {
  const { release, problems } = compile({ 'sources/shop/customers.yaml': text });
  expect(release).toBeUndefined();
  expect(problems.length).toBeGreaterThan(0);
});

test('a pattern that begins with a star wants quotes', () => {
  const { problems } = compile({ 'sources/shop/customers.yaml': withLine(CUSTOMERS, 1, 'files: **/customers.csv') });
  expect(problems.map(({ code, line, remedy }) => ({ code, line, remedy }))).toEqual([
    { code: 'YAML_SYNTAX', line: 1, remedy: 'write text that begins with `*` in quotes' },
  ]);
});

test('aliases that unfold into gigabytes are refused', () => {
  const lines = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
  for (const [at, name] of [...'bcdefgh'].entries())
    lines.push(`${name}: &${name} [${`*${'abcdefg'[at]}, `.repeat(9)}x]`);
  const { problems } = compile({ 'sources/shop/customers.yaml': lines.join('\n') });
  expect(problems.map(({ code }) => code)).toEqual(['YAML_SYNTAX']);
});
