import type { CivilDate, TimeOfDay, Timestamp, Value } from '../wire/value.ts';

export type ValueKind = 'string' | 'integer' | 'float' | 'boolean' | 'timestamp' | 'time' | 'date' | 'dayOfWeek';

/** Which of the eight types a Value holds; undefined when it holds none. */
export function kindOf(value: Value): ValueKind | undefined {
  if (value.stringValue !== undefined) return 'string';
  if (value.integerValue !== undefined) return 'integer';
  if (value.floatValue !== undefined) return 'float';
  if (value.booleanValue !== undefined) return 'boolean';
  if (value.timestampValue) return 'timestamp';
  if (value.timeValue) return 'time';
  if (value.dateValue) return 'date';
  if (value.dayOfWeekValue !== undefined) return 'dayOfWeek';
  return undefined;
}

/**
 * The text that a Value is inspected, transformed and billed as; undefined when it holds nothing.
 * dlp.proto counts a Value's bytes "based on its representation as a UTF-8 encoded string".
 */
export function textOf(value: Value): string | undefined {
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.integerValue !== undefined) return String(value.integerValue);
  if (value.floatValue !== undefined) return String(value.floatValue);
  if (value.booleanValue !== undefined) return String(value.booleanValue);
  if (value.timestampValue) return renderTimestamp(value.timestampValue);
  if (value.timeValue) return renderTime(value.timeValue);
  if (value.dateValue) return renderDate(value.dateValue);
  return value.dayOfWeekValue;
}

const pad = (number: number, width: number) => String(number).padStart(width, '0');

function renderDate(date: CivilDate): string {
  return `${pad(date.year, 4)}-${pad(date.month, 2)}-${pad(date.day, 2)}`;
}

function renderTime(time: TimeOfDay): string {
  const base = `${pad(time.hours, 2)}:${pad(time.minutes, 2)}:${pad(time.seconds, 2)}`;
  return time.nanos ? `${base}.${pad(time.nanos, 9).replace(/0+$/, '')}` : base;
}

/** RFC 3339 in UTC. Outside of what Date spans (±8.64e12 s) the seconds themselves are shown. */
function renderTimestamp(timestamp: Timestamp): string {
  const date = new Date(Number(timestamp.seconds) * 1000);
  if (Number.isNaN(date.getTime())) return `${timestamp.seconds}s`;
  const base = date.toISOString().slice(0, -5);
  const fraction = timestamp.nanos ? `.${pad(timestamp.nanos, 9).replace(/0+$/, '')}` : '';
  return `${base}${fraction}Z`;
}

/** Bytes of a text in UTF-8. Short texts are counted here: the call into Buffer.byteLength costs more than the loop. */
export function utf8Length(text: string): number {
  const length = text.length;
  if (length > 64) return Buffer.byteLength(text);
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) > 0x7f) return Buffer.byteLength(text);
  return length;
}

export function valueBytes(value: Value): number {
  const text = textOf(value);
  return text === undefined ? 0 : utf8Length(text);
}
