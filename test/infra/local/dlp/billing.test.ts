import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type DlpServer, PARENT, startDlp } from './dlp-server.ts';

let server: DlpServer;
let before = { inspect: 0, transform: 0 };
const read = () => {
  const units = server.meter.read();
  return { inspect: units.get('dlp.inspect_bytes') ?? 0, transform: units.get('dlp.transform_bytes') ?? 0 };
};
beforeAll(async () => {
  server = await startDlp();
});
beforeEach(() => {
  before = read();
});
afterAll(() => server.close());

const named = (...names: string[]) => names.map((name) => ({ name }));
/** 2,000 bytes of German: 1,000 characters. */
const LONG = 'ß'.repeat(1000);
const MAIL = 'a@example.com';
const table = {
  headers: named('id', 'note'),
  rows: Array.from({ length: 200 }, (_, i) => ({
    values: [{ integerValue: 1_000_000 + i }, { stringValue: `to ${MAIL}` }],
  })),
};
const show = { infoTypes: named('EMAIL_ADDRESS'), primitiveTransformation: { replaceWithInfoTypeConfig: {} } };
const mask = { primitiveTransformation: { characterMaskConfig: {} } };
const redact = { primitiveTransformation: { redactConfig: {} } };
const records = (...fieldTransformations: object[]) => ({ recordTransformations: { fieldTransformations } });
const texts = (...transformations: object[]) => ({ infoTypeTransformations: { transformations } });
const inspect = (item: object) =>
  server.grpc.inspectContent({ parent: PARENT, item, inspectConfig: { infoTypes: named('EMAIL_ADDRESS') } });
const deidentify = (item: object, deidentifyConfig: object, inspectConfig: object | null = null) =>
  server.grpc.deidentifyContent({ parent: PARENT, item, deidentifyConfig, inspectConfig } as never);
const condition = {
  expressions: {
    conditions: { conditions: [{ field: { name: 'id' }, operator: 'LESS_THAN', value: { integerValue: 1_000_100 } }] },
  },
};

test.each<[string, () => Promise<unknown>, number, number]>([
  ['the bytes of a text are inspected, in UTF-8', () => inspect({ value: LONG }), 2000, 0],
  ['at least 1 KiB is', () => inspect({ value: 'x' }), 1024, 0],
  ['the cells of a table are inspected, as texts', () => inspect({ table }), 200 * (7 + 16), 0],
  [
    'what is found is transformed',
    () => deidentify({ table }, texts({ ...mask, infoTypes: named('EMAIL_ADDRESS') })),
    200 * (7 + 16),
    200 * 13,
  ],
  ['simple redaction of findings is free', () => deidentify({ table }, texts(show)), 200 * (7 + 16), 0],
  [
    'nothing found is nothing transformed',
    () => deidentify({ value: LONG }, texts({ ...mask, infoTypes: named('EMAIL_ADDRESS') })),
    2000,
    0,
  ],
  [
    'whole fields are transformed without inspection',
    () => deidentify({ table }, records({ fields: named('id'), ...mask })),
    0,
    200 * 7,
  ],
  [
    'at least 1 KiB is transformed',
    () =>
      deidentify(
        { table: { headers: table.headers, rows: table.rows.slice(0, 1) } },
        records({ fields: named('id'), ...mask }),
      ),
    0,
    1024,
  ],
  [
    'redaction is charged where nothing is inspected',
    () => deidentify({ table }, records({ fields: named('id'), ...redact })),
    0,
    200 * 7,
  ],
  [
    'redaction is free where inspection is configured',
    () => deidentify({ table }, records({ fields: named('id'), ...redact }), { infoTypes: named('EMAIL_ADDRESS') }),
    0,
    0,
  ],
  [
    'only inspected fields are counted as inspected',
    () =>
      deidentify(
        { table },
        records(
          { fields: named('note'), infoTypeTransformations: { transformations: [show] } },
          { fields: named('id'), ...mask },
        ),
      ),
    200 * 16,
    200 * 7,
  ],
  [
    'only the cells whose condition holds are',
    () =>
      deidentify(
        { table },
        records({ fields: named('note'), condition, infoTypeTransformations: { transformations: [show] } }),
      ),
    100 * 16,
    0,
  ],
  [
    'suppressed records are transformed',
    () => deidentify({ table }, { recordTransformations: { recordSuppressions: [{ condition }] } }),
    0,
    100 * (7 + 16),
  ],
])('%s', async (_, call, inspected, transformed) => {
  await call();
  const after = read();
  expect({ inspected: after.inspect - before.inspect, transformed: after.transform - before.transform }).toEqual({
    inspected,
    transformed,
  });
});

test('a refused request costs nothing', async () => {
  await expect(inspect({ value: LONG, table })).resolves.toBeTruthy();
  before = read();
  await expect(deidentify({ value: LONG }, {})).rejects.toThrow();
  expect(read()).toEqual(before);
});
