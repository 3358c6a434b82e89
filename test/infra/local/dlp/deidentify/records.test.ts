import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DlpServer, PARENT, startDlp } from '../dlp-server.ts';

let server: DlpServer;
beforeAll(async () => {
  server = await startDlp();
});
afterAll(() => server.close());

type Cell = Record<string, unknown>;
const text = (stringValue: string): Cell => ({ stringValue });
const tableOf = (headers: string[], rows: Cell[][]) => ({
  headers: headers.map((name) => ({ name })),
  rows: rows.map((values) => ({ values })),
});
const PEOPLE = tableOf(
  ['AGE', 'PATIENT', 'SCORE'],
  [
    [text('101'), text('Charles'), { integerValue: 95 }],
    [text('22'), text('Jane'), { integerValue: 21 }],
    [{}, text('Mark'), { integerValue: 75 }],
  ],
);

async function deidentify(recordTransformations: object, table = PEOPLE, more: object = {}) {
  const [response] = await server.grpc.deidentifyContent({
    parent: PARENT,
    item: { table },
    deidentifyConfig: { recordTransformations, ...more },
  });
  return response;
}
type Response = Awaited<ReturnType<typeof deidentify>>;
/** Each row's cells by the one field that is set; an empty cell is null. */
const cellsOf = (response: Response) =>
  response.item?.table?.rows?.map(({ values }) =>
    values?.map((value) => {
      const [set] = Object.entries(value).filter(
        ([key, each]) => key !== 'type' && each !== null && each !== undefined,
      );
      return set ? (typeof set[1] === 'object' ? String(set[1]) : set[1]) : null;
    }),
  );
const columnOf = (response: Response, column: number) => cellsOf(response)?.map((row) => row?.[column]);
const when = (field: string, operator: string, value?: Cell) => ({
  expressions: { logicalOperator: 'AND', conditions: { conditions: [{ field: { name: field }, operator, value }] } },
});
const mask = { characterMaskConfig: { maskingCharacter: '*' } };

describe('a condition', () => {
  test.each<[string, string, Cell | undefined, string[]]>([
    ['GREATER_THAN', 'AGE', { integerValue: 89 }, ['***', '22']],
    ['LESS_THAN', 'AGE', { integerValue: 89 }, ['101', '**']],
    ['GREATER_THAN_OR_EQUALS', 'AGE', { integerValue: 101 }, ['***', '22']],
    ['LESS_THAN_OR_EQUALS', 'AGE', { floatValue: 22 }, ['101', '**']],
    ['EQUAL_TO', 'AGE', { integerValue: 22 }, ['101', '**']],
    ['EQUAL_TO', 'SCORE', text('95'), ['***', '22']],
    ['NOT_EQUAL_TO', 'AGE', text('22'), ['***', '22']],
    ['EXISTS', 'AGE', undefined, ['***', '**']],
    ['EXISTS', 'MISSING', undefined, ['101', '22']],
    ['GREATER_THAN', 'PATIENT', { integerValue: 1 }, ['101', '22']],
  ])('%s on %s', async (operator, field, value, expected) => {
    const response = await deidentify({
      fieldTransformations: [
        { fields: [{ name: 'AGE' }], primitiveTransformation: mask, condition: when(field, operator, value) },
      ],
    });
    expect(columnOf(response, 0)).toEqual([...expected, null]);
  });

  test('holds only if all of its parts do', async () => {
    const condition = when('AGE', 'GREATER_THAN', { integerValue: 10 });
    condition.expressions.conditions.conditions.push({
      field: { name: 'PATIENT' },
      operator: 'EQUAL_TO',
      value: text('Jane'),
    });
    const response = await deidentify({
      fieldTransformations: [{ fields: [{ name: 'AGE' }], primitiveTransformation: mask, condition }],
    });
    expect(columnOf(response, 0)).toEqual(['101', '**', null]);
  });

  test('reads the record as it came, whatever was transformed before', async () => {
    const response = await deidentify({
      fieldTransformations: [
        { fields: [{ name: 'AGE' }], primitiveTransformation: { redactConfig: {} } },
        {
          fields: [{ name: 'PATIENT' }],
          primitiveTransformation: mask,
          condition: when('AGE', 'GREATER_THAN', { integerValue: 89 }),
        },
      ],
    });
    expect(columnOf(response, 1)).toEqual(['*******', 'Jane', 'Mark']);
  });

  test.each<[string, object]>([
    ['has no operator', when('AGE', 'RELATIONAL_OPERATOR_UNSPECIFIED', text('1'))],
    ['has no value', when('AGE', 'EQUAL_TO')],
    ['is empty', { expressions: { conditions: { conditions: [] } } }],
  ])('that %s is refused', async (_, condition) => {
    const call = deidentify({
      fieldTransformations: [{ fields: [{ name: 'AGE' }], primitiveTransformation: mask, condition }],
    });
    await expect(call).rejects.toMatchObject({ code: 3 });
  });
});

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
      { fieldTransformations: [{ fields: [{ name: 'nums.type' }], primitiveTransformation: mask }] },
      table,
    );
    expect(cellsOf(response)).toEqual([['*', '*']]);
  });

  test('whose values are not as many as the headers is refused', async () => {
    const call = deidentify(
      { fieldTransformations: [{ fields: [{ name: 'a' }], primitiveTransformation: mask }] },
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
      { fields: [{ name: 'id' }], primitiveTransformation: mask },
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
