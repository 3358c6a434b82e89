import { z } from 'zod';
import { fault } from '../findings.ts';

/** A request to DLP holds half a megabyte, and the words are part of each. */
const MAX_BYTES = 100_000;

export function checkSize(words: readonly string[], context: z.RefinementCtx): void {
  const bytes = words.reduce((sum, word) => sum + Buffer.byteLength(word), 0);
  if (bytes <= MAX_BYTES) return;
  const message = `${words.length} words of ${bytes} bytes are too many: each request to DLP carries them`;
  context.addIssue(fault('WRONG_VALUE', message, `keep to ${MAX_BYTES} bytes`));
}

/** What stands for values. */
export const Words = z
  .array(z.string().min(1))
  .min(2)
  .describe('two words or more, as in `[Berlin, Paris]`')
  .superRefine(checkSize);

/** What is looked for. DLP reads other characters than letters and digits as blanks, and wants two of them in each. */
export const Phrases = z
  .array(
    z
      .string()
      .regex(/[\p{L}\p{N}].*[\p{L}\p{N}]/su)
      .describe('words with two letters or digits at least'),
  )
  .min(1)
  .describe('a list of words or phrases, in any letter case, as in `[apollo, "project x"]`');
