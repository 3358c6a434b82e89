import { type SluiceError, terminal } from '../../errors.ts';
import {
  type Erasure,
  type ErasureReport,
  erasureName,
  keyName,
  keyRowsName,
  reportName,
  underWayName,
} from '../../model/erasure.ts';
import { declaredSource } from '../../plan/reidentification.ts';
import type { Ports } from '../../ports.ts';
import { keyTable } from '../../render/erasure.ts';
import { createContext, isUnsettled } from './context.ts';
import { closedSince, closeTable, reopenTable } from './fence.ts';
import { eraseOriginals } from './originals.ts';
import { findPerson, readKey } from './person.ts';
import { dropUnpublished, readersOf, rebuildReaders } from './readers.ts';
import { type Outcome, tellErasure, writeReport } from './report.ts';
import { eraseShards } from './shards.ts';
import { eraseTables, readTableDone, writeTableDone } from './tables.ts';

/** Seconds until the next call looks again; undefined = the erasure has ended. */
export type Again = number | undefined;

const AT_ONCE = 0;
/** Loads and de-identification of small files take about as long. */
const SOON = 2;
const LATER = 15;

/**
 * Takes an erasure from where it stands as far as one call can. Files first, while loads go on; then the table is closed to
 * loads, what came meanwhile is looked at, the curated shards and the table lose the rows, and loads may go on. What was
 * built of the table is built anew. Each part may be repeated, and each finds what was done of it.
 */
export async function erase(ports: Ports, id: string): Promise<Again> {
  const erasure = await readErasure(ports, id);
  const report = await readReport(ports, id);
  if (report) return endErasure(ports, erasure, report);
  const source = declaredSource(await ports.releases.current(), erasure.source);
  const context = await createContext(ports, erasure, source);
  const person = await findPerson(ports, context.declarations, await readKey(ports, erasure));

  let done: Outcome['done'] | undefined = await readTableDone(context);
  if (!done) {
    // Once the table is closed, what comes is new data, and this pass has been made.
    const since = await closedSince(context);
    if (!since && (await eraseOriginals(context, person, undefined)) === 'over') return AT_ONCE;
    if (erasure.dryRun) {
      if ((await eraseShards(context, person, new Date(8.64e15))) === 'over') return AT_ONCE;
      const found = await eraseTables(context, person);
      if (found === 'running') return LATER;
      done = found;
    } else {
      const fence = await closeTable(context);
      if (fence === 'busy') return SOON;
      // Whoever reads a file as it was writes shards of it, or a copy: both are looked at once nobody does.
      if (await isUnsettled(context, fence.since)) return SOON;
      const settled = await createContext(ports, erasure, source);
      if ((await eraseOriginals(settled, person, fence.since)) === 'over') return AT_ONCE;
      if ((await eraseShards(settled, person, fence.since)) === 'over') return AT_ONCE;
      if (await isUnsettled(settled, fence.since)) return SOON;
      const found = await eraseTables(settled, person);
      if (found === 'running') return LATER;
      await writeTableDone(settled, fence.n, found);
      done = found;
    }
  }
  await reopenTable(context);
  const { untraceable } = person;
  if (erasure.dryRun) {
    const built = readersOf(context).map(({ id: transform }) => ({ transform, outcome: 'skipped' as const }));
    return endErasure(ports, erasure, await writeReport(context, { done, built, dropped: [], untraceable }));
  }
  const built = await rebuildReaders(context);
  if (built === 'running') return SOON;
  const dropped = await dropUnpublished(context);
  return endErasure(ports, erasure, await writeReport(context, { done, built, dropped, untraceable }));
}

/** Ends an erasure that cannot go on: loads are let in, the key is removed, and the report says what has stopped it. */
export async function failErasure(ports: Ports, id: string, error: SluiceError): Promise<void> {
  const erasure = await readErasure(ports, id);
  const standing = await readReport(ports, id);
  if (!standing) await reopenTable({ ports, erasure });
  const done = (await readTableDone({ ports, erasure })) ?? { tables: [], left: [], notes: [] };
  const failure = {
    what: 'the erasure',
    why: `${error.code}: ${error.message}`,
    remedy: 'mend that, and ask for it again: what is done already stays done',
  };
  const report =
    standing ?? (await writeReport({ ports, erasure }, { done, built: [], dropped: [], untraceable: [], failure }));
  await endErasure(ports, erasure, report);
}

export async function readErasure(ports: Ports, id: string): Promise<Erasure> {
  const text = await ports.objects.readText(ports.buckets.state, erasureName(id));
  if (text === undefined) throw terminal('NOT_FOUND', `there is no erasure ${id}`);
  return JSON.parse(text) as Erasure;
}

export async function readReport(ports: Ports, id: string): Promise<ErasureReport | undefined> {
  const text = await ports.objects.readText(ports.buckets.state, reportName(id));
  return text === undefined ? undefined : (JSON.parse(text) as ErasureReport);
}

/** Nothing that holds the person's values outlives this; a repeat finds it gone. */
async function endErasure(ports: Ports, erasure: Erasure, report: ErasureReport): Promise<undefined> {
  const { outcome, goneAt, objects, tables, left } = report;
  await ports.warehouse.dropTable(keyTable(erasure.id));
  for (const name of [keyName(erasure.id), keyRowsName(erasure.id)])
    await ports.objects.remove(ports.buckets.staging, name);
  const rowsOf = (all: readonly { rows: number }[]): number => all.reduce((sum, { rows }) => sum + rows, 0);
  await tellErasure(ports, erasure, outcome, {
    objects: objects.length,
    objectRows: rowsOf(objects),
    tableRows: rowsOf(tables),
    left: left.length,
    goneAt,
  });
  await ports.objects.remove(ports.buckets.state, underWayName(erasure.id));
  return undefined;
}
