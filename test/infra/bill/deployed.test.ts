import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEPLOYED } from '../../../infra/bill/deployed.ts';
import { SCHEDULES } from '../../../infra/cli/schedules.ts';
import { type Body, DEPLOY, readModule, type Value } from '../deploy/module.ts';

const module = await readModule();
const text = (name: string): string => readFileSync(join(DEPLOY, name), 'utf8');
const defaultOf = (variable: string): Value | undefined =>
  (module.variable[variable]?.[0] as Body | undefined)?.default;
const count = (type: string): number => Object.keys(module.resource[type] ?? {}).length;
/** What `pattern` captures, as a number; a pattern that finds nothing fails the test. */
const numberIn = (file: string, pattern: RegExp): number => Number(pattern.exec(text(file))?.[1]);

test('what a month pays for being there is what infra/deploy makes', () => {
  const dataKeys = /data_keys = var\.cmek \? toset\(\[([^\]]+)\]\)/.exec(text('keys.tf'))?.[1]?.split(',').length ?? 0;
  // `data` once for each kind of data, `functions` for their images, and `dlp` in any case.
  expect(Object.keys(module.resource.google_kms_crypto_key ?? {}).toSorted()).toEqual(['data', 'dlp', 'functions']);
  expect(DEPLOYED).toMatchObject({
    schedulerJobs: Object.keys(SCHEDULES).length,
    cmekKeys: dataKeys + 1,
    wrappingKeys: 1,
    rotationDays: defaultOf('key_rotation_days'),
    alertConditions: [...text('alerts.tf').matchAll(/^ +(?!reidentified|forgotten)\w+ = \{\n +title\s+=/gm)].length,
    logMetrics: count('google_logging_metric'),
    logDays: defaultOf('log_days'),
    noncurrentDays: numberIn('buckets.tf', /each\.value\.versioning \? \[(\d+)\]/),
    softDeleteDays: numberIn('buckets.tf', /raw\s+= \{[^}]*soft_delete_days = (\d+)/),
    shardBytes: Number(defaultOf('shard_mib')) * 2 ** 20,
    dlpConcurrency: defaultOf('dlp_concurrency'),
    auditsStorage: defaultOf('audit_storage_reads'),
    functions: /function_names = toset\(\[([^\]]+)\]\)/.exec(text('names.tf'))?.[1]?.split(',').length,
    imagesKept: numberIn('build.tf', /keep_count = (\d+)/),
  });
});

test.each([
  ['file', 'deidentify'],
  ['load', 'load'],
  ['transform', 'transform'],
  ['nightly', 'nightly'],
] as const)('the size that %s is priced at is that of the function %s', (size, name) => {
  const [, amount, unit, vcpu] =
    new RegExp(`^ +${name}\\s+= \\{ memory = "(\\d+)(Mi|Gi)", cpu = "(\\d+)"`, 'm').exec(text('capacity.tf')) ?? [];
  expect(DEPLOYED.sizes[size]).toEqual({ vcpu: Number(vcpu), gib: Number(amount) / (unit === 'Mi' ? 1024 : 1) });
});

test('a file passes through no function that is larger', () => {
  const sizes = [...text('capacity.tf').matchAll(/memory = "(\d+)(Mi|Gi)", cpu = "(\d+)"/g)];
  expect(sizes).toHaveLength(DEPLOYED.functions);
  for (const [, amount, unit, vcpu] of sizes) {
    expect(Number(amount) / (unit === 'Mi' ? 1024 : 1)).toBeLessThanOrEqual(DEPLOYED.sizes.file.gib);
    expect(Number(vcpu)).toBeLessThanOrEqual(DEPLOYED.sizes.file.vcpu);
  }
});

test('a commit is proven on the machine that its minutes are priced for, and applied on the smallest', () => {
  const [prove, apply] = ['cloudbuild.yaml', 'cloudbuild-apply.yaml'].map((name) =>
    readFileSync(join(DEPLOY, '../..', name), 'utf8'),
  );
  expect(prove).toMatch(/^ {2}machineType: E2_HIGHCPU_8$/m);
  expect(apply).not.toContain('machineType');
});
