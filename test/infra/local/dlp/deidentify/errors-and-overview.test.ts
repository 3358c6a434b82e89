import { describe, expect, test } from 'vitest';
import { columnOf, MASK, PEOPLE, tableOf, text, useRecords } from './records.ts';

const deidentify = useRecords();

describe('a value that cannot be transformed', () => {
  const fieldTransformations = [
    {
      fields: [{ name: 'PATIENT' }, { name: 'AGE' }],
      primitiveTransformation: {
        fixedSizeBucketingConfig: {
          lowerBound: { integerValue: 0 },
          upperBound: { integerValue: 200 },
          bucketSize: 100,
        },
      },
    },
  ];

  test("fails the request in Google's words, and is not quoted", async () => {
    const call = deidentify({ fieldTransformations });
    await expect(call).rejects.toMatchObject({
      code: 3,
      message: expect.stringContaining(
        'Could not de-identify all content due to transformation errors. See the error details for an overview of all the transformation errors encountered.',
      ),
    });
    await expect(call).rejects.toThrow(/field PATIENT: .* \(3 times\)/);
    await expect(call).rejects.not.toThrow('Charles');
  });

  test('stays as it is where that is asked for, and is counted', async () => {
    const response = await deidentify({ fieldTransformations }, PEOPLE, {
      transformationErrorHandling: { leaveUntransformed: {} },
    });
    expect(columnOf(response, 1)).toEqual(['Charles', 'Jane', 'Mark']);
    expect(columnOf(response, 0)).toEqual(['100:200', '0:100', null]);
    expect(response.overview?.transformationSummaries).toMatchObject([
      { field: { name: 'PATIENT' }, results: [{ count: '3', code: 'ERROR' }], transformedBytes: '0' },
      { field: { name: 'AGE' }, results: [{ count: '2', code: 'SUCCESS' }], transformedBytes: '5' },
    ]);
  });
});

describe('the overview', () => {
  test('tells field, infoType, count and bytes of each transformation, and repeats the configuration', async () => {
    const fieldTransformations = [
      {
        fields: [{ name: 'note' }],
        infoTypeTransformations: {
          transformations: [
            { infoTypes: [{ name: 'EMAIL_ADDRESS' }], primitiveTransformation: { replaceWithInfoTypeConfig: {} } },
          ],
        },
      },
      { fields: [{ name: 'id' }], primitiveTransformation: MASK },
    ];
    const table = tableOf(
      ['id', 'note'],
      [
        [{ integerValue: 12 }, text('a@b.com or c@d.com')],
        [{ integerValue: 345 }, text('none')],
      ],
    );
    const { overview } = await deidentify({ fieldTransformations }, table);
    expect(overview?.transformedBytes).toBe('19');
    expect(overview?.transformationSummaries).toMatchObject([
      {
        field: { name: 'note' },
        infoType: { name: 'EMAIL_ADDRESS' },
        results: [{ count: '2', code: 'SUCCESS' }],
        transformedBytes: '14',
      },
      { field: { name: 'id' }, infoType: null, results: [{ count: '2', code: 'SUCCESS' }], transformedBytes: '5' },
    ]);
    expect(overview?.transformationSummaries?.[1]?.fieldTransformations).toMatchObject([{ fields: [{ name: 'id' }] }]);
  });
});
