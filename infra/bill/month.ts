import { type Bill, type BillSku, computeBill, PRICES } from './bill.ts';
import type { Deployed } from './deployed.ts';
import { type StepUnits, type Usage, volumeOf } from './usage.ts';
import type { Workload } from './workload.ts';

/** One reason for units of one SKU, such as `15,208 files × 24`. */
export interface Part {
  sku: BillSku;
  units: number;
  of: string;
}

export interface Month {
  parts: Part[];
  bill: Bill;
}

export const DAYS = 365 / 12;
const GB = 1e9;
const GIB = 2 ** 30;
const MIB = 2 ** 20;
/** The sweep lists the ledger and the raw bucket by pages of 1,000 names: functions/gcp/storage.ts. */
const PAGE = 1000;
const SWEEPS = 24 * DAYS;
/** Storage of a partition that has not changed for so long costs half. Source: cloud.google.com/bigquery/pricing. */
const LONG_TERM_DAYS = 90;

/** What no laptop can measure. Each is printed with the bill. */
export const ASSUMED = {
  /** Of one call to Cloud Storage, Cloud Tasks or Pub/Sub; a request waits for each in turn. */
  callSeconds: 0.05,
  /** Of one BigQuery job, which the request waits for. */
  jobSeconds: 6,
  /** Of one request to DLP of up to 0.5 MB. */
  dlpSeconds: 0.5,
  /** Cloud Run's own entry for a request, and what Cloud Logging adds to a line of ours. */
  requestLogBytes: 1200,
  entryBytes: 600,
  auditEntryBytes: 1600,
  /** A condition's query runs every 30 seconds and returns one time series. */
  evaluations: (DAYS * 86_400) / 30,
  /** Of one log-based metric: a sample of 8 bytes a minute. */
  metricMib: (DAYS * 1440 * 8) / MIB,
  buildMinutes: 15,
  imageGib: 0.15,
} as const;

type Counted = keyof StepUnits;

/** Quantities of a month, each with its reason, and what they cost. Pure: the same workload, deployment and usage, the same bill. */
export function planMonth(workload: Workload, deployed: Deployed, usage: Usage): Month {
  const parts = [
    ...operations(workload, deployed, usage),
    ...compute(workload, deployed, usage),
    ...deidentification(workload, usage),
    ...warehouse(workload, usage),
    ...atRest(workload, deployed, usage),
    ...observability(workload, deployed, usage),
    ...standing(workload, deployed),
    ...keyUse(workload, deployed, usage),
  ].filter(({ units }) => units !== 0);
  const units = new Map<BillSku, number>();
  for (const part of parts) units.set(part.sku, (units.get(part.sku) ?? 0) + part.units);
  return { parts, bill: computeBill(units, PRICES) };
}

interface Step {
  name: string;
  times: number;
  uses: StepUnits;
  size: keyof Deployed['sizes'];
}

/** Everything that happens in the month, and how often. */
function steps(workload: Workload, deployed: Deployed, usage: Usage): Step[] {
  const files = workload.filesPerDay * DAYS;
  const merges = Math.min(workload.mergesPerDay * DAYS, files);
  const shards = Math.max(1, Math.ceil(fileBytes(workload) / deployed.shardBytes));
  return [
    { name: 'files', times: files, uses: usage.file, size: 'file' },
    { name: 'further shards', times: files * (shards - 1), uses: usage.shard, size: 'file' },
    { name: 'loads', times: files - merges, uses: usage.batch, size: 'load' },
    { name: 'merges', times: merges, uses: usage.mergedBatch, size: 'load' },
    { name: 'built transforms', times: builds(workload), uses: usage.built, size: 'transform' },
    { name: 'nights', times: DAYS, uses: usage.night, size: 'nightly' },
    { name: 'sweeps', times: SWEEPS, uses: usage.sweep, size: 'nightly' },
    {
      name: 'looks at an expected source',
      times: (SWEEPS + DAYS) * workload.sources,
      uses: usage.expected,
      size: 'nightly',
    },
  ];
}

const builds = ({ transforms, loadBuildsPerDay }: Workload): number => (transforms + loadBuildsPerDay) * DAYS;
const fileBytes = ({ gbPerDay, filesPerDay }: Workload): number =>
  filesPerDay === 0 ? 0 : (gbPerDay * GB) / filesPerDay;
