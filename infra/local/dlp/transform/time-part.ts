import { ApiError } from '../../api-error.ts';
import { dateOf, daysOf, isoWeekOf, weekdayOf } from '../../civil-date.ts';
import { parseDate, parseTime } from '../values/date-text.ts';
import type { CivilDate, TimeOfDay, Value } from '../wire/value.ts';
import type { Outcome, Primitive } from './primitive.ts';

type TimePart = 'YEAR' | 'MONTH' | 'DAY_OF_MONTH' | 'DAY_OF_WEEK' | 'WEEK_OF_YEAR' | 'HOUR_OF_DAY';

const PARTS: readonly string[] = ['YEAR', 'MONTH', 'DAY_OF_MONTH', 'DAY_OF_WEEK', 'WEEK_OF_YEAR', 'HOUR_OF_DAY'];

interface Moment {
  date?: CivilDate | undefined;
  time?: TimeOfDay | undefined;
}

/** Texts give texts (`07/21/1996` gives `1996`), typed cells give integers. Days of the week count from Monday, weeks as in ISO 8601. */
export function planTimePart(config: { partToExtract: string }): Primitive {
  const part = config.partToExtract;
  if (!PARTS.includes(part)) {
    throw new ApiError(
      'INVALID_ARGUMENT',
      `time_part_config.part_to_extract must be one of ${PARTS.join(', ')}, but it is ${part}`,
    );
  }
  return {
    apply: ({ texts, cells }) =>
      texts.map((text, index): Outcome => {
        const cell = cells?.[index];
        const typed = cell !== undefined && cell.stringValue === undefined;
        if (!typed && text === '') return undefined;
        const number = partOf(part as TimePart, typed ? momentOf(cell) : readMoment(text));
        if (number === undefined) return { failure: `TimePartConfig: the value has no ${part}` };
        return typed ? { integerValue: String(number) } : String(number);
      }),
  };
}

function momentOf(cell: Value): Moment {
  if (cell.dateValue) return { date: cell.dateValue };
  if (cell.timeValue) return { time: cell.timeValue };
  if (!cell.timestampValue) return {};
  const seconds = Number(cell.timestampValue.seconds);
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds - days * 86_400) / 3600);
  return { date: dateOf(days), time: { hours, minutes: 0, seconds: 0, nanos: 0 } };
}

function readMoment(text: string): Moment {
  const read = parseDate(text);
  return read ? { date: read.date, time: read.time } : { time: parseTime(text) };
}

function partOf(part: TimePart, { date, time }: Moment): number | undefined {
  switch (part) {
    case 'YEAR':
      return date?.year || undefined;
    case 'MONTH':
      return date?.month || undefined;
    case 'DAY_OF_MONTH':
      return date?.day || undefined;
    case 'DAY_OF_WEEK':
      return date && weekdayOf(daysOf(date));
    case 'WEEK_OF_YEAR':
      return date && isoWeekOf(date);
    case 'HOUR_OF_DAY':
      return time?.hours;
  }
}
