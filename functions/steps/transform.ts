import { retryable, SluiceError, terminal, toSluiceError } from '../errors.ts';
import type { Build, BuildStepDone, Execution } from '../model/build.ts';
import { digest } from '../model/ids.ts';
import type { Release } from '../model/release.ts';
import type { Transform } from '../model/transform.ts';
import { transformOf } from '../plan/build.ts';
import { type ExecutionContext, planExecution, startsAnew } from '../plan/execution.ts';
import type { Ports } from '../ports.ts';
import { advanceBuild, finishStep, readBuild } from './build.ts';
import { builtExecution, executionsOf } from './executions.ts';
import { followExecution } from './follow-execution.ts';
import { changedDays, heldDays, inputStates } from './inputs.ts';
import { publish } from './publish.ts';

export interface TransformTask {
  build: string;
  transform: string;
  retries: number;
}

/** Builds one transform of a build, or finds that nothing has changed; then lets the build go on. */
export async function runTransform(ports: Ports, task: TransformTask): Promise<void> {
  const build = await readBuild(ports, task.build);
  if (!build) throw retryable('LEDGER_CONFLICT', `the build ${task.build} has a task and no plan`);
  const release = await ports.releases.get(build.release);
  const transform = transformOf(release, task.transform);
  if (!transform) throw terminal('RELEASE_MISSING', `release ${build.release} has no transform ${task.transform}`);
  const done = await settle(ports, build, transform, task.retries);
  if (!done) return;
  await tell(ports, build, done);
  await finishStep(ports, build, done);
  await advanceBuild(ports, build);
}

/** undefined = its job goes on, and a later task looks again. */
async function settle(
  ports: Ports,
  build: Build,
  transform: Transform,
  retries: number,
): Promise<BuildStepDone | undefined> {
  const result = { v: 1 as const, transform: transform.id, version: transform.version };
  try {
    const outcome = await execute(ports, build, transform);
    if (outcome === 'running') {
      await continueLater(ports, build, transform);
      return undefined;
    }
    return { ...result, ...outcome, at: ports.clock.now().toISOString() };
  } catch (raw) {
    const error = toSluiceError(raw);
    if (error.retryable && retries < ports.limits.attempts) throw error;
    return { ...result, outcome: 'failed', message: error.message, at: ports.clock.now().toISOString() };
  }
}

async function continueLater(ports: Ports, build: Build, { id }: Transform): Promise<void> {
  const at = new Date(ports.clock.now().getTime() + 30_000);
  await ports.tasks.enqueue({
    function: 'transform',
    name: `transform-${build.id}-${ports.clock.unique()}`,
    body: { build: build.id, transform: id },
    at,
  });
}

type Outcome = Pick<BuildStepDone, 'outcome' | 'message' | 'execution' | 'rows' | 'bytesBilled'>;

async function execute(ports: Ports, build: Build, transform: Transform): Promise<Outcome | 'running'> {
  const executions = executionsOf(ports, transform.id);
  for (;;) {
    const newest = await executions.latest();
    if (newest && !newest.closed) {
      const open = await executions.record(newest.n);
      if (!open)
        throw retryable('LEDGER_CONFLICT', `execution ${newest.n} of ${transform.id} is listed and cannot be read`);
      if ((await follow(ports, open)) === 'running') return 'running';
      if (open.build !== build.id) continue;
    }
    const last = newest && (await executions.record(newest.n));
    if (newest && last?.build === build.id) return outcomeOf(ports, transform, newest.n);

    const built = await builtExecution(ports, transform.id, newest?.n);
    const release = await ports.releases.get(build.release);
    const inputs = await inputStates(ports, release, transform);
    const exists = (await ports.warehouse.table(transform.id)) !== undefined;
    const state = { transform, options: build.options, built, exists };
    const days = transform.kind === 'incremental' ? await daysToBuild(ports, release, state, inputs) : NO_DAYS;
    const decision = planExecution({ ...state, inputs, until: lastDay(ports, build), ...days });
    if (decision.kind === 'skip') return { outcome: 'skipped', message: decision.message };
    if (decision.kind === 'impossible') return { outcome: 'failed', message: decision.message };
    await executions.open({
      v: 1,
      n: (newest?.n ?? 0) + 1,
      transform: transform.id,
      release: build.release,
      version: transform.version,
      build: build.id,
      at: ports.clock.now().toISOString(),
      inputs,
      intervals: decision.intervals,
      fresh: decision.fresh,
    });
  }
}

type Days = Pick<ExecutionContext, 'touched' | 'held'>;
const NO_DAYS: Days = { touched: [], held: [] };

/** What inputs hold is a long list, so it is read only where everything has to be built or nobody knows what has changed. */
async function daysToBuild(
  ports: Ports,
  release: Release,
  state: Pick<ExecutionContext, 'transform' | 'options' | 'built' | 'exists'>,
  inputs: ExecutionContext['inputs'],
): Promise<Days> {
  const anew = startsAnew(state);
  const touched = anew
    ? []
    : await changedDays(ports, release, state.transform, state.built?.execution.inputs ?? {}, inputs);
  const held = anew || touched === 'unknown' ? await heldDays(ports, release, state.transform, inputs) : [];
  return { touched, held };
}

/** A nightly build ends with its own day, any other with today, UTC. */
function lastDay(ports: Ports, { trigger, options }: Build): string {
  if (trigger.kind === 'nightly') return trigger.date;
  return options.to ?? ports.clock.now().toISOString().slice(0, 10);
}

async function outcomeOf(ports: Ports, transform: Transform, n: number): Promise<Outcome> {
  const done = await executionsOf(ports, transform.id).done(n);
  if (!done) throw retryable('LEDGER_CONFLICT', `execution ${n} of ${transform.id} is closed and cannot be read`);
  const { outcome, message, rows, bytesBilled } = done;
  return { outcome, execution: n, rows, bytesBilled, ...(message && { message }) };
}

/** Follows an execution to its end and closes it; a terminal failure is an end as well. */
async function follow(ports: Ports, execution: Execution): Promise<'closed' | 'running'> {
  const executions = executionsOf(ports, execution.transform);
  const before = await builtExecution(ports, execution.transform, execution.n > 1 ? execution.n - 1 : undefined);
  const at = () => ports.clock.now().toISOString();
  try {
    const ended = await followExecution(ports, execution, before?.done);
    if (ended === 'running') return 'running';
    await executions.close(execution.n, {
      v: 1,
      n: execution.n,
      at: at(),
      outcome: 'built',
      built: execution.n,
      ...ended,
    });
  } catch (error) {
    if (!(error instanceof SluiceError) || error.retryable) throw error;
    const kept = before ? { built: before.done.n, covered: before.done.covered } : { covered: [] };
    await executions.close(execution.n, {
      v: 1,
      n: execution.n,
      at: at(),
      outcome: 'failed',
      ...kept,
      rows: 0,
      bytesBilled: 0,
      message: error.message,
    });
  }
  return 'closed';
}

async function tell(ports: Ports, build: Build, done: BuildStepDone): Promise<void> {
  if (done.outcome === 'skipped') return;
  const { transform, version, execution, rows, bytesBilled, message, at } = done;
  await publish(ports, {
    v: 1,
    id: digest([build.id, transform, 'done']),
    type: done.outcome === 'built' ? 'transform.done' : 'transform.failed',
    at,
    subject: transform,
    detail: { build: build.id, version, execution, rows, bytesBilled, message },
  });
  const fields = { transform, build: build.id, outcome: done.outcome };
  if (done.outcome === 'built') ports.log.info('built', fields);
  else ports.log.warn('not built', { ...fields, reason: message });
}
