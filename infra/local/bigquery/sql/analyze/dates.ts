import { once } from '../once.ts';
import type { Call, Expr } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import type { TimeKind } from '../times/time-model.ts';
import { scalar } from '../types.ts';
import type { Env } from './analysis.ts';
import {
  type DatePart,
  dateBoundaries,
  extractPart,
  PART_MICROS,
  type Part,
  readPart,
  truncateDate,
  truncateTime,
} from './date-parts.ts';
import { analyze, analyzeAs, constantText, signatureError } from './expressions.ts';
import { extractInterval, makeInterval } from './intervals.ts';
import { integerOf } from './literals.ts';
import { formatTime, parseTime, type TimeFormat } from './time-formats.ts';
import { bucket, generateDateArray, generateTimestampArray } from './time-series.ts';
import { coerce, type Typed, typed } from './typed.ts';

const INT64 = scalar('INT64');

/** Functions of dates and times that take a part, an interval or a format. Undefined = this form is a plain signature. */
export const DATE_CALLS: Record<string, (call: Call, env: Env) => Typed | undefined> = {
  CURRENT_DATE: (call, env) => current(call, env, 'DATE'),
  CURRENT_DATETIME: (call, env) => current(call, env, 'DATETIME'),
  CURRENT_TIME: (call, env) => current(call, env, 'TIME'),
  CURRENT_TIMESTAMP: (call, env) => current(call, env, 'TIMESTAMP'),
  ADDDATE: (call, env) => shift(call, env, 'DATE', '+'),
  SUBDATE: (call, env) => shift(call, env, 'DATE', '-'),
  LAST_DAY: lastDay,
  GENERATE_DATE_ARRAY: generateDateArray,
  GENERATE_TIMESTAMP_ARRAY: generateTimestampArray,
  MAKE_INTERVAL: makeInterval,
  DATE_BUCKET: (call, env) => bucket(call, env, 'DATE'),
  DATETIME_BUCKET: (call, env) => bucket(call, env, 'DATETIME'),
  TIMESTAMP_BUCKET: (call, env) => bucket(call, env, 'TIMESTAMP'),
};
for (const kind of ['DATE', 'DATETIME', 'TIME', 'TIMESTAMP'] as const) {
  DATE_CALLS[`${kind}_ADD`] = (call, env) => shift(call, env, kind, '+');
  DATE_CALLS[`${kind}_SUB`] = (call, env) => shift(call, env, kind, '-');
  DATE_CALLS[`${kind}_DIFF`] = (call, env) => difference(call, env, kind);
  DATE_CALLS[`${kind}_TRUNC`] = (call, env) => truncate(call, env, kind);
  DATE_CALLS[`FORMAT_${kind}`] = (call, env) => format(call, env, kind);
  DATE_CALLS[`PARSE_${kind}`] = (call, env) => parse(call, env, kind);
}

export function argument(call: Call, index: number): Expr {
  const arg = call.args[index];
  if (!arg)
    throw new SqlError(`No matching signature for function ${call.name}: argument ${index + 1} is missing`, call.at);
  return arg;
}

export function checkCount(call: Call, min: number, max: number): void {
  if (call.args.length < min || call.args.length > max)
    throw new SqlError(`No matching signature for function ${call.name} with ${call.args.length} arguments`, call.at);
}

/** The value as one of the date types; text literals become `prefer`. */
function moment(
  expr: Expr,
  prefer: TimeKind,
  env: Env,
  call: { name: string; at: number },
): { sql: string; kind: TimeKind } {
  const value = analyze(expr, env);
  const { kind } = value.type;
  if (kind === prefer || (prefer !== 'TIME' && (kind === 'DATE' || kind === 'DATETIME' || kind === 'TIMESTAMP'))) {
    // TIMESTAMP functions take DATETIMEs as they are, but no DATEs; DATETIME functions take DATEs as DATETIMEs.
    if (prefer === 'DATETIME' && kind === 'DATE') return { sql: `CAST(${value.sql} AS TIMESTAMP)`, kind: 'DATETIME' };
    if (prefer === 'TIMESTAMP' && kind === 'DATE') throw signatureError(`function ${call.name}`, [value], call.at);
    return { sql: value.sql, kind: kind as TimeKind };
  }
  const coerced = coerce(value, scalar(prefer));
  if (!coerced) throw signatureError(`function ${call.name}`, [value], call.at);
  return { sql: coerced.sql, kind: prefer };
}

function zoneOf(expr: Expr, env: Env): string {
  return analyzeAs(expr, scalar('STRING'), env, 'time zone').sql;
}

