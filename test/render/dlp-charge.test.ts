import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDeidentifier } from '../../functions/gcp/dlp.ts';
import type { ColumnType, Transformation } from '../../functions/model/column.ts';
import { planInspection } from '../../functions/plan/inspection.ts';
import { createPacker, TRANSFORM_LIMITS } from '../../functions/plan/pack.ts';
import type { Deidentifier } from '../../functions/ports.ts';
import { renderPack } from '../../functions/render/dlp.ts';
import { chargeOfInspection, chargeOfPack } from '../../functions/render/dlp-charge.ts';
import { renderInspection } from '../../functions/render/inspection.ts';
import { localKeys } from '../../infra/cli/keys/local-keys.ts';
import { type Local, PROJECT, startLocal } from '../gcp/local.ts';
import { column, transformed } from '../plan/declared.ts';

/** What is said to be charged for a request is what the meter of the local DLP counts for it. */
let local: Local;
let dlp: Deidentifier;

beforeAll(async () => {
  local = await startLocal();
  const keys = await localKeys(local.dir, { project: PROJECT, kms: local.http('dlp') }, ['pii']);
  dlp = createDeidentifier({ project: PROJECT, location: 'global', endpoint: local.grpc, keys });
});
afterAll(() => local?.stop());

async function metered(send: () => Promise<unknown>): Promise<{ inspected: number; transformed: number }> {
  const read = async () => {
    const bill = await local.call<{ lines: { sku: string; units: number }[] }>('GET', `${local.http('admin')}/bill`);
    const of = (sku: string): number => bill.lines.find((line) => line.sku === sku)?.units ?? 0;
    return { inspected: of('dlp.inspect_bytes'), transformed: of('dlp.transform_bytes') };
  };
  const before = await read();
  await send();
  const after = await read();
  return { inspected: after.inspected - before.inspected, transformed: after.transformed - before.transformed };
}

const texts = Array.from({ length: 700 }, (_, n) => `größe ${n}`);
const contexts = texts.map((_, n) => `context ${n}`);
const days = texts.map((_, n) => `19${10 + (n % 90)}-0${1 + (n % 9)}-1${n % 10}`);
const floats = ['1e+21', '1e-07', '0.1', '-0.0', '123456789.125', ...texts.map((_, n) => `${n}.0`)];
const REDACT = { kind: 'redact_findings', infoTypes: ['EMAIL_ADDRESS'], minLikelihood: 'POSSIBLE' } as const;
const redact = (how: 'info_type' | 'nothing' | 'mask'): Transformation => ({ ...REDACT, with: how });
const mails = texts.map((text, n) => (n % 2 ? text : `write to a${n}@example.com`));

type Case = [string, ColumnType, Transformation, string[], string[]?];
const EXACT: Case[] = [
  ['text', 'STRING', { kind: 'tokenize', key: 'pii' }, texts],
  ['few of them: at least 1 KB a request', 'STRING', { kind: 'hash', key: 'pii' }, ['a']],
  [
    'text with a context, which is read for nothing',
    'STRING',
    { kind: 'tokenize', key: 'pii', tweak: 'by' },
    texts,
    contexts,
  ],
  ['whole numbers', 'INT64', { kind: 'bucket', size: 10, min: 0, max: 1e6 }, texts.map((_, n) => String(n))],
  ['numbers as JavaScript writes them', 'FLOAT64', { kind: 'bucket', size: 10, min: -1, max: 1e6 }, floats],
  ['days', 'DATE', { kind: 'date_shift', days: 30, by: 'by', key: 'pii' }, days, contexts],
  [
    'times, of which the last ones are repeated',
    'TIMESTAMP',
    { kind: 'date_shift', days: 30, by: 'by', key: 'pii' },
    days.map((day, n) => `${day} 10:00:00${n % 2 ? '' : `.${n}`}+00`),
    contexts,
  ],
  ['parts of days', 'DATE', { kind: 'time_part', part: 'YEAR' }, days],
  [
    'DLP’s own words, which repeat the last value as well',
    'STRING',
    { kind: 'dlp', primitive: { characterMaskConfig: { maskingCharacter: '#' } }, keys: [] },
    texts,
  ],
  ['findings that are named or taken out', 'STRING', redact('info_type'), mails],
  ['findings that are taken out', 'STRING', redact('nothing'), mails],
];

function packsOf([, type, transform, values, by]: Case) {
  const packer = createPacker(TRANSFORM_LIMITS);
  return [...packer.add(column('value', type, { privacy: transformed(transform) }), values, by), ...packer.flush()];
}

describe('a request’s charge is what is metered', () => {
  test.each(EXACT.map((one): [string, Case] => [one[0], one]))('of %s', async (_, one) => {
    for (const pack of packsOf(one)) {
      const { inspected, transformed, findings } = chargeOfPack(pack);
      expect(await metered(() => dlp.deidentify(renderPack(pack).request))).toEqual({ inspected, transformed });
      expect(findings).toBe(0);
    }
  });

  test('of a sample of public values', async () => {
    const sample = texts.map((text, row) => ({ row, values: [text, row % 3 ? null : 'x'] }));
    for (const rows of planInspection(sample)) {
      const { inspected } = chargeOfInspection(rows);
      expect(await metered(() => dlp.inspect(renderInspection(['a', 'b'], rows)))).toEqual({
        inspected,
        transformed: 0,
      });
    }
  });
});

test('of columns that share a request, those whose findings are charged count as such', () => {
  const packer = createPacker(TRANSFORM_LIMITS);
  packer.add(column('free', 'STRING', { privacy: transformed(redact('nothing')) }), mails);
  packer.add(column('paid', 'STRING', { privacy: transformed(redact('mask')) }), mails);
  const [both] = packer.flush().map(chargeOfPack);
  expect(both?.findings).toBe((both?.inspected ?? Number.NaN) / 2);
});

test.each<[string, Transformation]>([
  ['are masked', redact('mask')],
  [
    'are replaced by a text, if of one infoType only,',
    { ...REDACT, with: 'nothing', each: { EMAIL_ADDRESS: { text: 'x' } } },
  ],
  ['become tokens', { ...REDACT, with: { tokenize: 'pii' } }],
  [
    'DLP’s own words say so of',
    {
      kind: 'dlp',
      findings: {
        transformations: [{ primitiveTransformation: { replaceConfig: { newValue: { stringValue: 'x' } } } }],
      },
      inspect: { infoTypes: [{ name: 'EMAIL_ADDRESS' }] },
      keys: [],
    },
  ],
])(
  'findings that %s are charged, and nobody knows how many there are: the charge is at most what it says',
  async (_, transform) => {
    for (const pack of packsOf(['', 'STRING', transform, mails])) {
      const charge = chargeOfPack(pack);
      const counted = await metered(() => dlp.deidentify(renderPack(pack).request));
      expect(counted.inspected).toBe(charge.inspected);
      expect(charge.transformed).toBe(0);
      expect(counted.transformed).toBeGreaterThan(0);
      expect(counted.transformed).toBeLessThanOrEqual(charge.findings);
    }
  },
);
