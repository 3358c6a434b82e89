import { describe, expect, test } from 'vitest';
import { ASSUMED } from '../../../infra/bill/assumed.ts';
import { type BillSku, PRICES } from '../../../infra/bill/bill.ts';
import { DEPLOYED, type Deployed } from '../../../infra/bill/deployed.ts';
import { planMonth } from '../../../infra/bill/month.ts';
import { DAYS } from '../../../infra/bill/part.ts';
import { type StepUnits, USAGE, type Usage, volumeOf } from '../../../infra/bill/usage.ts';
import { PRESETS, type Workload } from '../../../infra/bill/workload.ts';

const NOTHING: StepUnits = {
  'storage.class_a': 0,
  'storage.class_b': 0,
  'pubsub.bytes': 0,
  'tasks.operations': 0,
  'run.requests': 0,
  'run.seconds': 0,
  'dlp.inspect_bytes': 0,
  'dlp.transform_bytes': 0,
  'bigquery.query_bytes': 0,
  'bigquery.jobs': 0,
  'logging.lines': 0,
  'logging.bytes': 0,
};

/** Round figures, so that what is expected can be worked out on paper. */
const USED: Usage = {
  measuredBy: 'a test',
  file: { ...NOTHING, 'storage.class_a': 10, 'storage.class_b': 20, 'run.requests': 3, 'tasks.operations': 4 },
  shard: { ...NOTHING, 'storage.class_a': 1000 },
  batch: { ...NOTHING, 'storage.class_a': 2, 'bigquery.jobs': 1, 'run.seconds': 4 },
  mergedBatch: { ...NOTHING, 'storage.class_a': 3, 'bigquery.query_bytes': 7 },
  night: { ...NOTHING, 'storage.class_a': 100 },
  sweep: { ...NOTHING, 'storage.class_a': 1, 'run.requests': 1 },
  expected: { ...NOTHING, 'storage.class_a': 2 },
  built: { ...NOTHING, 'storage.class_b': 5, 'bigquery.query_bytes': 11 },
  skipped: NOTHING,
  ledgerObjectsPerFile: 6,
  stateBytesPerFile: 1000,
  volumes: [
    {
      fileBytes: 1e6,
      sensitive: 0.5,
      inspectedOfSensitive: 0.4,
      transformedOfSensitive: 0.8,
      dlpRequestsPerGb: 100,
      curated: 0.5,
      table: 0.75,
      cpuSecondsPerGb: 40,
    },
    {
      fileBytes: 1e8,
      sensitive: 0.5,
      inspectedOfSensitive: 0.2,
      transformedOfSensitive: 0.4,
      dlpRequestsPerGb: 50,
      curated: 0.5,
      table: 0.75,
      cpuSecondsPerGb: 40,
    },
  ],
  reads: 2,
};
const SITE: Deployed = { ...DEPLOYED, shardBytes: 64e6, cmekKeys: 4, wrappingKeys: 1, rotationDays: 90 };

/** Ten files of 1 MB a day, one of them merged, two transforms a night, in the first month. */
const SMALL: Workload = {
  sources: 3,
  gbPerDay: 0.01,
  filesPerDay: 10,
  mergesPerDay: 1,
  mergedTableGb: 2,
  transforms: 2,
  loadBuildsPerDay: 0,
  sensitiveShare: 0.5,
  cmek: false,
  month: 1,
  deployments: 0,
  regional: false,
};

const unitsOf = (sku: BillSku, workload: Workload, used = USED): number =>
  planMonth(workload, SITE, used)
    .parts.filter((part) => part.sku === sku)
    .reduce((sum, { units }) => sum + units, 0);

const unitsBySku = (workload: Workload): Map<BillSku, number> =>
  new Map(planMonth(workload, SITE, USED).bill.lines.map(({ sku, units }) => [sku, units]));

