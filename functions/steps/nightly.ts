import { digest } from '../model/ids.ts';
import { type NightReport, nightName } from '../model/report.ts';
import { missedDeadline } from '../plan/freshness.ts';
import type { Ports } from '../ports.ts';
import { batchesOf } from './batches.ts';
import { startBuild } from './build.ts';
import { inspectNight } from './inspect-night.ts';
import { publish } from './publish.ts';
import { sweep } from './sweep.ts';

export interface Night {
  /** The same for every retry of one firing. */
  key: string;
  /** The last day that incremental transforms build, `YYYY-MM-DD`. */
  date: string;
}

/** What was missed, what is late, and all that is to be built at night. A retry of one night finds its report and keeps it. */
export async function nightly(ports: Ports, { key, date }: Night): Promise<NightReport> {
  const swept = await sweep(ports, digest([key], 10));
  const late = await tellLate(ports);
  const release = await ports.releases.current();
  const id = nightId(key);
  const build = await startBuild(ports, {
    id,
    trigger: { kind: 'nightly', date },
    release,
    chosen: ({ on }) => on.nightly,
  });
  // Last, so that what DLP or the warehouse cannot do now keeps nothing from being swept and built.
  const inspection = await inspectNight(ports, { id, date }, release);
  const at = ports.clock.now().toISOString();
  const report: NightReport = { v: 1, id, date, at, swept, late, inspection, ...(build && { build: build.id }) };
  await ports.objects.write(ports.buckets.state, nightName(id), JSON.stringify(report), {
    ifAbsent: true,
    contentType: 'application/json',
  });
  return report;
}

/** Of the night and of its build. */
export const nightId = (key: string): string => `nightly-${digest([key])}`;

/** undefined = the night has not run yet. */
export async function readNight(ports: Ports, id: string): Promise<NightReport | undefined> {
  const text = await ports.objects.readText(ports.buckets.state, nightName(id));
  return text === undefined ? undefined : (JSON.parse(text) as NightReport);
}

/** Sources without the load that they expect, each told of until it comes; the event's id is the deadline's. */
export async function tellLate(ports: Ports): Promise<string[]> {
  const release = await ports.releases.current();
  const now = ports.clock.now();
  const late: string[] = [];
  for (const source of release.sources) {
    if (!source.expect) continue;
    const last = await lastLoad(ports, source.id);
    const deadline = missedDeadline(source, last, now);
    if (!deadline) continue;
    late.push(source.id);
    await publish(ports, {
      v: 1,
      id: digest([source.id, deadline.slice(0, 16), 'freshness.missed']),
      type: 'freshness.missed',
      at: now.toISOString(),
      subject: source.id,
      detail: { deadline, lastLoad: last?.toISOString() ?? null, owner: source.owner },
    });
  }
  return late;
}

async function lastLoad(ports: Ports, table: string): Promise<Date | undefined> {
  const batches = batchesOf(ports, table);
  for (let n = (await batches.latest())?.n ?? 0; n > 0; n--) {
    const done = await batches.done(n);
    if (done?.outcome === 'loaded') return new Date(done.at);
  }
  return undefined;
}
