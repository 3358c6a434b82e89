import { protos } from '@google-cloud/dlp';
import { describe, expect, test } from 'vitest';
import type { Column, ColumnType, Transformation } from '../../functions/model/column.ts';
import { stringsOf, textsOf } from '../../functions/model/texts.ts';
import { createPacker, type Pack, TRANSFORM_LIMITS } from '../../functions/plan/pack.ts';
import { packKey, renderPack } from '../../functions/render/dlp.ts';
import { column, transformed } from '../plan/declared.ts';

const Request = protos.google.privacy.dlp.v2.DeidentifyContentRequest;

const protectedColumn = (transform: Transformation, type: ColumnType = 'STRING'): Column =>
  column(transform.kind, type, { privacy: transformed(transform) });

function packOf(inputs: readonly (readonly [Column, string[], string[]?])[]): Pack {
  const packer = createPacker(TRANSFORM_LIMITS);
  for (const [one, values, contexts] of inputs) packer.add(one, values, contexts);
  const [pack] = packer.flush();
  if (!pack) throw new Error('nothing was packed');
  return pack;
}

const TOKENIZE = { kind: 'tokenize', key: 'pii' } as const satisfies Transformation;
const VERBATIM_FINDINGS: Transformation = {
  kind: 'dlp',
  findings: {
    transformations: [
      { infoTypes: [{ name: 'PERSON_NAME' }], primitiveTransformation: { replaceWithInfoTypeConfig: {} } },
    ],
  },
  inspect: { infoTypes: [{ name: 'PERSON_NAME' }], minLikelihood: 'LIKELY' },
  keys: [],
};
const OWN_RULES: Extract<Transformation, { kind: 'redact_findings' }> = {
  kind: 'redact_findings',
  infoTypes: ['PERSON_NAME', 'EMAIL_ADDRESS'],
  minLikelihood: 'POSSIBLE',
  with: 'info_type',
  each: { EMAIL_ADDRESS: { tokenize: 'pii' }, CASE_NUMBER: { text: 'a case' } },
  custom: [
    { name: 'CASE_NUMBER', pattern: 'C-[0-9]{4}', likelihood: 'LIKELY' },
    { name: 'PROJECT', words: ['apollo'] },
  ],
  except: [{ infoTypes: ['EMAIL_ADDRESS'], words: ['info@example.com'] }],
  near: [{ pattern: '(?i)patient', before: 50, after: 0, likelihood: 'VERY_LIKELY' }],
};
const { each: _each, ...WITHOUT_SINGLE } = OWN_RULES;
const STORED = { kind: 'template', deidentify: 't', madeFor: 'info_types' } as const satisfies Transformation;
const TEMPLATE = 'projects/acme/locations/eu/deidentifyTemplates/notes';
const RANGES = [
  { max: 18, with: 'minor' },
  { min: 18, with: 'adult' },
];
const SHIFT: Transformation = { kind: 'date_shift', days: 30, by: 'customer_id', key: 'pii' };
const FINDINGS: Transformation = {
  kind: 'redact_findings',
  infoTypes: ['PERSON_NAME', 'EMAIL_ADDRESS'],
  minLikelihood: 'POSSIBLE',
  with: 'info_type',
};

