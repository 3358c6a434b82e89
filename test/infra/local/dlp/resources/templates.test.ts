import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DlpServer, PARENT, startDlp } from '../dlp-server.ts';

let now = Date.UTC(2026, 0, 1);
let server: DlpServer;
beforeAll(async () => {
  server = await startDlp({ now: () => now });
});
afterAll(() => server.close());

const named = (...names: string[]) => names.map((name) => ({ name }));
const KEY = Buffer.from('abcdefghijklmnop');
const redact = (infoType: string) => ({
  infoTypes: named(infoType),
  primitiveTransformation: { redactConfig: {} },
});
const TEXT = 'jane@example.com or 415-555-0132';

describe.each(['grpc', 'rest'] as const)("Google's client over %s", (transport) => {
  test('keeps inspect templates', async () => {
    const client = server[transport];
    const [made] = await client.createInspectTemplate({
      parent: PARENT,
      templateId: `mail-${transport}`,
      inspectTemplate: {
        displayName: 'Mail',
        inspectConfig: { infoTypes: named('EMAIL_ADDRESS'), minLikelihood: 'LIKELY' },
      },
    });
    const name = made.name ?? '';
    expect(name).toBe(`${PARENT}/inspectTemplates/mail-${transport}`);
    now += 1000;
    const [changed] = await client.updateInspectTemplate({
      name,
      inspectTemplate: { displayName: 'Post' },
      updateMask: { paths: ['display_name'] },
    });
    expect(changed.displayName).toBe('Post');
    expect(changed.inspectConfig?.infoTypes?.[0]?.name).toBe('EMAIL_ADDRESS');
    expect(Number(changed.updateTime?.seconds)).toBe(Number(changed.createTime?.seconds) + 1);
    const [listed] = await client.listInspectTemplates({ parent: PARENT });
    expect(listed.map((one) => one.name)).toContain(name);
    expect((await client.getInspectTemplate({ name: name.replace('/locations/global', '') }))[0].name).toBe(name);
    await client.deleteInspectTemplate({ name });
    await expect(client.getInspectTemplate({ name })).rejects.toMatchObject({ code: transport === 'grpc' ? 5 : 404 });
  });

  test('keeps deidentify templates, keys and all', async () => {
    const client = server[transport];
    const [made] = await client.createDeidentifyTemplate({
      parent: PARENT,
      deidentifyTemplate: {
        deidentifyConfig: {
          recordTransformations: {
            fieldTransformations: [
              {
                fields: named('a'),
                primitiveTransformation: {
                  cryptoHashConfig: { cryptoKey: { unwrapped: { key: Buffer.concat([KEY, KEY]) } } },
                },
              },
            ],
          },
        },
      },
    });
    const [response] = await client.deidentifyContent({
      parent: PARENT,
      deidentifyTemplateName: made.name ?? '',
      item: { table: { headers: named('a'), rows: [{ values: [{ stringValue: 'x' }] }] } },
    });
    expect(response.item?.table?.rows?.[0]?.values?.[0]?.stringValue).toMatch(/^[A-Za-z0-9+/]{43}=$/);
  });
});

test('a request adds to its template: infoTypes append, the rest replaces', async () => {
  const { grpc } = server;
  const [template] = await grpc.createInspectTemplate({
    parent: PARENT,
    inspectTemplate: {
      inspectConfig: { infoTypes: named('EMAIL_ADDRESS'), minLikelihood: 'VERY_LIKELY', includeQuote: true },
    },
  });
  const inspect = async (inspectConfig: object) => {
    const [response] = await grpc.inspectContent({
      parent: PARENT,
      item: { value: TEXT },
      inspectTemplateName: template.name ?? '',
      inspectConfig,
    });
    return response.result?.findings?.map(({ quote }) => quote);
  };
  expect(await inspect({})).toEqual(['jane@example.com']);
  expect(await inspect({ infoTypes: named('PHONE_NUMBER') })).toEqual(['jane@example.com']);
  expect(await inspect({ infoTypes: named('PHONE_NUMBER'), minLikelihood: 'POSSIBLE' })).toEqual([
    'jane@example.com',
    '415-555-0132',
  ]);
});

test('a request adds to its deidentify template', async () => {
  const { grpc } = server;
  const [template] = await grpc.createDeidentifyTemplate({
    parent: PARENT,
    deidentifyTemplate: {
      deidentifyConfig: { infoTypeTransformations: { transformations: [redact('EMAIL_ADDRESS')] } },
    },
  });
  const [response] = await grpc.deidentifyContent({
    parent: PARENT,
    item: { value: TEXT },
    deidentifyTemplateName: template.name ?? '',
    deidentifyConfig: { infoTypeTransformations: { transformations: [redact('PHONE_NUMBER')] } },
  });
  expect(response.item?.value).toBe(' or ');
});

test.each<[string, () => Promise<unknown>, number]>([
  [
    'an id of other characters',
    () =>
      server.grpc.createInspectTemplate({ parent: PARENT, templateId: 'a b', inspectTemplate: { inspectConfig: {} } }),
    3,
  ],
  [
    'a template without a configuration',
    () => server.grpc.createInspectTemplate({ parent: PARENT, inspectTemplate: {} }),
    3,
  ],
  [
    'an unknown infoType',
    () =>
      server.grpc.createInspectTemplate({
        parent: PARENT,
        inspectTemplate: { inspectConfig: { infoTypes: named('BAD') } },
      }),
    3,
  ],
  [
    'an empty de-identification',
    () => server.grpc.createDeidentifyTemplate({ parent: PARENT, deidentifyTemplate: { deidentifyConfig: {} } }),
    3,
  ],
  [
    'a name that is taken',
    async () => {
      const request = {
        parent: PARENT,
        templateId: 'twice',
        inspectTemplate: { inspectConfig: { infoTypes: named('URL') } },
      };
      await server.grpc.createInspectTemplate(request);
      return server.grpc.createInspectTemplate(request);
    },
    6,
  ],
  [
    'a template that is not there',
    () => server.grpc.deleteDeidentifyTemplate({ name: `${PARENT}/deidentifyTemplates/none` }),
    5,
  ],
])('refused: %s', async (_, call, code) => {
  await expect(call()).rejects.toMatchObject({ code });
});
