import { terminal } from '../errors.ts';
import type { Execution, ExecutionDone, Interval } from '../model/build.ts';
import type { Transform } from '../model/transform.ts';
import { transformOf } from '../plan/build.ts';
import { mergeIntervals } from '../plan/intervals.ts';
import type { Ports, TableInfo } from '../ports.ts';
import { OWN_DATASET } from '../render/commit-tables.ts';
import { renderLayout } from '../render/table.ts';
import {
  buildTable,
  describeFailure,
  renderBuildJob,
  renderChecks,
  renderGather,
  renderPublishInterval,
  renderPublishJob,
  renderView,
  transformLabels,
} from '../render/transform.ts';
import { endedJob, followJob, type JobPlace } from './run-job.ts';

type Ended = Pick<ExecutionDone, 'covered' | 'rows' | 'bytesBilled'>;

/**
 * Builds beside the table, checks what was built, and only then publishes it: a failed assertion leaves readers with what
 * they had. Every step is a job with an id of its own or may be repeated, so any worker can go on where another fell.
 */
export async function followExecution(
  ports: Ports,
  execution: Execution,
  before: ExecutionDone | undefined,
): Promise<Ended | 'running'> {
  const release = await ports.releases.get(execution.release);
  const transform = transformOf(release, execution.transform);
  if (!transform)
    throw terminal('RELEASE_MISSING', `release ${execution.release} has no transform ${execution.transform}`);
  await Promise.all([ports.warehouse.ensureDataset(transform.dataset), ports.warehouse.ensureDataset(OWN_DATASET)]);
  const work: Work = {
    transform,
    table: buildTable(transform, execution.n),
    place: { name: `transform-${transform.id}`, n: execution.n },
  };
  switch (transform.kind) {
    case 'view':
      return buildView(ports, work);
    case 'table':
      return rebuildTable(ports, work);
    case 'incremental':
      return buildIntervals(ports, work, execution, before);
  }
}

interface Work {
  transform: Transform;
  /** Where it is built. */
  table: string;
  place: JobPlace;
}

async function buildView(ports: Ports, { transform, table, place }: Work): Promise<Ended | 'running'> {
  await putView(ports, table, transform);
  const checked = await check(ports, transform, table, { ...place, step: 'check' });
  if (checked === 'running') return checked;
  await putView(ports, transform.id, transform);
  await ports.warehouse.dropTable(table);
  return { covered: [], rows: checked.rows, bytesBilled: checked.bytesBilled };
}

/** A table of the name that is no view is in the way of one, and the other way round. */
async function putView(ports: Ports, id: string, transform: Transform): Promise<void> {
  const there = await ports.warehouse.table(id);
  if (there && there.type !== 'VIEW') await ports.warehouse.dropTable(id);
  if (there?.type === 'VIEW') await ports.warehouse.patchTable(id, renderView(transform));
  else await ports.warehouse.createTable(id, renderView(transform));
}

async function rebuildTable(ports: Ports, { transform, table, place }: Work): Promise<Ended | 'running'> {
  const { project } = ports.warehouse;
  const build = { ...place, step: 'build' };
  if ((await followJob(ports, build, renderBuildJob(project, transform, table))) === 'running') return 'running';
  const checked = await check(ports, transform, table, { ...place, step: 'check' });
  if (checked === 'running') return checked;
  await removeView(ports, transform.id);
  if (
    (await followJob(ports, { ...place, step: 'publish' }, renderPublishJob(project, transform, table))) === 'running'
  )
    return 'running';
  await ports.warehouse.patchTable(transform.id, describe(transform));
  await ports.warehouse.dropTable(table);
  const billed = (await endedJob(ports, build))?.bytesBilled ?? 0;
  return { covered: [], rows: checked.rows, bytesBilled: billed + checked.bytesBilled };
}