const REQUESTS: readonly [name: string, Column, values: string[], contexts?: string[]][] = [
  ['tokenize', protectedColumn(TOKENIZE), ['ann@example.com']],
  ['tokenize, version', protectedColumn({ ...TOKENIZE, key: 'pii@2' }), ['ann@example.com']],
  ['tokenize, tweak', protectedColumn({ ...TOKENIZE, tweak: 'country' }), ['ann@example.com', 'bob'], ['DE', 'FR']],
  ['fpe', protectedColumn({ kind: 'fpe', key: 'pii', alphabet: 'NUMERIC' }), ['123456789']],
  [
    'fpe, tweak, surrogate',
    protectedColumn({ kind: 'fpe', key: 'pii', alphabet: { radix: 36 }, tweak: 'country', surrogate: 'card' }),
    ['4111'],
    ['DE'],
  ],
  ['fpe, characters', protectedColumn({ kind: 'fpe', key: 'pii', alphabet: { characters: '01-' } }), ['0-1']],
  ['dictionary', protectedColumn({ kind: 'dictionary', words: ['Berlin', 'Paris'] }), ['Rome']],
  ['bucket of ranges', protectedColumn({ kind: 'bucket', ranges: RANGES }, 'INT64'), ['17', '18']],
  ['bucket of ranges, FLOAT64', protectedColumn({ kind: 'bucket', ranges: RANGES }, 'FLOAT64'), ['17.5']],
  [
    'dlp, primitive',
    protectedColumn({
      kind: 'dlp',
      primitive: { characterMaskConfig: { numberToMask: 2, reverseOrder: true } },
      keys: [],
    }),
    ['secret'],
  ],
  [
    'dlp, context',
    protectedColumn({
      kind: 'dlp',
      primitive: { cryptoDeterministicConfig: { cryptoKey: { keyName: 'pii' }, context: { name: 'country' } } },
      keys: ['pii'],
      context: 'country',
    }),
    ['ann', 'bob'],
    ['DE', 'FR'],
  ],
  [
    'dlp, part of a DATE',
    protectedColumn({ kind: 'dlp', primitive: { timePartConfig: { partToExtract: 'YEAR' } }, keys: [] }, 'DATE'),
    ['1990-01-31'],
  ],
  ['template', protectedColumn({ kind: 'template', deidentify: TEMPLATE, madeFor: 'info_types' }), ['I am Ann', 'Bob']],
  [
    'template of records',
    protectedColumn({
      kind: 'template',
      deidentify: TEMPLATE,
      inspect: 'projects/acme/locations/eu/inspectTemplates/look',
      madeFor: 'records',
      context: 'customer_id',
    }),
    ['I am Ann', 'Bob'],
    ['1', '2'],
  ],
  ['dlp, findings', protectedColumn(VERBATIM_FINDINGS), ['I am Ann']],
  ['hash', protectedColumn({ kind: 'hash', key: 'pii' }), ['ann@example.com']],
  ['mask', protectedColumn({ kind: 'mask', with: '*' }), ['secret']],
  ['mask, keep_last', protectedColumn({ kind: 'mask', with: '#', keepLast: 4, ignore: '- ' }), ['4111-1111']],
  ['mask, keep_first', protectedColumn({ kind: 'mask', with: '*', keepFirst: 2 }), ['ab12']],
  [
    'bucket of INT64',
    protectedColumn({ kind: 'bucket', size: 10, min: -50, max: 100 }, 'INT64'),
    ['-7', '9007199254740993'],
  ],
  ['bucket of NUMERIC', protectedColumn({ kind: 'bucket', size: 0.5, min: 0, max: 1 }, 'NUMERIC'), ['0.25']],
  [
    'bucket of FLOAT64',
    protectedColumn({ kind: 'bucket', size: 0.5, min: 0, max: 1 }, 'FLOAT64'),
    ['1e-3', 'inf', '-inf', 'nan'],
  ],
  ['date_shift of DATE', protectedColumn(SHIFT, 'DATE'), ['1990-01-31', '0001-01-01'], ['c1', '']],
  ['date_shift of DATETIME', protectedColumn(SHIFT, 'DATETIME'), ['1969-12-31 23:59:59.999999'], ['c1']],
  [
    'date_shift of TIMESTAMP',
    protectedColumn(SHIFT, 'TIMESTAMP'),
    ['2026-01-31 05:06:07.5+00', '2026-01-31 05:06:07+00'],
    ['c1', 'c2'],
  ],
  ['time_part of DATE', protectedColumn({ kind: 'time_part', part: 'YEAR' }, 'DATE'), ['1990-01-31']],
  [
    'time_part of TIMESTAMP',
    protectedColumn({ kind: 'time_part', part: 'HOUR_OF_DAY' }, 'TIMESTAMP'),
    ['2026-01-31 05:06:07+00'],
  ],
  ['redact_findings', protectedColumn(FINDINGS), ['I am Ann, ann@example.com']],
  [
    'redact_findings, nothing',
    protectedColumn({ ...FINDINGS, with: 'nothing', minLikelihood: 'LIKELY' } as Transformation),
    ['Ann'],
  ],
  ['redact_findings, own infoTypes and rules', protectedColumn(OWN_RULES), ['C-1234 of Ann']],
  ['redact_findings, mask', protectedColumn({ ...FINDINGS, with: 'mask' } as Transformation), ['Ann']],
];