describe('the quantities of a month', () => {
  const files = 10 * DAYS;
  const sweeps = 24 * DAYS;
  test.each<[BillSku, number]>([
    // 10 a file, 2 a load, 3 a merge, 100 a night, 1 a sweep, 2 a look at a source; the listings fit their first page.
    ['storage.class_a', files * 10 + 9 * DAYS * 2 + DAYS * 3 + DAYS * 100 + sweeps + (sweeps + DAYS) * 3 * 2],
    ['storage.class_b', files * 20 + 2 * DAYS * 5],
    ['tasks.operations', files * 4],
    ['run.requests', files * 3 + sweeps],
    ['dlp.inspect_bytes', 0.01e9 * DAYS * 0.5 * 0.4],
    ['dlp.transform_bytes', 0.01e9 * DAYS * 0.5 * 0.8],
    // The least of each transform and merge, what the night reads, and the tables that are merged into.
    ['bigquery.query_bytes', 2 * DAYS * 11 + DAYS * 7 + 0.01e9 * DAYS * 0.75 * 2 + DAYS * 2e9],
    // Half a month of raw and curated files, and of the ledger.
    ['storage.gib_months', ((DAYS / 2) * (0.01e9 * 1.5 + 10 * 1000)) / 2 ** 30],
    ['storage.replication_gib', (DAYS * (0.01e9 * 1.5 + 10 * 1000)) / 2 ** 30],
    ['kms.operations', 0.01 * DAYS * 100],
    ['kms.key_version_months', 1],
    ['monitoring.condition_months', SITE.alertConditions],
    ['monitoring.series_returned', SITE.alertConditions * 87_600],
    ['scheduler.job_months', 2],
    ['artifacts.gib_months', 9 * ASSUMED.imageGib],
  ])('%s', (sku, units) => {
    expect(unitsOf(sku, SMALL)).toBeCloseTo(units, 6);
  });

  test('seconds are those measured, those of calls and jobs, and those of bytes, on the size of each function', () => {
    const calls = files * 34 + 2 * DAYS * 5 + DAYS * (100 + 9 * 2 + 3) + sweeps + (sweeps + DAYS) * 6;
    const fileSeconds = files * 34 * ASSUMED.callSeconds;
    const rest = calls * ASSUMED.callSeconds - fileSeconds + 9 * DAYS * (4 + ASSUMED.jobSeconds);
    const bytes = 0.01 * DAYS * (40 + (100 * ASSUMED.dlpSeconds) / SITE.dlpConcurrency);
    expect(unitsOf('run.vcpu_seconds', SMALL)).toBeCloseTo((fileSeconds + bytes) * SITE.sizes.file.vcpu + rest, 6);
  });
});

test('with CMEK each operation on an object may use a key, and no listing of a sweep’s further pages does', () => {
  const objects = unitsOf('storage.class_a', SMALL) + unitsOf('storage.class_b', SMALL);
  const uses = (month: number): number => unitsOf('kms.operations', { ...SMALL, cmek: true, month });
  expect(uses(1)).toBeCloseTo(objects + 0.01 * DAYS * 100, 6);
  expect(uses(24)).toBe(uses(1));
});

describe('an input moves what it stands for and nothing else', () => {
  test.each<[string, Partial<Workload>, BillSku[]]>([
    [
      'CMEK',
      { cmek: true },
      ['kms.operations', 'kms.key_version_months', 'logging.gib', 'bigquery.gib_months', 'bigquery.insert_bytes'],
    ],
    ['deployments', { deployments: 3 }, ['build.minutes', 'build.highcpu_minutes', 'artifacts.gib_months']],
    ['sensitive bytes', { sensitiveShare: 0.6 }, ['dlp.inspect_bytes', 'dlp.transform_bytes']],
    ['bytes inspected', { inspectedShare: 0.1 }, ['dlp.inspect_bytes']],
    ['bytes transformed', { transformedShare: 0.1 }, ['dlp.transform_bytes']],
    ['reads', { reads: 9 }, ['bigquery.query_bytes']],
    ['the merged table', { mergedTableGb: 3 }, ['bigquery.query_bytes']],
  ])('%s', (_, change, moved) => {
    const changed = { ...SMALL, ...change };
    const [before, after] = [SMALL, changed].map((workload) => unitsBySku(workload));
    const different = (Object.keys(PRICES) as BillSku[]).filter((sku) => before?.get(sku) !== after?.get(sku));
    expect(different.toSorted()).toEqual(moved.toSorted());
  });

  test('one region has prices of its own, and replicates nothing', () => {
    const skus = planMonth({ ...SMALL, regional: true }, SITE, USED).parts.map(({ sku }) => sku);
    expect(skus.filter((sku) => /^storage\.(class|gib|replication)/.test(sku))).toEqual([]);
    expect(new Set(skus)).toContain('storage.regional.class_a');
  });
});

