import { readNumberModel } from '../decimals/number-model.ts';
import { failText } from '../macros/failures.ts';
import type { Expr } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { constrain, withoutParameters } from '../type-parameters.ts';
import { isNumeric, quoteText, renderType, type ScalarKind, type SqlType, scalar } from '../types.ts';
import type { Env } from './analysis.ts';
import { beforeTry } from './before-try.ts';
import { analyze, analyzeAs, constantText, signatureError } from './expressions.ts';
import { type TimeKind, wallClock } from './time-formats.ts';
import { MONTH_NAME, MONTHS, parseByPattern, type TimePattern } from './time-parsing.ts';
import { readType } from './type-nodes.ts';
import { coerce, nullOf, type Typed, typed } from './typed.ts';

type Cast = Extract<Expr, { kind: 'cast' }>;

const isTime = (kind: SqlType['kind']): kind is TimeKind => ['DATE', 'DATETIME', 'TIME', 'TIMESTAMP'].includes(kind);

/** `CAST(x AS type FORMAT 'model')`. Source: cloud.google.com/bigquery/docs/reference/standard-sql/format-elements#formatting_syntax */
export function analyzeFormattedCast(expr: Cast, format: NonNullable<Cast['format']>, env: Env): Typed {
  const value = analyze(expr.of, env);
  const target = readType(expr.type);
  const to = withoutParameters(target);
  const given = analyze(format.model, env);
  const model = constantText(given);
  const { at } = format.model;
  if (given.literal?.kind === 'null' || value.literal?.kind === 'null') return typed(nullOf(to).sql, to);
  const zone = format.zone && analyzeAs(format.zone, scalar('STRING'), env, 'time zone').sql;
  const from = (coerce(value, value.type) ?? value).type.kind;
  if (zone !== undefined && from !== 'TIMESTAMP' && to.kind !== 'TIMESTAMP')
    throw new SqlError('AT TIME ZONE is for casts from and to TIMESTAMP', at);
  let convert: ((x: string) => string) | undefined;
  if (isNumeric(scalar(from as ScalarKind)) && to.kind === 'STRING') {
    const written = coerce(given, scalar('STRING'));
    if (!written) throw signatureError('CAST … FORMAT', [given], at);
    if (model !== undefined) checkNumberModel(model, at);
    convert = (x) => `bq_model_${from.toLowerCase()}(${x}, ${written.sql})`;
  } else if (model === undefined) throw unsupported('CAST … FORMAT with a format that is no literal', at);
  else if (isTime(from) && to.kind === 'STRING') convert = (x) => renderTime(model, x, from, zone ?? "'UTC'", at);
  else if (from === 'STRING' && isTime(to.kind)) {
    const kind = to.kind;
    const now = `make_timestamptz(${env.analysis.now})`;
    const pattern = compile(model, kind, at);
    const local = `bq_local(${now}, ${zone ?? "'UTC'"})`;
    convert = (x) =>
      parseByPattern(pattern, x, kind, zone ?? "'UTC'", { year: `year(${local})`, month: `month(${local})` });
  } else if (from === 'BYTES' && to.kind === 'STRING') convert = encoding(FROM_BYTES, model, at);
  else if (from === 'STRING' && to.kind === 'BYTES') convert = encoding(TO_BYTES, model, at);
  if (!convert) throw unsupported(`CAST … FORMAT from ${renderType(value.type)} to ${renderType(to)}`, at);
  const done = convert;
  const whole = (x: string) => constrain(done(x), target);
  return typed(expr.safe ? beforeTry([value.sql], ([x = '']) => `TRY(${whole(x)})`) : whole(value.sql), to);
}

/** A literal model is found fault with where it stands, not at the first row. */
function checkNumberModel(model: string, at: number): void {
  try {
    readNumberModel(model);
  } catch (error) {
    throw new SqlError((error as Error).message, at);
  }
}

type Encodings = Record<string, (x: string) => string>;
const NOT_ASCII = failText("'The value holds characters that are not ASCII'");
const ascii = (text: string, value: string) =>
  `CASE WHEN regexp_full_match(${text}, '[\\x00-\\x7f]*') THEN ${value} ELSE ${NOT_ASCII} END`;

const FROM_BYTES: Encodings = {
  HEX: (x) => `lower(hex(${x}))`,
  BASE64: (x) => `to_base64(${x})`,
  BASE32: (x) => `bq_to_base32(${x})`,
  ASCII: (x) => ascii(`bq_bytes_text(${x})`, `bq_bytes_text(${x})`),
  UTF8: (x) => `bq_bytes_text(${x})`,
  'UTF-8': (x) => `bq_bytes_text(${x})`,
};
const bare = (x: string) => `regexp_replace(${x}, '\\s', '', 'g')`;
const TO_BYTES: Encodings = {
  HEX: (x) => `bq_from_hex(${x})`,
  BASE64: (x) => `bq_from_base64(${bare(x)})`,
  BASE64M: (x) => `bq_from_base64(${bare(x)})`,
  BASE32: (x) => `bq_from_base32(${x})`,
  ASCII: (x) => `encode(${ascii(x, x)})`,
  UTF8: (x) => `encode(${x})`,
  'UTF-8': (x) => `encode(${x})`,
};

