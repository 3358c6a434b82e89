import type { Call, Expr } from '../parse/tree.ts';
import { INTERVAL_PARTS, type IntervalPart, readInterval } from '../scalars/intervals.ts';
import { SqlError } from '../sql-error.ts';
import { scalar } from '../types.ts';
import type { Env } from './analysis.ts';
import { type DatePart, type Part, readPart } from './date-parts.ts';
import { analyze, analyzeAs, constantText, signatureError } from './expressions.ts';
import { namedArguments } from './named-arguments.ts';
import { coerce, nullOf, type Typed, typed } from './typed.ts';

type IntervalExpr = Extract<Expr, { kind: 'interval' }>;
const INTERVAL = scalar('INTERVAL');
const INT64 = scalar('INT64');

/** What one of a part is: so many months, days or microseconds. */
const UNITS: Partial<Record<DatePart, ['months' | 'days' | 'micros', bigint]>> = {
  YEAR: ['months', 12n],
  QUARTER: ['months', 3n],
  MONTH: ['months', 1n],
  WEEK: ['days', 7n],
  DAY: ['days', 1n],
  HOUR: ['micros', 3_600_000_000n],
  MINUTE: ['micros', 60_000_000n],
  SECOND: ['micros', 1_000_000n],
  MILLISECOND: ['micros', 1000n],
  MICROSECOND: ['micros', 1n],
};

/** `INTERVAL 3 DAY`, `INTERVAL '1-2' YEAR TO MONTH`: a value of its own. */
export function analyzeInterval(expr: IntervalExpr, env: Env): Typed {
  const part = readPart({ kind: 'path', names: [expr.part], at: expr.part.at });
  const value = analyze(expr.value, env);
  const text = constantText(value);
  if (expr.to) {
    const to = readPart({ kind: 'path', names: [expr.to], at: expr.to.at });
    if (text === undefined) throw new SqlError('INTERVAL with TO wants a STRING literal', expr.value.at);
    return literalInterval(text, part, to, expr);
  }
  if (text !== undefined && part.name in { YEAR: 1, MONTH: 1, DAY: 1, HOUR: 1, MINUTE: 1, SECOND: 1 })
    return literalInterval(text, part, part, expr);
  const count = coerce(value, INT64);
  const unit = UNITS[part.name];
  if (!count) throw new SqlError('Interval value must be coercible to INT64 type', expr.at);
  if (!unit || part.weekday !== 0) throw new SqlError(`Unsupported date part ${part.name} in INTERVAL`, expr.part.at);
  if (count.literal?.kind === 'null') return typed(nullOf(INTERVAL).sql, INTERVAL);
  const scaled = `CAST(${count.sql} AS HUGEINT) * ${unit[1]}`;
  const places = { months: '0', days: '0', micros: '0', [unit[0]]: scaled };
  return typed(`bq_interval(${places.months}, ${places.days}, ${places.micros})`, INTERVAL);
}

function literalInterval(text: string, from: Part, to: Part, expr: IntervalExpr): Typed {
  const isPart = (name: string): name is IntervalPart => (INTERVAL_PARTS as readonly string[]).includes(name);
  if (!isPart(from.name) || !isPart(to.name) || INTERVAL_PARTS.indexOf(from.name) > INTERVAL_PARTS.indexOf(to.name))
    throw new SqlError(`Invalid INTERVAL ${from.name} TO ${to.name}`, expr.part.at);
  const parts = readInterval(text, from.name, to.name);
  if (!parts)
    throw new SqlError(
      `Invalid INTERVAL literal '${text}' ${from.name}${from === to ? '' : ` TO ${to.name}`}`,
      expr.at,
    );
  return typed(`bq_interval(${parts.months}, ${parts.days}, ${parts.micros})`, INTERVAL);
}