function current(call: Call, env: Env, kind: TimeKind): Typed {
  checkCount(call, 0, kind === 'TIMESTAMP' ? 0 : 1);
  const instant = `make_timestamptz(${env.analysis.now})`;
  if (kind === 'TIMESTAMP') return typed(instant, scalar(kind));
  const local = call.args[0] ? `bq_local(${instant}, ${zoneOf(call.args[0], env)})` : `(${instant} AT TIME ZONE 'UTC')`;
  return typed(kind === 'DATETIME' ? local : `CAST(${local} AS ${kind})`, scalar(kind));
}

export function refusePart(part: DatePart, name: string, at: number): SqlError {
  return new SqlError(`${name} does not support the ${part} date part`, at);
}

export function intervalOf(expr: Expr, env: Env, name: string): { count: string; part: Part } {
  if (expr.kind !== 'interval') throw unsupported(`${name} without a literal INTERVAL`, expr.at);
  if (expr.to) throw unsupported('INTERVAL … TO …', expr.at);
  const value = analyze(expr.value, env);
  const text = constantText(value);
  if (text !== undefined && !/^\s*[+-]?\d+\s*$/.test(text)) throw unsupported(`INTERVAL '${text}' in ${name}`, expr.at);
  const count = text === undefined ? coerce(value, INT64) : integerOf(BigInt(text.trim().replace('+', '')));
  if (!count) throw new SqlError('Interval value must be coercible to INT64 type', expr.at);
  return { count: count.sql, part: readPart({ kind: 'path', names: [expr.part], at: expr.part.at }) };
}

function shifted(
  sql: string,
  kind: TimeKind,
  sign: '+' | '-',
  count: string,
  part: Part,
  name: string,
  at: number,
): string {
  const n = sign === '-' ? `(-${count})` : count;
  const months = { MONTH: 1, QUARTER: 3, YEAR: 12 }[part.name as string];
  const days = { DAY: 1, WEEK: 7 }[part.name as string];
  if (kind === 'DATE') {
    if (months) return inRange(kind, `CAST(${sql} + to_months(CAST(${n} * ${months} AS INTEGER)) AS DATE)`);
    if (days) return inRange(kind, `${sql} + CAST(${n} * ${days} AS INTEGER)`);
    throw refusePart(part.name, name, at);
  }
  if (kind === 'DATETIME' && months) return inRange(kind, `${sql} + to_months(CAST(${n} * ${months} AS INTEGER))`);
  const micros = kind === 'DATETIME' && part.name === 'WEEK' ? 7n * 86_400_000_000n : PART_MICROS[part.name];
  if (micros === undefined || (kind === 'TIME' && part.name === 'DAY')) throw refusePart(part.name, name, at);
  if (kind === 'TIME') return `(${sql} + to_microseconds((${n} * ${micros}) % 86400000000))`;
  return inRange(kind, `${sql} + to_microseconds(${n} * ${micros})`);
}

/** The check names its value several times: a dozen sums in one another would have a text that DuckDB never comes to the end of. */
function inRange(kind: TimeKind, sql: string): string {
  const checked = (x: string) => `bq_${kind.toLowerCase()}_range(${x})`;
  return sql.split('_range(').length > 3 ? once(sql, 'moment', checked) : checked(sql);
}

function shift(call: Call, env: Env, prefer: TimeKind, sign: '+' | '-'): Typed {
  checkCount(call, 2, 2);
  const { sql, kind } = moment(argument(call, 0), prefer, env, call);
  const { count, part } = intervalOf(argument(call, 1), env, call.name);
  return typed(shifted(sql, kind, sign, count, part, call.name, call.at), scalar(kind));
}

/** Sums and differences with literal intervals, whose unit is known; undefined where no side is one. A DATE becomes a DATETIME. */
export function addInterval(expr: Extract<Expr, { kind: 'binary' }>, env: Env): Typed | undefined {
  const interval =
    expr.right.kind === 'interval'
      ? expr.right
      : expr.op === '+' && expr.left.kind === 'interval'
        ? expr.left
        : undefined;
  const sign = expr.op as '+' | '-';
  if (!interval || interval.to) return undefined;
  const other = interval === expr.right ? expr.left : expr.right;
  if (other.kind === 'interval') return undefined;
  const value = analyze(other, env);
  const kind = value.type.kind;
  if (kind !== 'DATE' && kind !== 'DATETIME' && kind !== 'TIMESTAMP') return undefined;
  if (constantText(analyze(interval.value, env)) !== undefined) return undefined;
  const { count, part } = intervalOf(interval, env, `operator ${expr.op}`);
  const sql = kind === 'DATE' ? `CAST(${value.sql} AS TIMESTAMP)` : value.sql;
  const result = kind === 'DATE' ? 'DATETIME' : kind;
  return typed(shifted(sql, result, sign, count, part, `operator ${expr.op}`, expr.at), scalar(result));
}

