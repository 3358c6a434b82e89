import { ApiError } from '../../api-error.ts';
import type { Columns } from '../columns.ts';
import { compareValues } from '../values/compare.ts';
import { kindOf, textOf } from '../values/value-text.ts';
import type { Condition, RecordCondition } from '../wire/deidentification.ts';
import type { Row, Value } from '../wire/value.ts';

export type RowTest = (row: Row) => boolean;

/** All conditions must hold. One that cannot compare its types is false, as Google documents it. */
export function planCondition(condition: RecordCondition, columns: Columns, where: string): RowTest {
  const expressions = condition.expressions;
  const operator = expressions?.logicalOperator ?? 'LOGICAL_OPERATOR_UNSPECIFIED';
  if (operator !== 'AND' && operator !== 'LOGICAL_OPERATOR_UNSPECIFIED') {
    throw invalid(`${where}: logical_operator must be AND, but it is ${operator}`);
  }
  const conditions = expressions?.conditions?.conditions ?? [];
  if (conditions.length === 0) throw invalid(`${where}: expressions.conditions must hold at least one condition`);
  const tests = conditions.map((one, index) => planOne(one, columns, `${where}.expressions.conditions[${index}]`));
  return (row) => tests.every((test) => test(row));
}

function planOne(condition: Condition, columns: Columns, where: string): RowTest {
  if (!condition.field?.name) throw invalid(`${where}.field must be set`);
  const column = columns.of(condition.field.name)[0];
  const compare = planComparison(condition, where);
  return (row) => {
    const cell = column === undefined ? undefined : row.values[column];
    return cell !== undefined && kindOf(cell) !== undefined && compare(cell);
  };
}

function planComparison({ operator, value }: Condition, where: string): (cell: Value) => boolean {
  if (operator === 'EXISTS') return () => true;
  if (!value || kindOf(value) === undefined) throw invalid(`${where}.value must be set for ${operator}`);
  const ordered = (accepts: (order: number) => boolean) => (cell: Value) => {
    const order = compareValues(cell, value);
    return order !== undefined && accepts(order);
  };
  switch (operator) {
    case 'EQUAL_TO':
      return (cell) => isEqual(cell, value);
    case 'NOT_EQUAL_TO':
      return (cell) => !isEqual(cell, value);
    case 'GREATER_THAN':
      return ordered((order) => order > 0);
    case 'LESS_THAN':
      return ordered((order) => order < 0);
    case 'GREATER_THAN_OR_EQUALS':
      return ordered((order) => order >= 0);
    case 'LESS_THAN_OR_EQUALS':
      return ordered((order) => order <= 0);
    default:
      throw invalid(`${where}.operator must be set, but it is ${operator}`);
  }
}

/** "EQUAL_TO and NOT_EQUAL_TO attempt to compare even with incompatible types": by their texts. */
function isEqual(cell: Value, value: Value): boolean {
  const order = compareValues(cell, value);
  return order === undefined ? textOf(cell) === textOf(value) : order === 0;
}

const invalid = (message: string) => new ApiError('INVALID_ARGUMENT', message);