/** The INT64 part of an interval. */
export function extractInterval(value: Typed, part: Part, at: number): Typed {
  const months = `bq_interval_months(${value.sql})`;
  const micros = `bq_interval_micros(${value.sql})`;
  const parts: Partial<Record<DatePart, string>> = {
    YEAR: `${months} // 12`,
    MONTH: `${months} % 12`,
    DAY: `bq_interval_days(${value.sql})`,
    HOUR: `${micros} // 3600000000`,
    MINUTE: `${micros} % 3600000000 // 60000000`,
    SECOND: `${micros} % 60000000 // 1000000`,
    MILLISECOND: `${micros} % 1000000 // 1000`,
    MICROSECOND: `${micros} % 1000000`,
  };
  const sql = parts[part.name];
  if (sql === undefined)
    throw new SqlError(`EXTRACT from type INTERVAL does not support the ${part.name} date part`, at);
  return typed(`CAST(${sql} AS BIGINT)`, INT64);
}

/** Arithmetic that an interval takes part in, or that gives one; undefined where none does. */
export function intervalArithmetic(op: string, left: Typed, right: Typed, at: number): Typed | undefined {
  const [a, b] = [left.type.kind, right.type.kind];
  if (a === 'INTERVAL' && b === 'INTERVAL') {
    if (op === '+') return typed(`bq_interval_add(${left.sql}, ${right.sql})`, INTERVAL);
    if (op === '-') return typed(`bq_interval_add(${left.sql}, -${right.sql})`, INTERVAL);
  }
  if (op === '*' && (a === 'INTERVAL' || b === 'INTERVAL')) {
    const [interval, factor] = a === 'INTERVAL' ? [left, coerce(right, INT64)] : [right, coerce(left, INT64)];
    if (factor) return typed(`bq_interval_times(${interval.sql}, ${factor.sql})`, INTERVAL);
  }
  if (op === '/' && a === 'INTERVAL') {
    const divisor = coerce(right, INT64);
    if (divisor) return typed(`bq_interval_divide(${left.sql}, ${divisor.sql})`, INTERVAL);
  }
  if (b === 'INTERVAL' && (op === '+' || op === '-')) return shiftBy(left, op, right);
  if (a === 'INTERVAL' && op === '+') return shiftBy(right, op, left);
  if (op === '-' && a === b) return between(left, right);
  if (a === 'INTERVAL' || b === 'INTERVAL') throw signatureError(`operator ${op}`, [left, right], at);
  return undefined;
}

/** A DATE becomes a DATETIME, as in BigQuery. */
function shiftBy(moment: Typed, op: string, interval: Typed): Typed | undefined {
  switch (moment.type.kind) {
    case 'DATE':
      return typed(`bq_datetime_range(CAST(${moment.sql} AS TIMESTAMP) ${op} ${interval.sql})`, scalar('DATETIME'));
    case 'DATETIME':
      return typed(`bq_datetime_range(${moment.sql} ${op} ${interval.sql})`, moment.type);
    case 'TIMESTAMP':
      return typed(`bq_timestamp_range(${moment.sql} ${op} bq_timestamp_interval(${interval.sql}))`, moment.type);
    default:
      return undefined;
  }
}

function between(left: Typed, right: Typed): Typed | undefined {
  switch (left.type.kind) {
    case 'DATE':
      return typed(`bq_interval(0, ${left.sql} - ${right.sql}, 0)`, INTERVAL);
    case 'DATETIME':
    case 'TIMESTAMP':
    case 'TIME':
      return typed(`bq_interval(0, 0, epoch_us(${left.sql}) - epoch_us(${right.sql}))`, INTERVAL);
    default:
      return undefined;
  }
}

const NAMES = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;

export function makeInterval(call: Call, env: Env): Typed {
  const named = namedArguments(call, env, {
    year: 'INT64',
    month: 'INT64',
    day: 'INT64',
    hour: 'INT64',
    minute: 'INT64',
    second: 'INT64',
  });
  if (call.args.length > NAMES.length) throw signatureError('function MAKE_INTERVAL', [], call.at);
  const parts = NAMES.map((name, i) => {
    const own = call.args[i] && analyzeAs(call.args[i], INT64, env, 'MAKE_INTERVAL argument');
    return (own ?? named[name])?.sql ?? '0::BIGINT';
  });
  return typed(`bq_make_interval(${parts.join(', ')})`, INTERVAL);
}