/** `date + 1` and `1 + date` count days. */
export function addDays(sign: '+' | '-', left: Typed, right: Typed, at: number): Typed | undefined {
  const date = left.type.kind === 'DATE' ? left : sign === '+' && right.type.kind === 'DATE' ? right : undefined;
  const days = date === left ? right : left;
  if (!date || days.type.kind !== 'INT64') return undefined;
  return typed(
    shifted(date.sql, 'DATE', sign, days.sql, { name: 'DAY', weekday: 0 }, `operator ${sign}`, at),
    scalar('DATE'),
  );
}

function difference(call: Call, env: Env, prefer: TimeKind): Typed {
  checkCount(call, 3, 3);
  let [a, b] = [moment(argument(call, 0), prefer, env, call), moment(argument(call, 1), prefer, env, call)];
  const part = readPart(argument(call, 2));
  if (a.kind !== b.kind) {
    const toDatetime = (one: { sql: string; kind: TimeKind }) =>
      one.kind === 'DATE' ? { sql: `CAST(${one.sql} AS TIMESTAMP)`, kind: 'DATETIME' as const } : one;
    [a, b] = [toDatetime(a), toDatetime(b)];
    if (a.kind !== b.kind) throw unsupported(`${call.name} of ${a.kind} and ${b.kind}`, call.at);
  }
  const micros = PART_MICROS[part.name];
  if (a.kind === 'TIMESTAMP') {
    if (micros === undefined) throw refusePart(part.name, 'TIMESTAMP_DIFF', call.at);
    return typed(`bq_elapsed(epoch_us(${a.sql}) - epoch_us(${b.sql}), ${micros})`, INT64);
  }
  if (a.kind !== 'DATE' && micros !== undefined && part.name !== 'DAY') {
    const unit = (sql: string) => (a.kind === 'TIME' ? `epoch_us(${sql})` : `epoch_us(${sql})`);
    return typed(`(bq_floor_div(${unit(a.sql)}, ${micros}) - bq_floor_div(${unit(b.sql)}, ${micros}))`, INT64);
  }
  const date = (one: { sql: string }) => (a.kind === 'DATE' ? one.sql : `CAST(${one.sql} AS DATE)`);
  const count = a.kind === 'TIME' ? undefined : dateBoundaries(date(a), date(b), part);
  if (count === undefined) throw refusePart(part.name, call.name, call.at);
  return typed(`CAST(${count} AS BIGINT)`, INT64);
}

function truncate(call: Call, env: Env, prefer: TimeKind): Typed {
  checkCount(call, 1, 3);
  const { sql, kind } = moment(argument(call, 0), prefer, env, call);
  const part = call.args[1] ? readPart(call.args[1]) : { name: 'DAY' as const, weekday: 0 };
  const zone = call.args[2] && zoneOf(call.args[2], env);
  if (zone !== undefined && kind !== 'TIMESTAMP') throw signatureError(`function ${call.name}`, [], call.at);
  let result: string | undefined;
  if (kind === 'DATE') result = truncateDate(sql, part);
  else if (kind === 'DATETIME') result = truncateTime(sql, part);
  else if (kind === 'TIME') {
    const day = truncateTime(`(DATE '1970-01-01' + ${sql})`, part);
    result = PART_MICROS[part.name] !== undefined && part.name !== 'DAY' ? `CAST(${day} AS TIME)` : undefined;
  } else if (zone === undefined) {
    const local = truncateTime(`(${sql} AT TIME ZONE 'UTC')`, part);
    result = local && `(${local} AT TIME ZONE 'UTC')`;
  } else {
    const local = truncateTime(`bq_local(${sql}, ${zone})`, part);
    const short = PART_MICROS[part.name] !== undefined && part.name !== 'DAY';
    // An hour that a clock change repeats must not move: only the part's remainder is taken away.
    result = local && (short ? `(${sql} - (bq_local(${sql}, ${zone}) - ${local}))` : `bq_instant(${local}, ${zone})`);
  }
  if (result === undefined) throw refusePart(part.name, call.name, call.at);
  // The first day of all is a Monday: only other weeks, and other zones, begin before it.
  const mayLeave = kind !== 'TIME' && ((part.name === 'WEEK' && part.weekday !== 1) || zone !== undefined);
  return typed(mayLeave ? `bq_${kind.toLowerCase()}_range(${result})` : result, scalar(kind));
}

