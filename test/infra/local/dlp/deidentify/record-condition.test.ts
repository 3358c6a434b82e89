import { describe, expect, test } from 'vitest';
import { type Cell, columnOf, MASK, text, useRecords, when } from './records.ts';

const deidentify = useRecords();

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
        { fields: [{ name: 'AGE' }], primitiveTransformation: MASK, condition: when(field, operator, value) },
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
      fieldTransformations: [{ fields: [{ name: 'AGE' }], primitiveTransformation: MASK, condition }],
    });
    expect(columnOf(response, 0)).toEqual(['101', '**', null]);
  });

  test('reads the record as it came, whatever was transformed before', async () => {
    const response = await deidentify({
      fieldTransformations: [
        { fields: [{ name: 'AGE' }], primitiveTransformation: { redactConfig: {} } },
        {
          fields: [{ name: 'PATIENT' }],
          primitiveTransformation: MASK,
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
      fieldTransformations: [{ fields: [{ name: 'AGE' }], primitiveTransformation: MASK, condition }],
    });
    await expect(call).rejects.toMatchObject({ code: 3 });
  });
});
