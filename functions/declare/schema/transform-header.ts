import { z } from 'zod';
import type { Assertion } from '../../model/transform.ts';
import { fault, notYet } from '../findings.ts';
import { Duration } from './duration.ts';
import { ClusterSchema, PartitionSchema } from './layout.ts';
import { Money } from './money.ts';

const Kind = z.enum(['view', 'table', 'incremental']);
notYet.add(Kind, {
  merge: 'use `incremental`, which replaces whole intervals',
  snapshot: 'use `table`',
  script: 'split it into transforms of one query each',
});

const Names = z.array(z.string().min(1)).min(1).describe('a list of columns, as in `[order_id]`');

const AssertionsSchema = z
  .strictObject({
    unique: Names.optional(),
    not_null: Names.optional(),
    where: z
      .string()
      .min(1)
      .describe('a condition that no row may break, as in `"amount >= 0"`; NULL passes')
      .optional(),
    row_count: z
      .strictObject({ min: z.int().min(0).optional(), max: z.int().min(0).optional() })
      .superRefine(({ min, max }, context) => {
        if (min === undefined && max === undefined) {
          context.addIssue(fault('WRONG_VALUE', 'neither `min` nor `max` is stated', 'state one or both'));
        }
        if (min !== undefined && max !== undefined && min > max) {
          context.addIssue(
            fault('WRONG_VALUE', `no table has at least ${min} and at most ${max} rows`, 'make `min` the smaller'),
          );
        }
      })
      .describe('`{ min: 1 }`, `{ max: 1000 }` or both')
      .optional(),
  })
  .transform((written, context): Assertion[] => {
    const { unique, not_null: notNull, where, row_count: count } = written;
    const assertions: Assertion[] = [];
    if (unique !== undefined) assertions.push({ kind: 'unique', columns: unique });
    if (notNull !== undefined) assertions.push({ kind: 'not_null', columns: notNull });
    if (where !== undefined) assertions.push({ kind: 'where', expression: where });
    if (count !== undefined) {
      const { min, max } = count;
      assertions.push({
        kind: 'row_count',
        ...(min === undefined ? {} : { min }),
        ...(max === undefined ? {} : { max }),
      });
    }
    if (assertions.length === 0) {
      context.addIssue(
        fault('WRONG_VALUE', 'nothing is asserted', 'state `unique`, `not_null`, `where` or `row_count`'),
      );
    }
    return assertions;
  });

const ASSERT = '`{ unique: [order_id], not_null: [order_id], where: "amount >= 0" }`, or a list of such maps';

/** The YAML after `transform:` in the leading comment of `sql/transforms/<dataset>/<name>.sql`. */
export const TransformHeaderSchema = z
  .strictObject({
    owner: z.string().describe('who to ask').optional(),
    description: z.string().describe('what the result holds').optional(),
    kind: Kind.describe('`view` (unless said), `table` (built whole) or `incremental` (built by interval)').default(
      'view',
    ),
    partition: PartitionSchema.optional(),
    cluster: ClusterSchema.default([]),
    on: z
      .array(z.enum(['load', 'nightly']))
      .describe('`[load, nightly]` (unless said): when an input was loaded, and every night; `[]` only by hand')
      .default(['load', 'nightly']),
    every: Duration.describe(
      'the least time between two builds after loads, `15m` unless said; `0` builds after each',
    ).default(900),
    start: z.iso.date().describe('the first day to build, as in `2026-01-01`').optional(),
    max_cost: Money.describe(
      'what one of its queries may cost at BigQuery’s list price on demand, as in `5 USD`: one that would read more is refused before it runs',
    ).optional(),
    ignore: z
      .array(z.string().min(1))
      .describe('inputs whose changes do not rebuild past intervals, as in `[shop.customers]`')
      .default([]),
    cross_domain: z
      .array(z.string().min(1))
      .describe(
        'columns of sources that bring tokens already, as in `[shop.feed.customer]`: they may be compared with any others',
      )
      .default([]),
    allow_findings: z
      .record(z.string(), z.array(z.string().regex(/^[A-Z][A-Z0-9_]*$/)).min(1))
      .describe('by column, what the nightly inspection may find in it, as in `{ place: [LOCATION] }`')
      .optional(),
    assert: z
      .union([AssertionsSchema.describe(ASSERT), z.array(AssertionsSchema).min(1).describe(ASSERT)])
      .transform((written): Assertion[] => written.flat())
      .describe(ASSERT)
      .optional(),
  })
  .describe('a map, as in `{ kind: table, on: [load] }`');

export type DeclaredHeader = z.output<typeof TransformHeaderSchema>;
