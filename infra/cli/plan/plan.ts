import { computeBill, PRICES } from '../../bill/bill.ts';
import type { PlanOptions } from '../commands/plan.ts';
import { findSite } from '../connect.ts';
import { note, paint, print, printJson } from '../output.ts';
import { requireRelease } from '../project.ts';
import { currentRelease, readRelease } from '../publish-release.ts';
import { formatBytes, formatUsd } from '../quantities.ts';
import { CANARY, compileDelivery } from '../release/canary.ts';
import type { Site } from '../site.ts';
import { renderColumns } from '../table.ts';
import { type PlannedChange, planChanges } from './changes.ts';
import { type ReadBytes, readBytes } from './read-bytes.ts';

interface PricedChange extends Omit<PlannedChange, 'transform'> {
  /** Only of what is built. */
  reads?: ReadBytes;
}

export async function plan({ project: folder, against, markdown, json, ...place }: PlanOptions): Promise<void> {
  const { before, changes, site } = await compare(folder, against, place);
  const priced: PricedChange[] = [];
  for (const { transform, ...change } of changes) {
    if (change.action !== 'build' || !transform) priced.push(change);
    else priced.push({ ...change, reads: site ? await readBytes(site, transform) : OFFLINE });
  }
  const total = priced.reduce((sum, { reads }) => sum + (reads && 'bytes' in reads ? reads.bytes : 0), 0);
  const usd = priceOf(total);
  if (json) return printJson({ before, changes: priced, bytes: total, usd });
  print(markdown ? renderMarkdown(priced, total, usd, before) : renderPlan(priced, total, usd, before));
}

const OFFLINE: ReadBytes = { kind: 'unknown', why: 'no warehouse is asked here' };

async function compare(
  folder: string,
  against: string | undefined,
  place: Pick<PlanOptions, 'data' | 'env'>,
): Promise<{ before?: string; changes: PlannedChange[]; site?: Site }> {
  if (against !== undefined)
    return { before: against, changes: planChanges(compileDelivery(against), compileDelivery(folder)) };
  const site = await findSite(place);
  const current = await currentRelease(site);
  if (!current) note('no release runs yet: everything is new');
  const before = current && (await readRelease(site, current.id));
  // A local cloud has the canary's source only where `sluice release` was used there.
  const withCanary = place.env !== undefined || before?.sources.some(({ id }) => id === CANARY.id) === true;
  const after = withCanary ? compileDelivery(folder, { project: site.project }) : requireRelease(folder);
  const changes = planChanges(before, after);
  return { ...(before && { before: before.id }), changes, site };
}

/** On demand, at list price; a reservation or the month's free TiB make it less. */
const priceOf = (bytes: number): number => computeBill(new Map([['bigquery.query_bytes', bytes]]), PRICES).listPrice;

function describeReads(reads: ReadBytes | undefined): string {
  switch (reads?.kind) {
    case undefined:
      return '';
    case 'exact':
      return formatBytes(reads.bytes);
    case 'at-most':
      return `at most ${formatBytes(reads.bytes)} (${reads.why})`;
    case 'unknown':
      return `unknown: ${reads.why}`;
  }
}

const ACTIONS: Readonly<Record<PlannedChange['action'], string>> = {
  retokenize: 're-tokenise',
  build: 'build',
  view: 'replace view',
  load: 'load on',
  leave: 'leave',
};

const againstWhat = (before: string | undefined): string => (before === undefined ? 'nothing that runs' : before);

function summarize(changes: readonly PricedChange[], bytes: number, usd: number): string {
  const built = changes.filter(({ action }) => action === 'build');
  const unknown = built.filter(({ reads }) => reads?.kind === 'unknown').length;
  const cost = `${formatBytes(bytes)} read, ${formatUsd(usd)} at list price`;
  if (built.length === 0) return 'Nothing is built anew.';
  return unknown === built.length
    ? `${built.length} built anew; what they read is not known here.`
    : `${built.length} built anew: ${cost}${unknown > 0 ? `, and ${unknown} of which nobody can say` : ''}.`;
}

function renderPlan(changes: readonly PricedChange[], bytes: number, usd: number, before: string | undefined): string {
  if (changes.length === 0) return `nothing changes against ${againstWhat(before)}`;
  const heads = ['', 'table', 'why', 'reads'].map((head) => ({ head: paint('dim', head) }));
  const rows = changes.map(({ id, action, why, reads }) => [ACTIONS[action], id, why, describeReads(reads)]);
  return `${renderColumns(heads, rows)}\n\n${summarize(changes, bytes, usd)}`;
}

/** Text of the declarations stands in it: what Markdown would take for its own is quoted. */
const cell = (text: string): string => text.replace(/[\\|`<>*_[\]]/g, '\\$&').replace(/\s+/g, ' ');

function renderMarkdown(
  changes: readonly PricedChange[],
  bytes: number,
  usd: number,
  before: string | undefined,
): string {
  if (changes.length === 0) return '### Sluice plan\n\nNothing changes.';
  const rows = changes.map(({ id, action, why, reads }) =>
    [ACTIONS[action], id, why, describeReads(reads)].map(cell).join(' | '),
  );
  return [
    '### Sluice plan',
    '',
    `${cell(summarize(changes, bytes, usd))} Compared with ${cell(againstWhat(before))}.`,
    '',
    '| | table | why | reads |',
    '|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}
