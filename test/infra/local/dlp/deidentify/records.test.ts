import { describe, expect, test } from 'vitest';
import { cellsOf, columnOf, MASK, tableOf, text, useRecords, when } from './records.ts';

const deidentify = useRecords();

describe('a record', () => {
  test('is suppressed by any of the rules, and not transformed then', async () => {
    const response = await deidentify({
      recordSuppressions: [
        { condition: when('AGE', 'GREATER_THAN', { integerValue: 89 }) },
        { condition: when('PATIENT', 'EQUAL_TO', text('Mark')) },
      ],
      fieldTransformations: [
        {
          fields: [{ name: 'PATIENT' }],
          primitiveTransformation: { dateShiftConfig: { lowerBoundDays: 0, upperBoundDays: 0 } },
          condition: when('PATIENT', 'EQUAL_TO', text('Mark')),
        },
      ],
    });
    expect(columnOf(response, 1)).toEqual(['Jane']);
    expect(response.overview?.transformationSummaries).toMatchObject([
      { results: [{ count: '1', code: 'SUCCESS' }], transformedBytes: '12' },
      { results: [{ count: '1', code: 'SUCCESS' }], transformedBytes: '6' },
    ]);
    expect(response.overview?.transformationSummaries?.[0]?.recordSuppress?.condition).toBeTruthy();
  });

  test('keeps empty cells empty and other cells as they came', async () => {
    const response = await deidentify({
      fieldTransformations: [
        { fields: [{ name: 'AGE' }], primitiveTransformation: { replaceConfig: { newValue: text('x') } } },
      ],
    });
    expect(cellsOf(response)).toEqual([
      ['x', 'Charles', '95'],
      ['x', 'Jane', '21'],
      [null, 'Mark', '75'],
    ]);
  });

  test('goes through several transformations of one field in order', async () => {
    const response = await deidentify({
      fieldTransformations: [
        {
          fields: [{ name: 'SCORE' }],
          primitiveTransformation: {
            bucketingConfig: {
              buckets: [
                { min: { integerValue: 50 }, max: { integerValue: 99 }, replacementValue: text('high') },
                { max: { integerValue: 50 }, replacementValue: text('low') },
              ],
            },
          },
        },
        { fields: [{ name: 'SCORE' }], primitiveTransformation: { characterMaskConfig: { numberToMask: 1 } } },
      ],
    });
    expect(columnOf(response, 2)).toEqual(['*igh', '*ow', '*igh']);
  });

  test('has fields of list elements, named without their index', async () => {
    const table = tableOf(['nums[0].type', 'nums[1].type'], [[text('a'), text('b')]]);
    const response = await deidentify(
      { fieldTransformations: [{ fields: [{ name: 'nums.type' }], primitiveTransformation: MASK }] },
      table,
    );
    expect(cellsOf(response)).toEqual([['*', '*']]);
  });

  test('whose values are not as many as the headers is refused', async () => {
    const call = deidentify(
      { fieldTransformations: [{ fields: [{ name: 'a' }], primitiveTransformation: MASK }] },
      tableOf(['a', 'b'], [[text('1')]]),
    );
    await expect(call).rejects.toMatchObject({ code: 3, message: expect.stringContaining('rows[0] has 1 values') });
  });
});

describe('the context of a record', () => {
  const byUser = (name: string) => ({
    cryptoDeterministicConfig: { cryptoKey: { unwrapped: { key: Buffer.alloc(32, 1) } }, context: { name } },
  });

  test('gives equal values another token for another user', async () => {
    const table = tableOf(
      ['user', 'mail'],
      [
        [text('u1'), text('a')],
        [text('u2'), text('a')],
        [text('u1'), text('a')],
      ],
    );
    const response = await deidentify(
      { fieldTransformations: [{ fields: [{ name: 'mail' }], primitiveTransformation: byUser('user') }] },
      table,
    );
    const [first, second, third] = columnOf(response, 1) ?? [];
    expect(first).toBe(third);
    expect(first).not.toBe(second);
  });

  test('reaches what is found within a text, and is read before its field changes', async () => {
    const table = tableOf(
      ['user', 'note'],
      [
        [text('u1'), text('mail a@b.com')],
        [text('u2'), text('mail a@b.com')],
      ],
    );
    const fieldTransformations = [
      { fields: [{ name: 'user' }], primitiveTransformation: { redactConfig: {} } },
      {
        fields: [{ name: 'note' }],
        infoTypeTransformations: {
          transformations: [{ infoTypes: [{ name: 'EMAIL_ADDRESS' }], primitiveTransformation: byUser('user') }],
        },
      },
    ];
    const [first, second] = columnOf(await deidentify({ fieldTransformations }, table), 1) ?? [];
    expect(first).toMatch(/^mail A[\w+/]+=*$/);
    expect(first).not.toBe(second);
  });

  test('is left out where the table has no such field', async () => {
    const table = tableOf(['mail'], [[text('a')]]);
    const plain = await deidentify(
      {
        fieldTransformations: [
          {
            fields: [{ name: 'mail' }],
            primitiveTransformation: {
              cryptoDeterministicConfig: { ...byUser('').cryptoDeterministicConfig, context: null },
            },
          },
        ],
      },
      table,
    );
    const response = await deidentify(
      { fieldTransformations: [{ fields: [{ name: 'mail' }], primitiveTransformation: byUser('user') }] },
      table,
    );
    expect(cellsOf(response)).toEqual(cellsOf(plain));
  });
});
