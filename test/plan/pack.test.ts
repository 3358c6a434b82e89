import { protos } from '@google-cloud/dlp';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Column } from '../../functions/model/column.ts';
import { stringsOf, textsOf } from '../../functions/model/texts.ts';
import {
  createPacker,
  halve,
  INSPECT_LIMITS,
  type Pack,
  type PackLimits,
  TRANSFORM_LIMITS,
} from '../../functions/plan/pack.ts';
import { renderPack } from '../../functions/render/dlp.ts';
import { column, transformed } from './declared.ts';

const EMAIL = column('email', 'STRING', { privacy: transformed({ kind: 'tokenize', key: 'pii' }) });
const PHONE = column('phone', 'STRING', { privacy: transformed({ kind: 'mask', with: '*', keepLast: 4 }) });
const INCOME = column('income', 'INT64', {
  privacy: transformed({ kind: 'bucket', size: 10, min: -1e6, max: 1e6 }),
});
const RATE = column('rate', 'FLOAT64', { privacy: transformed({ kind: 'bucket', size: 0.1, min: 0, max: 1 }) });
const BIRTHDAY = column('birthday', 'DATE', {
  privacy: transformed({ kind: 'date_shift', days: 30, by: 'email', key: 'pii' }),
});
const SEEN = column('seen', 'TIMESTAMP', {
  privacy: transformed({ kind: 'date_shift', days: 30, by: 'email', key: 'pii' }),
});
const NOTES = column('notes', 'STRING', {
  privacy: transformed({
    kind: 'redact_findings',
    infoTypes: ['PERSON_NAME'],
    minLikelihood: 'POSSIBLE',
    with: 'info_type',
  }),
});

interface Input {
  column: Column;
  values: string[];
  contexts?: string[];
}

const packAll = (inputs: readonly Input[], limits: PackLimits = TRANSFORM_LIMITS): Pack[] => {
  const packer = createPacker(limits);
  return [...inputs.flatMap(({ column, values, contexts }) => packer.add(column, values, contexts)), ...packer.flush()];
};

/** Column, value and context of each, in order. */
const contentOf = (packs: readonly Pack[]): [string, string, string | undefined][] =>
  packs.flatMap(({ segments }) =>
    segments.flatMap(({ column, values, contexts }) =>
      values.map((value, i): [string, string, string | undefined] => [column.name, value, contexts?.[i]]),
    ),
  );

const inputContent = (inputs: readonly Input[]): [string, string, string | undefined][] =>
  inputs.flatMap(({ column, values, contexts }) =>
    values.map((value, i): [string, string, string | undefined] => [column.name, value, contexts?.[i]]),
  );

/** KMS's wrapping of a 32-byte key is 113 bytes, its key's name about 100. */
const WRAPPED = { kmsWrapped: { wrappedKey: Buffer.alloc(113, 7), cryptoKeyName: `projects/${'p'.repeat(100)}` } };

