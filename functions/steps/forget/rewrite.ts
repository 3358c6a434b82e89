import {
  ERASED_ROWS,
  ERASURE,
  type ErasedPlace,
  earlierName,
  FROM_RAW,
  intentName,
  SUCCEEDS,
  type Successor,
  successorName,
} from '../../model/erasure.ts';
import type { ObjectRef } from '../../model/run.ts';
import type { ObjectInfo, ObjectVersion, Search } from '../../ports.ts';
import { readSuccessor } from '../successor.ts';
import { type ErasureContext, record } from './context.ts';

/**
 * Puts a file without the person in the place of one with them. In this order, so that a fall at any point loses nothing
 * and is mended by the next look at the same object: the intent, by which `arrive` knows what it is told of; the new
 * generation, only over the very one that was read; the record of what stands for what; and last the old one goes.
 */
export async function rewriteFile(
  context: ErasureContext,
  object: ObjectVersion,
  place: ErasedPlace,
  search: Search,
): Promise<'done' | 'moved'> {
  const { ports, erasure } = context;
  const { bucket, name, generation, contentType, contentEncoding } = object;
  await ports.objects.write(
    ports.buckets.state,
    intentName(erasure.id, object),
    JSON.stringify({ v: 1, object: refOf(object) }),
    {
      ifAbsent: true,
      contentType: 'application/json',
    },
  );
  // Of an earlier erasure of the same object.
  const { [FROM_RAW]: _, ...metadata } = object.metadata;
  const isEarlier = place === 'earlier';
  // What is live no more cannot be written over: what stands for it goes where replays look, and where nothing tells of it.
  const target = isEarlier
    ? { bucket: ports.buckets.quarantine, name: earlierName(erasure.source, object) }
    : { bucket, name };
  // Nothing lists what was written there before the successor is known: it is looked for by its name.
  const standing = isEarlier ? await ports.objects.stat(target.bucket, target.name) : undefined;
  if (standing && isOwn(context, standing)) {
    await finishRewrite(context, standing, place);
    return 'done';
  }
  const body = await search.without();
  const written = await ports.objects.write(target.bucket, target.name, body.read(), {
    ...(isEarlier && !standing ? { ifAbsent: true } : { ifGeneration: standing?.generation ?? generation }),
    ...(body.size !== undefined && { size: body.size }),
    ...(contentType && { contentType }),
    ...(contentEncoding && { contentEncoding }),
    metadata: {
      ...metadata,
      [ERASURE]: erasure.id,
      [SUCCEEDS]: generation,
      [ERASED_ROWS]: String(search.found),
      ...(isEarlier && { [FROM_RAW]: name }),
    },
  });
  // Behind a lost answer our own write reads as somebody else's; the next look tells the two apart.
  if (!written) return 'moved';
  await finishRewrite(context, written, place);
  return 'done';
}

/** What is left to do once the new generation is there. */
export async function finishRewrite(context: ErasureContext, written: ObjectInfo, place: ErasedPlace): Promise<void> {
  await succeed(context, written);
  await record(context, {
    ...refOf(written),
    place,
    rows: Number(written.metadata[ERASED_ROWS]),
    outcome: 'rewritten',
  });
}

/** The record of what stands for what; then the old generation goes. */
async function succeed(context: ErasureContext, written: ObjectInfo): Promise<void> {
  const { ports } = context;
  const old = predecessorOf(context, written);
  const erasure = written.metadata[ERASURE] ?? '';
  const successor: Successor = { v: 1, erasure, object: old, successor: refOf(written) };
  await ports.objects.write(ports.buckets.state, successorName(old), JSON.stringify(successor), {
    ifAbsent: true,
    contentType: 'application/json',
  });
  await ports.objects.remove(old.bucket, old.name, old.generation);
}

/**
 * A generation that is live no more since an erasure wrote the next one, and fell before it said so: what it wrote is the
 * successor, and another copy would leave two.
 */
export async function finishUnderWay(context: ErasureContext, object: ObjectRef): Promise<boolean> {
  const live = await context.ports.objects.stat(object.bucket, object.name);
  if (!live || live.metadata[ERASURE] === undefined || live.metadata[SUCCEEDS] !== object.generation) return false;
  if (isOwn(context, live)) await finishRewrite(context, live, 'raw');
  else await succeed(context, live);
  return true;
}

/** Whether this erasure has written it. */
export const isOwn = ({ erasure }: ErasureContext, { metadata }: ObjectInfo): boolean =>
  metadata[ERASURE] === erasure.id;

function predecessorOf({ ports }: ErasureContext, { bucket, name, metadata }: ObjectInfo): ObjectRef {
  const generation = metadata[SUCCEEDS] ?? '';
  const raw = metadata[FROM_RAW];
  return raw === undefined ? { bucket, name, generation } : { bucket: ports.buckets.raw, name: raw, generation };
}

/** The old generation where its successor is known already: an earlier call fell before it was removed. */
export async function removeSucceeded({ ports }: ErasureContext, object: ObjectRef): Promise<boolean> {
  if (!(await readSuccessor(ports, object))) return false;
  await ports.objects.remove(object.bucket, object.name, object.generation);
  return true;
}

export const refOf = ({ bucket, name, generation }: ObjectRef): ObjectRef => ({ bucket, name, generation });
