import { z } from 'zod';
import { fault, notYet } from '../findings.ts';
import { ColumnSchema } from './column.ts';
import { Duration } from './duration.ts';
import { FormatSchema } from './format.ts';
import { ClusterSchema, PartitionSchema } from './layout.ts';
import { LoadSchema } from './load.ts';
import { Money } from './money.ts';
import { Share } from './share.ts';

const DAY = 86_400;

/** A window longer than a day would hold files back past the next nightly sweep. */
const Batch = Duration.superRefine((seconds, context) => {
  if (seconds > DAY)
    context.addIssue(fault('WRONG_VALUE', `${seconds} seconds are longer than a day`, 'write at most `1 day`'));
}).describe(
  'how long files are collected before one load takes them, as in `5m` (unless said); `0` loads each as it comes',
);

const ExpectSchema = z
  .strictObject({
    every: Duration.describe('how often a file is expected, as in `1 day`').optional(),
    by: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
      .describe('a time of day in UTC and in quotes, as in `"02:00"`')
      .optional(),
    min_rows: z
      .int()
      .min(0)
      .describe('a number of rows: a file with fewer is quarantined; 1 unless said, 0 takes a header without rows')
      .optional(),
  })
  .superRefine(({ every, by }, context) => {
    if (every === 0)
      context.addIssue(
        fault('WRONG_VALUE', 'a file cannot be expected every 0 seconds', 'write `1 day` or the like', ['every']),
      );
    if (by === undefined) return;
    if (every === undefined)
      context.addIssue(fault('MISSING_KEY', '`by` needs `every`', 'add `every: 1 day`', ['every']));
    else if (every < DAY)
      context.addIssue(
        fault('WRONG_VALUE', '`by` is a time of day, and `every` is less than a day', 'remove one of the two', ['by']),
      );
  });

const Complete = z.literal('each').describe('`each`: every file is whole by itself');
notYet.add(Complete, {
  marker: 'write `complete: each` and let each file stand for itself',
  count: 'write `complete: each` and let each file stand for itself',
});

/** `sql/sources/<dataset>/<name>.yaml`: a family of raw files, their protection and their table. */
export const SourceSchema = z
  .strictObject({
    owner: z.string().describe('who to ask').optional(),
    description: z.string().describe('what the table holds').optional(),
    files: z
      .string()
      .min(1)
      .describe(
        'the names of the files in the raw bucket, as in `shop/customers/*.csv`; `*` stays within a folder, `**` crosses folders, `{date:YYYY-MM-DD}` captures',
      ),
    format: FormatSchema,
    load: LoadSchema,
    partition: PartitionSchema.optional(),
    cluster: ClusterSchema.default([]),
    batch: Batch.default(300),
    complete: Complete.optional(),
    on_new_column: z
      .enum(['quarantine', 'hold'])
      .describe(
        '`quarantine` (unless said), or `hold`: loaded without it, until a later declaration and a replay bring it',
      )
      .default('quarantine'),
    bad_rows: z
      .strictObject({ allow: Share })
      .describe('`{ allow: 0.1% }`: more bad rows than that quarantine the whole file; none unless said')
      .optional(),
    expect: ExpectSchema.describe('`{ every: 1 day, by: "02:00", min_rows: 1 }`').optional(),
    max_cost: Money.describe(
      'what DLP may charge for a file at list price, as in `5 USD`: one that would cost more waits in quarantine for a person',
    ).optional(),
    columns: z.array(ColumnSchema).min(1).describe('a list of columns, each with `name`, `type` and `privacy`'),
  })
  .describe('a map with `files`, `format`, `load` and `columns`');

notYet.add(SourceSchema, { retention: 'remove it, and set the expiration on the table itself' });

export type DeclaredSource = z.output<typeof SourceSchema>;
