import { daysOf } from '../../civil-date.ts';
import type { CivilDate, TimeOfDay, Timestamp, Value } from '../wire/value.ts';
import { parseDate, parseTime } from './date-text.ts';
import { kindOf } from './value-text.ts';

/**
 * Orders a cell against the value of a condition or the bound of a bucket: negative, 0 or positive; undefined when the two
 * types cannot be compared. Source of what compares with what: RecordCondition.Condition in dlp.proto.
 */
export function compareValues(cell: Value, reference: Value): number | undefined {
  const cellKind = kindOf(cell);
  const kind = kindOf(reference);
  if (cellKind === undefined || kind === undefined) return undefined;
  if (kind === 'string' && cellKind !== 'string') {
    const mirrored = compareValues(reference, cell);
    return mirrored === undefined ? undefined : -mirrored;
  }
  switch (kind) {
    case 'string':
      return order(cell.stringValue ?? '', reference.stringValue ?? '');
    case 'integer':
      return compareInteger(cell, reference.integerValue ?? '0');
    case 'float': {
      const number = floatOf(cell);
      return number === undefined ? undefined : order(number, reference.floatValue ?? 0);
    }
    case 'boolean':
      return cell.booleanValue === undefined ? undefined : Number(cell.booleanValue) - Number(reference.booleanValue);
    case 'timestamp':
      return compareOptional(instantOf(cell), reference.timestampValue && instant(reference.timestampValue));
    case 'time':
      return compareOptional(timeOf(cell), reference.timeValue && nanosOfDay(reference.timeValue));
    case 'date':
      return compareOptional(dateOfValue(cell), reference.dateValue && daysOf(reference.dateValue));
    case 'dayOfWeek':
      return cellKind === 'dayOfWeek'
        ? order(WEEKDAYS.indexOf(cell.dayOfWeekValue ?? ''), WEEKDAYS.indexOf(reference.dayOfWeekValue ?? ''))
        : undefined;
  }
}

export const WEEKDAYS = [
  'DAY_OF_WEEK_UNSPECIFIED',
  'MONDAY',
  'TUESDAY',
  'WEDNESDAY',
  'THURSDAY',
  'FRIDAY',
  'SATURDAY',
  'SUNDAY',
];

/** The number in a cell: of integers, of floats, and of texts that are nothing but a number. */
export function floatOf(cell: Value): number | undefined {
  if (cell.floatValue !== undefined) return cell.floatValue;
  if (cell.integerValue !== undefined) return Number(cell.integerValue);
  const text = cell.stringValue?.trim();
  if (text === undefined || !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return undefined;
  return Number(text);
}

const INTEGER = /^[+-]?\d+$/;

function compareInteger(cell: Value, reference: string): number | undefined {
  if (cell.floatValue !== undefined) return order(cell.floatValue, Number(reference));
  const text = cell.integerValue ?? cell.stringValue?.trim();
  if (text === undefined || !INTEGER.test(text)) return undefined;
  // Fifteen digits are exact as a double; BigInt costs ten times as much.
  if (text.length <= 15 && reference.length <= 15) return order(Number(text), Number(reference));
  return order(BigInt(text.replace('+', '')), BigInt(reference));
}

function instantOf(cell: Value): bigint | undefined {
  if (cell.timestampValue) return instant(cell.timestampValue);
  if (cell.dateValue) return BigInt(daysOf(cell.dateValue)) * NANOS_PER_DAY;
  if (cell.stringValue === undefined) return undefined;
  const read = parseDate(cell.stringValue);
  if (!read) return undefined;
  const ofDay = read.time ? nanosOfDay(read.time) : 0;
  return BigInt(daysOf(read.date)) * NANOS_PER_DAY + BigInt(ofDay) - BigInt(read.offsetMinutes ?? 0) * NANOS_PER_MINUTE;
}

function timeOf(cell: Value): number | undefined {
  if (cell.timeValue) return nanosOfDay(cell.timeValue);
  if (cell.timestampValue)
    return Number(((instant(cell.timestampValue) % NANOS_PER_DAY) + NANOS_PER_DAY) % NANOS_PER_DAY);
  const time = cell.stringValue === undefined ? undefined : parseTime(cell.stringValue);
  return time && nanosOfDay(time);
}

function dateOfValue(cell: Value): number | undefined {
  if (cell.dateValue) return daysOf(cell.dateValue);
  if (cell.timestampValue) return Number(floorDivide(instant(cell.timestampValue), NANOS_PER_DAY));
  const read: { date: CivilDate } | undefined =
    cell.stringValue === undefined ? undefined : parseDate(cell.stringValue);
  return read && daysOf(read.date);
}

const NANOS_PER_MINUTE = 60_000_000_000n;
const NANOS_PER_DAY = 86_400_000_000_000n;

const instant = (timestamp: Timestamp) => BigInt(timestamp.seconds) * 1_000_000_000n + BigInt(timestamp.nanos);

/** Below 8.64e13, so exact as a double. */
const nanosOfDay = (time: TimeOfDay) => ((time.hours * 60 + time.minutes) * 60 + time.seconds) * 1e9 + time.nanos;

const floorDivide = (a: bigint, b: bigint) => (a - (((a % b) + b) % b)) / b;

function order<T extends string | number | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareOptional<T extends number | bigint>(a: T | undefined, b: T | null | undefined): number | undefined {
  return a === undefined || b === undefined || b === null ? undefined : order(a, b);
}
