import { SqlError, unsupported } from '../sql-error.ts';
import type { TimeKind } from '../times/time-model.ts';
import { quoteText } from '../types.ts';

/** A value's clock and calendar as a TIMESTAMP of DuckDB, a TIME on some day. */
export function wallClock(value: string, kind: TimeKind, zone: string): string {
  if (kind === 'TIMESTAMP') return zone === "'UTC'" ? `timezone('UTC', ${value})` : `bq_shown(${value}, ${zone})`;
  return kind === 'TIME' ? `(DATE '1970-01-01' + ${value})` : `CAST(${value} AS TIMESTAMP)`;
}

/** Format elements that stand for others. */
export const COMPOSED: Record<string, string> = {
  F: '%Y-%m-%d',
  D: '%m/%d/%y',
  x: '%m/%d/%y',
  T: '%H:%M:%S',
  X: '%H:%M:%S',
  R: '%H:%M',
  c: '%a %b %e %H:%M:%S %Y',
  h: '%b',
};

/** Elements that DuckDB's strftime spells and means alike. */
const SAME = new Set('aAbBdHIjmMpSuUVwWyG'.split(''));
const CLOCK = new Set('HIMSpPklTXRsE'.split(''));
const CALENDAR = new Set('aAbBdjmuUVwWyYGgCeQFDxhE'.split(''));

const OWN: Record<string, (x: string) => string> = {
  Y: (x) => `CAST(year(${x}) AS VARCHAR)`,
  g: (x) => `lpad(CAST(isoyear(${x}) % 100 AS VARCHAR), 2, '0')`,
  C: (x) => `lpad(CAST(year(${x}) // 100 AS VARCHAR), 2, '0')`,
  e: (x) => `lpad(CAST(day(${x}) AS VARCHAR), 2, ' ')`,
  k: (x) => `lpad(CAST(hour(${x}) AS VARCHAR), 2, ' ')`,
  l: (x) => `lpad(CAST((hour(${x}) + 11) % 12 + 1 AS VARCHAR), 2, ' ')`,
  P: (x) => `lower(strftime(${x}, '%p'))`,
  Q: (x) => `CAST(quarter(${x}) AS VARCHAR)`,
  s: (x) => `CAST(bq_floor_div(epoch_us(${x}), 1000000) AS VARCHAR)`,
};

/** FORMAT_DATE and its kin: a literal format → the concatenation of its elements, each an expression over the value. */
export function formatTime(format: string, value: string, kind: TimeKind, zone: string, at: number): string {
  const clock = wallClock(value, kind, zone);
  // In a zone the clock is long to write, and each element names it.
  const local = kind === 'TIMESTAMP' && zone !== "'UTC'" ? 'd' : clock;
  const parts: string[] = [];
  const pattern = /%(E\*S|E#S|E\dS|E4Y|Ez|O.|.)|([^%]+)/gsu;
  for (const [, code, text] of format.matchAll(pattern)) {
    if (text !== undefined) parts.push(quoteText(text));
    else parts.push(element(code ?? '', { local, value, kind, zone, at }));
  }
  if (/(^|[^%])(%%)*%$/.test(format)) throw new SqlError(`Invalid format string: "${format}"`, at);
  if (parts.length === 0) return `CASE WHEN ${value} IS NOT NULL THEN '' END`;
  const whole = `(${[...parts, ...(parts.length === 1 ? ["''"] : [])].join(' || ')})${nullGuard(parts, value)}`;
  return local === 'd' ? `list_transform([${clock}], lambda d: ${whole})[1]` : whole;
}

/** A format without elements still answers NULL for NULL. */
function nullGuard(parts: string[], value: string): string {
  return parts.every((part) => part.startsWith("'")) ? ` || CASE WHEN ${value} IS NOT NULL THEN '' END` : '';
}

interface Subject {
  local: string;
  value: string;
  kind: TimeKind;
  zone: string;
  at: number;
}

function element(code: string, subject: Subject): string {
  const { local, kind, at } = subject;
  if (code === '%') return "'%'";
  if (code === 'n') return 'chr(10)';
  if (code === 't') return 'chr(9)';
  const composed = COMPOSED[code];
  const letter = code[0] ?? '';
  const isYear = code === 'E4Y';
  if (kind === 'DATE' && CLOCK.has(letter) && !isYear) throw unsupported(`%${code} in FORMAT_DATE`, at);
  if (kind === 'TIME' && (isYear || (CALENDAR.has(letter) && letter !== 'E')))
    throw unsupported(`%${code} in FORMAT_TIME`, at);
  if (composed !== undefined)
    return `(${[...composed.matchAll(/%(.)|([^%]+)/g)].map(([, one, text]) => (one ? element(one, subject) : quoteText(text ?? ''))).join(' || ')})`;
  const own = OWN[code];
  if (own) return own(local);
  if (SAME.has(code)) return `strftime(${local}, '%${code}')`;
  if (isYear) return `lpad(CAST(year(${local}) AS VARCHAR), 4, '0')`;
  if (code === 'E*S') return `bq_seconds_text(${local})`;
  const digits = /^E([1-6])S$/.exec(code)?.[1];
  if (digits !== undefined) return `(strftime(${local}, '%S.') || left(strftime(${local}, '%f'), ${digits}))`;
  if (kind === 'TIMESTAMP' && (code === 'z' || code === 'Ez'))
    return `bq_offset_text(${subject.value}, ${subject.zone}, ${quoteText(code === 'Ez' ? ':' : '')})`;
  if (kind === 'TIMESTAMP' && code === 'Z' && subject.zone === "'UTC'") return "'UTC'";
  throw unsupported(`format element %${code}`, at);
}
