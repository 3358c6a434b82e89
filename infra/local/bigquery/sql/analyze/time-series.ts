import type { Call } from '../parse/tree.ts';
import { SqlError } from '../sql-error.ts';
import { arrayOf, scalar } from '../types.ts';
import type { Env } from './analysis.ts';
import { PART_MICROS } from './date-parts.ts';
import { argument, checkCount, intervalOf, refusePart } from './dates.ts';
import { analyze, analyzeAs, signatureError } from './expressions.ts';
import { analyzeInterval } from './intervals.ts';
import { coerce, type Typed, typed } from './typed.ts';

export function generateDateArray(call: Call, env: Env): Typed {
  checkCount(call, 2, 3);
  const bounds = [0, 1].map((i) => analyzeAs(argument(call, i), scalar('DATE'), env, 'GENERATE_DATE_ARRAY bound').sql);
  const step = call.args[2];
  const { count, part } = step
    ? intervalOf(step, env, call.name)
    : { count: '1::BIGINT', part: { name: 'DAY' as const, weekday: 0 } };
  const days = { DAY: 1, WEEK: 7 }[part.name as string];
  const months = { MONTH: 1, QUARTER: 3, YEAR: 12 }[part.name as string];
  if (!days && !months) throw refusePart(part.name, call.name, call.at);
  const macro = days
    ? `bq_date_series(${bounds.join(', ')}, ${count} * ${days})`
    : `bq_month_series(${bounds.join(', ')}, ${count} * ${months})`;
  return typed(macro, arrayOf(scalar('DATE')));
}

/** Every `step` from the first bound on, up to the second. A step of days or longer counts 24 hours a day. */
export function generateTimestampArray(call: Call, env: Env): Typed {
  checkCount(call, 3, 3);
  const bounds = [0, 1].map(
    (i) => analyzeAs(argument(call, i), scalar('TIMESTAMP'), env, 'GENERATE_TIMESTAMP_ARRAY bound').sql,
  );
  const { count, part } = intervalOf(argument(call, 2), env, call.name);
  const micros = PART_MICROS[part.name];
  if (micros === undefined) throw refusePart(part.name, call.name, call.at);
  return typed(`bq_timestamp_series(${bounds.join(', ')}, ${count} * ${micros})`, arrayOf(scalar('TIMESTAMP')));
}

/** Where buckets begin unless a call says otherwise. */
export const ORIGINS = {
  DATE: "DATE '1950-01-01'",
  DATETIME: "TIMESTAMP '1950-01-01'",
  TIMESTAMP: "TIMESTAMPTZ '1950-01-01 00:00:00+00'",
};

/** The start of the bucket that a moment lies in. Source: time-series-functions#date_bucket */
export function bucket(call: Call, env: Env, kind: keyof typeof ORIGINS): Typed {
  checkCount(call, 2, 3);
  const type = scalar(kind);
  const value = coerce(analyze(argument(call, 0), env), type);
  const width = argument(call, 1);
  const origin = call.args[2] ? analyzeAs(call.args[2], type, env, `${call.name} origin`).sql : ORIGINS[kind];
  if (!value) throw signatureError(`function ${call.name}`, [analyze(argument(call, 0), env)], call.at);
  const interval = width.kind === 'interval' ? analyzeInterval(width, env) : analyze(width, env);
  if (interval.type.kind !== 'INTERVAL')
    throw new SqlError(`The bucket width of ${call.name} must be an INTERVAL`, width.at);
  return typed(`bq_${kind.toLowerCase()}_bucket(${value.sql}, ${interval.sql}, ${origin})`, type);
}
