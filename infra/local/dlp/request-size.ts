import { ApiError } from '../api-error.ts';
import { fieldBytes } from '../wire-size.ts';
import { LIMITS } from './limits.ts';
import { utf8Length } from './values/value-text.ts';
import type { ContentItem, Table, Timestamp, Value } from './wire/value.ts';

/**
 * Refuses what is larger than a request to Google may be. Handlers see decoded objects, so the item is measured as protobuf
 * would encode it; the configuration beside it is not counted, which leaves a request room that Google would not.
 */
export function checkRequestSize(parent: string, item: ContentItem | null): void {
  const size = fieldBytes(utf8Length(parent)) + (item ? fieldBytes(itemSize(item)) : 0);
  if (size > LIMITS.requestBytes) {
    throw new ApiError('INVALID_ARGUMENT', `Request payload size exceeds the limit: ${LIMITS.requestBytes} bytes.`);
  }
}

function itemSize({ value, table, byteItem }: ContentItem): number {
  if (value !== undefined) return fieldBytes(utf8Length(value));
  if (table) return fieldBytes(tableSize(table));
  return byteItem ? fieldBytes(2 + fieldBytes(byteItem.data.length)) : 0;
}

function tableSize({ headers, rows }: Table): number {
  let size = 0;
  for (const { name } of headers) size += fieldBytes(fieldBytes(utf8Length(name)));
  for (const { values } of rows) {
    let row = 0;
    for (const value of values) row += fieldBytes(valueSize(value));
    size += fieldBytes(row);
  }
  return size;
}

function valueSize(value: Value): number {
  if (value.stringValue !== undefined) return fieldBytes(utf8Length(value.stringValue));
  if (value.integerValue !== undefined) return 1 + varintSize(Number(value.integerValue));
  if (value.floatValue !== undefined) return 9;
  if (value.booleanValue !== undefined || value.dayOfWeekValue !== undefined) return 2;
  if (value.timestampValue) return fieldBytes(timestampSize(value.timestampValue));
  const parts = value.dateValue ?? value.timeValue;
  if (!parts) return 0;
  return fieldBytes(Object.values(parts).reduce((sum: number, part) => sum + optional(Number(part)), 0));
}

const timestampSize = ({ seconds, nanos }: Timestamp) => optional(Number(seconds)) + optional(nanos);

/** A scalar at its default is not on the wire. */
const optional = (number: number) => (number === 0 ? 0 : 1 + varintSize(number));

/** Negative numbers take ten bytes. */
function varintSize(number: number): number {
  if (number < 0) return 10;
  let size = 1;
  for (let rest = number; rest >= 128; rest /= 128) size++;
  return size;
}
