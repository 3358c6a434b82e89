import { runId, slug } from '../model/ids.ts';
import type { LedgerEntry, ObjectRef } from '../model/run.ts';
import { UNMATCHED } from '../model/source.ts';
import { matchSource } from '../plan/match-source.ts';
import type { Ports } from '../ports.ts';
import { isSuccessor } from './successor.ts';

export interface Arrival {
  object: ObjectRef;
  size?: number;
  createdAt?: string;
  /** The object's own. */
  metadata?: Readonly<Record<string, string>>;
}

/** Claims an object for its source, once however often it is told of, and has it prepared. */
export async function arrive(ports: Ports, arrival: Arrival): Promise<LedgerEntry | undefined> {
  const { object } = arrival;
  // Consoles show folders by empty objects whose names end in a slash; they hold no rows.
  if (object.name.endsWith('/')) return undefined;
  if (arrival.metadata && (await isSuccessor(ports, object, arrival.metadata))) {
    ports.log.info('known already: an erasure has rewritten it', { generation: object.generation });
    return undefined;
  }
  const release = await ports.releases.current();
  const match = matchSource(release, object.name);
  const source = match?.source.id ?? UNMATCHED;
  const run = runId(source, object);
  const claim: LedgerEntry = {
    v: 1,
    seq: 1,
    run,
    source,
    epoch: 0,
    state: 'CLAIMED',
    owner: ports.clock.unique(),
    release: release.id,
    at: ports.clock.now().toISOString(),
    detail: {
      object,
      ...(arrival.size !== undefined && { size: arrival.size }),
      ...(arrival.createdAt && { arrivedAt: arrival.createdAt }),
      ...(match?.capturedDate && { capturedDate: match.capturedDate }),
    },
  };
  const isNew = (await ports.ledger.append(claim)) === 'written';
  const entry = isNew ? claim : await ports.ledger.latest(source, run);
  // A repeated event finds the claim; the task may still be missing if the first caller fell between the two.
  if (entry?.state === 'CLAIMED') await enqueuePrepare(ports, entry);
  ports.log.info(isNew ? 'claimed' : 'known already', { run, source });
  return entry;
}

export async function enqueuePrepare(ports: Ports, { run, source, epoch }: LedgerEntry, again = ''): Promise<void> {
  await ports.tasks.enqueue({
    function: 'prepare',
    name: slug(`prepare-${run}-${epoch}${again}`),
    body: { source, run, epoch, ...(again && { again }) },
  });
}
