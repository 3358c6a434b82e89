import { z } from 'zod';
import type { Range, Transformation } from '../../model/column.ts';
import { fault } from '../findings.ts';

const RangeSchema = z
  .strictObject({
    min: z.number().describe('where it begins, itself included; open unless said').optional(),
    max: z.number().describe('where it ends, itself not included; open unless said').optional(),
    with: z.string().describe('the text that stands for a number in it'),
  })
  .superRefine(({ min, max }, context) => {
    if (min === undefined || max === undefined || min < max) return;
    context.addIssue(fault('WRONG_VALUE', `no number lies between ${min} and ${max}`, 'make `min` less than `max`'));
  })
  .transform(
    ({ min, max, with: text }): Range => ({
      ...(min === undefined ? {} : { min }),
      ...(max === undefined ? {} : { max }),
      with: text,
    }),
  )
  .describe('`{ min: 18, max: 65, with: adult }`');

/** `{ size: 10, min: 0, max: 100 }` or `{ buckets: [{ min: 0, max: 18, with: minor }, …] }` → the model's */
export const BucketSchema = z
  .strictObject({
    size: z.number().positive().describe('the width of a bucket, more than 0').optional(),
    min: z.number().describe('where the first bucket begins').optional(),
    max: z.number().describe('where the last bucket ends').optional(),
    buckets: z
      .array(RangeSchema)
      .min(1)
      .describe('ranges with their texts, as in `[{ max: 18, with: minor }, { min: 18, with: adult }]`')
      .optional(),
  })
  .transform(({ size, min, max, buckets }, context): Extract<Transformation, { kind: 'bucket' }> => {
    const refuse = (message: string, remedy: string, path: string[] = []): never => {
      context.addIssue(fault('WRONG_VALUE', message, remedy, path));
      return z.NEVER;
    };
    if (buckets !== undefined) {
      if (size !== undefined || min !== undefined || max !== undefined)
        return refuse('`buckets` stands beside `size`, `min` or `max`', 'keep one of the two forms');
      const overlap = buckets.findIndex((one, at) => buckets.slice(0, at).some((other) => overlaps(one, other)));
      if (overlap >= 0)
        return refuse('two buckets hold the same numbers', 'end one where the next begins', ['buckets']);
      return { kind: 'bucket', ranges: buckets };
    }
    if (size === undefined || min === undefined || max === undefined)
      return refuse('the buckets are not said', 'write `{ size: 10, min: 0, max: 100 }`, or list them in `buckets`');
    if (max - min < size)
      return refuse(`no bucket of ${size} fits between ${min} and ${max}`, 'make `max - min` at least `size`');
    return { kind: 'bucket', size, min, max };
  })
  .describe(
    '`{ size: 10, min: 0, max: 100 }`: the number becomes `20:30`; or `{ buckets: [...] }` with texts of your own',
  );

const low = ({ min = Number.NEGATIVE_INFINITY }: Range): number => min;
const high = ({ max = Number.POSITIVE_INFINITY }: Range): number => max;
const overlaps = (a: Range, b: Range): boolean => low(a) < high(b) && low(b) < high(a);
