import { ASSUMED } from './assumed.ts';
import type { BillSku } from './bill.ts';
import type { Deployed } from './deployed.ts';
import { by, DAYS, GB, GIB, type Part, percent, round } from './part.ts';
import { dlpRequests, fileBytes, skuOf, steps } from './steps.ts';
import { type StepUnits, type Usage, volumeOf } from './usage.ts';
import type { Workload } from './workload.ts';

/** What is paid for because it is there, or is told of. */

/** Storage of a partition that has not changed for so long costs half. Source: cloud.google.com/bigquery/pricing. */
const LONG_TERM_DAYS = 90;

/** What lies there in the middle of the month, and what was written to get there. */
export function atRest(workload: Workload, deployed: Deployed, usage: Usage): Part[] {
  const { gbPerDay, filesPerDay, month, regional } = workload;
  const { table, curated } = volumeOf(usage.volumes, fileBytes(workload));
  const age = DAYS * (month - 0.5);
  const retentionDays = workload.retentionDays ?? age;
  const days = Math.min(age, retentionDays);
  const rawDays = Math.min(age, retentionDays + deployed.noncurrentDays + deployed.softDeleteDays);
  const active = Math.min(days, LONG_TERM_DAYS);
  const stored = (sku: BillSku, dayCount: number, share: number, what: string): Part => ({
    sku,
    units: (gbPerDay * dayCount * share * GB) / GIB,
    of: `${round(dayCount)} days × ${gbPerDay} GB × ${percent(share)}: ${what}`,
  });
  const state = (files: number): number => (files * usage.stateBytesPerFile) / GIB;
  const storage = skuOf(workload, 'gib_months');
  const parts = [
    stored(storage, rawDays, 1, 'raw files'),
    stored(storage, days, curated, 'curated files'),
    {
      sku: storage,
      units: state(filesPerDay * age),
      of: by(filesPerDay * age, 'files', usage.stateBytesPerFile, 'bytes: ledger'),
    },
    stored('bigquery.gib_months', active, table, 'rows'),
    stored('bigquery.long_term_gib_months', days - active, table, 'rows'),
  ];
  if (regional) return parts;
  return [
    ...parts,
    stored('storage.replication_gib', DAYS, 1 + curated, 'raw and curated files of the month'),
    {
      sku: 'storage.replication_gib',
      units: state(filesPerDay * DAYS),
      of: by(filesPerDay * DAYS, 'files', usage.stateBytesPerFile, 'bytes: ledger'),
    },
  ];
}

/** What a step leaves in Cloud Logging. */
export function loggedBytes(uses: StepUnits, { auditsStorage }: Deployed, cmek: boolean): number {
  const { requestLogBytes, entryBytes, auditEntryBytes } = ASSUMED;
  const objects = uses['storage.class_a'] + uses['storage.class_b'];
  const audited = (auditsStorage ? objects : 0) + (cmek ? objects : 0);
  return (
    uses['logging.bytes'] +
    uses['logging.lines'] * entryBytes +
    uses['run.requests'] * requestLogBytes +
    audited * auditEntryBytes
  );
}

/** DLP tells of the request, KMS of the key that it unwrapped. */
export const DLP_LOG_BYTES = 2 * ASSUMED.auditEntryBytes;

export function observability(workload: Workload, deployed: Deployed, usage: Usage): Part[] {
  const { evaluations, metricMib } = ASSUMED;
  const logs = steps(workload, deployed, usage).map(({ name, times, uses }) => {
    const bytes = loggedBytes(uses, deployed, workload.cmek);
    return { gib: (times * bytes) / GIB, of: by(times, name, bytes / 1000, 'kB') };
  });
  const requests = dlpRequests(workload, usage);
  logs.push({
    gib: (requests * DLP_LOG_BYTES) / GIB,
    of: by(requests, 'requests to DLP', DLP_LOG_BYTES / 1000, 'kB'),
  });
  const gib = logs.reduce((sum, log) => sum + log.gib, 0);
  const kept = Math.min(DAYS * (workload.month - 0.5), deployed.logDays) / DAYS;
  const { alertConditions, logMetrics } = deployed;
  return [
    ...logs.map(({ gib, of }): Part => ({ sku: 'logging.gib', units: gib, of })),
    { sku: 'bigquery.insert_bytes', units: gib * GIB, of: 'all of the logs, at most' },
    { sku: 'bigquery.gib_months', units: gib * kept, of: `logs of ${round(kept)} months` },
    { sku: 'monitoring.condition_months', units: alertConditions, of: 'conditions of infra/deploy' },
    {
      sku: 'monitoring.series_returned',
      units: alertConditions * evaluations,
      of: by(alertConditions, 'conditions', evaluations, 'evaluations'),
    },
    {
      sku: 'monitoring.metric_mib',
      units: logMetrics * metricMib,
      of: by(logMetrics, 'log-based metrics', metricMib, 'MiB'),
    },
  ];
}

/** What is there whether anything happens or not. */
export function standing({ cmek, month, deployments }: Workload, deployed: Deployed): Part[] {
  const keys = deployed.wrappingKeys + (cmek ? deployed.cmekKeys : 0);
  // A new version comes with every rotation, and the old ones still open what they closed.
  const versions = 1 + Math.floor((DAYS * (month - 0.5)) / deployed.rotationDays);
  const images = deployed.functions * Math.min(deployed.imagesKept, 1 + deployments);
  const { proofMinutes, applyMinutes, imageMinutes, imageGib } = ASSUMED;
  const minutes = applyMinutes + deployed.functions * imageMinutes;
  return [
    { sku: 'kms.key_version_months', units: keys * versions, of: by(keys, 'keys', versions, 'versions') },
    { sku: 'scheduler.job_months', units: deployed.schedulerJobs, of: 'jobs of infra/deploy' },
    {
      sku: 'build.minutes',
      units: deployments * minutes,
      of: by(deployments, 'deployments', minutes, 'minutes'),
    },
    {
      sku: 'build.highcpu_minutes',
      units: deployments * proofMinutes,
      of: by(deployments, 'proven commits', proofMinutes, 'minutes'),
    },
    { sku: 'artifacts.gib_months', units: images * imageGib, of: by(images, 'images', imageGib, 'GiB') },
  ];
}
