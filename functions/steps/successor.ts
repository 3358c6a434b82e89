import { ERASURE, intentName, SUCCEEDS, type Successor, successorName } from '../model/erasure.ts';
import type { ObjectRef } from '../model/run.ts';
import type { ObjectInfo, Ports } from '../ports.ts';

/** What an erasure has written in place of a generation that it removed; undefined = there is none. */
export async function readSuccessor(
  { objects, buckets }: Pick<Ports, 'objects' | 'buckets'>,
  object: ObjectRef,
): Promise<Successor | undefined> {
  const text = await objects.readText(buckets.state, successorName(object));
  return text === undefined ? undefined : (JSON.parse(text) as Successor);
}

/** The object at its generation, or what stands for it now: a run keeps the generation that it was claimed for. */
export async function statOrSuccessor(
  ports: Pick<Ports, 'objects' | 'buckets'>,
  object: ObjectRef,
): Promise<ObjectInfo | undefined> {
  for (let at = object; ; ) {
    const found = await ports.objects.stat(at.bucket, at.name, at.generation);
    if (found) return found;
    const next = await readSuccessor(ports, at);
    if (!next) return undefined;
    at = next.successor;
  }
}

/**
 * Whether an object that has arrived is what an erasure wrote in place of one that has its run. A copy of such an object
 * carries the same metadata and is new data: it has another name, or comes when another generation has taken the place.
 */
export async function isSuccessor(
  ports: Pick<Ports, 'objects' | 'buckets'>,
  object: ObjectRef,
  metadata: Readonly<Record<string, string>>,
): Promise<boolean> {
  const erasure = metadata[ERASURE];
  const generation = metadata[SUCCEEDS];
  if (!erasure || !generation || !/^[0-9a-f]{20}$/.test(erasure)) return false;
  const predecessor = { ...object, generation };
  const intent = await ports.objects.readText(ports.buckets.state, intentName(erasure, predecessor));
  if (intent === undefined) return false;
  const known = await readSuccessor(ports, predecessor);
  // Told of before its record is written, it is the one that the record will name.
  return !known || known.successor.generation === object.generation;
}
