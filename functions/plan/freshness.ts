import type { Source } from '../model/source.ts';

/** The deadline that a source has missed, RFC 3339; undefined = it is fresh, or nothing is expected of it. */
export function missedDeadline({ expect }: Source, lastLoad: Date | undefined, now: Date): string | undefined {
  if (!expect) return undefined;
  const deadline = expect.by ? lastDeadline(expect.by, now) : now;
  const since = deadline.getTime() - expect.everySeconds * 1000;
  return lastLoad && lastLoad.getTime() > since ? undefined : deadline.toISOString();
}

/** The last time of day `HH:MM` (UTC) that is over. */
function lastDeadline(by: string, now: Date): Date {
  const [hours = 0, minutes = 0] = by.split(':').map(Number);
  const deadline = new Date(now);
  deadline.setUTCHours(hours, minutes, 0, 0);
  if (deadline > now) deadline.setUTCDate(deadline.getUTCDate() - 1);
  return deadline;
}
