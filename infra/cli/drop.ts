import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { runId } from '../../functions/model/ids.ts';
import type { Release } from '../../functions/model/release.ts';
import { isEnded, type LedgerEntry, type ObjectRef } from '../../functions/model/run.ts';
import { UNMATCHED } from '../../functions/model/source.ts';
import { matchSource } from '../../functions/plan/match-source.ts';
import type { DropOptions } from './commands/drop.ts';
import { reach } from './connect.ts';
import { describeReason, describeState, shortId } from './describe-run.ts';
import { dataFlag } from './endpoints.ts';
import { ExitError, UsageError } from './errors.ts';
import { followRuns } from './follow.ts';
import { note, paint, paintNote, print, printJson, tellProgress } from './output.ts';
import type { Pipeline } from './pipeline.ts';
import { formatBytes } from './quantities.ts';
import { uploadFile } from './storage-objects.ts';

interface Dropped {
  file: string;
  size: number;
  object: ObjectRef;
  /** `_unmatched` where no source takes the name: the object goes to quarantine. */
  source: string;
  run: string;
}

/** Uploads the files one after the other, in their order, and tells the run of each. */
export async function drop(files: readonly string[], { data, env, to, wait, json }: DropOptions): Promise<void> {
  const planned = planNames(files, to);
  const { site, pipeline } = await reach({ data, env });
  const release = await pipeline.release();
  const dropped: Dropped[] = [];
  for (const { file, name, size } of planned) {
    const object = await uploadFile(site, site.buckets.raw, name, file);
    const source = matchSource(release, name)?.source.id ?? UNMATCHED;
    const one = { file, size, object, source, run: runId(source, object) };
    dropped.push(one);
    if (source === UNMATCHED) warnUnmatched(name, release);
    if (!json) print(renderDropped(one));
  }
  if (!wait) {
    if (json) printJson({ dropped });
    else
      print(
        paint(
          'dim',
          `npx sluice show ${shortId(dropped[0]?.run ?? '')}${dataFlag({ data, env })} tells what becomes of it`,
        ),
      );
    return;
  }
  const ended = await follow(pipeline, release, dropped, json === true);
  if (json) printJson({ dropped: dropped.map((one, at) => ({ ...one, ...outcomeOf(ended[at]) })) });
  else for (const entry of ended) printReasons(entry);
  if (ended.some(({ state }) => state === 'QUARANTINED')) throw new ExitError(1);
}

interface PlannedName {
  file: string;
  /** In the raw bucket. */
  name: string;
  size: number;
}

/** Throws UsageError where a file cannot be dropped or two would take one name. */
export function planNames(files: readonly string[], to: string): PlannedName[] {
  if (to.startsWith('/') || to === '')
    throw new UsageError(`--to ${to}: names in a bucket do not begin with a slash; write shop/customers/ for a folder`);
  if (!to.endsWith('/') && files.length > 1)
    throw new UsageError(
      `--to ${to} names one object, and there are ${files.length} files: end it in a slash, as in ${to}/`,
    );
  const taken = new Map<string, string>();
  return files.map((file) => {
    const size = sizeOf(file);
    const name = to.endsWith('/') ? to + basename(file) : to;
    const other = taken.get(name);
    if (other !== undefined)
      throw new UsageError(
        `${other} and ${file} would both become ${name}, and the second would replace the first: drop them one by one`,
      );
    taken.set(name, file);
    return { file, name, size };
  });
}

function sizeOf(file: string): number {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) throw new UsageError(`there is no file ${file}`);
  if (!stat.isFile())
    throw new UsageError(`${file} is not a file: name the files themselves, as in ${file.replace(/\/$/, '')}/*`);
  return stat.size;
}

function warnUnmatched(name: string, { sources }: Release): void {
  const patterns = sources.map(({ files }) => files.glob).join(', ') || 'none';
  note(
    `${paintNote('yellow', 'warning:')} no source matches ${name}, so it goes to quarantine; sources take: ${patterns}`,
  );
}

function renderDropped({ size, object, source, run }: Dropped): string {
  const detail = paint('dim', `${formatBytes(size)}  ${source === UNMATCHED ? 'no source' : source}  run`);
  return `${object.name}  ${detail} ${shortId(run)}`;
}

async function follow(
  pipeline: Pipeline,
  release: Release,
  dropped: readonly Dropped[],
  json: boolean,
): Promise<LedgerEntry[]> {
  const wanted = dropped.map(({ source, run }) => ({ source, run, epoch: 0 }));
  const ended = await followRuns(pipeline, wanted, (entry) => {
    const source = release.sources.find(({ id }) => id === entry.source);
    const tell = json ? note : isEnded(entry.state) ? print : tellProgress;
    tell(`  ${basename(entry.detail.object.name)}  ${describeState(entry, source)}`);
  });
  return Promise.all(
    ended.map(async (entry) => (entry.state === 'QUARANTINED' ? (await pipeline.show(entry.run)).entry : entry)),
  );
}

function printReasons({ state, detail }: LedgerEntry): void {
  if (state !== 'QUARANTINED') return;
  for (const reason of detail.reasons ?? [])
    print(`  ${basename(detail.object.name)}  ${paint('red', describeReason(reason))}`);
}

function outcomeOf(entry: LedgerEntry | undefined): object {
  if (!entry) return {};
  const { records, rows, rejects, reasons } = entry.detail;
  return { state: entry.state, records, rows, rejects, reasons };
}
