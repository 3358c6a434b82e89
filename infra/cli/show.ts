import { loadBuildId } from '../../functions/model/build.ts';
import type { Release } from '../../functions/model/release.ts';
import type { RunReport } from '../../functions/model/report.ts';
import type { DlpUsage, LedgerEntry } from '../../functions/model/run.ts';
import { reach } from './connect.ts';
import { renderSteps } from './describe-build.ts';
import { describeReason, describeReject, describeState } from './describe-run.ts';
import { dataFlag } from './endpoints.ts';
import type { JsonOption, PlaceOption } from './options.ts';
import { paint, print, printJson } from './output.ts';
import { formatBytes, formatCount, formatCounted, formatSeconds, formatUsd } from './quantities.ts';
import { renderColumns } from './table.ts';

export async function show(run: string, { data, env, json }: PlaceOption & JsonOption): Promise<void> {
  const { pipeline } = await reach({ data, env });
  const [report, release] = await Promise.all([pipeline.show(run), pipeline.release()]);
  const { source, detail } = report.entry;
  const build = detail.batch === undefined ? undefined : await pipeline.build(loadBuildId(source, detail.batch));
  if (json) return printJson({ ...report, dlp: usageOf(report), ...(build && { build }) });
  print(renderReport(report, release, dataFlag({ data, env })));
  if (build) print(`\n${heading(`Built after batch ${detail.batch}`)}\n${renderSteps(build.done)}`);
}

const heading = (text: string): string => paint('bold', text);

function renderReport(report: RunReport, release: Release, flag: string): string {
  const { entry, history, rejects } = report;
  const { object, size } = entry.detail;
  const source = release.sources.find(({ id }) => id === entry.source);
  const parts = [
    `${heading(object.name)}${size === undefined ? '' : `  ${formatBytes(size)}`}`,
    `run ${entry.run} of ${entry.source}, release ${entry.release}`,
    '',
    renderHistory(history),
  ];
  const dlp = usageOf(report);
  if (dlp.requests > 0) parts.push('', renderUsage(dlp, report.shards.length));
  if (entry.detail.held?.length) parts.push('', `held, not loaded: ${entry.detail.held.join(', ')}`);
  const { accepted } = entry.detail;
  if (accepted)
    parts.push('', `cost: up to ${formatUsd(accepted.usd)} at DLP, accepted by ${accepted.by} at ${accepted.at}`);
  if (entry.state === 'QUARANTINED') {
    const reasons = (entry.detail.reasons ?? []).map((reason) => `  ${paint('red', describeReason(reason))}`);
    const waits = entry.detail.reasons?.some(({ cost }) => cost);
    const again = `${waits ? 'accept the cost' : 'mend the file or the declaration, then'}: npx sluice replay ${entry.run.slice(0, 10)}${waits ? ' --accept-cost' : ''} --wait${flag}`;
    parts.push('', heading('In quarantine'), ...reasons, `  ${again}`);
  }
  if (rejects.length > 0) {
    const shown = rejects.map((reject) => [
      `  row ${formatCount(reject.row)}`,
      reject.column,
      describeReject(reject, source),
    ]);
    const total = entry.detail.rejects ?? rejects.length;
    parts.push('', heading(formatCounted(total, 'reject')), renderColumns(bare(3), shown));
    if (total > rejects.length)
      parts.push(`  and ${formatCount(total - rejects.length)} more, all in the quarantine bucket`);
  }
  return parts.join('\n');
}

/** Each state with the time since the one before. */
function renderHistory(history: readonly LedgerEntry[]): string {
  let before: LedgerEntry | undefined;
  const rows = history.map((entry) => {
    const after = before ? `+${formatSeconds(Date.parse(entry.at) - Date.parse(before.at))}` : '';
    before = entry;
    return [entry.at, after, entry.state, paint('dim', describeState(entry))];
  });
  return renderColumns(bare(4), rows);
}

function usageOf({ shards }: RunReport): DlpUsage {
  const sum = (what: keyof DlpUsage): number => shards.reduce((total, { dlp }) => total + dlp[what], 0);
  return { requests: sum('requests'), values: sum('values'), bytes: sum('bytes') };
}

const renderUsage = ({ requests, values, bytes }: DlpUsage, shards: number): string =>
  `DLP: ${formatCounted(requests, 'request')} with ${formatCounted(values, 'distinct value')}, ${formatBytes(bytes)}, from ${formatCounted(shards, 'shard')}`;

const bare = (count: number): { head: string }[] => Array.from({ length: count }, () => ({ head: '' }));
