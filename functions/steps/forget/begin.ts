import { terminal } from '../../errors.ts';
import { type Erasure, type ErasureAsk, erasureName, keyName, underWayName } from '../../model/erasure.ts';
import { digest } from '../../model/ids.ts';
import { checkErasure, nameKey } from '../../plan/erasure.ts';
import { declaredSource } from '../../plan/reidentification.ts';
import type { Ports } from '../../ports.ts';
import { tellErasure } from './report.ts';

/**
 * Begins an erasure. The person's values go into one object of the staging bucket; what is written elsewhere names the
 * erasure by an id that nothing can be guessed from. Throws BAD_REQUEST or NOT_FOUND.
 */
export async function beginErasure(ports: Ports, who: string, ask: ErasureAsk): Promise<Erasure> {
  const source = declaredSource(await ports.releases.current(), ask.source);
  const key = nameKey(source, ask.key);
  checkErasure(source, { ...ask, key });
  if (!(await ports.columnar.canonical(source, key)))
    throw terminal('BAD_REQUEST', `the key is no value of ${Object.keys(key).join(', ')}, by type and format`);
  const erasure: Erasure = {
    v: 1,
    id: digest([ports.clock.unique(), ports.clock.unique()]),
    source: source.id,
    columns: Object.keys(key),
    who,
    reason: ask.reason,
    dryRun: ask.dryRun,
    at: ports.clock.now().toISOString(),
  };
  const json = { ifAbsent: true, contentType: 'application/json' };
  await ports.objects.write(ports.buckets.staging, keyName(erasure.id), JSON.stringify(key), json);
  await ports.objects.write(ports.buckets.state, erasureName(erasure.id), JSON.stringify(erasure), json);
  await tellErasure(ports, erasure, 'begun');
  await ports.objects.write(ports.buckets.state, underWayName(erasure.id), JSON.stringify({ v: 1 }), json);
  await enqueueErasure(ports, erasure.id, 'begin');
  return erasure;
}

export async function enqueueErasure(ports: Pick<Ports, 'tasks'>, id: string, again: string, at?: Date): Promise<void> {
  await ports.tasks.enqueue({
    function: 'forget',
    name: `forget-${id}-${again}`,
    body: { erasure: id },
    ...(at && { at }),
  });
}
