import { formatBytes, formatCounted, formatUsd } from '../../quantities.ts';
import type { DlpFact } from '../facts.ts';
import { indent, renderSection } from './section.ts';

export function renderDlp({ requests, values, bytes, cost, wholeRows }: DlpFact): string {
  const times = cost > 0 ? `, ${Math.floor(wholeRows.cost / cost)} times as much` : '';
  const lines = [
    `sent    ${formatCounted(values, 'distinct value')} in ${formatCounted(requests, 'request')}: ${formatBytes(bytes)}, ${formatUsd(cost)} at list price`,
    `spared  whole rows, inspected and transformed: at least ${formatBytes(wholeRows.bytes)}, ${formatUsd(wholeRows.cost)}${times}`,
  ];
  return renderSection('Cloud DLP', [indent(lines.join('\n'))]);
}