const rawGb = ({ gbPerDay }: Workload): number => gbPerDay * DAYS;
const skuOf = ({ regional }: Workload, what: 'class_a' | 'class_b' | 'gib_months'): BillSku =>
  regional ? `storage.regional.${what}` : `storage.${what}`;

function operations(workload: Workload, deployed: Deployed, usage: Usage): Part[] {
  const metered: [Counted, BillSku][] = [
    ['storage.class_a', skuOf(workload, 'class_a')],
    ['storage.class_b', skuOf(workload, 'class_b')],
    ['pubsub.bytes', 'pubsub.bytes'],
    ['tasks.operations', 'tasks.operations'],
    ['run.requests', 'run.requests'],
  ];
  const all = steps(workload, deployed, usage);
  const counted = metered.flatMap(([what, sku]) =>
    all.map(({ name, times, uses }) => ({ sku, units: times * uses[what], of: by(times, name, uses[what]) })),
  );
  const pages = furtherPages(workload, usage);
  const sweeps = SWEEPS + DAYS;
  return [
    ...counted,
    {
      sku: skuOf(workload, 'class_a'),
      units: sweeps * pages,
      of: by(sweeps, 'sweeps and nights', pages, 'further pages of the listings'),
    },
  ];
}

/** Beyond the first page of each listing, in the middle of the month. */
function furtherPages(workload: Workload, usage: Usage): number {
  const age = DAYS * (workload.month - 0.5);
  const raw = Math.min(age, workload.retentionDays ?? age);
  return further(workload.filesPerDay * age * usage.ledgerObjectsPerFile) + further(workload.filesPerDay * raw);
}

const further = (objects: number): number => Math.max(0, Math.ceil(objects / PAGE) - 1);

function compute(workload: Workload, deployed: Deployed, usage: Usage): Part[] {
  const parts = steps(workload, deployed, usage).map(({ name, times, uses, size }) => {
    const calls = uses['storage.class_a'] + uses['storage.class_b'] + uses['tasks.operations'];
    const seconds = uses['run.seconds'] + calls * ASSUMED.callSeconds + uses['bigquery.jobs'] * ASSUMED.jobSeconds;
    return { name, size, seconds: times * seconds, of: by(times, name, seconds, 's') };
  });
  const pages = (SWEEPS + DAYS) * furtherPages(workload, usage) * ASSUMED.callSeconds * 2;
  const volume = volumeOf(usage.volumes, fileBytes(workload));
  const waiting = (volume.dlpRequestsPerGb * ASSUMED.dlpSeconds) / deployed.dlpConcurrency;
  const perGb = volume.cpuSecondsPerGb + waiting;
  const gb = rawGb(workload);
  parts.push(
    {
      name: 'listings',
      size: 'nightly',
      seconds: pages,
      of: `reading ${round(pages / ASSUMED.callSeconds / 2)} pages`,
    },
    { name: 'bytes', size: 'file', seconds: gb * perGb, of: by(gb, 'GB', perGb, 's') },
  );
  return parts.flatMap(({ size, seconds, of }): Part[] => {
    const { vcpu, gib } = deployed.sizes[size];
    return [
      { sku: 'run.vcpu_seconds', units: seconds * vcpu, of: `${of} × ${vcpu} vCPU` },
      { sku: 'run.gib_seconds', units: seconds * gib, of: `${of} × ${gib} GiB` },
    ];
  });
}

function deidentification(workload: Workload, usage: Usage): Part[] {
  const volume = volumeOf(usage.volumes, fileBytes(workload));
  const sensitive = rawGb(workload) * workload.sensitiveShare;
  const part = (sku: BillSku, share: number): Part => ({
    sku,
    units: sensitive * GB * share,
    of: `${round(rawGb(workload))} GB × ${percent(workload.sensitiveShare)} sensitive × ${percent(share)} sent`,
  });
  return [
    part('dlp.inspect_bytes', workload.inspectedShare ?? volume.inspectedOfSensitive),
    part('dlp.transform_bytes', workload.transformedShare ?? volume.transformedOfSensitive),
  ];
}