async function buildIntervals(
  ports: Ports,
  { transform, table, place }: Work,
  execution: Execution,
  before: ExecutionDone | undefined,
): Promise<Ended | 'running'> {
  const { project } = ports.warehouse;
  let rows = 0;
  let bytesBilled = 0;
  for (const [index, interval] of execution.intervals.entries()) {
    const into = `${table}_${index}`;
    const build = { ...place, step: `build-${index}` };
    if ((await followJob(ports, build, renderBuildJob(project, transform, into, interval))) === 'running')
      return 'running';
    const checked = await check(ports, transform, into, { ...place, step: `check-${index}` }, interval);
    if (checked === 'running') return checked;
    rows += checked.rows;
    bytesBilled += checked.bytesBilled + ((await endedJob(ports, build))?.bytesBilled ?? 0);
  }
  // Everything is built and checked before any of it is published, so that a failure leaves no mixture of versions.
  const publish = execution.fresh ? publishAnew : publishIntervals;
  if ((await publish(ports, { transform, table, place }, execution.intervals)) === 'running') return 'running';
  await ports.warehouse.patchTable(transform.id, describe(transform));
  for (const index of execution.intervals.keys()) await ports.warehouse.dropTable(`${table}_${index}`);
  const kept = execution.fresh ? [] : (before?.covered ?? []);
  return { covered: mergeIntervals([...kept, ...execution.intervals]), rows, bytesBilled };
}

/** A fresh start is gathered first and replaces the table as a whole, schema and layout with it. */
async function publishAnew(
  ports: Ports,
  { transform, table, place }: Work,
  intervals: readonly Interval[],
): Promise<'done' | 'running'> {
  const { project } = ports.warehouse;
  for (const index of intervals.keys()) {
    if (index === 0) continue;
    const gather = renderGather(project, transform, `${table}_${index}`, `${table}_0`);
    if ((await followJob(ports, { ...place, step: `gather-${index}` }, gather)) === 'running') return 'running';
  }
  await removeView(ports, transform.id);
  return followJob(ports, { ...place, step: 'publish' }, renderPublishJob(project, transform, `${table}_0`));
}

async function publishIntervals(
  ports: Ports,
  { transform, table, place }: Work,
  intervals: readonly Interval[],
): Promise<'done' | 'running'> {
  const { project } = ports.warehouse;
  for (const [index, interval] of intervals.entries()) {
    const built = await ports.warehouse.table(`${table}_${index}`);
    // They are dropped only after everything is published: a worker before us has come to the end.
    if (!built) continue;
    await addColumns(ports, transform, built);
    const names = built.schema.fields.map(({ name }) => name);
    const job = renderPublishInterval(project, transform, `${table}_${index}`, names, interval);
    if ((await followJob(ports, { ...place, step: `publish-${index}` }, job)) === 'running') return 'running';
  }
  return 'done';
}

async function addColumns(ports: Ports, transform: Transform, built: TableInfo): Promise<void> {
  const there = await ports.warehouse.table(transform.id);
  if (!there) {
    await ports.warehouse.createTable(transform.id, {
      schema: built.schema,
      ...renderLayout(transform.partition, transform.cluster),
    });
    return;
  }
  const names = new Set(there.schema.fields.map(({ name }) => name.toLowerCase()));
  const added = built.schema.fields.filter(({ name }) => !names.has(name.toLowerCase()));
  if (added.length > 0)
    await ports.warehouse.patchTable(transform.id, { schema: { fields: [...there.schema.fields, ...added] } });
}

async function removeView(ports: Ports, id: string): Promise<void> {
  if ((await ports.warehouse.table(id))?.type === 'VIEW') await ports.warehouse.dropTable(id);
}

const describe = (transform: Transform): object => ({
  labels: transformLabels(transform),
  ...(transform.description && { description: transform.description }),
});

/** Runs the assertions over what was built. Throws ASSERTION_FAILED, which names each that does not hold and by how much. */
async function check(
  ports: Ports,
  transform: Transform,
  table: string,
  place: JobPlace,
  interval?: Interval,
): Promise<{ rows: number; bytesBilled: number } | 'running'> {
  if ((await followJob(ports, place, renderChecks(ports.warehouse.project, transform, table, interval))) === 'running')
    return 'running';
  const job = await endedJob(ports, place);
  const [counts] = job ? await ports.warehouse.rows(job.id) : [];
  if (!job || !counts) throw terminal('JOB_FAILED', `the checks of ${transform.id} gave no answer`);
  const failures = transform.assert
    .map((assertion, index) => describeFailure(assertion, Number(counts[`a${index}`])))
    .filter((failure) => failure !== undefined);
  if (Number(counts.outside ?? 0) > 0)
    failures.push(
      `${counts.outside} rows lie outside of the interval ${interval?.join(' to ')}: the query must filter by @from and @to`,
    );
  if (failures.length > 0) {
    throw terminal('ASSERTION_FAILED', `${transform.id} was built and not published: ${failures.join('; ')}`, {
      details: { failures },
    });
  }
  return { rows: Number(counts.row_count), bytesBilled: job.bytesBilled };
}
