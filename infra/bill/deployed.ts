/** What infra/deploy makes that costs by being there, or sets the price of a second; test/infra/bill holds the two together. */
export interface Deployed {
  schedulerJobs: number;
  /** Keys that hold data with CMEK, and the one that wraps the de-identification keys in any case. */
  cmekKeys: number;
  wrappingKeys: number;
  rotationDays: number;
  /** Without those on re-identification and erasure, which are there once somebody may. */
  alertConditions: number;
  logMetrics: number;
  /** Days that the warehouse keeps logs. */
  logDays: number;
  /** Days for which a raw object that was removed is still charged, as a noncurrent version and then softly deleted. */
  noncurrentDays: number;
  softDeleteDays: number;
  shardBytes: number;
  dlpConcurrency: number;
  /** Every read and write of an object leaves an entry in the audit log. */
  auditsStorage: boolean;
  sizes: Record<'file' | 'load' | 'transform' | 'nightly', { vcpu: number; gib: number }>;
  functions: number;
  /** Images of each that the registry keeps. */
  imagesKept: number;
}

const MIB = 2 ** 20;

export const DEPLOYED: Deployed = {
  schedulerJobs: 2,
  cmekKeys: 4,
  wrappingKeys: 1,
  rotationDays: 90,
  alertConditions: 7,
  logMetrics: 3,
  logDays: 90,
  noncurrentDays: 30,
  softDeleteDays: 7,
  shardBytes: 64 * MIB,
  dlpConcurrency: 2,
  auditsStorage: true,
  sizes: {
    file: { vcpu: 2, gib: 4 },
    load: { vcpu: 1, gib: 0.5 },
    transform: { vcpu: 1, gib: 0.5 },
    nightly: { vcpu: 1, gib: 1 },
  },
  functions: 9,
  imagesKept: 3,
};