function warehouse(workload: Workload, usage: Usage): Part[] {
  const sku = 'bigquery.query_bytes';
  const { table } = volumeOf(usage.volumes, fileBytes(workload));
  const reads = workload.transforms === 0 ? 0 : (workload.reads ?? usage.reads);
  const merges = Math.min(workload.mergesPerDay, workload.filesPerDay) * DAYS;
  const loadedGb = rawGb(workload) * table;
  return [
    {
      sku,
      units: builds(workload) * usage.built[sku],
      of: by(builds(workload), 'built transforms', usage.built[sku] / MIB, 'MiB, BigQuery’s least'),
    },
    { sku, units: loadedGb * GB * reads, of: `${round(loadedGb)} GB loaded × ${round(reads)} reads` },
    {
      sku,
      units: merges * usage.mergedBatch[sku],
      of: by(merges, 'merges', usage.mergedBatch[sku] / MIB, 'MiB, BigQuery’s least'),
    },
    {
      sku,
      units: merges * workload.mergedTableGb * GB,
      of: by(merges, 'merges', workload.mergedTableGb, 'GB of the table'),
    },
  ];
}

/** What lies there in the middle of the month, and what was written to get there. */
function atRest(workload: Workload, deployed: Deployed, usage: Usage): Part[] {
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

function observability(workload: Workload, deployed: Deployed, usage: Usage): Part[] {
  const { requestLogBytes, entryBytes, auditEntryBytes, evaluations, metricMib } = ASSUMED;
  const logs = steps(workload, deployed, usage).map(({ name, times, uses }) => {
    const objects = uses['storage.class_a'] + uses['storage.class_b'];
    const audited = (deployed.auditsStorage ? objects : 0) + (workload.cmek ? objects : 0);
    const bytes =
      uses['logging.bytes'] +
      uses['logging.lines'] * entryBytes +
      uses['run.requests'] * requestLogBytes +
      audited * auditEntryBytes;
    return { gib: (times * bytes) / GIB, of: by(times, name, bytes / 1000, 'kB') };
  });
  const requests = dlpRequests(workload, usage);
  // DLP tells of the request, KMS of the key that it unwrapped.
  logs.push({
    gib: (requests * 2 * auditEntryBytes) / GIB,
    of: by(requests, 'requests to DLP', (2 * auditEntryBytes) / 1000, 'kB'),
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
function standing({ cmek, month, deployments }: Workload, deployed: Deployed): Part[] {
  const keys = deployed.wrappingKeys + (cmek ? deployed.cmekKeys : 0);
  // A new version comes with every rotation, and the old ones still open what they closed.
  const versions = 1 + Math.floor((DAYS * (month - 0.5)) / deployed.rotationDays);
  const images = deployed.functions * Math.min(deployed.imagesKept, 1 + deployments);
  const { buildMinutes, imageGib } = ASSUMED;
  return [
    { sku: 'kms.key_version_months', units: keys * versions, of: by(keys, 'keys', versions, 'versions') },
    { sku: 'scheduler.job_months', units: deployed.schedulerJobs, of: 'jobs of infra/deploy' },
    {
      sku: 'build.minutes',
      units: deployments * buildMinutes,
      of: by(deployments, 'deployments', buildMinutes, 'minutes'),
    },
    { sku: 'artifacts.gib_months', units: images * imageGib, of: by(images, 'images', imageGib, 'GiB') },
  ];
}

/** With CMEK at most one operation for each object that is written or read; DLP unwraps its key for each request. */
function keyUse(workload: Workload, deployed: Deployed, usage: Usage): Part[] {
  const objects = steps(workload, deployed, usage).reduce(
    (sum, { times, uses }) => sum + times * (uses['storage.class_a'] + uses['storage.class_b']),
    0,
  );
  const requests = dlpRequests(workload, usage);
  return [
    { sku: 'kms.operations', units: workload.cmek ? objects : 0, of: 'one an operation of Cloud Storage, at most' },
    { sku: 'kms.operations', units: requests, of: `${round(requests)} requests to DLP` },
  ];
}

const dlpRequests = (workload: Workload, usage: Usage): number =>
  rawGb(workload) * volumeOf(usage.volumes, fileBytes(workload)).dlpRequestsPerGb;

/** `15,208 files × 24` */
const by = (count: number, what: string, each: number, unit = ''): string =>
  `${round(count)} ${what} × ${round(each)}${unit && ` ${unit}`}`;

const percent = (share: number): string => `${round(share * 100)}%`;

/** Three digits at least: enough to see where a figure comes from. */
const round = (value: number): string =>
  value.toLocaleString('en-US', value >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 });
