import type { Erasure } from '../../model/erasure.ts';
import { type Looked, lookedName, lookedPrefix } from '../../model/erasure.ts';
import { digest } from '../../model/ids.ts';
import type { Release } from '../../model/release.ts';
import type { LedgerEntry, ObjectRef } from '../../model/run.ts';
import { type Source, UNMATCHED } from '../../model/source.ts';
import type { Ports } from '../../ports.ts';

/** What one call of an erasure works with; it is made anew for the next, which may come after a crash. */
export interface ErasureContext {
  ports: Ports;
  erasure: Erasure;
  /** As declared now. */
  source: Source;
  release: Release;
  /** Runs of the source, and runs of objects that no source matched and this one matches now. */
  runs: readonly LedgerEntry[];
  /** Each way in which the columns of the key were ever declared for a run, the current one first. */
  declarations: readonly Source[];
  /** The declaration of a run's latest epoch; undefined = no run of ours. */
  sourceOfRun(run: string): Source | undefined;
  runOf(object: ObjectRef): LedgerEntry | undefined;
  /** Names of records of objects that need no second look. */
  looked: ReadonlySet<string>;
  /** When the call has done its share of time. */
  isOver(): boolean;
}

/** A call leaves the rest to the next before anybody gives it up. */
const PATIENCE_MS = 4 * 60_000;

export async function createContext(ports: Ports, erasure: Erasure, source: Source): Promise<ErasureContext> {
  const until = ports.clock.now().getTime() + PATIENCE_MS;
  const release = await ports.releases.current();
  const runs = await runsOf(ports, source);
  const byRelease = new Map<string, Source | undefined>();
  const sourceIn = async (id: string): Promise<void> => {
    if (byRelease.has(id)) return;
    const { sources } = await ports.releases.get(id);
    byRelease.set(
      id,
      sources.find((one) => one.id === source.id),
    );
  };
  for (const entry of runs) {
    if (entry.source === UNMATCHED) continue;
    await sourceIn(entry.release);
    // Rows of an earlier epoch may have been made by another release.
    if (entry.epoch > 0)
      for (const { release: earlier } of await ports.ledger.entries(entry.source, entry.run)) await sourceIn(earlier);
  }
  const looked = new Set<string>();
  for await (const { name } of ports.objects.list(ports.buckets.state, lookedPrefix(erasure.id))) looked.add(name);
  const byRun = new Map(runs.map((entry) => [entry.run, entry]));
  const byObject = new Map(runs.map((entry) => [keyOf(entry.detail.object), entry]));
  const declared = [source, ...[...byRelease.values()].filter((one) => one !== undefined)];
  return {
    ports,
    erasure,
    source,
    release,
    runs,
    declarations: distinctBy(declared, (one) =>
      JSON.stringify(one.columns.filter(({ name }) => erasure.columns.includes(name))),
    ),
    sourceOfRun: (run) => byRelease.get(byRun.get(run)?.release ?? ''),
    runOf: (object) => byObject.get(keyOf(object)),
    looked,
    isOver: () => ports.clock.now().getTime() > until,
  };
}

async function runsOf(ports: Ports, source: Source): Promise<LedgerEntry[]> {
  const runs: LedgerEntry[] = [];
  for await (const entry of ports.ledger.runs(source.id)) runs.push(entry);
  for await (const entry of ports.ledger.runs(UNMATCHED)) if (isOf(source, entry.detail.object.name)) runs.push(entry);
  return runs;
}

export const isOf = ({ files }: Source, name: string): boolean =>
  name.startsWith(files.prefix) && new RegExp(files.regex).test(name);

const keyOf = ({ bucket, name, generation }: ObjectRef): string => digest([bucket, name, generation]);

function distinctBy<T>(all: readonly T[], keyed: (one: T) => string): T[] {
  const found = new Map<string, T>();
  for (const one of all) if (!found.has(keyed(one))) found.set(keyed(one), one);
  return [...found.values()];
}

/** When a run's object was created: what came after the table was closed to loads is new data. */
export const createdAt = ({ detail, at }: LedgerEntry): string => detail.arrivedAt ?? at;

/** Whether a run may still read its object as it was, or put a copy of it somewhere. */
export async function isUnsettled({ ports, source }: ErasureContext, until: Date): Promise<boolean> {
  const runs = await runsOf(ports, source);
  return runs.some(
    (entry) => (entry.state === 'CLAIMED' || entry.state === 'PREPARED') && Date.parse(createdAt(entry)) <= +until,
  );
}

export async function record(
  { ports, erasure }: Pick<ErasureContext, 'ports' | 'erasure'>,
  looked: Omit<Looked, 'v'>,
): Promise<void> {
  await ports.objects.write(
    ports.buckets.state,
    lookedName(erasure.id, looked),
    JSON.stringify({ v: 1, ...looked } satisfies Looked),
    { ifAbsent: true, contentType: 'application/json' },
  );
}
