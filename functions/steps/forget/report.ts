import pMap from 'p-map';
import type { BuildStepDone } from '../../model/build.ts';
import {
  type ErasureReport,
  type Left,
  type Looked,
  lookedPrefix,
  reportName,
  type TableDone,
} from '../../model/erasure.ts';
import { digest } from '../../model/ids.ts';
import { planLastCopies } from '../../plan/last-copies.ts';
import { OWN_DATASET } from '../../render/commit-tables.ts';
import { publish } from '../publish.ts';
import type { ErasureContext } from './context.ts';
import { readersOf } from './readers.ts';

export interface Outcome {
  done: Omit<TableDone, 'v' | 'n'>;
  built: readonly Pick<BuildStepDone, 'transform' | 'outcome' | 'message'>[];
  dropped: readonly string[];
  untraceable: readonly string[];
  /** Why it came to no end. */
  failure?: Left;
}

type Facts = Pick<ErasureContext, 'ports' | 'erasure'> & Partial<Pick<ErasureContext, 'release' | 'source'>>;

/** Says what was done, what is left, and when the last copy is gone; create-only, then told. */
export async function writeReport(context: Facts, outcome: Outcome): Promise<ErasureReport> {
  const { ports, erasure } = context;
  const report = await makeReport(context, outcome);
  await ports.objects.write(ports.buckets.state, reportName(erasure.id), JSON.stringify(report, undefined, 2), {
    ifAbsent: true,
    contentType: 'application/json',
  });
  return report;
}

async function makeReport(context: Facts, outcome: Outcome): Promise<ErasureReport> {
  const { ports, erasure } = context;
  const { done, built, dropped, untraceable, failure } = outcome;
  const all = await readLooked(context);
  const objects = all.filter(({ outcome: what }) => what !== 'clean').map(({ v: _, ...looked }) => looked);
  const left = [
    ...(failure ? [failure] : []),
    ...objects.filter(({ outcome: what }) => what === 'left').map(ofObject),
    ...done.left,
    ...built.filter(({ outcome: what }) => what !== 'built' && !erasure.dryRun).map(ofTransform),
    ...untraceable.map((name) => ({
      what: `rows that were loaded while ${name} was protected in another way`,
      why: `an earlier declaration of ${name} leaves nothing to tell them by`,
      remedy: `replay the runs of ${erasure.source} of before, then erase again`,
    })),
  ];
  const endedAt = ports.clock.now();
  const copies = await lastCopies(context, endedAt, objects, done.tables.length > 0 || built.length > 0);
  const { v: _, ...request } = erasure;
  return {
    v: 1,
    ...request,
    endedAt: endedAt.toISOString(),
    outcome: failure ? 'failed' : erasure.dryRun ? 'planned' : left.length > 0 ? 'incomplete' : 'erased',
    looked: all.length,
    objects,
    tables: [...done.tables, ...dropped.map((table) => ({ table, rows: 0, outcome: 'dropped' as const }))],
    transforms: built.map(({ transform, outcome: what, message }) => ({
      transform,
      outcome: what,
      ...(message !== undefined && { message }),
    })),
    left,
    copies,
    goneAt: left.length > 0 ? null : (copies[0]?.until ?? endedAt.toISOString()),
    notes: [
      ...done.notes,
      'copies that others have made (exports, backups, results of queries, which BigQuery caches for 24 hours) are not known to Sluice',
    ],
  };
}

const ofObject = ({ bucket, name, generation, why = '' }: Omit<Looked, 'v'>): Left => ({
  what: `gs://${bucket}/${name}`,
  why,
  remedy: `look into it, and remove it: gcloud storage rm 'gs://${bucket}/${name}#${generation}'`,
});

const ofTransform = ({ transform, message }: Outcome['built'][number]): Left => ({
  what: transform,
  why: `it was not built anew: ${message ?? 'it failed'}`,
  remedy: `mend it, then: npx sluice run ${transform} --full-refresh`,
});

async function readLooked({ ports, erasure }: Facts): Promise<Looked[]> {
  const names: string[] = [];
  for await (const { name } of ports.objects.list(ports.buckets.state, lookedPrefix(erasure.id))) names.push(name);
  const texts = await pMap(names, (name) => ports.objects.readText(ports.buckets.state, name), { concurrency: 16 });
  return texts.flatMap((text) => (text === undefined ? [] : [JSON.parse(text) as Looked]));
}

/** Of the places that something was taken out of, and of the erasure's own, which held the key. */
async function lastCopies(
  { ports, release, source, erasure }: Facts,
  removedAt: Date,
  objects: readonly Pick<Looked, 'bucket' | 'outcome'>[],
  isWarehouseTouched: boolean,
): Promise<ErasureReport['copies']> {
  const touched = new Set(objects.filter(({ outcome }) => outcome !== 'left').map(({ bucket }) => bucket)).add(
    ports.buckets.staging,
  );
  const buckets = await Promise.all(
    [...touched].sort().map(async (name) => ({ name, ...(await ports.objects.retention(name)) })),
  );
  const readers = release && source ? readersOf({ release, source }) : [];
  const [own = ''] = erasure.source.split('.');
  const names = isWarehouseTouched
    ? new Set([own, OWN_DATASET, ...readers.map(({ dataset }) => dataset)])
    : new Set<string>();
  const hours = await Promise.all(
    [...names].sort().map(async (name) => ({ name, timeTravelHours: await ports.warehouse.timeTravelHours(name) })),
  );
  const datasets = hours.flatMap(({ name, timeTravelHours }) =>
    timeTravelHours === undefined ? [] : [{ name, timeTravelHours }],
  );
  return planLastCopies({ removedAt, buckets, datasets });
}

/** May be told again; the id is the same. */
export async function tellErasure(
  ports: Facts['ports'],
  { id, source, who, reason, columns, dryRun }: Facts['erasure'],
  outcome: 'begun' | ErasureReport['outcome'],
  facts: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await publish(ports, {
    v: 1,
    id: digest([id, 'privacy.forgotten', outcome === 'begun' ? 'begun' : 'ended']),
    type: 'privacy.forgotten',
    at: ports.clock.now().toISOString(),
    subject: source,
    detail: { erasure: id, who, reason, columns, dryRun, outcome, ...facts },
  });
}
