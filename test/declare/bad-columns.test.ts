import { describe, test } from 'vitest';
import { type Case, CUSTOMERS, column, expectProblems, ORDERS, withLine } from './projects.ts';

const COLUMNS: Case[] = [
  ['no privacy', 18, column('type: STRING'), 'columns[7].privacy MISSING_KEY'],
  ['a misspelt privacy', 18, column('type: STRING, privacy: publik'), 'columns[7].privacy WRONG_VALUE'],
  [
    'a protection without its settings',
    18,
    column('type: STRING, privacy: tokenize'),
    'columns[7].privacy WRONG_VALUE',
  ],
  [
    'a misspelt protection',
    18,
    column('type: STRING, privacy: { tokenise: { key: pii } }'),
    'columns[7].privacy.tokenise UNKNOWN_KEY',
  ],
  ['a privacy that is a list', 18, column('type: STRING, privacy: [public]'), 'columns[7].privacy WRONG_TYPE'],
  [
    'no version of a key',
    18,
    column('type: STRING, privacy: { tokenize: { key: pii@0 } }'),
    'columns[7].privacy.tokenize.key WRONG_VALUE',
  ],
  [
    'two protections',
    18,
    column('type: STRING, privacy: { hash: { key: a }, tokenize: { key: a } }'),
    'columns[7].privacy WRONG_VALUE',
  ],
  ['no key', 18, column('type: STRING, privacy: { tokenize: {} }'), 'columns[7].privacy.tokenize.key MISSING_KEY'],
  [
    'a key that is no name',
    18,
    column('type: STRING, privacy: { tokenize: { key: "my key" } }'),
    'columns[7].privacy.tokenize.key WRONG_VALUE',
  ],
  [
    'both ends of a mask',
    18,
    column('type: STRING, privacy: { mask: { keep_last: 2, keep_first: 2 } }'),
    'columns[7].privacy.mask WRONG_VALUE',
  ],
  [
    'an encryption without an alphabet',
    18,
    column('type: STRING, privacy: { fpe: { key: pii } }'),
    'columns[7].privacy.fpe.alphabet MISSING_KEY',
  ],
  [
    'a misspelt alphabet',
    18,
    column('type: STRING, privacy: { fpe: { key: pii, alphabet: NUMERICAL } }'),
    'columns[7].privacy.fpe.alphabet WRONG_VALUE',
  ],
  [
    'an alphabet in two ways',
    18,
    column('type: STRING, privacy: { fpe: { key: pii, alphabet: { radix: 10, characters: "01" } } }'),
    'columns[7].privacy.fpe.alphabet WRONG_VALUE',
  ],
  [
    'an alphabet of a character twice',
    18,
    column('type: STRING, privacy: { fpe: { key: pii, alphabet: { characters: "011" } } }'),
    'columns[7].privacy.fpe.alphabet.characters WRONG_VALUE',
  ],
  [
    'an alphabet beyond ASCII',
    18,
    column('type: STRING, privacy: { fpe: { key: pii, alphabet: { characters: "0é" } } }'),
    'columns[7].privacy.fpe.alphabet.characters WRONG_VALUE',
  ],
  [
    'a radix that is too large',
    18,
    column('type: STRING, privacy: { fpe: { key: pii, alphabet: { radix: 95 } } }'),
    'columns[7].privacy.fpe.alphabet.radix WRONG_VALUE',
  ],
  [
    'an encrypted date',
    18,
    column('type: DATE, privacy: { fpe: { key: pii, alphabet: NUMERIC } }'),
    'columns[7].privacy WRONG_COLUMN_TYPE',
  ],
  [
    'a surrogate that is no name',
    18,
    column('type: STRING, privacy: { fpe: { key: pii, alphabet: NUMERIC, surrogate: "a b" } }'),
    'columns[7].privacy.fpe.surrogate WRONG_VALUE',
  ],
  [
    'a tweak that is not there',
    18,
    column('type: STRING, privacy: { fpe: { key: pii, alphabet: NUMERIC, tweak: county } }'),
    'columns[7].privacy.fpe.tweak UNKNOWN_COLUMN',
  ],
  [
    'a value that is its own tweak',
    18,
    column('type: STRING, privacy: { tokenize: { key: pii, tweak: extra } }'),
    'columns[7].privacy.tokenize.tweak UNSAFE_COMBINATION',
  ],
  ['a dictionary without words', 18, column('type: STRING, privacy: dictionary'), 'columns[7].privacy WRONG_VALUE'],
  [
    'a dictionary of one word',
    18,
    column('type: STRING, privacy: { dictionary: { words: [a] } }'),
    'columns[7].privacy.dictionary.words WRONG_VALUE',
  ],
  [
    'buckets that overlap',
    18,
    column('type: INT64, privacy: { bucket: { buckets: [{ max: 10, with: a }, { min: 9, with: b }] } }'),
    'columns[7].privacy.bucket.buckets WRONG_VALUE',
  ],
  [
    'buckets in two ways',
    18,
    column('type: INT64, privacy: { bucket: { size: 1, buckets: [{ max: 10, with: a }] } }'),
    'columns[7].privacy.bucket WRONG_VALUE',
  ],
  [
    'a bucket without its text',
    18,
    column('type: INT64, privacy: { bucket: { buckets: [{ max: 10 }] } }'),
    'columns[7].privacy.bucket.buckets[0].with MISSING_KEY',
  ],
  [
    'a bucket of integers that begins between two',
    18,
    column('type: INT64, privacy: { bucket: { size: 1, min: 0.5, max: 9 } }'),
    'columns[7].privacy WRONG_VALUE',
  ],
  [
    'a misspelt field of DLP',
    18,
    column('type: STRING, privacy: { dlp: { cryptoHashConfig: { cryptoKy: { keyName: a } } } }'),
    [
      'columns[7].privacy.dlp.cryptoHashConfig MISSING_KEY',
      'columns[7].privacy.dlp.cryptoHashConfig.cryptoKy UNKNOWN_KEY',
    ],
  ],
  [
    'a context of DLP’s that is no column',
    18,
    column(
      'type: STRING, privacy: { dlp: { cryptoDeterministicConfig: { cryptoKey: { keyName: a }, context: { name: county } } } }',
    ),
    'columns[7].privacy.dlp UNKNOWN_COLUMN',
  ],
  [
    'a part of a number in DLP’s own words',
    18,
    column('type: INT64, privacy: { dlp: { timePartConfig: { partToExtract: YEAR } } }'),
    'columns[7].privacy WRONG_COLUMN_TYPE',
  ],
  [
    'a template that is no name',
    18,
    column('type: STRING, privacy: { template: notes }'),
    'columns[7].privacy.template WRONG_VALUE',
  ],
  [
    'an inspection where the de-identification belongs',
    18,
    column('type: STRING, privacy: { template: { deidentify: projects/a/inspectTemplates/b } }'),
    'columns[7].privacy.template.deidentify WRONG_VALUE',
  ],
  [
    'a context of what is no record',
    18,
    column('type: STRING, privacy: { template: { deidentify: projects/a/deidentifyTemplates/b, context: id } }'),
    'columns[7].privacy.template.context WRONG_VALUE',
  ],
  [
    'a time without a zone',
    18,
    column(
      'type: STRING, privacy: { template: { deidentify: projects/a/deidentifyTemplates/b, as_of: "2026-01-01" } }',
    ),
    'columns[7].privacy.template.as_of WRONG_VALUE',
  ],
  [
    'a template for numbers',
    18,
    column('type: INT64, privacy: { template: projects/a/deidentifyTemplates/b }'),
    'columns[7].privacy WRONG_COLUMN_TYPE',
  ],
  [
    'a misspelt infoType',
    18,
    column('type: STRING, privacy: { redact_findings: { info_types: [EMAIL_ADRESS] } }'),
    'columns[7].privacy.redact_findings.info_types[0] WRONG_VALUE',
  ],
  [
    'no infoTypes',
    18,
    column('type: STRING, privacy: { redact_findings: { info_types: [] } }'),
    'columns[7].privacy.redact_findings.info_types WRONG_VALUE',
  ],
  ...(
    [
      ['nothing to look for', '{}', 'info_types'],
      ['an infoType of its own without what it is', '{ custom: [{ name: CASE }] }', 'custom[0]'],
      ['one in two ways', '{ custom: [{ name: CASE, pattern: "C", words: [ab] }] }', 'custom[0]'],
      ['one that stands twice', '{ custom: [{ name: A, pattern: "C" }, { name: A, pattern: "D" }] }', 'custom[1].name'],
      ['one by what RE2 has not', '{ custom: [{ name: CASE, pattern: "(?=C)" }] }', 'custom[0].pattern'],
      ['a word of one letter', '{ custom: [{ name: CASE, words: [a] }] }', 'custom[0].words[0]'],
      [
        'too many lists of words',
        `{ custom: [${Array.from({ length: 11 }, (_, n) => `{ name: T${n}, words: [ab] }`).join(', ')}] }`,
        '',
      ],
      [
        'too many words',
        `{ custom: [{ name: A, words: [${'ab'.repeat(30_000)}] }, { name: B, words: [${'ab'.repeat(30_000)}] }] }`,
        '',
      ],
      ['a replacement for what is not looked for', '{ info_types: [AGE], each: { URL: mask } }', 'each'],
      ['a misspelt replacement', '{ info_types: [AGE], with: masked }', 'with'],
      [
        'an exception from what is not looked for',
        '{ info_types: [AGE], except: [{ info_types: [URL], words: [ab] }] }',
        'except[0].info_types',
      ],
      [
        'a window that is too wide',
        '{ info_types: [AGE], near: [{ pattern: a, before: 900, after: 101 }] }',
        'near[0]',
      ],
    ] as const
  ).map(
    ([what, findings, key]): Case => [
      `${what}`,
      18,
      column(`type: STRING, privacy: { redact_findings: ${findings} }`),
      `columns[7].privacy.redact_findings${key && `.${key}`} WRONG_VALUE`,
    ],
  ),
  [
    'findings in a number',
    18,
    column('type: INT64, privacy: { redact_findings: { info_types: [AGE] } }'),
    'columns[7].privacy WRONG_COLUMN_TYPE',
  ],
  [
    'a bucket of text',
    18,
    column('type: STRING, privacy: { bucket: { size: 1, min: 0, max: 9 } }'),
    'columns[7].privacy WRONG_COLUMN_TYPE',
  ],
  [
    'a bucket wider than its range',
    18,
    column('type: INT64, privacy: { bucket: { size: 10, min: 0, max: 9 } }'),
    'columns[7].privacy.bucket WRONG_VALUE',
  ],
  [
    'a shifted text',
    18,
    column('type: STRING, privacy: { date_shift: { days: 1, by: id, key: k } }'),
    'columns[7].privacy WRONG_COLUMN_TYPE',
  ],
  [
    'a shift by itself',
    18,
    column('type: DATE, privacy: { date_shift: { days: 1, by: extra, key: k } }'),
    'columns[7].privacy.date_shift.by UNSAFE_COMBINATION',
  ],
  [
    'a shift by nothing that is there',
    18,
    column('type: DATE, privacy: { date_shift: { days: 1, by: idd, key: k } }'),
    'columns[7].privacy.date_shift.by UNKNOWN_COLUMN',
  ],
  [
    'an hour of a date',
    18,
    column('type: DATE, privacy: { time_part: HOUR_OF_DAY }'),
    'columns[7].privacy WRONG_COLUMN_TYPE',
  ],
  [
    'a part of a date for some rows',
    18,
    column('type: DATE, privacy: { time_part: YEAR, when: { column: id, equals: a } }'),
    'columns[7].privacy.when UNSAFE_COMBINATION',
  ],
  [
    'a token of JSON',
    18,
    column('type: JSON, privacy: { tokenize: { key: pii } }'),
    'columns[7].privacy WRONG_COLUMN_TYPE',
  ],
  ['a mask of bytes', 18, column('type: BYTES, privacy: { mask: {} }'), 'columns[7].privacy WRONG_COLUMN_TYPE'],
  [
    'a condition on a column that is not there',
    18,
    column('type: STRING, privacy: { hash: { key: k }, when: { column: county, equals: a } }'),
    'columns[7].privacy.when.column UNKNOWN_COLUMN',
  ],
  [
    'the second of two conditions',
    18,
    column(
      'type: STRING, privacy: { hash: { key: k }, when: [{ column: id, is_null: true }, { column: county, equals: a }] }',
    ),
    'columns[7].privacy.when[1].column UNKNOWN_COLUMN',
  ],
  [
    'a condition that says nothing',
    18,
    column('type: STRING, privacy: { hash: { key: k }, when: { column: id } }'),
    'columns[7].privacy.when WRONG_VALUE',
  ],
  [
    'a condition that says two things',
    18,
    column('type: STRING, privacy: { hash: { key: k }, when: { column: id, equals: a, is_null: true } }'),
    'columns[7].privacy.when WRONG_VALUE',
  ],
  [
    'a number in a condition',
    18,
    column('type: STRING, privacy: { hash: { key: k }, when: { column: id, in: [7] } }'),
    'columns[7].privacy.when.in[0] WRONG_TYPE',
  ],
  [
    'a look-ahead',
    18,
    column('type: STRING, privacy: { hash: { key: k }, when: { column: id, matches: "a(?=b)" } }'),
    'columns[7].privacy.when.matches WRONG_VALUE',
  ],
  [
    'an open bracket',
    18,
    column('type: STRING, privacy: { hash: { key: k }, when: { column: id, matches: "a(b" } }'),
    'columns[7].privacy.when.matches WRONG_VALUE',
  ],
  [
    'a condition on a public column',
    18,
    column('type: STRING, privacy: { public: { allow: [AGE] }, when: { column: id, equals: a } }'),
    'columns[7].privacy.when WRONG_VALUE',
  ],
  ['a misspelt type', 18, column('type: STRNG, privacy: public'), 'columns[7].type WRONG_VALUE'],
  ["another system's type", 18, column('type: VARCHAR, privacy: public'), 'columns[7].type WRONG_VALUE'],
  ['a place', 18, column('type: GEOGRAPHY, privacy: public'), 'columns[7].type NOT_SUPPORTED'],
  ['a maximum length', 18, column('type: STRING(10), privacy: public'), 'columns[7].type NOT_SUPPORTED'],
  ['an array', 18, column('type: ARRAY<STRING>, privacy: public'), 'columns[7].type NOT_SUPPORTED'],
  ['too many digits', 18, column('type: "NUMERIC(40,2)", privacy: public'), 'columns[7].type WRONG_VALUE'],
  [
    'a type cut by its comma',
    18,
    column('type: NUMERIC(10,2), privacy: public'),
    ['columns[7].type WRONG_VALUE', 'columns[7].2) UNKNOWN_KEY'],
  ],
  [
    'a mode that is not there',
    18,
    column('type: STRING, mode: optional, privacy: public'),
    'columns[7].mode WRONG_VALUE',
  ],
  [
    'a date format of text',
    18,
    column('type: STRING, format: "%Y", privacy: public'),
    'columns[7].format WRONG_COLUMN_TYPE',
  ],
  [
    'a date format that is none',
    18,
    column('type: DATE, format: "YYYY-MM-DD", privacy: public'),
    'columns[7].format WRONG_VALUE',
  ],
  [
    'a normalization that is not there',
    18,
    column('type: STRING, normalize: [lowr], privacy: public'),
    'columns[7].normalize[0] WRONG_VALUE',
  ],
  [
    'fields of a scalar',
    18,
    column('type: STRING, privacy: public, fields: [{ name: a, type: STRING, privacy: public }]'),
    'columns[7].fields WRONG_COLUMN_TYPE',
  ],
  ['a RECORD in csv', 18, column('type: RECORD, privacy: drop'), 'columns[7].type WRONG_COLUMN_TYPE'],
  [
    'a repeated column in csv',
    18,
    column('type: STRING, mode: repeated, privacy: public'),
    'columns[7].mode WRONG_COLUMN_TYPE',
  ],
  ['a name with a space', 18, '  - { name: "a b", type: STRING, privacy: public }', 'columns[7].name BAD_NAME'],
  [
    "a name of BigQuery's own",
    18,
    '  - { name: _PARTITIONTIME, type: STRING, privacy: public }',
    'columns[7].name RESERVED_NAME',
  ],
  [
    "a name of Sluice's own",
    18,
    '  - { name: _RUN_ID, type: STRING, privacy: public }',
    'columns[7].name RESERVED_NAME',
  ],
  [
    'a name twice, case aside',
    18,
    '  - { name: Email, type: STRING, privacy: public }',
    'columns[7].name DUPLICATE_NAME',
  ],
  [
    'one column of the file twice',
    18,
    '  - { name: e2, from: EMAIL, type: STRING, privacy: public }',
    'columns[7].from DUPLICATE_NAME',
  ],
  ['no name', 18, '  - { type: STRING, privacy: public }', 'columns[7].name MISSING_KEY'],
  ['a column that is text', 18, '  - country', 'columns[7] WRONG_TYPE'],
  [
    'a key named __proto__',
    18,
    column('type: STRING, privacy: public, __proto__: 1'),
    'columns[7].__proto__ UNKNOWN_KEY',
  ],
];

