import type { Condition, Test } from '../model/column.ts';
import { literal } from './sql-text.ts';

/** Boolean expression that is never NULL: a NULL holds for `is_null` alone. `textOf` gives a column's text in the file. */
export const renderCondition = (condition: Condition, textOf: (column: string) => string): string =>
  `(${condition.map((test) => renderTest(test, textOf(test.column))).join(' AND ')})`;

function renderTest(test: Test, text: string): string {
  switch (test.op) {
    case 'in':
      return `coalesce(${text} IN (${test.values.map(literal).join(', ')}), false)`;
    case 'not_in':
      return `coalesce(${text} NOT IN (${test.values.map(literal).join(', ')}), false)`;
    case 'matches':
      return `coalesce(regexp_matches(${text}, ${literal(test.pattern)}), false)`;
    case 'is_null':
      return `${text} IS NULL`;
    case 'is_not_null':
      return `${text} IS NOT NULL`;
  }
}
