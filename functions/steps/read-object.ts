import type { ObjectRef } from '../model/run.ts';
import type { Ports, ReadRange } from '../ports.ts';

/** Reads ranges of one object at its generation; past its end is its end. */
export function readerOf(ports: Ports, { bucket, name, generation }: ObjectRef): ReadRange {
  const object = { bucket, name, generation };
  return (start, end) => ports.objects.read(object, start === 0 && !Number.isFinite(end) ? undefined : { start, end });
}