describe('a request', () => {
  test('has DLP’s form for every transformation', () => {
    const requests = REQUESTS.map(([name, ...input]) => [name, renderPack(packOf([input])).request]);
    const finite = (_: string, value: unknown) =>
      typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
    return expect(`${JSON.stringify(Object.fromEntries(requests), finite, 2)}\n`).toMatchFileSnapshot(
      'golden/dlp-requests.golden.json',
    );
  });

  test.each(REQUESTS)('%s: protobuf knows each of its fields', (_, ...input) => {
    const { request } = renderPack(packOf([input]));
    const { headers: _headers, rows: _rows, ...asked } = request;
    const text = JSON.stringify(asked).replaceAll(/\{"keyName":"pii(@2)?"\}/g, '{"unwrapped":{"key":"c2VjcmV0"}}');
    const message = {
      ...(JSON.parse(text) as object),
      item: { table: { headers: request.headers.map((name) => ({ name })), rows: request.rows } },
    };
    const onTheWire = Request.decode(Request.encode(Request.fromObject(message)).finish());
    const read = Request.toObject(onTheWire, { enums: String, longs: String, bytes: String });
    expect(JSON.parse(JSON.stringify(read, strict))).toEqual(JSON.parse(JSON.stringify(message, strict)));
  });

  test.each(['redact', 'replace'] as const)('%s needs none: it is refused', (kind) => {
    const one = protectedColumn(kind === 'redact' ? { kind } : { kind, with: 'x' });
    expect(() => renderPack(packOf([[one, ['a']]]))).toThrow(expect.objectContaining({ code: 'UNEXPECTED' }));
  });
});

