import { z } from 'zod';
import type { Format } from '../../model/source.ts';
import { fault } from '../findings.ts';

const CSV_ONLY = ['header', 'delimiter', 'quote', 'escape', 'null_marker'] as const;

/** The scanner looks for single bytes, so ASCII only. */
const Character = z.string().regex(/^[ -~\t]$/);

/** `{ type: csv, header: true }`; gzip and zstd are told by content, so they are not stated. */
export const FormatSchema = z
  .strictObject({
    type: z.enum(['csv', 'ndjson', 'parquet']),
    header: z
      .boolean()
      .describe('`true` (unless said): the first record names the columns; `false`: they come in the declared order')
      .optional(),
    delimiter: Character.describe('one ASCII character, `,` unless said; a tab is `"\\t"`').optional(),
    quote: z
      .union([z.literal(''), Character])
      .describe('one ASCII character, `"` unless said; `""` where nothing is quoted')
      .optional(),
    escape: Character.describe('one ASCII character, the same as `quote` unless said').optional(),
    null_marker: z.string().describe('unquoted text that means NULL, empty unless said').optional(),
  })
  .transform((written, context): Format => {
    if (written.type !== 'csv') {
      for (const key of CSV_ONLY) {
        if (written[key] === undefined) continue;
        context.addIssue(
          fault('WRONG_VALUE', `\`${key}\` has no meaning for ${written.type}`, 'remove it: only csv has it', [key]),
        );
      }
      return { type: written.type };
    }
    const { delimiter = ',', quote = '"' } = written;
    const escaping = written.escape ?? quote;
    for (const key of ['quote', 'escape'] as const) {
      if ((key === 'quote' ? quote : escaping) !== delimiter) continue;
      context.addIssue(
        fault('WRONG_VALUE', `the ${key} is the delimiter too`, 'choose another character for one of the two', [key]),
      );
    }
    return {
      type: 'csv',
      header: written.header ?? true,
      delimiter,
      quote,
      escape: escaping,
      nullMarker: written.null_marker ?? '',
    };
  })
  .describe('`{ type: csv, header: true }`, `{ type: ndjson }` or `{ type: parquet }`');
