/** What a month is asked to do, in a person's terms. Every value has a flag of `sluice bill --model`. */
export interface Workload {
  /** Sources of which a file is expected (`expect`): every sweep looks at each. */
  sources: number;
  /** GB (10⁹ bytes) of plain raw files a day. */
  gbPerDay: number;
  filesPerDay: number;
  /** How many of them a day are merged into their table by key, and the GB of such a table, which each merge reads whole. */
  mergesPerDay: number;
  mergedTableGb: number;
  /** Transforms that every night builds. */
  transforms: number;
  /** Transforms a day that loads have built besides. */
  loadBuildsPerDay: number;
  /** How often a night's transforms read a byte that the day has loaded; absent = as the sample shop's do. */
  reads?: number;
  /** Share of the raw bytes that stand in protected columns. */
  sensitiveShare: number;
  /** Of those, the bytes that DLP inspects and transforms; absent = as measured, by the size of the files. */
  inspectedShare?: number;
  transformedShare?: number;
  /** Keys of the project's own for what lies in buckets, datasets and topics. */
  cmek: boolean;
  /** Days after which somebody removes raw files, curated files and rows; absent = never: Sluice itself removes none of them. */
  retentionDays?: number;
  /** Which month since the first deployment is priced: what lies there, the ledger and old key versions grow. */
  month: number;
  /** Deployments in the month. */
  deployments: number;
  /** Buckets in one region (us-central1), not in the US multi-region. */
  regional: boolean;
}

export const PRESETS = {
  idle: {
    sources: 4,
    gbPerDay: 0,
    filesPerDay: 0,
    mergesPerDay: 0,
    mergedTableGb: 0,
    transforms: 0,
    loadBuildsPerDay: 0,
    sensitiveShare: 0,
    cmek: true,
    month: 1,
    deployments: 0,
    regional: false,
  },
  busy: {
    sources: 20,
    gbPerDay: 10,
    filesPerDay: 500,
    mergesPerDay: 20,
    mergedTableGb: 1,
    transforms: 40,
    loadBuildsPerDay: 0,
    // Four fifths of the benchmark's bytes are sensitive; few sources have so many.
    sensitiveShare: 0.3,
    cmek: true,
    month: 12,
    deployments: 8,
    regional: false,
  },
} as const satisfies Record<string, Workload>;

export type Preset = keyof typeof PRESETS;

/** Why these figures cannot belong to one month; undefined = they can. */
export function contradiction({ gbPerDay, filesPerDay, mergesPerDay }: Workload): string | undefined {
  if (gbPerDay > 0 && filesPerDay === 0) return `${gbPerDay} GB a day come in no files: add --files-per-day`;
  if (mergesPerDay > filesPerDay)
    return `${mergesPerDay} of ${filesPerDay} files a day cannot be merged: lower --merges-per-day, or raise --files-per-day`;
  return undefined;
}
