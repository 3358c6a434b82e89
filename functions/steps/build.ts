import {
  type Build,
  type BuildOptions,
  type BuildStepDone,
  type BuildTrigger,
  buildDoneName,
  buildDonePrefix,
  buildName,
} from '../model/build.ts';
import { digest, slug } from '../model/ids.ts';
import type { Release } from '../model/release.ts';
import type { Transform } from '../model/transform.ts';
import { planBuild, transformOf } from '../plan/build.ts';
import type { Ports } from '../ports.ts';
import { executionsOf } from './executions.ts';
import { publish } from './publish.ts';

export interface BuildRequest {
  id: string;
  trigger: BuildTrigger;
  release: Release;
  chosen: (transform: Transform) => boolean;
  options?: BuildOptions;
}

/** Starts a build, once for its id; a repeated call finds it and makes sure that its first tasks exist. */
export async function startBuild(
  ports: Ports,
  { id, trigger, release, chosen, options = {} }: BuildRequest,
): Promise<Build | undefined> {
  const steps = planBuild(release, chosen);
  if (steps.length === 0) return undefined;
  const build: Build = { v: 1, id, trigger, release: release.id, at: ports.clock.now().toISOString(), steps, options };
  const isNew = await ports.objects.write(ports.buckets.state, buildName(id), JSON.stringify(build), {
    ifAbsent: true,
    contentType: 'application/json',
  });
  const standing = isNew ? build : await readBuild(ports, id);
  if (standing) await advanceBuild(ports, standing);
  return standing;
}

export async function readBuild(ports: Ports, id: string): Promise<Build | undefined> {
  const text = await ports.objects.readText(ports.buckets.state, buildName(id));
  return text === undefined ? undefined : (JSON.parse(text) as Build);
}

export async function buildResults(ports: Ports, id: string): Promise<BuildStepDone[]> {
  const names: string[] = [];
  for await (const { name } of ports.objects.list(ports.buckets.state, buildDonePrefix(id))) names.push(name);
  const texts = await Promise.all(names.map((name) => ports.objects.readText(ports.buckets.state, name)));
  return texts.flatMap((text) => (text === undefined ? [] : [JSON.parse(text) as BuildStepDone]));
}

export async function finishStep(ports: Ports, build: Build, done: BuildStepDone): Promise<void> {
  await ports.objects.write(ports.buckets.state, buildDoneName(build.id, done.transform), JSON.stringify(done), {
    ifAbsent: true,
    contentType: 'application/json',
  });
}

/** Has every transform run whose turn has come; what waits for a failed one is blocked. Listing, not counting, finds the last. */
export async function advanceBuild(ports: Ports, build: Build): Promise<void> {
  const release = await ports.releases.get(build.release);
  const done = new Map((await buildResults(ports, build.id)).map((result) => [result.transform, result]));
  for (const { transform, after } of build.steps) {
    if (done.has(transform) || after.some((parent) => !done.has(parent))) continue;
    const broken = after.find((parent) => ['failed', 'blocked'].includes(done.get(parent)?.outcome ?? ''));
    if (broken === undefined) await enqueueTransform(ports, build, transform, transformOf(release, transform));
    else {
      const blocked: BuildStepDone = {
        v: 1,
        transform,
        outcome: 'blocked',
        version: transformOf(release, transform)?.version ?? '',
        message: `waits for ${broken}, which was not built`,
        at: ports.clock.now().toISOString(),
      };
      await finishStep(ports, build, blocked);
      done.set(transform, blocked);
    }
  }
  if (build.steps.every(({ transform }) => done.has(transform))) await tellBuild(ports, build, [...done.values()]);
}

async function enqueueTransform(
  ports: Ports,
  build: Build,
  transform: string,
  declared: Transform | undefined,
): Promise<void> {
  const at = build.trigger.kind === 'load' && declared ? await notBefore(ports, declared) : undefined;
  await ports.tasks.enqueue({
    function: 'transform',
    name: slug(`transform-${build.id}-${transform}`),
    body: { build: build.id, transform },
    ...(at && { at }),
  });
}

/** Loads that follow each other closely share one execution: the next may begin `every` after the last one did. */
async function notBefore(ports: Ports, { id, everySeconds }: Transform): Promise<Date | undefined> {
  if (everySeconds === 0) return undefined;
  const executions = executionsOf(ports, id);
  const newest = await executions.latest();
  const last = newest && (await executions.record(newest.n));
  if (!last) return undefined;
  const at = new Date(Date.parse(last.at) + everySeconds * 1000);
  return at > ports.clock.now() ? at : undefined;
}

async function tellBuild(ports: Ports, build: Build, results: readonly BuildStepDone[]): Promise<void> {
  const count = (outcome: BuildStepDone['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  const { trigger } = build;
  await publish(ports, {
    v: 1,
    id: digest([build.id, 'build.done']),
    type: 'build.done',
    at: ports.clock.now().toISOString(),
    subject: trigger.kind === 'load' ? trigger.table : trigger.kind,
    detail: {
      build: build.id,
      trigger,
      built: count('built'),
      skipped: count('skipped'),
      failed: count('failed'),
      blocked: count('blocked'),
    },
  });
}
