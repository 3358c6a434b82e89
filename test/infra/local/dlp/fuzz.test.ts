import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createKeyRing } from '../../../../infra/local/dlp/crypto/keys.ts';
import { planDeidentification, planReidentification } from '../../../../infra/local/dlp/deidentify/plan-direction.ts';
import { transformContent } from '../../../../infra/local/dlp/deidentify/transform-content.ts';
import { INFO_TYPES } from '../../../../infra/local/dlp/detect/registry.ts';
import type { DeidentifyConfig, PrimitiveTransformation } from '../../../../infra/local/dlp/wire/deidentification.ts';
import type { InspectConfig } from '../../../../infra/local/dlp/wire/inspection.ts';
import type { Value } from '../../../../infra/local/dlp/wire/value.ts';
import { configOf } from './detect/inspect-with.ts';
import { countingRandom, KEY, LONG_KEY } from './transform/workshop.ts';

const text = (stringValue: string): Value => ({ stringValue });
const PRIMITIVES: Record<string, PrimitiveTransformation> = {
  replace: { replaceConfig: { newValue: text('x') } },
  redact: { redactConfig: {} },
  mask: {
    characterMaskConfig: { maskingCharacter: '#', numberToMask: -2, reverseOrder: true, charactersToIgnore: [] },
  },
  fpe: {
    cryptoReplaceFfxFpeConfig: { cryptoKey: KEY, context: { name: 'b' }, radix: 95, surrogateInfoType: { name: 'F' } },
  },
  fixedBuckets: {
    fixedSizeBucketingConfig: { lowerBound: { integerValue: '0' }, upperBound: { integerValue: '99' }, bucketSize: 3 },
  },
  buckets: { bucketingConfig: { buckets: [{ min: text('a'), max: null, replacementValue: text('late') }] } },
  timePart: { timePartConfig: { partToExtract: 'YEAR' } },
  hash: { cryptoHashConfig: { cryptoKey: LONG_KEY } },
  dateShift: { dateShiftConfig: { lowerBoundDays: -9, upperBoundDays: 9, context: { name: 'b' }, cryptoKey: KEY } },
  deterministic: {
    cryptoDeterministicConfig: { cryptoKey: KEY, surrogateInfoType: { name: 'T' }, context: { name: 'b' } },
  },
  dictionary: { replaceDictionaryConfig: { wordList: { words: ['one', 'two'] } } },
};

const optionsFor = (inspectConfig: InspectConfig | null) => {
  const random = countingRandom();
  return { inspectConfig, hasRecords: true, keys: createKeyRing(random), random };
};
const LEAVE = { transformationErrorHandling: { leaveUntransformed: {} } };

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('2016-01-10', 'a@b.com', '42', '415-555-0132', 'Mr. John Smith, 12 High Street', ''),
);
const anyValue: fc.Arbitrary<Value> = fc.oneof(
  fc.record({ stringValue: anyText }),
  fc.record({ integerValue: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) }),
  fc.record({ floatValue: fc.double() }),
  fc.record({ booleanValue: fc.boolean() }),
  fc.record({
    timestampValue: fc.record({
      seconds: fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n }).map(String),
      nanos: fc.nat(999_999_999),
    }),
  }),
  fc.record({
    timeValue: fc.record({ hours: fc.nat(23), minutes: fc.nat(59), seconds: fc.nat(59), nanos: fc.nat(999_999_999) }),
  }),
  fc.record({ dateValue: fc.record({ year: fc.nat(9999), month: fc.nat(12), day: fc.nat(31) }) }),
  fc.record({ dayOfWeekValue: fc.constant('SUNDAY') }),
  fc.constant({}),
);
const anyTable = fc
  .array(fc.tuple(anyValue, anyValue), { maxLength: 8 })
  .map((rows) => ({ headers: [{ name: 'a' }, { name: 'b' }], rows: rows.map((values) => ({ values: [...values] })) }));

describe.each(Object.entries(PRIMITIVES))('%s', (_, primitiveTransformation) => {
  test('of any cell never throws and keeps the shape of the table', () => {
    const config: DeidentifyConfig = {
      ...LEAVE,
      recordTransformations: {
        recordSuppressions: [],
        fieldTransformations: [{ fields: [{ name: 'a' }], condition: null, primitiveTransformation }],
      },
    };
    fc.assert(
      fc.property(anyTable, (table) => {
        const given = structuredClone(table);
        const { response } = transformContent({ kind: 'table', table }, config, planDeidentification(optionsFor(null)));
        const rows = response.item.table?.rows ?? [];
        expect(table).toEqual(given);
        expect(rows.map(({ values }) => values[1])).toEqual(table.rows.map(({ values }) => values[1]));
        expect(
          rows.every(
            ({ values }, i) =>
              Object.keys(table.rows[i]?.values[0] ?? {}).length > 0 || Object.keys(values[0] ?? {}).length === 0,
          ),
        ).toBe(true);
        const counted = response.overview.transformationSummaries
          .flatMap(({ results }) => results)
          .reduce((sum, { count }) => sum + Number(count), 0);
        expect(counted).toBeLessThanOrEqual(table.rows.length);
      }),
      { numRuns: 80 },
    );
  });

  test('of whatever is found in any text never throws', () => {
    const { dateShiftConfig: shift } = primitiveTransformation;
    const primitive = shift
      ? { dateShiftConfig: { ...shift, context: null, cryptoKey: null } }
      : primitiveTransformation;
    const config: DeidentifyConfig = {
      ...LEAVE,
      infoTypeTransformations: { transformations: [{ infoTypes: [], primitiveTransformation: primitive }] },
    };
    const inspectConfig = configOf(INFO_TYPES, { minLikelihood: 'VERY_UNLIKELY' });
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 4 }), (parts) => {
        const { response } = transformContent(
          { kind: 'text', text: parts.join(' ') },
          config,
          planDeidentification(optionsFor(inspectConfig)),
        );
        expect(typeof response.item.value).toBe('string');
      }),
      { numRuns: 60 },
    );
  });
});

test.each(['fpe', 'deterministic'])('%s of any column comes back', (name) => {
  const config: DeidentifyConfig = {
    ...LEAVE,
    recordTransformations: {
      recordSuppressions: [],
      fieldTransformations: [
        { fields: [{ name: 'a' }], condition: null, primitiveTransformation: PRIMITIVES[name] ?? {} },
      ],
    },
  };
  const cell = fc.record({ stringValue: fc.string({ unit: 'binary-ascii' }) });
  const context = fc.record({ stringValue: fc.string() });
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, context)), (rows) => {
      const table = { headers: [{ name: 'a' }, { name: 'b' }], rows: rows.map((values) => ({ values: [...values] })) };
      const sealed = transformContent(
        { kind: 'table', table },
        config,
        planDeidentification(optionsFor(null)),
      ).response;
      const back = transformContent(
        { kind: 'table', table: sealed.item.table ?? table },
        config,
        planReidentification(optionsFor(null)),
      ).response;
      const failures = sealed.overview.transformationSummaries.flatMap(({ results }) =>
        results.filter(({ code }) => code === 'ERROR'),
      );
      if (failures.length === 0) expect(back.item.table).toEqual(table);
    }),
  );
});
