import { ApiError } from '../../api-error.ts';
import { dateOf, daysOf } from '../../civil-date.ts';
import { createMac } from '../crypto/keys.ts';
import { parseDate, shiftDateText } from '../values/date-text.ts';
import { textOf } from '../values/value-text.ts';
import type { DateShiftConfig } from '../wire/deidentification.ts';
import type { Value } from '../wire/value.ts';
import type { Outcome, Primitive, Workshop } from './primitive.ts';

/** "Must not be more than 365250 days (1000 years) each direction." Source: DateShiftConfig in dlp.proto. */
const MOST_DAYS = 365_250;
const SECONDS_PER_DAY = 86_400n;

export function planDateShift(config: DateShiftConfig, workshop: Workshop): Primitive {
  const { lowerBoundDays: lower, upperBoundDays: upper } = config;
  for (const [name, days] of [
    ['lower_bound_days', lower],
    ['upper_bound_days', upper],
  ] as const) {
    if (Math.abs(days) > MOST_DAYS) throw invalid(`${name} must be within ${MOST_DAYS} days, but it is ${days}`);
  }
  if (lower > upper) throw invalid(`lower_bound_days ${lower} must not be above upper_bound_days ${upper}`);
  const width = upper - lower + 1;
  const contextField = config.context?.name;
  if (!contextField) {
    if (config.cryptoKey) throw invalid('crypto_key needs a context; set both or neither');
    return { apply: ({ texts, cells }) => shiftAll(texts, cells, drawnShifts(texts.length)) };
  }
  if (!config.cryptoKey) throw invalid('context needs a crypto_key; set both or neither');
  if (!workshop.hasRecords) throw invalid('a context can only be applied to table items, and the item is none');
  const mac = createMac(workshop.keys.bytesOf(config.cryptoKey, 'date_shift_config', [16, 24, 32, 64]));
  const shifts = new Map<string, number>();
  const shiftFor = (context: string): number => {
    const known = shifts.get(context);
    if (known !== undefined) return known;
    const days = lower + Number(mac.digest(context).readBigUInt64BE() % BigInt(width));
    shifts.set(context, days);
    return days;
  };
  return {
    contextField,
    apply: ({ texts, cells, contexts }) =>
      shiftAll(texts, cells, (index) => {
        const context = contexts?.[index];
        return shiftFor((context && textOf(context)) ?? '');
      }),
  };

  function drawnShifts(count: number): (index: number) => number {
    const random = workshop.random(count * 4);
    // 32 bits over at most 730,501 days: the first days are likelier by less than one in 5,000.
    return (index) => lower + (random.readUInt32BE(index * 4) % width);
  }
}

function shiftAll(
  texts: readonly string[],
  cells: readonly Value[] | undefined,
  shiftOf: (index: number) => number,
): Outcome[] {
  return texts.map((text, index) => shiftOne(text, cells?.[index], shiftOf(index)));
}

function shiftOne(text: string, cell: Value | undefined, days: number): Outcome {
  if (cell?.dateValue) {
    if (cell.dateValue.year === 0) return { failure: 'DateShiftConfig: the date has no year' };
    const date = dateOf(daysOf(cell.dateValue) + days);
    return date.year >= 1 && date.year <= 9999 ? { dateValue: date } : OUT_OF_RANGE;
  }
  if (cell?.timestampValue) {
    const seconds = BigInt(cell.timestampValue.seconds) + BigInt(days) * SECONDS_PER_DAY;
    return { timestampValue: { seconds: seconds.toString(), nanos: cell.timestampValue.nanos } };
  }
  if (cell && cell.stringValue === undefined) return NO_DATE;
  if (text === '') return undefined;
  const read = parseDate(text);
  if (!read) return NO_DATE;
  return shiftDateText(text, read, days) ?? OUT_OF_RANGE;
}

const NO_DATE = { failure: 'DateShiftConfig: the value is no date in a form that is known' };
const OUT_OF_RANGE = { failure: 'DateShiftConfig: the shifted date leaves the years 1 to 9999' };

const invalid = (message: string) => new ApiError('INVALID_ARGUMENT', `date_shift_config: ${message}`);