describe('what grows by the month', () => {
  test.each([
    [1, 1],
    [3, 1],
    [4, 2],
    [12, 4],
    [36, 12],
  ])('in month %d a key has %d versions', (month, versions) => {
    expect(unitsOf('kms.key_version_months', { ...SMALL, cmek: true, month })).toBe(5 * versions);
  });

  test('the sweep reads more pages of the ledger and of the raw bucket', () => {
    // In the middle of the 12th month: 3,498 files, so 20,988 objects of the ledger and 3,498 raw ones.
    const pages = 20 + 3;
    const added = unitsOf('storage.class_a', { ...SMALL, month: 12 }) - unitsOf('storage.class_a', SMALL);
    expect(added).toBeCloseTo(25 * DAYS * pages, 6);
  });

  test('what is removed no longer grows, though a raw file is paid for until its last version is gone', () => {
    const years = { ...SMALL, month: 60, retentionDays: 10 };
    const curated = 10 * 0.01e9 * 0.5;
    const raw = (10 + SITE.noncurrentDays + SITE.softDeleteDays) * 0.01e9;
    const ledger = 59.5 * DAYS * 10 * 1000;
    expect(unitsOf('storage.gib_months', years)).toBeCloseTo((raw + curated + ledger) / 2 ** 30, 6);
    expect(unitsOf('bigquery.long_term_gib_months', years)).toBe(0);
  });

  test('rows that 90 days have not changed cost half', () => {
    const rows = (days: number): number => (days * 0.01e9 * 0.75) / 2 ** 30;
    expect(unitsOf('bigquery.long_term_gib_months', { ...SMALL, month: 12 })).toBeCloseTo(rows(11.5 * DAYS - 90), 6);
  });
});

test('a file beyond the size of a shard is cut, and each further shard costs', () => {
  const large = { ...SMALL, gbPerDay: 10 * 0.2 };
  const small = { ...SMALL, gbPerDay: 10 * 0.06 };
  expect(unitsOf('storage.class_a', large) - unitsOf('storage.class_a', small)).toBeCloseTo(10 * DAYS * 3 * 1000, 6);
});

test('shares follow the size of the files between those that were measured', () => {
  const inspected = (bytes: number): number => volumeOf(USED.volumes, bytes).inspectedOfSensitive;
  expect([1, 1e6, 1e7, 1e8, 1e12].map(inspected).map((share) => share.toFixed(4))).toEqual([
    '0.4000',
    '0.4000',
    '0.3000',
    '0.2000',
    '0.2000',
  ]);
});

describe('the presets, with what was measured and what is deployed', () => {
  const month = (workload: Workload) => planMonth(workload, DEPLOYED, USAGE);

  test('every part is a quantity above nothing, with its reason, and the bill is their sum', () => {
    for (const preset of Object.values(PRESETS)) {
      const { parts, bill } = month(preset);
      for (const { sku, units, of } of parts) {
        expect(Number.isFinite(units) && units > 0, `${sku}: ${of}`).toBe(true);
        expect(of).not.toMatch(/NaN|Infinity|undefined/);
      }
      for (const { sku, units } of bill.lines)
        expect(parts.filter((part) => part.sku === sku).reduce((sum, part) => sum + part.units, 0)).toBeCloseTo(
          units,
          6,
        );
      expect(bill.lines.length).toBe(new Set(parts.map(({ sku }) => sku)).size);
    }
  });

  test('at rest, the first month costs under 3 dollars with keys of its own', () => {
    expect(month(PRESETS.idle).bill.afterFreeTier).toBeLessThan(3);
  });

  test('nothing is sent to DLP and nothing is queried when nothing comes', () => {
    const skus = month(PRESETS.idle).bill.lines.map(({ sku }) => sku);
    expect(skus.filter((sku) => /^(dlp|bigquery\.query)/.test(sku))).toEqual([]);
  });
});
