import { z } from 'zod';
import { fault } from '../findings.ts';

const PATTERN = /^\s*\d+(\.\d+)?\s*USD\s*$/;
const HINT = 'an amount in US dollars, as in `5 USD` or `0.25 USD`';

/** `5 USD` → 5. A bare number is refused: its currency would be a guess. */
export const Money = z
  .string()
  .regex(PATTERN)
  .describe(HINT)
  .transform((written) => Number.parseFloat(written))
  .superRefine((amount, context) => {
    if (amount === 0)
      context.addIssue(fault('WRONG_VALUE', 'nothing could ever be spent', 'write an amount above 0, as in `5 USD`'));
  })
  .describe(HINT);