function encoding(known: Encodings, model: string, at: number): (x: string) => string {
  const found = known[model.toUpperCase()];
  if (!found) throw unsupported(`the format ${JSON.stringify(model)} for BYTES`, at);
  return found;
}

interface Token {
  /** An element in capitals, or undefined where `text` stands for itself. */
  element: string | undefined;
  text: string;
}

const ELEMENT =
  /SSSSS|YYYY|RRRR|YYY|MONTH|MON|HH24|HH12|DDD|DAY|[AP]\.M\.|TZH|TZM|FF[1-9]|YY|RR|MM|DD|DY|HH|MI|SS|[AP]M|Y|D/iy;
const LITERAL = /[-./,';: ]|"((?:[^"\\]|\\["\\])*)"/y;

/** Longest elements first, as Google reads them. */
function readModel(model: string, at: number): Token[] {
  const tokens: Token[] = [];
  for (let place = 0; place < model.length; ) {
    ELEMENT.lastIndex = LITERAL.lastIndex = place;
    const element = ELEMENT.exec(model)?.[0];
    const literal = element === undefined ? LITERAL.exec(model) : undefined;
    const text = element ?? literal?.[0];
    if (text === undefined) throw new SqlError(`Cannot find matched format element at ${place} of "${model}"`, at);
    const quoted = literal?.[1]?.replace(/\\(["\\])/g, '$1');
    tokens.push({ element: element?.toUpperCase(), text: quoted ?? text });
    place += text.length;
  }
  return tokens;
}

const CALENDAR = new Set(['YYYY', 'RRRR', 'YYY', 'YY', 'RR', 'Y', 'MM', 'MON', 'MONTH', 'DD', 'DDD', 'D', 'DY', 'DAY']);
const ZONED = new Set(['TZH', 'TZM']);

function checkElement(element: string, kind: TimeKind, at: number): void {
  const isClock = !CALENDAR.has(element) && !ZONED.has(element);
  if (
    (isClock && kind === 'DATE') ||
    (CALENDAR.has(element) && kind === 'TIME') ||
    (ZONED.has(element) && kind !== 'TIMESTAMP')
  )
    throw new SqlError(`Format element ${element} is not supported for ${kind}`, at);
}

const last = (digits: number) => (x: string) => `lpad(CAST(year(${x}) % ${10 ** digits} AS VARCHAR), ${digits}, '0')`;
const year = (x: string) =>
  `CASE WHEN year(${x}) > 9999 THEN CAST(year(${x}) AS VARCHAR) ELSE lpad(CAST(year(${x}) AS VARCHAR), 4, '0') END`;
const strftime = (code: string) => (x: string) => `strftime(${x}, '${code}')`;

/** Element → its text, an expression over the value's wall clock. */
const WRITTEN: Record<string, (x: string) => string> = {
  YYYY: year,
  RRRR: year,
  YYY: last(3),
  YY: last(2),
  RR: last(2),
  Y: last(1),
  MM: strftime('%m'),
  MON: strftime('%b'),
  DD: strftime('%d'),
  DDD: strftime('%j'),
  DY: strftime('%a'),
  HH: strftime('%I'),
  HH12: strftime('%I'),
  HH24: strftime('%H'),
  MI: strftime('%M'),
  SS: strftime('%S'),
  SSSSS: (x) => `lpad(CAST(hour(${x}) * 3600 + minute(${x}) * 60 + second(${x}) AS VARCHAR), 5, '0')`,
  AM: strftime('%p'),
  PM: strftime('%p'),
  'A.M.': (x) => `left(strftime(${x}, '%p'), 1) || '.M.'`,
  'P.M.': (x) => `left(strftime(${x}, '%p'), 1) || '.M.'`,
};

/** Words come in the case of their element's first two letters. */
function inCase(sql: string, text: string): string {
  const [first = '', second = ''] = text;
  if (first === first.toLowerCase()) return `lower(${sql})`;
  const isMeridian = /^[AP]\.?M/i.test(text);
  return isMeridian || second === second.toUpperCase() ? `upper(${sql})` : sql;
}

function renderTime(model: string, value: string, kind: TimeKind, zone: string, at: number): string {
  const local = wallClock(value, kind, zone);
  const parts = readModel(model, at).map(({ element, text }) => {
    if (element === undefined) return quoteText(text);
    checkElement(element, kind, at);
    if (element === 'TZH') return `left(bq_offset_text(${value}, ${zone}, ':'), 3)`;
    if (element === 'TZM') return `right(bq_offset_text(${value}, ${zone}, ':'), 2)`;
    const fraction = /^FF(\d)$/.exec(element)?.[1];
    if (fraction !== undefined) return fractionOf(local, Number(fraction));
    const write = WRITTEN[element];
    // Google's own pages differ on whether these are padded, and on where a week begins.
    if (!write) throw unsupported(`the format element ${element} in CAST … FORMAT`, at);
    const sql = write(local);
    return /^(MON|DY|[AP]\.?M)/.test(element) ? inCase(sql, text) : sql;
  });
  return `CASE WHEN ${value} IS NOT NULL THEN ${["''", ...parts.map((part) => `(${part})`)].join(' || ')} END`;
}

/** Google's pages say that it is rounded and show that it is cut: only what comes out the same is answered. */
function fractionOf(local: string, digits: number): string {
  const micros = `strftime(${local}, '%f')`;
  if (digits >= 6) return `rpad(${micros}, ${digits}, '0')`;
  const failure = failText(`'not supported by the embedded warehouse: FF${digits} of a time with more digits'`);
  return `CASE WHEN right(${micros}, ${6 - digits}) = '${'0'.repeat(6 - digits)}' THEN left(${micros}, ${digits}) ELSE ${failure} END`;
}

const READ: Record<string, { pattern: string; capture: string }> = {
  MM: { pattern: '(\\d{2})', capture: 'month' },
  MON: { pattern: `(${MONTHS.join('|')})`, capture: 'monthName' },
  MONTH: { pattern: MONTH_NAME, capture: 'monthName' },
  DD: { pattern: '(\\d{2})', capture: 'day' },
  DDD: { pattern: '(\\d{3})', capture: 'dayOfYear' },
  HH: { pattern: '(\\d{2})', capture: 'hour12' },
  HH12: { pattern: '(\\d{2})', capture: 'hour12' },
  HH24: { pattern: '(\\d{2})', capture: 'hour' },
  MI: { pattern: '(\\d{2})', capture: 'minute' },
  SS: { pattern: '(\\d{2})', capture: 'second' },
  AM: { pattern: '([ap]m)', capture: 'half' },
  PM: { pattern: '([ap]m)', capture: 'half' },
};

/** What a text must look like, by the rules that Google states for models. */
function compile(model: string, kind: TimeKind, at: number): TimePattern {
  const tokens = readModel(model, at);
  const captures: string[] = [];
  let pattern = '';
  for (let i = 0; i < tokens.length; i++) {
    const { element, text } = tokens[i] as Token;
    if (element === undefined) {
      pattern += text === ' ' ? '\\s+' : text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
      while (text === ' ' && tokens[i + 1]?.text === ' ') i++;
      continue;
    }
    checkElement(element, kind, at);
    const read = yearOf(element, tokens[i + 1]) ?? READ[element];
    if (element === 'TZH' && tokens[i + 1]?.text === ':' && tokens[i + 2]?.element === 'TZM') {
      pattern += '([+-]\\d{2}:\\d{2})';
      captures.push('offset');
      i += 2;
    } else if (element === 'SS' && tokens[i + 1]?.text === '.' && /^FF[1-6]$/.test(tokens[i + 2]?.element ?? '')) {
      pattern += `(\\d{2}\\.\\d{1,${tokens[i + 2]?.element?.at(-1)}})`;
      captures.push('second');
      i += 2;
    } else if (read) {
      pattern += read.pattern;
      captures.push(read.capture);
    } else throw unsupported(`the format element ${element} when parsing`, at);
  }
  checkModel(captures, at);
  return { pattern, captures };
}

/** A year that something other than a digit ends may have one to four digits; else it has four. */
function yearOf(element: string, next: Token | undefined): { pattern: string; capture: string } | undefined {
  if (element !== 'YYYY' && element !== 'RRRR') return undefined;
  const isDelimited = next === undefined || (next.element === undefined && !/^\d/.test(next.text));
  return { pattern: isDelimited ? '(\\d{1,4})' : '(\\d{4})', capture: 'year' };
}

function checkModel(captures: readonly string[], at: number): void {
  const has = (name: string) => captures.includes(name);
  const twice = captures.find((name, i) => captures.indexOf(name) !== i);
  if (twice) throw new SqlError(`More than one format element gives the ${twice}`, at);
  if (has('month') && has('monthName')) throw new SqlError('More than one format element gives the month', at);
  if (has('dayOfYear') && (has('month') || has('monthName') || has('day')))
    throw new SqlError('DDD stands neither with a month nor with a day', at);
  if (has('hour') && (has('hour12') || has('half')))
    throw new SqlError('HH24 stands neither with HH12 nor with a meridian indicator', at);
  if (has('hour12') !== has('half')) throw new SqlError('HH and HH12 need a meridian indicator, and it needs them', at);
}
