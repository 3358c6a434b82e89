import { Cron } from 'croner';
import { ApiError } from '../api-error.ts';

/** When a job runs: unix-cron in a time zone. */
export interface Schedule {
  /** The first time after `ms`, in milliseconds; undefined when there is none (30 February). */
  nextAfter(ms: number): number | undefined;
}

/** Five fields of numbers, names, lists, ranges and steps. croner reads more (seconds, L, #), which Google does not. */
const UNIX_CRON = /^(?:[0-9A-Za-z*,/-]+\s+){4}[0-9A-Za-z*,/-]+$/;
const EXTENSIONS = /\d[LW]|L|\bW\b|LW/;
const NAMES = /\b(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|SUN|MON|TUE|WED|THU|FRI|SAT)\b/gi;
const ENGLISH = /^(?:every|first|second|third|fourth|\d+(?:st|nd|rd|th))\b/i;

export function parseSchedule(text: string, timeZone: string): Schedule {
  const pattern = text.trim();
  if (ENGLISH.test(pattern))
    throw new ApiError(
      'UNIMPLEMENTED',
      `English-like schedules are not supported by the local cloud: write "${text}" as five fields of unix-cron.`,
    );
  const invalid = () => new ApiError('INVALID_ARGUMENT', 'Schedule or time zone is invalid.');
  if (!UNIX_CRON.test(pattern) || EXTENSIONS.test(pattern.replace(NAMES, ''))) throw invalid();
  try {
    const cron = new Cron(pattern, { timezone: timeZone, mode: '5-part', paused: true });
    // A time zone that is not known shows only here.
    cron.nextRun(new Date(0));
    return { nextAfter: (ms) => cron.nextRun(new Date(ms))?.getTime() };
  } catch {
    throw invalid();
  }
}

/** RFC 3339 with the offset of the time zone, as X-CloudScheduler-ScheduleTime has it: 2026-03-01T02:00:00+01:00. */
export function renderScheduleTime(ms: number, timeZone: string): string {
  const zone = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
    .formatToParts(ms)
    .find(({ type }) => type === 'timeZoneName')?.value;
  const [, sign = '+', hours = '00', minutes = '00'] = /^GMT([+-])(\d{2}):(\d{2})/.exec(zone ?? '') ?? [];
  const offsetMs = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  const local = new Date(ms + offsetMs)
    .toISOString()
    .slice(0, -1)
    .replace(/\.000$/, '');
  return `${local}${offsetMs === 0 ? 'Z' : `${sign}${hours}:${minutes}`}`;
}
