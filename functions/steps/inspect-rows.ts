import type { Finding } from '../model/dlp.ts';
import type { ShownRow } from '../plan/inspection.ts';
import type { Ports } from '../ports.ts';
import { renderInspection } from '../render/inspection.ts';

/** What DLP finds in one request's rows, each finding under the number of its record. */
export async function inspectRows(
  { dlp }: Pick<Ports, 'dlp'>,
  names: readonly string[],
  rows: readonly ShownRow[],
): Promise<Finding[]> {
  const found = await dlp.inspect(renderInspection(names, rows));
  return found.map((finding) => ({ ...finding, row: rows[finding.row]?.row ?? 0 }));
}