const NESTED: Case[] = [
  [
    'a protected field',
    11,
    '      - { name: sku, type: STRING, privacy: drop }',
    'columns[1].fields[0].privacy NOT_SUPPORTED',
  ],
  ['a field without privacy', 11, '      - { name: sku, type: STRING }', 'columns[1].fields[0].privacy MISSING_KEY'],
  [
    'a normalized field',
    11,
    '      - { name: sku, type: STRING, normalize: [trim], privacy: public }',
    'columns[1].fields[0].normalize NOT_SUPPORTED',
  ],
  [
    'a reserved field',
    11,
    '      - { name: _FILE_NAME, type: STRING, privacy: public }',
    'columns[1].fields[0].name RESERVED_NAME',
  ],
  [
    'a field twice',
    12,
    '      - { name: SKU, type: STRING, privacy: public }',
    'columns[1].fields[1].name DUPLICATE_NAME',
  ],
  [
    'a RECORD inside without fields',
    12,
    '      - { name: more, type: RECORD, privacy: public }',
    'columns[1].fields[1].fields MISSING_KEY',
  ],
  ['a tokenised RECORD', 9, '    privacy: { tokenize: { key: k } }', 'columns[1].privacy NOT_SUPPORTED'],
  [
    'tokens of a repeated column',
    13,
    '  - { name: tags, type: STRING, mode: repeated, privacy: { hash: { key: k } } }',
    'columns[2].privacy NOT_SUPPORTED',
  ],
  [
    'a key that is repeated',
    3,
    'load: { mode: merge, key: [tags], order_by: [ordered_at] }',
    'load.key[0] WRONG_COLUMN_TYPE',
  ],
  [
    'an order by JSON',
    3,
    'load: { mode: merge, key: [order_id], order_by: [payload] }',
    'load.order_by[0] WRONG_COLUMN_TYPE',
  ],
  ['a cluster by JSON', 3, 'load: { mode: append }\ncluster: [payload]', 'cluster[0] WRONG_COLUMN_TYPE', 4],
  ['a cluster by a RECORD', 3, 'load: { mode: append }\ncluster: [items]', 'cluster[0] WRONG_COLUMN_TYPE', 4],
];

describe('a source with one column wrong says which, and nothing else', () => {
  test.each(COLUMNS)('%s', (_what, line, replacement, expected, at) => {
    expectProblems('sources/shop/customers.yaml', withLine(CUSTOMERS, line, replacement), at ?? line, expected);
  });
  test.each(NESTED)('%s', (_what, line, replacement, expected, at) => {
    expectProblems('sources/shop/orders.yaml', withLine(ORDERS, line, replacement), at ?? line, expected);
  });
});
