import type { Expr } from '../parse/tree.ts';
import { SqlError } from '../sql-error.ts';

export type DatePart =
  | 'MICROSECOND'
  | 'MILLISECOND'
  | 'SECOND'
  | 'MINUTE'
  | 'HOUR'
  | 'DAY'
  | 'DAYOFWEEK'
  | 'DAYOFYEAR'
  | 'WEEK'
  | 'ISOWEEK'
  | 'MONTH'
  | 'QUARTER'
  | 'YEAR'
  | 'ISOYEAR'
  | 'DATE'
  | 'TIME'
  | 'DATETIME';

const PARTS = new Set<string>(
  'MICROSECOND MILLISECOND SECOND MINUTE HOUR DAY DAYOFWEEK DAYOFYEAR WEEK ISOWEEK MONTH QUARTER YEAR ISOYEAR DATE TIME DATETIME'.split(
    ' ',
  ),
);
const WEEKDAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'];

export interface Part {
  name: DatePart;
  /** First day of the week, 0 = Sunday; WEEK and ISOWEEK only. */
  weekday: number;
}

/** `DAY`, `WEEK(MONDAY)`. Throws where the expression is no date part. */
export function readPart(expr: Expr): Part {
  if (expr.kind === 'path' && expr.names.length === 1) {
    const name = expr.names[0]?.name.toUpperCase() ?? '';
    if (PARTS.has(name)) return { name: name as DatePart, weekday: name === 'ISOWEEK' ? 1 : 0 };
  }
  if (expr.kind === 'call' && expr.name === 'WEEK' && expr.args.length === 1) {
    const [day] = expr.args;
    const weekday = day?.kind === 'path' ? WEEKDAYS.indexOf(day.names[0]?.name.toUpperCase() ?? '') : -1;
    if (weekday >= 0) return { name: 'WEEK', weekday };
  }
  const shown =
    expr.kind === 'path' ? expr.names.map((name) => name.name).join('.') : expr.kind === 'call' ? expr.name : expr.kind;
  throw new SqlError(`A valid date part name is required but found ${shown}`, expr.at);
}

/** The days since the week began, for a DATE or TIMESTAMP expression. */
export const daysIntoWeek = (x: string, weekday: number) => `((dayofweek(${x}) - ${weekday} + 7) % 7)`;

/** A DATE expression cut to its part's first day; undefined for parts shorter than a day. */
export function truncateDate(x: string, part: Part): string | undefined {
  switch (part.name) {
    case 'DAY':
      return x;
    case 'WEEK':
    case 'ISOWEEK':
      return `(${x} - CAST(${daysIntoWeek(x, part.weekday)} AS INTEGER))`;
    case 'MONTH':
    case 'QUARTER':
    case 'YEAR':
      return `CAST(date_trunc('${part.name.toLowerCase()}', ${x}) AS DATE)`;
    case 'ISOYEAR':
      return `bq_isoyear_start(${x})`;
    default:
      return undefined;
  }
}

/** A TIMESTAMP (without zone) expression cut to its part. */
export function truncateTime(x: string, part: Part): string | undefined {
  switch (part.name) {
    case 'MICROSECOND':
      return x;
    case 'MILLISECOND':
    case 'SECOND':
    case 'MINUTE':
    case 'HOUR':
      return `date_trunc('${part.name.toLowerCase()}', ${x})`;
    default: {
      const date = truncateDate(`CAST(${x} AS DATE)`, part);
      return date && `CAST(${date} AS TIMESTAMP)`;
    }
  }
}

/** EXTRACT of an INT64 part from a TIMESTAMP (without zone) or DATE expression. */
export function extractPart(x: string, part: Part): string | undefined {
  switch (part.name) {
    case 'MICROSECOND':
      return `(epoch_us(${x}) % 1000000 + 1000000) % 1000000`;
    case 'MILLISECOND':
      return `((epoch_us(${x}) % 1000000 + 1000000) % 1000000) // 1000`;
    case 'DAYOFWEEK':
      return `(dayofweek(${x}) + 1)`;
    case 'WEEK':
      return `((dayofyear(${x}) + 6 - ${daysIntoWeek(x, part.weekday)}) // 7)`;
    case 'ISOWEEK':
      return `weekofyear(${x})`;
    case 'ISOYEAR':
      return `isoyear(${x})`;
    case 'SECOND':
    case 'MINUTE':
    case 'HOUR':
    case 'DAY':
    case 'DAYOFYEAR':
    case 'MONTH':
    case 'QUARTER':
    case 'YEAR':
      return `${part.name.toLowerCase()}(${x})`;
    case 'DATE':
    case 'TIME':
    case 'DATETIME':
      return undefined;
  }
}

/** How many boundaries of the part lie between two DATE expressions, later first. */
export function dateBoundaries(a: string, b: string, part: Part): string | undefined {
  switch (part.name) {
    case 'DAY':
      return `(${a} - ${b})`;
    case 'WEEK':
    case 'ISOWEEK':
      return `((${truncateDate(a, part)} - ${truncateDate(b, part)}) // 7)`;
    case 'MONTH':
      return `((year(${a}) - year(${b})) * 12 + month(${a}) - month(${b}))`;
    case 'QUARTER':
      return `((year(${a}) - year(${b})) * 4 + quarter(${a}) - quarter(${b}))`;
    case 'YEAR':
      return `(year(${a}) - year(${b}))`;
    case 'ISOYEAR':
      return `(isoyear(${a}) - isoyear(${b}))`;
    default:
      return undefined;
  }
}

/** Microseconds in parts of fixed length. */
export const PART_MICROS: Partial<Record<DatePart, bigint>> = {
  MICROSECOND: 1n,
  MILLISECOND: 1000n,
  SECOND: 1_000_000n,
  MINUTE: 60_000_000n,
  HOUR: 3_600_000_000n,
  DAY: 86_400_000_000n,
};
