import { join } from 'node:path';
import { paint, width } from '../../output.ts';
import { formatCounted, formatSeconds, formatUsd } from '../../quantities.ts';
import { wrap } from '../../text.ts';
import type { Facts, FileFact } from '../facts.ts';
import { renderDlp } from './dlp.ts';
import { renderFiles, renderRejects } from './files.ts';
import { indent, renderSection } from './section.ts';
import { renderTables } from './tables.ts';
import { renderCommands, renderTransforms } from './transforms.ts';

/** The product's face: what happened to the files, told in a page. */
export function renderSummary(facts: Facts): string {
  const { data, files, rejects, dlp, tables, transforms, commands, failures } = facts;
  const loaded = files.filter(({ state }) => state === 'DONE');
  return [
    renderFiles(files),
    ...(rejects.length > 0 ? [renderRejects(rejects)] : []),
    renderDlp(dlp),
    renderTables(tables),
    renderTransforms(transforms, loaded.length),
    renderCommands(commands, data),
    ...(failures.length > 0 ? [renderFailures(failures, data)] : []),
    renderTotals(facts, loaded),
  ].join('\n\n');
}

function renderTotals({ rejects, transforms, bill, milliseconds }: Facts, loaded: readonly FileFact[]): string {
  const counts = [
    formatCounted(loaded.length, 'file'),
    formatCounted(
      loaded.reduce((sum, { rows }) => sum + rows, 0),
      'row',
    ),
    formatCounted(rejects.length, 'reject'),
    formatCounted(transforms.length, 'transform'),
  ].join(', ');
  const cost = `${formatUsd(bill.listPrice)} at list price, ${formatUsd(bill.afterFreeTier)} after the free tiers`;
  return renderSection('In all', [
    indent(`${paint('bold', counts)}, in ${formatSeconds(milliseconds)}\nat Google ${cost}`),
  ]);
}

const renderFailures = (failures: readonly string[], data: string): string =>
  renderSection('What went wrong', [
    indent(failures.map((line) => paint('red', wrap(line, width() - 2, '  '))).join('\n')),
    indent(`the logs of both processes: ${join(data, 'logs')}`),
  ]);
