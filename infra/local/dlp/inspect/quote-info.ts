import { daysOf, weekdayOf } from '../../civil-date.ts';
import { WEEKDAYS } from '../values/compare.ts';
import { parseDate, parseTime } from '../values/date-text.ts';

const DATE_TYPES = new Set(['DATE', 'DATE_OF_BIRTH', 'TIME']);

/** What a DATE, DATE_OF_BIRTH or TIME quote says, as QuoteInfo; undefined for other infoTypes and quotes that are not read. */
export function readQuoteInfo(infoType: string, quote: string): object | undefined {
  if (!DATE_TYPES.has(infoType)) return undefined;
  const read = parseDate(quote);
  if (read) {
    const zone = read.offsetMinutes === undefined ? {} : { timeZone: { offsetMinutes: read.offsetMinutes } };
    const time = read.time ? { time: read.time } : {};
    return { dateTime: { date: read.date, dayOfWeek: WEEKDAYS[weekdayOf(daysOf(read.date))], ...time, ...zone } };
  }
  const time = parseTime(quote);
  return time && { dateTime: { time } };
}
