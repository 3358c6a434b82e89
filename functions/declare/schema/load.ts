import { z } from 'zod';
import type { Load } from '../../model/source.ts';
import { fault, notYet } from '../findings.ts';

const Mode = z.enum(['append', 'replace', 'replace_partition', 'merge']);
notYet.add(Mode, { cdc: 'use `merge`, which keeps the newest row a key; deletions need a column of their own' });

const Names = z.array(z.string().min(1)).min(1).describe('a list of columns, as in `[customer_id]`');

/** `{ mode: merge, key: […], order_by: […] }` */
export const LoadSchema = z
  .strictObject({ mode: Mode, key: Names.optional(), order_by: Names.optional() })
  .transform((written, context): Load => {
    const { mode, key, order_by: orderBy } = written;
    if (mode === 'merge') {
      if (key === undefined) {
        context.addIssue(
          fault('MISSING_KEY', 'a merge needs the columns that make a row the same', 'add `key: [...]`', ['key']),
        );
      }
      if (orderBy === undefined) {
        context.addIssue(
          fault(
            'MISSING_KEY',
            'a merge needs to know which of two rows is newer',
            'add `order_by: [...]`, as in `[updated_at]`',
            ['order_by'],
          ),
        );
      }
      return { mode, key: key ?? [], orderBy: orderBy ?? [] };
    }
    for (const word of ['key', 'order_by'] as const) {
      if (written[word] === undefined) continue;
      context.addIssue(
        fault('WRONG_VALUE', `\`${word}\` has no meaning for mode ${mode}`, 'remove it, or use `mode: merge`', [word]),
      );
    }
    return { mode };
  })
  .describe(
    '`{ mode: append }`, `replace`, `replace_partition`, or `{ mode: merge, key: [customer_id], order_by: [updated_at] }`',
  );
