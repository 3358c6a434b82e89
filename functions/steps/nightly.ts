import type { Build } from '../model/build.ts';
import { digest } from '../model/ids.ts';
import { missedDeadline } from '../plan/freshness.ts';
import type { Ports } from '../ports.ts';
import { batchesOf } from './batches.ts';
import { startBuild } from './build.ts';
import { type Swept, sweep } from './sweep.ts';

export interface Night {
  /** The same for every retry of one firing. */
  key: string;
  /** The last day that incremental transforms build, `YYYY-MM-DD`. */
  date: string;
}

export interface NightlyResult {
  swept: Swept;
  /** Sources that have missed their deadline. */
  late: string[];
  build: Build | undefined;
}

/** What was missed, what is late, and all that is to be built at night. */
export async function nightly(ports: Ports, { key, date }: Night): Promise<NightlyResult> {
  const swept = await sweep(ports, digest([key], 10));
  const late = await tellLate(ports);
  const release = await ports.releases.current();
  const build = await startBuild(ports, {
    id: nightlyBuildId(key),
    trigger: { kind: 'nightly', date },
    release,
    chosen: ({ on }) => on.nightly,
  });
  return { swept, late, build };
}

export const nightlyBuildId = (key: string): string => `nightly-${digest([key])}`;

async function tellLate(ports: Ports): Promise<string[]> {
  const release = await ports.releases.current();
  const now = ports.clock.now();
  const late: string[] = [];
  for (const source of release.sources) {
    if (!source.expect) continue;
    const last = await lastLoad(ports, source.id);
    const deadline = missedDeadline(source, last, now);
    if (!deadline) continue;
    late.push(source.id);
    await ports.events.publish({
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
