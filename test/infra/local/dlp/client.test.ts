import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DlpServer, PARENT, startDlp } from './dlp-server.ts';

let server: DlpServer;
beforeAll(async () => {
  server = await startDlp();
});
afterAll(() => server.close());

const KEY = Buffer.from('abcdefghijklmnop');

describe.each(['grpc', 'rest'] as const)("Google's client over %s", (transport) => {
  test('inspects a text and is told where each finding lies', async () => {
    const [response] = await server[transport].inspectContent({
      parent: PARENT,
      item: { value: 'Größe: ask 𝒥ane at jane@example.com' },
      inspectConfig: { infoTypes: [{ name: 'EMAIL_ADDRESS' }], includeQuote: true },
    });
    const [finding] = response.result?.findings ?? [];
    expect(finding?.quote).toBe('jane@example.com');
    expect(finding?.infoType?.name).toBe('EMAIL_ADDRESS');
    expect(String(finding?.likelihood)).toMatch(/VERY_LIKELY|5/);
    expect(Number(finding?.location?.codepointRange?.start)).toBe(19);
    expect(Number(finding?.location?.byteRange?.start)).toBe(24);
    expect(Number(finding?.location?.byteRange?.end)).toBe(40);
  });

  test('inspects a table cell by cell, with the column and row of each finding', async () => {
    const [response] = await server[transport].inspectContent({
      parent: PARENT,
      item: {
        table: {
          headers: [{ name: 'id' }, { name: 'phone' }],
          rows: [
            { values: [{ integerValue: 1 }, { stringValue: 'none' }] },
            { values: [{ integerValue: 2 }, { stringValue: '4155550132' }] },
          ],
        },
      },
      inspectConfig: { infoTypes: [{ name: 'PHONE_NUMBER' }] },
    });
    const location = response.result?.findings?.[0]?.location?.contentLocations?.[0]?.recordLocation;
    expect(response.result?.findings).toHaveLength(1);
    expect(location?.fieldId?.name).toBe('phone');
    expect(Number(location?.tableLocation?.rowIndex)).toBe(1);
  });

  test('de-identifies a table and re-identifies it', async () => {
    const table = {
      headers: [{ name: 'email' }, { name: 'age' }],
      rows: [{ values: [{ stringValue: 'jane@example.com' }, { integerValue: 34 }] }],
    };
    const config = {
      recordTransformations: {
        fieldTransformations: [
          {
            fields: [{ name: 'email' }],
            primitiveTransformation: {
              cryptoDeterministicConfig: {
                cryptoKey: { unwrapped: { key: KEY } },
                surrogateInfoType: { name: 'EMAIL_TOKEN' },
              },
            },
          },
        ],
      },
    };
    const [sealed] = await server[transport].deidentifyContent({
      parent: PARENT,
      item: { table },
      deidentifyConfig: config,
    });
    const token = sealed.item?.table?.rows?.[0]?.values?.[0]?.stringValue;
    expect(token).toMatch(/^EMAIL_TOKEN\(44\):A[A-Za-z0-9+/]{43}=*$/);
    expect(Number(sealed.item?.table?.rows?.[0]?.values?.[1]?.integerValue)).toBe(34);
    const [opened] = await server[transport].reidentifyContent({
      parent: PARENT,
      item: sealed.item ?? null,
      reidentifyConfig: config,
    });
    expect(opened.item?.table?.rows?.[0]?.values?.[0]?.stringValue).toBe('jane@example.com');
  });

  test('transforms bytes that are text, and gives bytes back', async () => {
    const [response] = await server[transport].deidentifyContent({
      parent: PARENT,
      item: { byteItem: { type: 'TEXT_UTF8', data: Buffer.from('write to jane@example.com') } },
      deidentifyConfig: {
        infoTypeTransformations: {
          transformations: [
            { infoTypes: [{ name: 'EMAIL_ADDRESS' }], primitiveTransformation: { replaceWithInfoTypeConfig: {} } },
          ],
        },
      },
    });
    expect(Buffer.from(response.item?.byteItem?.data as Uint8Array).toString()).toBe('write to [EMAIL_ADDRESS]');
  });

  test('lists the infoTypes that are detected', async () => {
    const [response] = await server[transport].listInfoTypes({
      parent: 'locations/global',
      filter: 'supported_by=INSPECT',
    });
    const names = response.infoTypes?.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['EMAIL_ADDRESS', 'PERSON_NAME', 'US_DRIVERS_LICENSE_NUMBER']));
  });

  test('is told what is wrong with a request', async () => {
    const call = server[transport].inspectContent({
      parent: PARENT,
      item: { value: 'x' },
      inspectConfig: { infoTypes: [{ name: 'BAD_TYPE' }] },
    });
    await expect(call).rejects.toThrow(
      'Invalid built-in info type name \\"BAD_TYPE\\"'.replaceAll('\\', transport === 'grpc' ? '' : '\\'),
    );
  });
});

test('a method that is not served is named', async () => {
  const call = server.grpc.createDiscoveryConfig({ parent: PARENT, discoveryConfig: {} });
  await expect(call).rejects.toMatchObject({ code: 12, message: expect.stringContaining('CreateDiscoveryConfig') });
});
