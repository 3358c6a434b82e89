import { once } from '../once.ts';
import { SqlError } from '../sql-error.ts';
import { compileParse } from '../times/read-format.ts';
import type { TimeKind } from '../times/time-model.ts';
import { compileFormat } from '../times/write-format.ts';
import { quoteText } from '../types.ts';

/** A value's clock and calendar as a TIMESTAMP of DuckDB, a TIME on some day. */
export function wallClock(value: string, kind: TimeKind, zone: string): string {
  if (kind === 'TIMESTAMP') return zone === "'UTC'" ? `timezone('UTC', ${value})` : `bq_shown(${value}, ${zone})`;
  return kind === 'TIME' ? `(DATE '1970-01-01' + ${value})` : `CAST(${value} AS TIMESTAMP)`;
}

/** A format as SQL, its text where it is a literal, and where it stands. */
export interface TimeFormat {
  sql: string;
  literal: string | undefined;
  at: number;
}

/** A literal format is found fault with where it stands, not at the first row. */
function check({ literal, at }: TimeFormat, compile: (format: string) => void): void {
  if (literal === undefined) return;
  try {
    compile(literal);
  } catch (error) {
    throw new SqlError((error as Error).message, at);
  }
}

/** Microseconds on the value's own clock, and the minutes that it stands east of UTC. */
export function clockAndOffset(value: string, kind: TimeKind, zone: string): { clock: string; offset: string } {
  const clock = `epoch_us(${wallClock(value, kind, zone)})`;
  const isZoned = kind === 'TIMESTAMP' && zone !== "'UTC'";
  return { clock, offset: isZoned ? `(${clock} - epoch_us(${value})) // 60000000` : '0::BIGINT' };
}

/** FORMAT_DATE and its kin. */
export function formatTime(format: TimeFormat, value: string, kind: TimeKind, zone: string): string {
  check(format, (text) => compileFormat(text, kind));
  const exact = (x: string) => {
    const { clock, offset } = clockAndOffset(x, kind, zone);
    return `bq_format_time(${clock}, ${offset}, '${kind}', ${format.sql})`;
  };
  const plain = format.literal === undefined ? undefined : plainFormat(format.literal, kind);
  if (plain === undefined) return exact(value);
  return once(value, 'moment', (x) => {
    const shown = kind === 'DATE' ? x : wallClock(x, kind, zone);
    const quick = `strftime(${shown}, ${quoteText(plain)})`;
    // DuckDB fills shorter years with zeros.
    return plain.includes('%Y') ? `CASE WHEN year(${shown}) > 999 THEN ${quick} ELSE ${exact(x)} END` : quick;
  });
}

const COMPOSED: Record<string, string> = { F: '%Y-%m-%d', T: '%H:%M:%S', X: '%H:%M:%S', R: '%H:%M', D: '%m/%d/%y' };
const OF_DAYS = 'aAbBdjmyYFD%';
/** Elements that DuckDB's strftime, five times as quick as a call into JavaScript, writes alike; those of clocks no DATE has. */
const ALIKE = { DATE: OF_DAYS, DATETIME: `${OF_DAYS}HIMSpTXR`, TIMESTAMP: `${OF_DAYS}HIMSpTXR`, TIME: '' };

/** A format in DuckDB's spelling where all of its elements are alike, else undefined. */
function plainFormat(format: string, kind: TimeKind): string | undefined {
  const elements = [...format.matchAll(/%(.?)/gs)].map(([, letter = '']) => letter);
  if (!/^[ -~]*$/.test(format) || elements.some((letter) => letter === '' || !ALIKE[kind].includes(letter)))
    return undefined;
  return elements.length === 0 ? undefined : format.replace(/%(.)/g, (whole, letter) => COMPOSED[letter] ?? whole);
}

/** PARSE_DATE and its kin. */
export function parseTime(format: TimeFormat, text: string, kind: TimeKind, zone: string): string {
  check(format, (literal) => compileParse(literal, kind));
  if (kind === 'TIMESTAMP' && (zone !== "'UTC'" || format.literal === undefined || format.literal.includes('%Z')))
    return `bq_zoned_micros(bq_parse_zoned(${text}, ${format.sql}, ${zone}))`;
  const micros = `bq_parse_time(${text}, '${kind}', ${format.sql})`;
  if (kind === 'TIMESTAMP') return `bq_micros(${micros})`;
  return kind === 'DATETIME'
    ? `bq_datetime_range(make_timestamp(${micros}))`
    : `CAST(make_timestamp(${micros}) AS ${kind})`;
}
