import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeArchive } from '../../infra/cli/archive/archive.ts';
import { startPipeline } from '../cases/pipeline.ts';
import { REPOSITORY } from '../cold-function.ts';
import { unpackArchive } from '../unpack-archive.ts';
import { coldStartMeasures, measureColdStarts, measureEmptyProcess } from './cold-start.ts';
import { detectorMeasures, measureDetectors } from './detectors.ts';
import { googleSqlMeasures, measureGoogleSql } from './googlesql.ts';
import { type LargeFile, largeFileMeasures, measureLargeFile } from './large-file.ts';
import { type Measure, meets } from './measure.ts';
import { dropFirstFile, measureSmallFiles, smallFileMeasures } from './small-file.ts';
import { measureWarehouse, warehouseMeasures } from './warehouse.ts';

/** `npm run bench [-- --json] [--large] [--cold]`, the last for the deployed functions alone: figures as ratios within one run, since machines differ and are shared. */
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    large: { type: 'boolean', default: false },
    cold: { type: 'boolean', default: false },
  },
});
const PROJECT = fileURLToPath(new URL('./project', import.meta.url));
const NAMES_PROJECT = fileURLToPath(new URL('./names-project', import.meta.url));
const MB = 1e6;
const COLD_FILES = 9;

if (process.platform !== 'linux') {
  console.error('The benchmark reads CPU time and memory from /proc, which only Linux has.');
  process.exit(1);
}
const root = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
/** A folder for one part: what another part left would count as the functions' scratch disk. */
function scratchFor(part: string): string {
  const folder = join(root, part);
  mkdirSync(folder);
  return folder;
}
const say = (text: string): void => void (values.json || process.stderr.write(`${text}\n`));
try {
  const archive = await measureArchive();
  print(values.cold ? archive : [...archive, ...(await measureRest())]);
} finally {
  rmSync(root, { recursive: true, force: true });
}

/** What the local DLP's detectors take. */
async function measureDetection(): Promise<Measure[]> {
  say('detectors: a 40 MB file, and 20,000 notes …');
  return detectorMeasures(await measureDetectors(scratchFor('detectors')));
}

/** What is deployed, and how soon each of its functions answers in a process that has just begun. */
async function measureArchive(): Promise<Measure[]> {
  say('cold starts: every request in a process of its own …');
  const archive = await makeArchive(REPOSITORY);
  const folder = unpackArchive(archive);
  try {
    return [
      { name: 'archive_megabytes', value: archive.zip.length / MB, unit: 'MB', goal: '<= 60' },
      measureEmptyProcess(COLD_FILES),
      ...coldStartMeasures(await measureColdStarts(COLD_FILES, folder)),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureRest(): Promise<Measure[]> {
  return [...(await measureDetection()), ...(await measurePipeline()), ...(await measureQueries())];
}

/** What the embedded warehouse takes, against DuckDB by hand. */
async function measureQueries(): Promise<Measure[]> {
  const scale = values.large ? 1 : 0.1;
  say(`22 questions of TPC-H at scale ${scale}, a 200 MB load job, and a result of five million rows …`);
  return [
    ...googleSqlMeasures(await measureGoogleSql(scratchFor('googlesql'), scale)),
    ...warehouseMeasures(await measureWarehouse(scratchFor('warehouse'))),
  ];
}

async function measurePipeline(): Promise<Measure[]> {
  const scratch = scratchFor('pipeline');
  const pipeline = await startPipeline(PROJECT, { env: { SLUICE_SCRATCH: scratch } });
  try {
    // The small ones first: what the large one is compared with has loaded its library too before it is measured.
    say('small files …');
    await dropFirstFile(pipeline);
    const ten = await measureSmallFiles(pipeline, 10, 15);
    const tenThousand = await measureSmallFiles(pipeline, 10_000, 7);
    say('a 200 MB file: ten columns, six sensitive, one free text …');
    const result = await measureLargeFile(pipeline, scratch, 200 * MB);
    if (values.large) say('a 1 GB file …');
    const more = values.large ? await measureLargeFile(pipeline, scratch, 1000 * MB) : undefined;
    return [...largeFileMeasures(result, await measureNames(), more), ...smallFileMeasures(ten, tenThousand)];
  } finally {
    await pipeline.stop();
  }
}

/** The same file, whose free text asks for names: no gate tells which of it need not be sent. */
async function measureNames(): Promise<LargeFile> {
  say('the same file, its free text asked for names …');
  const scratch = scratchFor('names');
  const pipeline = await startPipeline(NAMES_PROJECT, { env: { SLUICE_SCRATCH: scratch } });
  try {
    return await measureLargeFile(pipeline, scratch, 200 * MB);
  } finally {
    await pipeline.stop();
  }
}

function print(measures: readonly Measure[]): void {
  for (const measure of measures) {
    const { name, value, unit, goal } = measure;
    const rounded = Number(value.toPrecision(4));
    if (values.json) console.log(JSON.stringify({ name, value: rounded, unit, ...(goal && { goal }) }));
    else
      console.log(
        `${name.padEnd(28)} ${String(rounded).padStart(9)} ${unit}${goal ? `   goal ${goal}: ${meets(measure) ? 'met' : 'NOT met'}` : ''}`,
      );
  }
}
