import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { generateSample, type SampleFile } from '../../sample/generate.ts';
import { DEFAULT_SAMPLE, dayOf } from '../../sample/sample-options.ts';

/** The sample shop: its declarations, its files, and what a person would ask of it. */

/** The repository's own; the sample's files fit no other declarations. */
export const SHOP_PROJECT = fileURLToPath(new URL('../../../sql', import.meta.url)).replace(/\/$/, '');

const day = (offset: number): string => dayOf(DEFAULT_SAMPLE, offset);
export const LAST_DAY = day(DEFAULT_SAMPLE.days - 1);

/** Some days of one table, changed or not; then everything, which has not changed. */
export const AD_HOC_RUNS = [
  { selector: 'shop.daily_revenue', from: day(1), to: LAST_DAY },
  { selector: 'shop.*' },
] as const;

/** Joins what two files said of one person, by a token. */
export const AD_HOC_QUERY = `SELECT c.country, COUNT(DISTINCT c.customer_id) AS buyers, COUNT(*) AS orders
FROM shop.orders AS o JOIN shop.customers AS c ON c.email = o.customer_email
GROUP BY c.country ORDER BY orders DESC`;

export async function readShopFiles(): Promise<SampleFile[]> {
  const files: SampleFile[] = [];
  for await (const file of generateSample(DEFAULT_SAMPLE)) files.push(file);
  return files;
}

/** At least so many bytes of text are in the file: Parquet counts as it is, and would be more. */
export const textBytes = ({ name, body }: SampleFile): number =>
  name.endsWith('.gz') ? gunzipSync(body).length : body.length;
