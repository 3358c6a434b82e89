import { z } from 'zod';

/** How a table is partitioned and clustered: the same words for a source and a transform. */
export const PartitionSchema = z
  .strictObject({
    by: z.string().min(1).describe('a DATE, DATETIME or TIMESTAMP column'),
    grain: z.enum(['hour', 'day', 'month', 'year']).describe('`day` unless said').default('day'),
  })
  .describe('`{ by: signup_date, grain: month }`');

/** BigQuery's own limit is four columns; the order counts. */
export const ClusterSchema = z.array(z.string().min(1)).max(4).describe('up to four columns, as in `[country]`');
