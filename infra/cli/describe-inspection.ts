import type { NightInspection } from '../../functions/model/report.ts';
import { formatCounted } from './quantities.ts';

/** What a look at the tables has found. */
export function describeInspection({ tables, rows, findings, skipped }: NightInspection): string[] {
  const found = findings.map(
    ({ table, column, infoType, rows: hit }) =>
      `found: ${infoType} in ${table}.${column}, in ${formatCounted(hit, 'row')} of the sample: protect it where it comes from, or expect it there (allow, allow_findings)`,
  );
  return [
    `inspected ${formatCounted(rows, 'row')} of ${formatCounted(tables, 'table')}: ${findings.length === 0 ? 'nothing that should not be there' : formatCounted(findings.length, 'finding')}`,
    ...found,
    ...skipped.map(({ table, code }) => `not inspected: ${table} (${code})`),
  ];
}