/** What the request takes on the wire, its cells, and its transformations. */
function measure(pack: Pack) {
  const { request } = renderPack(pack);
  const config = JSON.parse(
    JSON.stringify(request.deidentifyConfig).replaceAll(/\{"keyName":"[^"]*"\}/g, '"KEY"'),
    (_, value: unknown) => (value === 'KEY' ? WRAPPED : value),
  ) as { recordTransformations: { fieldTransformations: object[] } };
  const message = protos.google.privacy.dlp.v2.DeidentifyContentRequest.fromObject({
    parent: 'projects/a-project-of-thirty-characters/locations/europe-west3',
    deidentifyConfig: config,
    ...(request.inspectConfig && { inspectConfig: request.inspectConfig }),
    item: { table: { headers: request.headers.map((name) => ({ name })), rows: request.rows } },
  });
  return {
    bytes: protos.google.privacy.dlp.v2.DeidentifyContentRequest.encode(message).finish().length,
    cells: request.rows.length * request.headers.length,
    transformations: config.recordTransformations.fieldTransformations.length,
  };
}

const HALF_MEGABYTE = 500_000;

const expectWithinLimits = (packs: readonly Pack[]): void => {
  for (const pack of packs) {
    const { bytes, cells, transformations } = measure(pack);
    expect(bytes).toBeLessThan(HALF_MEGABYTE);
    expect(cells).toBeLessThanOrEqual(50_000);
    expect(transformations).toBeLessThanOrEqual(100);
  }
};

const many = (count: number, make: (i: number) => string): string[] => Array.from({ length: count }, (_, i) => make(i));
const shortColumns = (count: number): Column[] =>
  Array.from({ length: count }, (_, i) => column(`c${i}`, 'STRING', { privacy: PHONE.privacy }));
const datesOf = (column: Column, count: number, context: (i: number) => string): Input => ({
  column,
  values: many(count, (i) => `19${String(10 + (i % 90))}-0${1 + (i % 9)}-1${i % 10}`),
  contexts: many(count, context),
});

describe('a request stays within what DLP takes', () => {
  test.each<[string, Input[]]>([
    ['short texts', [{ column: EMAIL, values: many(100_000, (i) => `u${i}@example.com`) }]],
    ['one-letter texts', [{ column: EMAIL, values: many(100_000, (i) => String.fromCharCode(97 + (i % 26))) }]],
    [
      'texts of 128 bytes, whose length takes two',
      [{ column: EMAIL, values: many(20_000, (i) => `${i}`.padEnd(128, 'x')) }],
    ],
    ['texts of 20 KB', [{ column: EMAIL, values: many(60, (i) => `${i}`.padEnd(20_000, 'é')) }]],
    ['emoji', [{ column: EMAIL, values: many(50_000, (i) => `🧂${i}`) }]],
    [
      'negative integers, ten bytes each on the wire',
      [{ column: INCOME, values: many(100_000, (i) => String(-i % 10)) }],
    ],
    ['numbers', [{ column: RATE, values: many(100_000, (i) => String(i / 7)) }]],
    ['dates with contexts', [datesOf(BIRTHDAY, 60_000, (i) => `customer-${i}`)]],
    [
      'timestamps before 1970 with contexts',
      [
        {
          column: SEEN,
          values: many(60_000, (i) => `1960-01-01 00:00:00.${100_000 + i}+00`),
          contexts: many(60_000, (i) => String(i)),
        },
      ],
    ],
    [
      'a long column before many short ones, whose lanes are mostly filled up',
      [
        { column: EMAIL, values: many(44_000, (i) => `${i}`) },
        ...shortColumns(60).map((column) => ({ column, values: many(3, (i) => `${i}`) })),
      ],
    ],
    [
      'a hundred short date shifts, each with a transformation a lane',
      shortColumns(100).map((one) => datesOf({ ...one, type: 'DATE', privacy: BIRTHDAY.privacy }, 40, (i) => `${i}`)),
    ],
    [
      'date shifts of contexts that are long',
      [
        datesOf(BIRTHDAY, 500, (i) => `${i}`.padEnd(2_000, 'x')),
        { column: EMAIL, values: many(44_000, (i) => `${i}`) },
      ],
    ],
  ])('%s', (_, inputs) => {
    const packs = packAll(inputs);
    expectWithinLimits(packs);
    expect(contentOf(packs)).toEqual(inputContent(inputs));
  });

  test('inspected texts are fewer a request, since each may hold several findings', () => {
    const packs = packAll([{ column: NOTES, values: many(2_500, (i) => `Ann ${i}`) }], INSPECT_LIMITS);
    expect(packs.map(({ values }) => values)).toEqual([1000, 1000, 500]);
    expectWithinLimits(packs);
  });

  test('a pack is filled well: a million short values are 67 requests, not hundreds', () => {
    const packs = packAll([{ column: EMAIL, values: many(1_000_000, (i) => `user${i}@example.com`) }]);
    expect(packs.length).toBeLessThanOrEqual(67);
  });

  test('one value that is too large goes alone, so that its failure takes no other with it', () => {
    const packs = packAll([{ column: EMAIL, values: ['a', 'x'.repeat(600_000), 'b'] }]);
    expect(packs.map(({ values }) => values)).toEqual([1, 1, 1]);
  });

  test('nothing in, nothing out', () => expect(packAll([{ column: EMAIL, values: [] }])).toEqual([]));
});

const COLUMNS = [EMAIL, PHONE, INCOME, BIRTHDAY];
const values = fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { maxLength: 60 });
const inputs = fc.array(
  fc.record({ at: fc.nat(COLUMNS.length - 1), values }).map(({ at, values }): Input => {
    const one = COLUMNS[at] as Column;
    return one === BIRTHDAY
      ? { column: one, values, contexts: values.map((value) => `by ${value}`) }
      : { column: one, values };
  }),
  { maxLength: 12 },
);
const SMALL: PackLimits = { bytes: 60_000, cells: 200, values: 50 };
const outputsOf = (pack: Pack): string[] =>
  pack.segments.flatMap(({ column, values }) => values.map((value) => `${column.name}:${value}`));

describe('whatever is packed', () => {
  test('comes out once, in order, with its context', () => {
    fc.assert(
      fc.property(inputs, (some) => {
        const packs = packAll(some, SMALL);
        expect(contentOf(packs)).toEqual(inputContent(some));
        for (const pack of packs) {
          expect(pack.values).toBe(pack.segments.reduce((sum, { values }) => sum + values.length, 0));
          expect(pack.values).toBeLessThanOrEqual(SMALL.values);
          const texts = pack.segments.flatMap(({ values, contexts }) => [...values, ...(contexts ?? [])]);
          expect(pack.bytes).toBe(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0));
        }
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test('is halved down to single values without loss', () => {
    const split = (pack: Pack): Pack[] => {
      const halves = halve(pack);
      return halves ? halves.flatMap(split) : [pack];
    };
    fc.assert(
      fc.property(inputs, (some) => {
        for (const pack of packAll(some, SMALL)) {
          const single = split(pack);
          expect(single.every(({ values }) => values === 1)).toBe(true);
          expect(contentOf(single)).toEqual(contentOf([pack]));
          expect(single.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(pack.bytes);
        }
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  test('has an answer whose cells come back under their columns, in order', () => {
    const texts = fc.array(
      fc
        .record({ at: fc.nat(1), values: fc.array(fc.string({ minLength: 1 }), { maxLength: 60 }) })
        .map(({ at, values }): Input => ({ column: [EMAIL, PHONE][at] as Column, values })),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(texts, (some) => {
        for (const pack of packAll(some, SMALL)) {
          const { request, outputs } = renderPack(pack);
          const names = new Map(pack.segments.map(({ column }, s) => [`s${s}`, column.name]));
          const answer = request.rows.map(({ values }) =>
            values.map(
              (cell, at) => `${names.get(request.headers[at]?.split('_')[0] ?? '')}:${Object.values(cell)[0]}`,
            ),
          );
          expect(outputs(textsOf(answer.flat())).flatMap(stringsOf)).toEqual(outputsOf(pack));
        }
      }),
      { seed: 3, numRuns: 100 },
    );
  });
});