function lastDay(call: Call, env: Env): Typed {
  checkCount(call, 1, 2);
  const { sql, kind } = moment(argument(call, 0), 'DATE', env, call);
  if (kind === 'TIMESTAMP') throw signatureError('function LAST_DAY', [], call.at);
  const date = kind === 'DATE' ? sql : `CAST(${sql} AS DATE)`;
  const part = call.args[1] ? readPart(call.args[1]) : { name: 'MONTH' as const, weekday: 0 };
  const start = truncateDate(date, part);
  if (part.name === 'WEEK' || part.name === 'ISOWEEK') return typed(`bq_date_range(${start} + 6)`, scalar('DATE'));
  if (part.name === 'ISOYEAR')
    return typed(`bq_date_range(bq_isoyear_start(bq_isoyear_start(${date}) + 371) - 1)`, scalar('DATE'));
  const months = { MONTH: 1, QUARTER: 3, YEAR: 12 }[part.name as string];
  if (start === undefined || months === undefined) throw refusePart(part.name, 'LAST_DAY', call.at);
  return typed(`(CAST(${start} + to_months(${months}) AS DATE) - 1)`, scalar('DATE'));
}

export function analyzeExtract(expr: Extract<Expr, { kind: 'extract' }>, env: Env): Typed {
  const value = analyze(expr.of, env);
  const part = readPart(expr.part);
  const { kind } = value.type;
  if (kind === 'INTERVAL') return extractInterval(value, part, expr.at);
  if (kind !== 'DATE' && kind !== 'DATETIME' && kind !== 'TIME' && kind !== 'TIMESTAMP')
    throw new SqlError(`EXTRACT from type ${kind} is not supported`, expr.at);
  if (expr.zone && kind !== 'TIMESTAMP')
    throw new SqlError(`EXTRACT from type ${kind} does not support AT TIME ZONE`, expr.at);
  let local = value.sql;
  if (kind === 'TIMESTAMP')
    local = expr.zone ? `bq_local(${value.sql}, ${zoneOf(expr.zone, env)})` : `(${value.sql} AT TIME ZONE 'UTC')`;
  if (part.name === 'DATE' || part.name === 'TIME') {
    if (kind === 'DATE' || kind === 'TIME') throw refusePart(part.name, `EXTRACT from ${kind}`, expr.at);
    const day = `CAST(${local} AS ${part.name})`;
    return typed(expr.zone && part.name === 'DATE' ? `bq_date_range(${day})` : day, scalar(part.name));
  }
  if (part.name === 'DATETIME') {
    if (kind !== 'TIMESTAMP') throw refusePart(part.name, `EXTRACT from ${kind}`, expr.at);
    return typed(expr.zone ? `bq_datetime_range(${local})` : local, scalar('DATETIME'));
  }
  const isClock = PART_MICROS[part.name] !== undefined && part.name !== 'DAY';
  if ((kind === 'DATE' && isClock) || (kind === 'TIME' && !isClock))
    throw refusePart(part.name, `EXTRACT from ${kind}`, expr.at);
  if (kind === 'TIME') local = `(DATE '1970-01-01' + ${local})`;
  return typed(`CAST(${extractPart(local, part)} AS BIGINT)`, INT64);
}

function formatOf(call: Call, env: Env): TimeFormat {
  const given = analyze(argument(call, 0), env);
  const text = coerce(given, scalar('STRING'));
  if (!text) throw signatureError(`function ${call.name}`, [given], call.at);
  return { sql: text.sql, literal: constantText(given), at: call.at };
}

function format(call: Call, env: Env, prefer: TimeKind): Typed {
  checkCount(call, 2, prefer === 'TIMESTAMP' ? 3 : 2);
  const text = formatOf(call, env);
  const { sql, kind } = moment(argument(call, 1), prefer, env, call);
  if (kind !== prefer && prefer !== 'DATE') throw unsupported(`${call.name} of a ${kind}`, call.at);
  const zone = call.args[2] ? zoneOf(call.args[2], env) : "'UTC'";
  return typed(formatTime(text, sql, kind, zone), scalar('STRING'));
}

function parse(call: Call, env: Env, kind: TimeKind): Typed {
  checkCount(call, 2, kind === 'TIMESTAMP' ? 3 : 2);
  const text = formatOf(call, env);
  const value = analyzeAs(argument(call, 1), scalar('STRING'), env, call.name).sql;
  const zone = call.args[2] ? zoneOf(call.args[2], env) : "'UTC'";
  return typed(parseTime(text, value, kind, zone), scalar(kind));
}
