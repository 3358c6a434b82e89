import { ERASED_ROWS, ERASURE, lookedName, SUCCEEDS } from '../../model/erasure.ts';
import { markName } from '../../model/ids.ts';
import type { ShardMark } from '../../model/run.ts';
import type { ObjectInfo } from '../../ports.ts';
import { readerOf } from '../read-object.ts';
import { createdAt, type ErasureContext, record } from './context.ts';
import type { Person } from './person.ts';
import { isOwn, refOf } from './rewrite.ts';

/**
 * Rewrites the source's curated shards where they stand, of every epoch. Only while no load can read them; a replay or a
 * load of later finds under the same names what is left.
 */
export async function eraseShards(context: ErasureContext, person: Person, until: Date): Promise<'done' | 'over'> {
  const { ports, erasure, source, runs, looked } = context;
  const arrived = new Map(runs.map((entry) => [entry.run, Date.parse(createdAt(entry))]));
  let outcome: 'done' | 'over' = 'done';
  for await (const object of ports.objects.list(ports.buckets.curated, `${source.id.replace('.', '/')}/`)) {
    const [run = ''] = placeOf(object.name);
    if (looked.has(lookedName(erasure.id, object)) || (arrived.get(run) ?? 0) > +until) continue;
    if (context.isOver()) return 'over';
    if ((await eraseShard(context, person, object)) === 'moved') outcome = 'over';
  }
  return outcome;
}

async function eraseShard(context: ErasureContext, person: Person, object: ObjectInfo): Promise<'done' | 'moved'> {
  const { ports, erasure } = context;
  if (isOwn(context, object)) {
    await finishShard(context, object);
    return 'done';
  }
  const note = { ...refOf(object), place: 'curated' as const };
  const search = await ports.columnar.searchShard({ read: readerOf(ports, object), size: object.size }, person.values);
  try {
    const { found, unreadable } = search;
    if (unreadable !== undefined) await record(context, { ...note, rows: 0, outcome: 'left', why: unreadable });
    else if (found === 0) await record(context, { ...note, rows: 0, outcome: 'clean' });
    else if (erasure.dryRun) await record(context, { ...note, rows: found, outcome: 'found' });
    else {
      const { size, read } = await search.without();
      const written = await ports.objects.write(object.bucket, object.name, read(), {
        ifGeneration: object.generation,
        ...(size !== undefined && { size }),
        contentType: 'application/vnd.apache.parquet',
        metadata: { [ERASURE]: erasure.id, [SUCCEEDS]: object.generation, [ERASED_ROWS]: String(found) },
      });
      if (!written) return 'moved';
      await finishShard(context, written);
    }
    return 'done';
  } finally {
    await search.close();
  }
}

/** The mark says what its shard is. It is the one thing that an erasure changes in the ledger: what it says would be wrong. */
async function finishShard(context: ErasureContext, written: ObjectInfo): Promise<void> {
  const { ports } = context;
  const { bucket, name, generation, crc32c, size } = written;
  const rows = Number(written.metadata[ERASED_ROWS]);
  const [run, epoch, n] = placeOf(name);
  const at = markName(run, epoch, n);
  const text = await ports.objects.readText(ports.buckets.state, at);
  const mark = text === undefined ? undefined : (JSON.parse(text) as ShardMark);
  if (mark?.output && mark.output.generation !== generation) {
    const output = { bucket, name, generation, crc32c, size };
    await ports.objects.write(ports.buckets.state, at, JSON.stringify({ ...mark, rows: mark.rows - rows, output }), {
      contentType: 'application/json',
    });
  }
  await record(context, { ...refOf(written), place: 'curated', rows, outcome: 'rewritten' });
}

/** `<dataset>/<name>/<run>.<epoch>/<n>.parquet` */
function placeOf(name: string): [run: string, epoch: number, n: number] {
  const [file = '', folder = ''] = name.split('/').reverse();
  const [run = '', epoch] = folder.split('.');
  return [run, Number(epoch), Number.parseInt(file, 10)];
}
