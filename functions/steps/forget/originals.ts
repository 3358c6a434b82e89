import { ERASURE, type ErasedPlace, FROM_RAW, lookedName } from '../../model/erasure.ts';
import { type Source, UNMATCHED } from '../../model/source.ts';
import type { ObjectVersion, Search } from '../../ports.ts';
import { readerOf } from '../read-object.ts';
import { type ErasureContext, isOf, record } from './context.ts';
import type { Person } from './person.ts';
import { finishRewrite, finishUnderWay, isOwn, refOf, removeSucceeded, rewriteFile } from './rewrite.ts';

interface Original {
  object: ObjectVersion;
  place: ErasedPlace;
  /** How the file is read. */
  source: Source;
}

/** Looks through every file of the source that is not past the gate. `over` = there are more, for the next call. */
export async function eraseOriginals(
  context: ErasureContext,
  person: Person,
  until: Date | undefined,
): Promise<'done' | 'over'> {
  let outcome: 'done' | 'over' = 'done';
  for await (const original of originals(context, until)) {
    if (context.isOver()) return 'over';
    if ((await eraseOriginal(context, person, original)) === 'moved') outcome = 'over';
  }
  return outcome;
}

async function eraseOriginal(
  context: ErasureContext,
  person: Person,
  { object, place, source }: Original,
): Promise<'done' | 'moved'> {
  const { ports, erasure } = context;
  if (isOwn(context, object)) {
    await finishRewrite(context, object, object.metadata[FROM_RAW] === undefined ? place : 'earlier');
    return 'done';
  }
  if (!erasure.dryRun && (await removeSucceeded(context, object))) return 'done';
  if (!erasure.dryRun && place === 'earlier' && (await finishUnderWay(context, object))) return 'done';
  const note = { ...refOf(object), place };
  if (place === 'staging' || (place === 'quarantine' && !object.live)) {
    // Laid out for a run's shards, and no run is at it any more; or a copy that another has taken the place of.
    if (!erasure.dryRun) await ports.objects.remove(object.bucket, object.name, object.generation);
    await record(context, { ...note, rows: 0, outcome: erasure.dryRun ? 'found' : 'removed' });
    return 'done';
  }
  const search = await look(context, person, object, source);
  if (!search) {
    await record(context, { ...note, rows: 0, outcome: 'clean' });
    return 'done';
  }
  try {
    const { found, unreadable } = search;
    if (unreadable !== undefined && found > 0)
      await record(context, { ...note, rows: found, outcome: 'left', why: unreadable });
    else if (found === 0) await record(context, { ...note, rows: 0, outcome: 'clean' });
    else if (erasure.dryRun) await record(context, { ...note, rows: found, outcome: 'found' });
    else return await rewriteFile(context, object, place, search);
    return 'done';
  } finally {
    await search.close();
  }
}

/** By the declaration that the file was loaded under, and by the current one if that cannot read it. */
async function look(
  { ports, source: current }: ErasureContext,
  person: Person,
  object: ObjectVersion,
  source: Source,
): Promise<Search | undefined> {
  const file = { read: readerOf(ports, object), size: object.size };
  const by = async (declared: Source): Promise<Search | undefined> => {
    const raw = await person.inFiles(declared);
    return raw && ports.columnar.searchFile(file, declared, raw, ports.limits.maxPlainBytes);
  };
  const first = await by(source);
  if (source === current || (first && first.unreadable === undefined)) return first;
  const second = await by(current);
  if (!second) return first;
  if (second.unreadable !== undefined && first) {
    await second.close();
    return first;
  }
  await first?.close();
  return second;
}

async function* originals(context: ErasureContext, until: Date | undefined): AsyncGenerator<Original> {
  const { ports, source, runs, looked, erasure } = context;
  const { raw, quarantine, staging } = ports.buckets;
  const isNew = ({ createdAt, metadata }: ObjectVersion): boolean =>
    until !== undefined && Date.parse(createdAt) > +until && metadata[ERASURE] === undefined;
  const isDue = (object: ObjectVersion): boolean =>
    !isNew(object) && !looked.has(lookedName(erasure.id, object)) && !object.name.endsWith('/');

  const names = new Set(runs.map(({ detail }) => detail.object.name));
  const elsewhere = [...names].filter((name) => !name.startsWith(source.files.prefix));
  // Runs of a source whose pattern has changed since are still its own.
  for (const prefix of [source.files.prefix, ...elsewhere])
    for await (const object of ports.objects.versions(raw, prefix)) {
      if (!names.has(object.name) && !isOf(source, object.name)) continue;
      if (!isDue(object)) continue;
      const run = context.runOf(object);
      const declared = run && context.sourceOfRun(run.run);
      yield { object, place: object.live ? 'raw' : 'earlier', source: declared ?? source };
    }

  for (const folder of [`objects/${source.id}/`, `objects/${UNMATCHED}/`, `erased/${source.id}/`])
    for await (const object of ports.objects.versions(quarantine, folder)) {
      if (object.name.endsWith('.reasons.json') || !isDue(object)) continue;
      const [run = '', ...rest] = object.name.slice(folder.length).split('/');
      if (folder === `objects/${UNMATCHED}/` && !isOf(source, rest.join('/'))) continue;
      yield { object, place: 'quarantine', source: context.sourceOfRun(run.split('.')[0] ?? '') ?? source };
    }

  const ids = new Set(runs.map(({ run }) => run));
  for await (const object of ports.objects.versions(staging, 'plain/'))
    if (ids.has(object.name.slice('plain/'.length).split('.')[0] ?? '') && isDue(object))
      yield { object, place: 'staging', source };
}
