import { unsupported } from '../sql-error.ts';
import type { TimeKind } from '../times/time-model.ts';
import { quoteText } from '../types.ts';
import { COMPOSED } from './time-formats.ts';

/** The first three letters of each month's name, in order. */
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH_NAME =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:tember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
const DAY_NAME = '(?:sun(?:day)?|mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?)';

/** Element → pattern; the group's name is in `captures`. */
const ELEMENTS: Record<string, { pattern: string; capture?: string }> = {
  Y: { pattern: '(\\d{1,4})', capture: 'year' },
  E4Y: { pattern: '(\\d{4})', capture: 'year' },
  y: { pattern: '(\\d{1,2})', capture: 'shortYear' },
  m: { pattern: '(\\d{1,2})', capture: 'month' },
  d: { pattern: '(\\d{1,2})', capture: 'day' },
  e: { pattern: '\\s*(\\d{1,2})', capture: 'day' },
  j: { pattern: '(\\d{1,3})', capture: 'dayOfYear' },
  b: { pattern: MONTH_NAME, capture: 'monthName' },
  B: { pattern: MONTH_NAME, capture: 'monthName' },
  a: { pattern: DAY_NAME },
  A: { pattern: DAY_NAME },
  H: { pattern: '(\\d{1,2})', capture: 'hour' },
  k: { pattern: '\\s*(\\d{1,2})', capture: 'hour' },
  I: { pattern: '(\\d{1,2})', capture: 'hour12' },
  l: { pattern: '\\s*(\\d{1,2})', capture: 'hour12' },
  M: { pattern: '(\\d{1,2})', capture: 'minute' },
  S: { pattern: '(\\d{1,2})', capture: 'second' },
  'E*S': { pattern: '(\\d{1,2}(?:\\.\\d{1,6})?)', capture: 'second' },
  'E#S': { pattern: '(\\d{1,2}(?:\\.\\d{1,6})?)', capture: 'second' },
  p: { pattern: '([ap]m)', capture: 'half' },
  P: { pattern: '([ap]m)', capture: 'half' },
  z: { pattern: '([+-]\\d{2}:?\\d{2}|z)', capture: 'offset' },
  Ez: { pattern: '([+-]\\d{2}:?\\d{2}|z)', capture: 'offset' },
  s: { pattern: '(-?\\d{1,12})', capture: 'epoch' },
  '%': { pattern: '%' },
  n: { pattern: '\\s*' },
  t: { pattern: '\\s*' },
};
const CLOCK_PARTS = ['hour', 'hour12', 'minute', 'second', 'half'];
const DATE_PARTS = ['year', 'shortYear', 'month', 'monthName', 'day', 'dayOfYear'];

/** A format as a pattern whose groups are `captures`, in order. */
interface TimePattern {
  pattern: string;
  captures: string[];
}

/** PARSE_DATE and its kin: a literal format → one anchored pattern, and the value built from its groups. */
export function parseTime(format: string, value: string, kind: TimeKind, zone: string, at: number): string {
  const compiled = compile(format, at);
  refuseMixture(compiled, kind, at);
  return parseByPattern(compiled, value, kind, zone);
}

function refuseMixture({ captures }: TimePattern, kind: TimeKind, at: number): void {
  for (const [i, name] of captures.entries())
    if (captures.indexOf(name) !== i) throw unsupported(`the format element for ${name} twice`, at);
  const forbidden =
    kind === 'DATE'
      ? [...CLOCK_PARTS, 'offset', 'epoch']
      : kind === 'TIME'
        ? [...DATE_PARTS, 'offset', 'epoch']
        : kind === 'DATETIME'
          ? ['offset', 'epoch']
          : [];
  const refused = captures.find((name) => forbidden.includes(name));
  if (refused) throw unsupported(`the format element for ${refused} in PARSE_${kind}`, at);
  const has = (name: string) => captures.includes(name);
  if (has('epoch') && captures.length > 1) throw unsupported('%s beside other format elements', at);
  if (has('half') && !has('hour12')) throw unsupported('%p without %I', at);
  if (has('hour') && has('hour12')) throw unsupported('%H beside %I', at);
  if (has('dayOfYear') && ['month', 'monthName', 'day'].some(has)) throw unsupported('%j beside a month or day', at);
  if (has('month') && has('monthName')) throw unsupported('%m beside %b', at);
  if (has('year') && has('shortYear')) throw unsupported('%Y beside %y', at);
}

