import { quoteText, type SqlType } from '../types.ts';

const TEXT =
  /^(?:(\d{4})-(\d{1,2})-(\d{1,2}))?(?:(?:^|[ Tt])(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,6}))?)?(Z|z| UTC|[+-]\d{1,2}(?::?\d{1,2})?)?$/;
const [YEAR_1, YEAR_10000] = [-62_135_596_800_000_000n, 253_402_300_800_000_000n];

/** A text that only its zone's name keeps from being read here. */
const NAMED = /^\d{4}-\d{1,2}-\d{1,2}(?:[ Tt]\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d{1,6})?)? [A-Za-z][A-Za-z0-9_/+-]*$/;

/** A constant text of a date or time as an expression of its type; undefined where it is none, which GoogleSQL tells at once. */
export function timeLiteral(text: string, kind: SqlType['kind']): string | undefined {
  const constant = timeConstant(text, kind);
  if (constant !== undefined || kind !== 'TIMESTAMP' || !NAMED.test(text)) return constant;
  return `bq_text_timestamp(${quoteText(text)})`;
}

/**
 * The same as DuckDB's own. The macros that read any text repeat their argument, and are repeated in turn by those around
 * them: two timestamps in TIMESTAMP_BUCKET took DuckDB's binder seconds.
 */
function timeConstant(text: string, kind: SqlType['kind']): string | undefined {
  const found = TEXT.exec(text);
  if (!found) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = found;
  const hasDay = year !== undefined;
  const hasClock = hour !== undefined;
  if (kind === 'TIME' ? hasDay || !hasClock : !hasDay) return undefined;
  if ((kind === 'DATE' && hasClock) || (zone !== undefined && kind !== 'TIMESTAMP')) return undefined;
  const days = hasDay ? dayOf(Number(year), Number(month), Number(day)) : 0;
  const clock = [hour, minute, second].map((part) => Number(part ?? 0)) as [number, number, number];
  if (days === undefined || clock[0] > 23 || clock[1] > 59 || clock[2] > 59) return undefined;
  const offset = offsetOf(zone);
  if (offset === undefined) return undefined;
  const micros =
    BigInt(days) * 86_400_000_000n +
    BigInt((clock[0] * 60 + clock[1] - offset) * 60 + clock[2]) * 1_000_000n +
    BigInt((fraction ?? '').padEnd(6, '0'));
  if (kind === 'TIMESTAMP')
    return micros < YEAR_1 || micros >= YEAR_10000 ? undefined : `make_timestamptz(${micros}::BIGINT)`;
  const two = (part: string | undefined) => (part ?? '0').padStart(2, '0');
  const date = `${year}-${two(month)}-${two(day)}`;
  const time = `${two(hour)}:${two(minute)}:${two(second)}${fraction === undefined ? '' : `.${fraction}`}`;
  if (kind === 'DATE') return `CAST('${date}' AS DATE)`;
  return kind === 'TIME' ? `CAST('${time}' AS TIME)` : `CAST('${date} ${time}' AS TIMESTAMP)`;
}

/** Days since 1970, or undefined where there is no such day. */
function dayOf(year: number, month: number, day: number): number | undefined {
  if (year === 0) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() / 86_400_000 : undefined;
}

/** Minutes east of UTC. */
function offsetOf(zone: string | undefined): number | undefined {
  const [, sign, hours, minutes = '0'] = /^([+-])(\d{1,2}):?(\d{1,2})?$/.exec(zone ?? '') ?? [];
  if (sign === undefined) return 0;
  const offset = Number(hours) * 60 + Number(minutes);
  if (Number(minutes) > 59 || offset > 840) return undefined;
  return sign === '-' ? -offset : offset;
}
