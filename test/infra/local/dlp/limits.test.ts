import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DlpServer, PARENT, startDlp } from './dlp-server.ts';

let server: DlpServer;
beforeAll(async () => {
  server = await startDlp();
});
afterAll(() => server.close());

const named = (...names: string[]) => names.map((name) => ({ name }));
const EMAIL = { infoTypes: named('EMAIL_ADDRESS') };
const TOO_LARGE = 'Request payload size exceeds the limit: 524288 bytes.';
const redact = { primitiveTransformation: { redactConfig: {} } };
const redactField = { recordTransformations: { fieldTransformations: [{ fields: named('a'), ...redact }] } };
const columnOf = (count: number) => ({
  headers: named('a'),
  rows: Array.from({ length: count }, () => ({ values: [{ booleanValue: true }] })),
});

const inspect = (item: object, inspectConfig: object = EMAIL, more: object = {}) =>
  server.grpc.inspectContent({ parent: PARENT, item, inspectConfig, ...more } as never);
const deidentify = (item: object, deidentifyConfig: object, more: object = {}) =>
  server.grpc.deidentifyContent({ parent: PARENT, item, deidentifyConfig, ...more } as never);

describe('a request is refused', () => {
  test.each<[string, () => Promise<unknown>, number, string]>([
    ['of more than half a megabyte', () => inspect({ value: 'x'.repeat(524_288) }), 3, TOO_LARGE],
    [
      'of a table that large',
      () =>
        deidentify(
          { table: { headers: named('a'), rows: [{ values: [{ stringValue: 'é'.repeat(262_144) }] }] } },
          redactField,
        ),
      3,
      TOO_LARGE,
    ],
    ['of bytes that many', () => inspect({ byteItem: { data: Buffer.alloc(524_288, 'x') } }), 3, TOO_LARGE],
    [
      'of more than 50,000 table values',
      () => deidentify({ table: columnOf(50_001) }, redactField),
      3,
      'Too many table values: 50001. The limit is 50000.',
    ],
    [
      'of more than 3,000 findings to de-identify',
      () =>
        deidentify(
          { value: 'a@b.co '.repeat(3001) },
          { infoTypeTransformations: { transformations: [{ ...EMAIL, ...redact }] } },
        ),
      3,
      'Too many findings to de-identify. Retry with a smaller request.',
    ],
    [
      'of more than 100 transformations',
      () =>
        deidentify(
          { table: columnOf(1) },
          {
            recordTransformations: {
              fieldTransformations: Array.from(
                { length: 101 },
                () => redactField.recordTransformations.fieldTransformations[0],
              ),
            },
          },
        ),
      3,
      'Too many transformations per request: 101. The limit is 100.',
    ],
    [
      'of more than 150 infoTypes',
      () => inspect({ value: 'x' }, { infoTypes: Array.from({ length: 151 }, (_, i) => ({ name: `T${i}` })) }),
      3,
      'Too many built-in and custom infoTypes per request: 151. The limit is 150.',
    ],
    [
      'of more than 30 custom infoTypes',
      () =>
        inspect(
          { value: 'x' },
          {
            customInfoTypes: Array.from({ length: 31 }, (_, i) => ({
              infoType: { name: `T${i}` },
              regex: { pattern: 'a' },
            })),
          },
        ),
      3,
      'custom infoTypes',
    ],
    [
      'of more than 10 rule sets',
      () =>
        inspect(
          { value: 'x' },
          { ...EMAIL, ruleSet: Array.from({ length: 11 }, () => ({ infoTypes: named('EMAIL_ADDRESS'), rules: [] })) },
        ),
      3,
      'rule sets',
    ],
    [
      'of an infoType that is unknown',
      () => inspect({ value: 'x' }, { infoTypes: named('BAD_TYPE') }),
      3,
      'Invalid built-in info type name "BAD_TYPE"',
    ],
    [
      'of a likelihood threshold without an infoType',
      () => inspect({ value: 'x' }, { ...EMAIL, minLikelihoodPerInfoType: [{ minLikelihood: 'LIKELY' }] }),
      3,
      'needs an info_type',
    ],
    [
      'without an item',
      () => server.grpc.inspectContent({ parent: PARENT, inspectConfig: EMAIL }),
      3,
      'item must hold',
    ],
    [
      'of another parent',
      () => inspect({ value: 'x' }, EMAIL, { parent: 'organizations/1' }),
      3,
      'parent must be projects/PROJECT',
    ],
    [
      'without a configuration',
      () => server.grpc.deidentifyContent({ parent: PARENT, item: { value: 'x' } }),
      3,
      'deidentify_config must be set',
    ],
    ['of an empty configuration', () => deidentify({ value: 'x' }, {}), 3, 'must hold info_type_transformations'],
    [
      'of record transformations for a text',
      () => deidentify({ value: 'x' }, redactField),
      3,
      'record_transformations need an item of type table',
    ],
    [
      'of no record transformations',
      () => deidentify({ table: columnOf(1) }, { recordTransformations: {} }),
      3,
      'must hold field_transformations',
    ],
    [
      'of a field transformation without fields',
      () => deidentify({ table: columnOf(1) }, { recordTransformations: { fieldTransformations: [redact] } }),
      3,
      'fields must name',
    ],
    [
      'of two transformations for one infoType',
      () =>
        deidentify(
          { value: 'x' },
          {
            infoTypeTransformations: {
              transformations: [
                { ...EMAIL, ...redact },
                { ...EMAIL, ...redact },
              ],
            },
          },
        ),
      3,
      'names EMAIL_ADDRESS more than once',
    ],
    [
      'of transformations without any infoType',
      () => deidentify({ value: 'x' }, { infoTypeTransformations: { transformations: [redact] } }),
      3,
      'Request contains no InfoTypes or CustomInfoTypes',
    ],
    [
      'that names an inspect template',
      () => inspect({ value: 'x' }, EMAIL, { inspectTemplateName: 'projects/p/inspectTemplates/t' }),
      5,
      'projects/p/inspectTemplates/t',
    ],
    [
      'that names a deidentify template',
      () => deidentify({ value: 'x' }, {}, { deidentifyTemplateName: 'projects/p/deidentifyTemplates/t' }),
      5,
      'projects/p/deidentifyTemplates/t',
    ],
    ['of images', () => inspect({ byteItem: { type: 'IMAGE_PNG', data: Buffer.alloc(1) } }), 12, 'IMAGE_PNG'],
    ['of a conversation', () => inspect({ conversation: { messages: [] } }), 12, 'conversation'],
    [
      'of image transformations',
      () => deidentify({ value: 'x' }, { imageTransformations: {} }),
      12,
      'image_transformations',
    ],
  ])('%s', async (_, call, code, message) => {
    await expect(call()).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });
});

test('a request of just the largest size is served', async () => {
  const [response] = await inspect({ value: 'x'.repeat(524_288 - 60) });
  expect(response.result?.findings).toEqual([]);
});

test('50,000 table values are served', async () => {
  const [response] = await deidentify({ table: columnOf(50_000) }, redactField);
  expect(response.item?.table?.rows).toHaveLength(50_000);
});
