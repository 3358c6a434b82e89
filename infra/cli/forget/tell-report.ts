import type { ErasureReport } from '../../../functions/model/erasure.ts';
import { paint } from '../output.ts';
import { formatCounted } from '../quantities.ts';
import { renderColumns } from '../table.ts';

/** An erasure's report for people: what was found where, what is left, and when the last copy is gone. */
export function tellReport(report: ErasureReport): string {
  const { objects, tables, transforms, left, copies, goneAt, notes, looked, outcome, dryRun } = report;
  const sections = [
    `${formatCounted(looked, 'object')} looked through, by ${report.columns.join(', ')} of ${report.source}`,
  ];
  const files = objects.map(({ bucket, name, rows, outcome: what, place }) => [
    `gs://${bucket}/${name}`,
    place,
    formatCounted(rows, 'row'),
    what,
  ]);
  if (files.length > 0) sections.push(renderColumns(heads('file', 'place', 'theirs', 'outcome'), files));
  const rows = [
    ...tables.map((one) => [one.table, formatCounted(one.rows, 'row'), one.outcome]),
    ...transforms.map((one) => [one.transform, '', dryRun ? 'to be built anew' : one.outcome]),
  ];
  if (rows.length > 0) sections.push(renderColumns(heads('table', 'theirs', 'outcome'), rows));
  for (const { what, why, remedy } of left) sections.push(`${paint('red', `left: ${what}`)}\n  ${why}\n  ${remedy}`);
  if (copies.length > 0)
    sections.push(
      renderColumns(
        heads('kept by the service', 'until', 'because of'),
        copies.map(({ what, until, why }) => [what, until, why]),
      ),
    );
  sections.push(...notes.map((one) => paint('dim', one)), lastLine(report));
  return sections.join('\n\n');

  function lastLine({ endedAt }: ErasureReport): string {
    if (outcome === 'failed') return paint('red', 'the erasure came to no end: what is done stays done; ask again');
    if (dryRun) return `nothing was changed; erased now, the last copy would be gone ${when(goneAt, endedAt)}`;
    if (goneAt === null)
      return paint('red', 'the last copy is gone when what is left has been seen to, and not before');
    return paint('green', `the last copy is gone ${when(goneAt, endedAt)}`);
  }
}

const heads = (...names: string[]) => names.map((head) => ({ head }));

const when = (goneAt: string | null, endedAt: string): string =>
  goneAt === null ? 'when what is left has been seen to' : goneAt <= endedAt ? 'now' : `at ${goneAt}`;
