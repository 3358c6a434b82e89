import { ASSUMED } from '../bill/assumed.ts';
import { PRICES } from '../bill/bill.ts';
import { DEPLOYED } from '../bill/deployed.ts';
import { type Month, planMonth } from '../bill/month.ts';
import { USAGE } from '../bill/usage.ts';
import { contradiction, PRESETS, type Preset, type Workload } from '../bill/workload.ts';
import { UsageError } from './errors.ts';
import { paint, print, printJson } from './output.ts';
import { renderBill } from './render-bill.ts';
import type { WorkloadOptions } from './workload-options.ts';

/** Prices a month that has not been. Needs no local cloud. Throws UsageError for figures that contradict each other. */
export function billMonth(preset: Preset, given: WorkloadOptions, { json }: { json?: true }): void {
  const workload: Workload = { ...PRESETS[preset], ...given };
  const problem = contradiction(workload);
  if (problem) throw new UsageError(problem);
  const month = planMonth(workload, DEPLOYED, USAGE);
  if (json) printJson(describeMonth(preset, workload, month));
  else printMonth(preset, workload, month);
}

function printMonth(preset: Preset, workload: Workload, month: Month): void {
  print(renderBill(`Month ${workload.month}, modelled (${preset})`, month.bill, { free: true }));
  print();
  print(paint('bold', 'Where the quantities come from'));
  for (const { label, sku } of month.bill.lines) {
    print(label);
    for (const part of month.parts.filter((one) => one.sku === sku)) print(paint('dim', `  ${part.of}`));
  }
  print();
  print(paint('bold', 'Assumed'));
  for (const assumption of assumptions(workload)) print(`- ${assumption}`);
}

function describeMonth(preset: Preset, workload: Workload, { bill, parts }: Month): object {
  const { lines, ...totals } = bill;
  return {
    currency: 'USD',
    model: preset,
    workload,
    deployed: DEPLOYED,
    lines: lines.map((line) => ({
      ...line,
      free: PRICES[line.sku].free,
      from: parts.filter(({ sku }) => sku === line.sku).map(({ units, of }) => ({ units, of })),
      source: PRICES[line.sku].source,
      certainty: PRICES[line.sku].certainty,
    })),
    ...totals,
    assumptions: assumptions(workload),
  };
}

/** What the figures rest on beside what was measured (infra/bill/usage.json) and what is deployed (infra/bill/deployed.ts). */
function assumptions({ cmek, regional, retentionDays, loadBuildsPerDay, transforms }: Workload): string[] {
  const seconds = (value: number): string => `${value} s`;
  return [
    `list prices in USD ${regional ? 'of us-central1' : 'of the US multi-region'}; free amounts are those of one billing account that has nothing else`,
    'operations a file, load, transform, night and sweep: measured on the local cloud (`npm run bench:usage`)',
    'every file is loaded by itself, as it is when files of one table come more than five minutes apart',
    `a call to Storage, Tasks or Pub/Sub takes ${seconds(ASSUMED.callSeconds)}, a BigQuery job ${seconds(ASSUMED.jobSeconds)}, a request to DLP ${seconds(ASSUMED.dlpSeconds)}; requests wait for them and share no instance`,
    'all that a file does runs on the size of `deidentify`, the largest that it passes through',
    'CPU seconds a GB are those of the machine that measured',
    ...(transforms > 0 && loadBuildsPerDay === 0 ? ['transforms are built by the night alone, not by loads'] : []),
    ...(cmek ? ['with CMEK, Cloud Storage uses the key once an operation: more than it does'] : []),
    `a log entry is ${ASSUMED.entryBytes} bytes more than its line, a request's own ${ASSUMED.requestLogBytes}, an audit entry ${ASSUMED.auditEntryBytes}`,
    `proving a commit takes ${ASSUMED.proofMinutes} build-minutes, applying it ${ASSUMED.applyMinutes}, an image of a function ${ASSUMED.imageMinutes} and ${ASSUMED.imageGib} GiB`,
    ...(retentionDays === undefined
      ? ['raw files, curated files and rows are kept for ever: Sluice removes none']
      : []),
    'what logs cost on their way into BigQuery is counted as streaming, which Google may not charge',
    'alert conditions are priced as announced, though Google may not charge for them yet',
    'not counted: people’s own queries, data that leaves the region, private egress (about 15 dollars a month when it is on), the week that topics keep messages, deliveries of events into BigQuery, archives, support',
  ];
}
