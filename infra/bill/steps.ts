import type { BillSku } from './bill.ts';
import type { Deployed } from './deployed.ts';
import { DAYS, GB } from './part.ts';
import { type StepUnits, type Usage, volumeOf } from './usage.ts';
import type { Workload } from './workload.ts';

export const SWEEPS = 24 * DAYS;
/** The sweep lists the ledger and the raw bucket by pages of 1,000 names: functions/gcp/storage.ts. */
const PAGE = 1000;

export interface Step {
  name: string;
  times: number;
  uses: StepUnits;
  size: keyof Deployed['sizes'];
}

/** Everything that happens in the month, and how often. */
export function steps(workload: Workload, deployed: Deployed, usage: Usage): Step[] {
  const files = workload.filesPerDay * DAYS;
  const merges = workload.mergesPerDay * DAYS;
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

export const builds = ({ transforms, loadBuildsPerDay }: Workload): number => (transforms + loadBuildsPerDay) * DAYS;
export const fileBytes = ({ gbPerDay, filesPerDay }: Workload): number =>
  filesPerDay === 0 ? 0 : (gbPerDay * GB) / filesPerDay;
export const rawGb = ({ gbPerDay }: Workload): number => gbPerDay * DAYS;
/** Beyond the first page of each listing, in the middle of the month. */
export function furtherPages(workload: Workload, usage: Usage): number {
  const age = DAYS * (workload.month - 0.5);
  const raw = Math.min(age, workload.retentionDays ?? age);
  return further(workload.filesPerDay * age * usage.ledgerObjectsPerFile) + further(workload.filesPerDay * raw);
}

const further = (objects: number): number => Math.max(0, Math.ceil(objects / PAGE) - 1);

export const dlpRequests = (workload: Workload, usage: Usage): number =>
  rawGb(workload) * volumeOf(usage.volumes, fileBytes(workload)).dlpRequestsPerGb;

export const skuOf = ({ regional }: Pick<Workload, 'regional'>, what: 'class_a' | 'class_b' | 'gib_months'): BillSku =>
  regional ? `storage.regional.${what}` : `storage.${what}`;
