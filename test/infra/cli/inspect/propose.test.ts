import { describe, expect, test } from 'vitest';
import { compileRelease } from '../../../../functions/declare/compile-release.ts';
import type { Evidence } from '../../../../infra/cli/inspect/find.ts';
import { proposeColumn } from '../../../../infra/cli/inspect/propose.ts';
import type { FileColumn } from '../../../../infra/cli/inspect/read-file.ts';
import { renderSource } from '../../../../infra/cli/inspect/render-source.ts';

const column = (name: string, type: string | undefined = 'STRING', rest: Partial<FileColumn> = {}): FileColumn => ({
  name,
  type,
  repeated: false,
  fields: [],
  ...rest,
});
const found = (shown: number, ...list: [infoType: string, values: number, whole: number][]): Evidence => ({
  shown,
  found: list.map(([infoType, values, whole]) => ({ infoType, values, whole })),
});
const NOTHING = found(100);

describe('a column is proposed', () => {
  test.each<[string, FileColumn, Evidence, unknown]>([
    ['public where nothing is found', column('colour'), NOTHING, 'public'],
    ['tokenised where it is e-mails', column('c'), found(90, ['EMAIL_ADDRESS', 90, 88]), { tokenize: { key: 'pii' } }],
    [
      'masked where it is phone numbers',
      column('c'),
      found(90, ['PHONE_NUMBER', 80, 80]),
      { mask: { keep_last: 4, ignore: '+-() ' } },
    ],
    ['dropped where it is names', column('c'), found(10, ['PERSON_NAME', 9, 9]), 'drop'],
    [
      'public with what is expected where it is places',
      column('c'),
      found(10, ['LOCATION', 9, 9]),
      { public: { allow: ['LOCATION'] } },
    ],
    [
      'cleansed where findings stand among other words',
      column('note'),
      found(100, ['EMAIL_ADDRESS', 4, 0], ['PHONE_NUMBER', 2, 0]),
      { redact_findings: { info_types: ['EMAIL_ADDRESS', 'PHONE_NUMBER'] } },
    ],
    [
      'tokenised where a number is found',
      column('c', 'INT64'),
      found(9, ['CREDIT_CARD_NUMBER', 1, 1]),
      { tokenize: { key: 'pii' } },
    ],
    ['by its name where nothing is found: ssn', column('SSN'), NOTHING, { tokenize: { key: 'pii' } }],
    ['by its name: first name', column('First Name'), NOTHING, 'drop'],
    ['by its name: birthday', column('birth_date', 'DATE'), NOTHING, { time_part: 'YEAR' }],
    ['by its name, which a flag has as well', column('has_phone', 'BOOL'), NOTHING, 'public'],
    ['not by a part of another word', column('compassport_colour_band'), found(5), 'public'],
    ['dropped where BigQuery has no such type', { ...column('c'), type: undefined }, NOTHING, 'drop'],
    [
      'masked where it is a list of phone numbers',
      column('c', 'STRING', { repeated: true }),
      found(90, ['PHONE_NUMBER', 80, 80]),
      { mask: { keep_last: 4, ignore: '+-() ' } },
    ],
    [
      'dropped where a record holds nothing that would stay',
      column('r', 'RECORD', { fields: [column('first_name')] }),
      NOTHING,
      'drop',
    ],
    [
      'left to its fields where it is a record',
      column('r', 'RECORD', { fields: [column('a')] }),
      found(5, ['EMAIL_ADDRESS', 5, 5]),
      undefined,
    ],
  ])('%s', (_, one, evidence, privacy) => {
    expect(proposeColumn(one, () => evidence).declared.privacy).toEqual(privacy);
  });

  test.each([
    ['customer_id', { name: 'customer_id' }],
    ['Customer ID', { name: 'customer_id', from: 'Customer ID' }],
    ['2nd', { name: 'c_2nd', from: '2nd' }],
    ['Größe', { name: 'gro_e', from: 'Größe' }],
  ])('under a name that BigQuery takes: %s', (name, expected) => {
    expect(proposeColumn(column(name), () => NOTHING).declared).toMatchObject(expected);
  });
});

test('the source that is printed compiles as it stands', () => {
  const columns = [
    column('id', 'INT64'),
    column('E-Mail'),
    column('note'),
    column('born', 'DATE'),
    column('price', 'NUMERIC(10,2)'),
    column('tags', 'STRING', { repeated: true }),
    column('items', 'RECORD', {
      repeated: true,
      fields: [
        column('sku'),
        column('n', 'INT64'),
        column('For', 'RECORD', { fields: [column('Note'), column('ssn')] }),
      ],
    }),
  ];
  const evidence: Record<string, Evidence> = {
    note: found(10, ['PERSON_NAME', 2, 0]),
    'E-Mail': found(9, ['EMAIL_ADDRESS', 9, 9]),
    'items.For.Note': found(8, ['EMAIL_ADDRESS', 1, 0]),
  };
  const text = renderSource({
    files: 'shop/things/*.ndjson',
    format: { type: 'ndjson' },
    columns: columns.map((one) => proposeColumn(one, (path) => evidence[path] ?? NOTHING)),
    about: 'Proposed from 10 records.',
  });
  expect(text).toContain('# PERSON_NAME in 2 of 10');
  const { release, problems } = compileRelease({ files: [{ path: 'sources/shop/things.yaml', text }], project: 'p' });
  expect(problems).toEqual([]);
  expect(release?.sources[0]?.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
    'id INT64',
    'e_mail STRING',
    'note STRING',
    'born DATE',
    'price NUMERIC',
    'tags STRING',
    'items RECORD',
  ]);
  expect(text.slice(text.indexOf('  - name: items'))).toBe(`  - name: items
    type: RECORD
    mode: repeated
    fields:
      - { name: sku, type: STRING, privacy: public }
      - { name: n, type: INT64, privacy: public }
      - name: for
        from: For
        type: RECORD
        fields:
          # EMAIL_ADDRESS in 1 of 8
          - { name: note, from: Note, type: STRING, privacy: { redact_findings: { info_types: [ EMAIL_ADDRESS ] } } }
          # by its name, the number of a document or an account
          - { name: ssn, type: STRING, privacy: { tokenize: { key: pii } } }`);
});
