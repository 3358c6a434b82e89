import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DlpServer, PARENT, startDlp } from '../dlp-server.ts';

let server: DlpServer;
beforeAll(async () => {
  server = await startDlp();
});
afterAll(() => server.close());

const named = (...names: string[]) => names.map((name) => ({ name }));
const SHOW = { replaceWithInfoTypeConfig: {} };

async function deidentify(value: string, transformations: object[], inspectConfig?: object): Promise<string> {
  const [response] = await server.grpc.deidentifyContent({
    parent: PARENT,
    item: { value },
    deidentifyConfig: { infoTypeTransformations: { transformations } },
    ...(inspectConfig ? { inspectConfig } : {}),
  } as never);
  return response.item?.value ?? '';
}

describe('what is found in a text', () => {
  test.each<[string, string, object[], object | undefined, string]>([
    [
      'is transformed though only the transformation names it',
      'to a@b.com',
      [{ infoTypes: named('EMAIL_ADDRESS'), primitiveTransformation: SHOW }],
      undefined,
      'to [EMAIL_ADDRESS]',
    ],
    [
      'stays if no transformation takes it',
      'a@b.com from 10.0.0.1',
      [{ infoTypes: named('IP_ADDRESS'), primitiveTransformation: SHOW }],
      { infoTypes: named('EMAIL_ADDRESS') },
      'a@b.com from [IP_ADDRESS]',
    ],
    [
      'is taken by its own transformation before the one for all',
      'a@b.com from 10.0.0.1',
      [
        { primitiveTransformation: { redactConfig: {} } },
        { infoTypes: named('IP_ADDRESS'), primitiveTransformation: SHOW },
      ],
      { infoTypes: named('EMAIL_ADDRESS') },
      ' from [IP_ADDRESS]',
    ],
    [
      'is transformed once where findings overlap, the longest first',
      'see http://a.com/x@b.com',
      [{ primitiveTransformation: SHOW }],
      { infoTypes: named('EMAIL_ADDRESS', 'URL') },
      'see [URL]',
    ],
    [
      'stays if it is not likely enough',
      'id 372819127',
      [{ primitiveTransformation: SHOW }],
      { infoTypes: named('US_SOCIAL_SECURITY_NUMBER') },
      'id 372819127',
    ],
    [
      'is transformed if unlikely ones are asked for',
      'id 372819127',
      [{ primitiveTransformation: SHOW }],
      { infoTypes: named('US_SOCIAL_SECURITY_NUMBER'), minLikelihood: 'VERY_UNLIKELY' },
      'id [US_SOCIAL_SECURITY_NUMBER]',
    ],
    [
      'takes a shifted date in the same form',
      'on 10 Jan 2016 at noon',
      [
        {
          infoTypes: named('DATE'),
          primitiveTransformation: { dateShiftConfig: { lowerBoundDays: 30, upperBoundDays: 30 } },
        },
      ],
      undefined,
      'on 9 Feb 2016 at noon',
    ],
    [
      'takes the text of a typed value',
      'a@b.com',
      [
        {
          infoTypes: named('EMAIL_ADDRESS'),
          primitiveTransformation: { replaceConfig: { newValue: { integerValue: 7 } } },
        },
      ],
      undefined,
      '7',
    ],
    ['may be none', '', [{ infoTypes: named('EMAIL_ADDRESS'), primitiveTransformation: SHOW }], undefined, ''],
    [
      'may be of a custom infoType',
      'room 12 is free',
      [{ primitiveTransformation: SHOW }],
      { customInfoTypes: [{ infoType: { name: 'ROOM' }, regex: { pattern: 'room \\d+' } }] },
      '[ROOM] is free',
    ],
  ])('%s', async (_, value, transformations, inspectConfig, expected) => {
    expect(await deidentify(value, transformations, inspectConfig)).toBe(expected);
  });

  test('is transformed in every cell of a table, whose column names are context', async () => {
    const [response] = await server.grpc.deidentifyContent({
      parent: PARENT,
      item: {
        table: {
          headers: named('phone', 'order'),
          rows: [
            { values: [{ integerValue: 4155550132 }, { integerValue: 4155550132 }] },
            { values: [{}, { stringValue: 'a@b.com' }] },
          ],
        },
      },
      deidentifyConfig: {
        infoTypeTransformations: {
          transformations: [{ infoTypes: named('PHONE_NUMBER', 'EMAIL_ADDRESS'), primitiveTransformation: SHOW }],
        },
      },
    });
    const cells = response.item?.table?.rows?.map(({ values }) =>
      values?.map((value) => value.stringValue ?? String(value.integerValue ?? '')),
    );
    expect(cells).toEqual([
      ['[PHONE_NUMBER]', '4155550132'],
      ['', '[EMAIL_ADDRESS]'],
    ]);
    expect(response.overview?.transformationSummaries).toMatchObject([
      { infoType: { name: 'PHONE_NUMBER' }, results: [{ count: '1' }], transformedBytes: '10' },
      { infoType: { name: 'EMAIL_ADDRESS' }, results: [{ count: '1' }], transformedBytes: '7' },
    ]);
  });
});

test('the same request gives the same answer', async () => {
  const ask = () =>
    deidentify('a@b.com on 2016-01-10', [
      {
        infoTypes: named('EMAIL_ADDRESS'),
        primitiveTransformation: {
          cryptoDeterministicConfig: { cryptoKey: { unwrapped: { key: Buffer.alloc(32, 9) } } },
        },
      },
      {
        infoTypes: named('DATE'),
        primitiveTransformation: { cryptoHashConfig: { cryptoKey: { unwrapped: { key: Buffer.alloc(64, 9) } } } },
      },
    ]);
  expect(await ask()).toBe(await ask());
});

test('a transient key lives for one request and is shared by its name', async () => {
  const hash = (name: string) => ({ cryptoHashConfig: { cryptoKey: { transient: { name } } } });
  const ask = async () => {
    const [{ item }] = await server.grpc.deidentifyContent({
      parent: PARENT,
      item: {
        table: {
          headers: named('a', 'b', 'c'),
          rows: [{ values: [{ stringValue: 'x' }, { stringValue: 'x' }, { stringValue: 'x' }] }],
        },
      },
      deidentifyConfig: {
        recordTransformations: {
          fieldTransformations: [
            { fields: named('a', 'b'), primitiveTransformation: hash('k1') },
            { fields: named('c'), primitiveTransformation: hash('k2') },
          ],
        },
      },
    });
    return item?.table?.rows?.[0]?.values?.map(({ stringValue }) => stringValue) ?? [];
  };
  const [[a, b, c], [again]] = [await ask(), await ask()];
  expect(a).toBe(b);
  expect(a).not.toBe(c);
  expect(a).not.toBe(again);
});