/** A value from a text that the pattern matches as a whole; what the text leaves out is of 1970-01-01. */
function parseByPattern({ pattern, captures }: TimePattern, value: string, kind: TimeKind, zone: string): string {
  const has = (name: string) => captures.includes(name);
  const regex = `(?i)^\\s*${pattern}\\s*$`;
  const group = (name: string) => `regexp_extract(${value}, ${quoteText(regex)}, ${captures.indexOf(name) + 1})`;
  const number = (name: string, fallback: string) => (has(name) ? `CAST(${group(name)} AS BIGINT)` : fallback);
  const hour = has('hour12')
    ? `bq_hour12(${number('hour12', '0')}, ${has('half') ? group('half') : "'am'"})`
    : number('hour', '0');
  const second = has('second') ? `CAST(${group('second')} AS DECIMAL(8,6))` : '0';
  const clock = [hour, number('minute', '0'), second].join(', ');
  let result: string;
  if (has('epoch')) result = `bq_micros(CAST(${group('epoch')} AS BIGINT) * 1000000)`;
  else if (kind === 'TIME') result = `bq_clock(${clock})`;
  else {
    const year = has('year')
      ? number('year', '1970')
      : has('shortYear')
        ? `bq_short_year(${number('shortYear', '70')})`
        : '1970';
    const month = has('monthName')
      ? `list_position([${MONTHS.map((m) => `'${m}'`).join(', ')}], left(lower(${group('monthName')}), 3))`
      : number('month', '1');
    const date = has('dayOfYear')
      ? `bq_day_of_year(${year}, ${number('dayOfYear', '1')})`
      : `bq_make_date(${year}, ${month}, ${number('day', '1')})`;
    const stamp = `(${date} + bq_clock(${clock}))`;
    if (kind === 'DATE') result = date;
    else if (kind === 'DATETIME') result = stamp;
    else if (has('offset')) result = `bq_at_offset_text(${stamp}, ${group('offset')})`;
    else result = zone === "'UTC'" ? `timezone('UTC', ${stamp})` : `bq_instant(${stamp}, ${zone})`;
  }
  const failure = `bq_error_text('Failed to parse input string ' || chr(34) || ${value} || chr(34))`;
  return `CASE WHEN ${value} IS NULL THEN NULL WHEN regexp_matches(${value}, ${quoteText(regex)}) THEN ${result} ELSE CAST(${failure} AS ${RESULT[kind]}) END`;
}

const RESULT = { DATE: 'DATE', DATETIME: 'TIMESTAMP', TIME: 'TIME', TIMESTAMP: 'TIMESTAMPTZ' };

interface Token {
  pattern: string;
  capture?: string | undefined;
}

function compile(format: string, at: number): TimePattern {
  const tokens = readFormat(format, at);
  const takesDigit = (token: Token | undefined) =>
    token !== undefined && /^(\\s\*)?\(?(-\?)?(\\d|[0-9])/.test(token.pattern);
  return {
    // GoogleSQL reads each number as far as it goes: before another digit it has all that it may have, and gives none back.
    pattern: tokens
      .map(({ pattern }, i) => (takesDigit(tokens[i + 1]) ? pattern.replace(/\\d\{1,(\d)\}/, '\\d{$1}') : pattern))
      .join(''),
    captures: tokens.map(({ capture }) => capture).filter((capture) => capture !== undefined),
  };
}

function readFormat(format: string, at: number): Token[] {
  const tokens: Token[] = [];
  for (const [, code, space, text] of format.matchAll(/%(E\*S|E#S|E4Y|Ez|.)|(\s+)|([^%\s]+)/gsu)) {
    const composed = COMPOSED[code ?? ''];
    if (space !== undefined) tokens.push({ pattern: '\\s*' });
    else if (text !== undefined) {
      // Only names take either case.
      const literal = text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
      tokens.push({ pattern: /[a-z]/i.test(text) ? `(?-i:${literal})` : literal });
    } else if (composed !== undefined) tokens.push(...readFormat(composed, at));
    else {
      const element = ELEMENTS[code ?? ''];
      if (!element) throw unsupported(`format element %${code} when parsing`, at);
      tokens.push(element);
    }
  }
  return tokens;
}
