import { z } from 'zod';
import { fault } from '../findings.ts';

const PERCENT = /^\s*\d+(\.\d+)?\s*%\s*$/;
const HINT = 'a share, as in `0.1%` or `0.001`, from 0 to 1 or 100%';

/** `0.1%` or `0.001` → 0.001 */
export const Share = z
  .union([z.number().min(0).max(1).describe(HINT), z.string().regex(PERCENT).describe(HINT)])
  .transform((written) => (typeof written === 'number' ? written : Number.parseFloat(written) / 100))
  .superRefine((share, context) => {
    if (share > 1) context.addIssue(fault('WRONG_VALUE', `${share * 100}% is more than all`, `write ${HINT}`));
  })
  .describe(HINT);
