import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DlpServer, PARENT, startDlp } from '../dlp-server.ts';

let server: DlpServer;
beforeAll(async () => {
  server = await startDlp();
});
afterAll(() => server.close());

const named = (...names: string[]) => names.map((name) => ({ name }));

async function deidentify(value: string, transformations: object[], inspectConfig?: object): Promise<string> {
  const [response] = await server.grpc.deidentifyContent({
    parent: PARENT,
    item: { value },
    deidentifyConfig: { infoTypeTransformations: { transformations } },
    ...(inspectConfig ? { inspectConfig } : {}),
  } as never);
  return response.item?.value ?? '';
}

describe('re-identification', () => {
  const primitive = (kind: 'siv' | 'fpe', name: string) =>
    kind === 'siv'
      ? {
          cryptoDeterministicConfig: {
            cryptoKey: { unwrapped: { key: Buffer.alloc(16, 3) } },
            surrogateInfoType: { name },
          },
        }
      : {
          cryptoReplaceFfxFpeConfig: {
            cryptoKey: { unwrapped: { key: Buffer.alloc(16, 3) } },
            commonAlphabet: 'NUMERIC',
            surrogateInfoType: { name },
          },
        };
  const surrogates = (...names: string[]) => ({
    customInfoTypes: names.map((name) => ({ infoType: { name }, surrogateType: {} })),
  });

  test.each(['grpc', 'rest'] as const)('restores each token of a text over %s by what made it', async (wire) => {
    const value = 'a@b.com or c@d.com, call 415-555-0132 (4155550132)';
    const transformations = [
      { infoTypes: named('EMAIL_ADDRESS'), primitiveTransformation: primitive('siv', 'MAIL') },
      { infoTypes: named('PHONE'), primitiveTransformation: primitive('fpe', '⧝PHONE') },
    ];
    const phones = { customInfoTypes: [{ infoType: { name: 'PHONE' }, regex: { pattern: '\\b\\d{10}\\b' } }] };
    const sealed = await deidentify(value, transformations, phones);
    expect(sealed).toMatch(/^MAIL\(32\):\S{32} or MAIL\(32\):\S{32}, call 415-555-0132 \(⧝PHONE\(10\):\d{10}\)$/);
    const back = transformations.map(({ primitiveTransformation }) => ({ primitiveTransformation }));
    const [opened] = await server[wire].reidentifyContent({
      parent: PARENT,
      item: { value: sealed },
      inspectConfig: surrogates('MAIL', '⧝PHONE'),
      reidentifyConfig: { infoTypeTransformations: { transformations: back } },
    } as never);
    expect(opened.item?.value).toBe(value);
  });

  test.each<[string, object, object | undefined, string]>([
    [
      'another key',
      {
        primitiveTransformation: {
          cryptoDeterministicConfig: {
            cryptoKey: { unwrapped: { key: Buffer.alloc(16, 4) } },
            surrogateInfoType: { name: 'MAIL' },
          },
        },
      },
      surrogates('MAIL'),
      'transformation errors',
    ],
    [
      'a transformation that cannot be reversed',
      { infoTypes: named('MAIL'), primitiveTransformation: { redactConfig: {} } },
      surrogates('MAIL'),
      'reversible transformations only',
    ],
    [
      'a surrogate that is not among the custom infoTypes',
      { primitiveTransformation: primitive('siv', 'MAIL') },
      undefined,
      'Invalid built-in info type name',
    ],
    [
      'no surrogate name',
      {
        primitiveTransformation: {
          cryptoDeterministicConfig: { cryptoKey: { unwrapped: { key: Buffer.alloc(16, 3) } } },
        },
      },
      surrogates('MAIL'),
      'surrogate_info_type',
    ],
  ])('with %s is refused', async (_, transformation, inspectConfig, message) => {
    const sealed = await deidentify('a@b.com', [
      { infoTypes: named('EMAIL_ADDRESS'), primitiveTransformation: primitive('siv', 'MAIL') },
    ]);
    const call = server.grpc.reidentifyContent({
      parent: PARENT,
      item: { value: sealed },
      inspectConfig,
      reidentifyConfig: { infoTypeTransformations: { transformations: [transformation] } },
    } as never);
    await expect(call).rejects.toMatchObject({ code: 3, message: expect.stringContaining(message) });
  });
});
