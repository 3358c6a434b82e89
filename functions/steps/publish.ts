import type { EventType, SluiceEvent } from '../model/event.ts';
import type { Ports } from '../ports.ts';

/** Kinds that mean that something was not done; each is counted by an alert. */
const FAILURES: ReadonlySet<EventType> = new Set([
  'run.quarantined',
  'run.vanished',
  'transform.failed',
  'freshness.missed',
  'privacy.finding',
]);

/** Tells the world, then the log: metrics and alerts count lines, and a line stands for an event that is out. */
export async function publish(ports: Pick<Ports, 'events' | 'log'>, event: SluiceEvent): Promise<void> {
  await ports.events.publish(event);
  const { type, id, subject, run, epoch } = event;
  const fields = { event: type, id, subject, ...(run && { run }), ...(epoch !== undefined && { epoch }) };
  if (FAILURES.has(type)) ports.log.warn('told', fields);
  else ports.log.info('told', fields);
}
