import type { Source } from '../model/source.ts';

/**
 * The deadline that a source has missed, RFC 3339; undefined = it is fresh, or nothing is expected of it. It is the same
 * however often it is asked for, so that what is told of it can be recognised as told before.
 */
export function missedDeadline({ expect }: Source, lastLoad: Date | undefined, now: Date): string | undefined {
  if (!expect) return undefined;
  const every = expect.everySeconds * 1000;
  if (expect.by) {
    const deadline = lastDeadline(expect.by, now);
    return lastLoad && lastLoad.getTime() > deadline.getTime() - every ? undefined : deadline.toISOString();
  }
  const deadline = lastLoad ? new Date(lastLoad.getTime() + every) : lastDeadline('00:00', now);
  return deadline > now ? undefined : deadline.toISOString();
}

/** The last time of day `HH:MM` (UTC) that is over. */
function lastDeadline(by: string, now: Date): Date {
  const [hours = 0, minutes = 0] = by.split(':').map(Number);
  const deadline = new Date(now);
  deadline.setUTCHours(hours, minutes, 0, 0);
  if (deadline > now) deadline.setUTCDate(deadline.getUTCDate() - 1);
  return deadline;
}
