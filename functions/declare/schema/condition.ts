import { z } from 'zod';
import type { Test } from '../../model/column.ts';
import { fault } from '../findings.ts';

const OPERATORS = ['in', 'not_in', 'equals', 'matches', 'is_null'] as const;

const TEXT = 'text in quotes, as in `"7"`: conditions compare values as text';
const Value = z.string().describe(TEXT);
const Values = z.array(Value).min(1).describe('a list of texts, as in `[DE, "7"]`');

const TestSchema = z
  .strictObject({
    column: z.string().describe('the name of a column of this source'),
    in: Values.optional(),
    not_in: Values.optional(),
    equals: Value.optional(),
    matches: z.string().describe('an RE2 pattern that the value holds somewhere, as in `^\\+49`').optional(),
    is_null: z.boolean().describe('`true` or `false`').optional(),
  })
  .transform((written, context): Test => {
    const { column } = written;
    const given = OPERATORS.filter((operator) => written[operator] !== undefined);
    if (given.length !== 1) {
      const message =
        given.length === 0
          ? 'the condition says nothing of its column'
          : `${given.join(' and ')} stand in one condition`;
      context.addIssue(
        fault(
          'WRONG_VALUE',
          message,
          'state exactly one of `in`, `not_in`, `equals`, `matches`, `is_null`; a list of conditions holds when all hold',
        ),
      );
      return z.NEVER;
    }
    if (written.in !== undefined) return { column, op: 'in', values: written.in };
    if (written.not_in !== undefined) return { column, op: 'not_in', values: written.not_in };
    if (written.equals !== undefined) return { column, op: 'in', values: [written.equals] };
    if (written.matches === undefined) return { column, op: written.is_null === true ? 'is_null' : 'is_not_null' };
    const wrong = patternFault(written.matches);
    if (wrong !== undefined) {
      context.addIssue(
        fault(
          'WRONG_VALUE',
          `\`${written.matches}\` is not an RE2 pattern: ${wrong}`,
          'write it in RE2 syntax, without look-around and back references',
          ['matches'],
        ),
      );
    }
    return { column, op: 'matches', pattern: written.matches };
  });

const HINT = 'a condition, as in `{ column: country, in: [DE, FR] }`, or a list of conditions that must all hold';

/** `{ column: X, in: […] }` or a list of these → tests that must all hold */
export const ConditionSchema = z
  .union([TestSchema.describe(HINT), z.array(TestSchema).min(1).describe(HINT)])
  .transform((written): Test[] => (Array.isArray(written) ? written : [written]))
  .describe(HINT);

/**
 * RE2 itself is not at hand here. What JavaScript has and RE2 has not is refused, RE2's own spellings are rewritten, and
 * the rest of the two syntaxes agrees, so that V8 finds the unbalanced and the misplaced.
 */
export function patternFault(pattern: string): string | undefined {
  if (/\(\?<?[=!]/.test(pattern)) return 'look-around is not in RE2';
  if (/(^|[^\\])(\\\\)*\\([1-9]|k<)/.test(pattern)) return 'back references are not in RE2';
  const rewritten = pattern
    .replace(/\(\?[imsU-]+\)/g, '')
    .replace(/\(\?[imsU-]+:/g, '(?:')
    .replace(/\(\?P</g, '(?<');
  try {
    new RegExp(rewritten);
    return undefined;
  } catch (error) {
    return error instanceof Error
      ? error.message.replace(/^Invalid regular expression: .*\/: /s, '').toLowerCase()
      : String(error);
  }
}