/** Zero seconds and parts of a date are not on the wire; NaN and infinity are no JSON. */
function strict(key: string, value: unknown): unknown {
  if (value === 0 || value === '0') return key === 'integerValue' ? value : undefined;
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

describe('lanes', () => {
  const email = protectedColumn(TOKENIZE);
  const size = (count: number) => {
    const { request } = renderPack(packOf([[email, Array.from({ length: count }, (_, i) => `v${i}`)]]));
    return [request.rows.length, request.headers.length];
  };

  test.each([
    [1, 1, 1],
    [2, 1, 2],
    [16, 1, 16],
    [17, 2, 9],
    [33, 3, 11],
    [1600, 100, 16],
  ])('%i values are %i rows of %i cells', (count, rows, cells) => expect(size(count)).toEqual([rows, cells]));

  test('that end early are filled up with what DLP leaves alone', () => {
    const { request } = renderPack(packOf([[email, Array.from({ length: 17 }, (_, i) => `v${i}`)]]));
    expect(request.rows[1]?.values.at(-1)).toEqual({ stringValue: '' });
  });

  test('of DLP’s own words are filled up with their last value, since it may fail for an empty one', () => {
    const one = protectedColumn({ kind: 'dlp', primitive: { bucketingConfig: { buckets: [] } }, keys: [] });
    const { request } = renderPack(packOf([[one, Array.from({ length: 17 }, (_, i) => `v${i}`)]]));
    expect(request.rows[1]?.values.at(-1)).toEqual({ stringValue: 'v16' });
  });

  test('of numbers and dates are filled up with their last value', () => {
    const born = protectedColumn(SHIFT, 'DATE');
    const days = Array.from({ length: 17 }, (_, i) => `2026-01-${10 + i}`);
    const { request } = renderPack(packOf([[born, days, days.map((day) => `by ${day}`)]]));
    expect(request.rows.at(-1)?.values.slice(-2)).toEqual([
      { dateValue: { year: 2026, month: 1, day: 26 } },
      { stringValue: 'by 2026-01-26' },
    ]);
  });

  test('of a date shift have each their own context', () => {
    const born = protectedColumn(SHIFT, 'DATE');
    const { request } = renderPack(packOf([[born, ['2026-01-01', '2026-01-02'], ['a', 'b']]]));
    expect(request.headers).toEqual(['s0_0', 's0_0_by', 's0_1', 's0_1_by']);
    const config = request.deidentifyConfig as { recordTransformations: { fieldTransformations: object[] } };
    expect(config.recordTransformations.fieldTransformations).toMatchObject([
      { fields: [{ name: 's0_0' }], primitiveTransformation: { dateShiftConfig: { context: { name: 's0_0_by' } } } },
      { fields: [{ name: 's0_1' }], primitiveTransformation: { dateShiftConfig: { context: { name: 's0_1_by' } } } },
    ]);
  });

  test('of one column share a transformation, and those of two do not', () => {
    const phone = protectedColumn({ kind: 'mask', with: '*', keepLast: 4 });
    const { request } = renderPack(
      packOf([
        [email, ['a', 'b']],
        [phone, ['1']],
      ]),
    );
    const config = request.deidentifyConfig as {
      recordTransformations: { fieldTransformations: { fields: object[] }[] };
    };
    expect(config.recordTransformations.fieldTransformations.map(({ fields }) => fields)).toEqual([
      [{ name: 's0_0' }, { name: 's0_1' }],
      [{ name: 's1_0' }],
    ]);
  });
});

test('a cell that the answer lacks is null, and never another’s', () => {
  const pack = packOf([[protectedColumn(TOKENIZE), ['a', 'b', 'c']]]);
  expect(
    renderPack(pack)
      .outputs(textsOf(['A']))
      .map(stringsOf),
  ).toEqual([['A', null, null]]);
});

describe('columns share requests', () => {
  test.each<[string, Transformation, Transformation, boolean]>([
    ['primitives, all', TOKENIZE, SHIFT, true],
    ['inspections of equal infoTypes', FINDINGS, { ...FINDINGS, with: 'mask' } as Transformation, true],
    ['inspections of other infoTypes', FINDINGS, { ...FINDINGS, infoTypes: ['URL'] } as Transformation, false],
    ['inspections of another likelihood', FINDINGS, { ...FINDINGS, minLikelihood: 'LIKELY' } as Transformation, false],
    ['a primitive and an inspection', TOKENIZE, FINDINGS, false],
    [
      'a primitive and one of DLP’s own words',
      TOKENIZE,
      { kind: 'dlp', primitive: { redactConfig: {} }, keys: [] },
      true,
    ],
    ['inspections of equal infoTypes of one’s own', WITHOUT_SINGLE, { ...WITHOUT_SINGLE, with: 'mask' }, true],
    ['inspections with single replacements', OWN_RULES, { ...OWN_RULES }, false],
    [
      'inspections with and without exceptions',
      FINDINGS,
      { ...FINDINGS, except: [{ words: ['ann'] }] } as Transformation,
      false,
    ],
    ['the same template', STORED, { ...STORED }, true],
    ['the same template of records', { ...STORED, madeFor: 'records' }, { ...STORED, madeFor: 'records' }, false],
    ['equal inspections of DLP’s own words', VERBATIM_FINDINGS, { ...VERBATIM_FINDINGS }, false],
  ])('%s', (_, a, b, expected) => expect(packKey(a, 'a') === packKey(b, 'b')).toBe(expected));
});
