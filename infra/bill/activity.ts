import { ASSUMED } from './assumed.ts';
import type { BillSku } from './bill.ts';
import type { Deployed } from './deployed.ts';
import { by, DAYS, GB, MIB, type Part, percent, round } from './part.ts';
import { builds, dlpRequests, fileBytes, furtherPages, rawGb, type Step, SWEEPS, skuOf, steps } from './steps.ts';
import { type StepUnits, type Usage, volumeOf } from './usage.ts';
import type { Workload } from './workload.ts';

/** What is paid for because something happens. */

/** What the steps call, each kind by its own price. */
export function calls(all: readonly Step[], place: Pick<Workload, 'regional'>): Part[] {
  const metered: [keyof StepUnits, BillSku][] = [
    ['storage.class_a', skuOf(place, 'class_a')],
    ['storage.class_b', skuOf(place, 'class_b')],
    ['pubsub.bytes', 'pubsub.bytes'],
    ['tasks.operations', 'tasks.operations'],
    ['run.requests', 'run.requests'],
  ];
  return metered.flatMap(([what, sku]) =>
    all.map(({ name, times, uses }) => ({ sku, units: times * uses[what], of: by(times, name, uses[what]) })),
  );
}

export function operations(workload: Workload, deployed: Deployed, usage: Usage): Part[] {
  const counted = calls(steps(workload, deployed, usage), workload);
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

/** Seconds of instances of one size, and why. */
export interface Seconds {
  size: keyof Deployed['sizes'];
  seconds: number;
  of: string;
}

export const secondsOf = (all: readonly Step[]): Seconds[] =>
  all.map(({ name, times, uses, size }) => {
    const calls = uses['storage.class_a'] + uses['storage.class_b'] + uses['tasks.operations'];
    const seconds = uses['run.seconds'] + calls * ASSUMED.callSeconds + uses['bigquery.jobs'] * ASSUMED.jobSeconds;
    return { size, seconds: times * seconds, of: by(times, name, seconds, 's') };
  });

export const instances = (all: readonly Seconds[], deployed: Deployed): Part[] =>
  all.flatMap(({ size, seconds, of }): Part[] => {
    const { vcpu, gib } = deployed.sizes[size];
    return [
      { sku: 'run.vcpu_seconds', units: seconds * vcpu, of: `${of} × ${vcpu} vCPU` },
      { sku: 'run.gib_seconds', units: seconds * gib, of: `${of} × ${gib} GiB` },
    ];
  });

export function compute(workload: Workload, deployed: Deployed, usage: Usage): Part[] {
  const parts = secondsOf(steps(workload, deployed, usage));
  const pages = (SWEEPS + DAYS) * furtherPages(workload, usage) * ASSUMED.callSeconds * 2;
  const volume = volumeOf(usage.volumes, fileBytes(workload));
  const waiting = (volume.dlpRequestsPerGb * ASSUMED.dlpSeconds) / deployed.dlpConcurrency;
  const perGb = volume.cpuSecondsPerGb + waiting;
  const gb = rawGb(workload);
  parts.push(
    {
      size: 'nightly',
      seconds: pages,
      of: `reading ${round(pages / ASSUMED.callSeconds / 2)} pages`,
    },
    { size: 'file', seconds: gb * perGb, of: by(gb, 'GB', perGb, 's') },
  );
  return instances(parts, deployed);
}

export function deidentification(workload: Workload, usage: Usage): Part[] {
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

export function warehouse(workload: Workload, usage: Usage): Part[] {
  const sku = 'bigquery.query_bytes';
  const { table } = volumeOf(usage.volumes, fileBytes(workload));
  const reads = workload.transforms === 0 ? 0 : (workload.reads ?? usage.reads);
  const merges = workload.mergesPerDay * DAYS;
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

/** With CMEK at most one operation for each object that is written or read; DLP unwraps its key for each request. */
export function keyUse(workload: Workload, deployed: Deployed, usage: Usage): Part[] {
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
