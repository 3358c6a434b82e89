import { fail, type Macro } from './failures.ts';

const quoted = (x: string) => `'"' || ${x} || '"'`;

/** The common form is read in one go; it is an eighth of the general pattern's cost. */
export const isCommonTime = (x: string) =>
  `regexp_full_match(${x}, '\\d{4}-\\d\\d-\\d\\d([ T]\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,6})?)?(Z|\\+00|\\+00:00)?') AND TRY_CAST(${x} AS TIMESTAMPTZ) IS NOT NULL AND ${x}[12:13] <> '24'`;

/** Dates, times and time zones. */
export const TIME_MACROS: readonly Macro[] = [
  [
    'bq_date_range(d)',
    `CASE WHEN d < DATE '0001-01-01' OR d > DATE '9999-12-31' THEN ${fail(`'Date value is out of allowed range: from 0001-01-01 to 9999-12-31'`, 'DATE')} ELSE d END`,
  ],
  [
    'bq_datetime_range(d)',
    `CASE WHEN d < TIMESTAMP '0001-01-01' OR d >= TIMESTAMP '10000-01-01' THEN ${fail(`'Datetime value is out of allowed range: from 0001-01-01 00:00:00 to 9999-12-31 23:59:59.999999'`, 'TIMESTAMP')} ELSE d END`,
  ],
  [
    'bq_timestamp_range(t)',
    `CASE WHEN t < TIMESTAMPTZ '0001-01-01 00:00:00+00' OR t >= TIMESTAMPTZ '10000-01-01 00:00:00+00' THEN ${fail(`'Timestamp value is out of allowed range: from 0001-01-01 00:00:00.000000+00 to 9999-12-31 23:59:59.999999+00'`, 'TIMESTAMPTZ')} ELSE t END`,
  ],
  ['bq_micros(n)', `bq_timestamp_range(make_timestamptz(n))`],
  [
    'bq_text_date(s)',
    `CASE WHEN s IS NULL THEN NULL WHEN regexp_full_match(s, '\\d{4}-\\d{1,2}-\\d{1,2}') AND TRY(CAST(s AS DATE)) IS NOT NULL THEN bq_date_range(TRY_CAST(s AS DATE)) ELSE ${fail(`'Invalid date: ' || chr(39) || s || chr(39)`, 'DATE')} END`,
  ],
  ['bq_clock_pattern()', `'\\d{1,2}:\\d{1,2}:\\d{1,2}(\\.\\d{1,6})?'`],
  [
    'bq_text_time(s)',
    `CASE WHEN s IS NULL THEN NULL WHEN regexp_full_match(s, bq_clock_pattern()) AND TRY(CAST(s AS TIME)) IS NOT NULL AND NOT starts_with(s, '24') THEN TRY_CAST(s AS TIME) ELSE ${fail(`'Invalid time string ' || ${quoted('s')}`, 'TIME')} END`,
  ],
  [
    'bq_text_datetime(s)',
    `CASE WHEN s IS NULL THEN NULL WHEN regexp_full_match(s, '\\d{4}-\\d{1,2}-\\d{1,2}([ tT]' || bq_clock_pattern() || ')?') AND TRY(CAST(replace(s, 't', 'T') AS TIMESTAMP)) IS NOT NULL AND NOT regexp_matches(s, '[ tT]24:') THEN bq_datetime_range(TRY_CAST(replace(s, 't', 'T') AS TIMESTAMP)) ELSE ${fail(`'Invalid datetime string ' || ${quoted('s')}`, 'TIMESTAMP')} END`,
  ],
  // bq_zone_offset() is NULL of a name, and fails of what is no zone.
  [
    'bq_local(t, tz)',
    `CASE WHEN tz = 'UTC' THEN timezone('UTC', t) WHEN bq_zone_offset(tz) IS NULL THEN timezone(tz, t) ELSE timezone('UTC', t) + to_minutes(bq_zone_offset(tz)) END`,
  ],
  // What a clock showed before 1972 may be seconds off a whole minute: texts leave them out, as their offset does.
  ['bq_zone_minutes(t, tz)', `(epoch_us(bq_local(t, tz)) - epoch_us(t)) // 60000000`],
  ['bq_shown(t, tz)', `timezone('UTC', t) + to_minutes(bq_zone_minutes(t, tz))`],
  // Of a time that a clock change repeats, the first; of one that it skips, as if the clock had not been changed yet.
  [
    'bq_before_change(d, c, tz)',
    `timezone('UTC', d - (timezone(tz, c - to_hours(24)) - timezone('UTC', c - to_hours(24))))`,
  ],
  [
    'bq_first_instant(d, c, tz)',
    `CASE WHEN bq_before_change(d, c, tz) < c AND timezone(tz, bq_before_change(d, c, tz)) = d THEN bq_before_change(d, c, tz) ELSE c END`,
  ],
  [
    'bq_instant_in(d, tz)',
    `CASE WHEN bq_zone_offset(tz) IS NULL THEN bq_first_instant(d, timezone(tz, d), tz) ELSE timezone('UTC', d - to_minutes(bq_zone_offset(tz))) END`,
  ],
  // A macro's arguments are written out wherever it names them; a lambda's are not.
  [
    'bq_instant(d, tz)',
    `CASE WHEN tz = 'UTC' THEN timezone('UTC', d) ELSE list_transform(list_transform([struct_pack(d := d, tz := tz)], lambda z: bq_instant_in(z.d, z.tz)), lambda t: bq_timestamp_range(t))[1] END`,
  ],
  ['bq_at_offset_text(d, o)', `CASE WHEN o IN ('', 'Z', 'z', 'UTC') THEN timezone('UTC', d) ELSE bq_instant(d, o) END`],
  // Microseconds, a space, the zone on whose clock they are.
  [
    'bq_zoned_micros(m)',
    `list_transform([m], lambda z: bq_instant(make_timestamp(CAST(split_part(z, ' ', 1) AS BIGINT)), substr(z, strpos(z, ' ') + 1)))[1]`,
  ],
  [
    'bq_timestamp_pattern()',
    `'(\\d{4}-\\d{1,2}-\\d{1,2})(?:[ tT](\\d{1,2}:\\d{1,2}:\\d{1,2}(?:\\.\\d{1,6})?)?)?([zZ]|(?: UTC)?[+-]\\d{1,2}(?::?\\d{1,2})?| UTC)?'`,
  ],
  [
    'bq_zoned_pattern()',
    `'(\\d{4}-\\d{1,2}-\\d{1,2})(?:[ tT](\\d{1,2}:\\d{1,2}:\\d{1,2}(?:\\.\\d{1,6})?))? ([A-Za-z][A-Za-z0-9_/+-]*)'`,
  ],
  ['bq_clock_text(c)', `CASE WHEN c = '' OR c IS NULL THEN '00:00:00' ELSE c END`],
  [
    'bq_wall_clock(s, p)',
    `CAST(regexp_extract(s, p, 1) || ' ' || bq_clock_text(regexp_extract(s, p, 2)) AS TIMESTAMP)`,
  ],
  [
    'bq_text_timestamp_in(s, tz)',
    `CASE WHEN s IS NULL OR tz IS NULL THEN NULL
    WHEN regexp_full_match(s, bq_timestamp_pattern()) AND NOT regexp_matches(s, '[ tT]24:') THEN CASE WHEN regexp_extract(s, bq_timestamp_pattern(), 3) = '' THEN bq_instant(bq_wall_clock(s, bq_timestamp_pattern()), tz) ELSE bq_at_offset_text(bq_wall_clock(s, bq_timestamp_pattern()), trim(regexp_extract(s, bq_timestamp_pattern(), 3))) END
    WHEN regexp_full_match(s, bq_zoned_pattern()) AND NOT regexp_matches(s, '[ tT]24:') THEN bq_instant(bq_wall_clock(s, bq_zoned_pattern()), regexp_extract(s, bq_zoned_pattern(), 3))
    ELSE ${fail(`'Invalid timestamp: ' || chr(39) || s || chr(39)`, 'TIMESTAMPTZ')} END`,
  ],
  [
    'bq_text_timestamp(s)',
    // DuckDB casts a constant before it looks at the condition.
    `CASE WHEN ${isCommonTime('s')} THEN TRY_CAST(s AS TIMESTAMPTZ) ELSE bq_text_timestamp_in(s, 'UTC') END`,
  ],
  // A zone beside the text must be the only one.
  [
    'bq_zoneless_timestamp(s, tz)',
    `CASE WHEN regexp_matches(s, '[zZ]$|[+-]\\d{1,2}(:?\\d{1,2})?$| [A-Za-z][^ ]*$') AND NOT regexp_full_match(s, '\\d{4}-\\d{1,2}-\\d{1,2}') THEN ${fail(`'Timezone is not allowed in ' || ${quoted('s')}`, 'TIMESTAMPTZ')} ELSE bq_text_timestamp_in(s, tz) END`,
  ],
  ['bq_date_text(d)', `lpad(CAST(year(d) AS VARCHAR), 4, '0') || strftime(d, '-%m-%d')`],
  // Fractions print in groups of three digits.
  [
    'bq_fraction(us)',
    `CASE WHEN us % 1000000 = 0 THEN '' WHEN us % 1000 = 0 THEN '.' || lpad(CAST((us % 1000000) // 1000 AS VARCHAR), 3, '0') ELSE '.' || lpad(CAST(us % 1000000 AS VARCHAR), 6, '0') END`,
  ],
  ['bq_micro_part(t)', `(epoch_us(t) % 1000000 + 1000000) % 1000000`],
  ['bq_datetime_text(d)', `bq_date_text(d) || strftime(d, ' %H:%M:%S') || bq_fraction(bq_micro_part(d))`],
  [
    'bq_time_text(t)',
    `strftime(DATE '1970-01-01' + t, '%H:%M:%S') || bq_fraction(bq_micro_part(DATE '1970-01-01' + t))`,
  ],
  [
    'bq_minutes_text(m, sep)',
    `CASE WHEN m < 0 THEN '-' ELSE '+' END || strftime(TIMESTAMP '1970-01-01' + to_minutes(abs(m)), '%H' || sep || '%M')`,
  ],
  ['bq_offset_text(t, tz, sep)', `list_transform([bq_zone_minutes(t, tz)], lambda m: bq_minutes_text(m, sep))[1]`],
  [
    'bq_timestamp_text_in(t, tz)',
    `list_transform([bq_shown(t, tz)], lambda d: bq_datetime_text(d))[1] || regexp_replace(bq_offset_text(t, tz, ':'), ':00$', '')`,
  ],
  ['bq_timestamp_text(t)', `bq_datetime_text(timezone('UTC', t)) || '+00'`],
  [
    'bq_make_date(y, m, d)',
    `CASE WHEN y IS NULL OR m IS NULL OR d IS NULL THEN NULL WHEN y BETWEEN 1 AND 9999 AND TRY(make_date(y, m, d)) IS NOT NULL THEN make_date(y, m, d) ELSE ${fail(`'Input calculates to invalid date: ' || y || '-' || m || '-' || d`, 'DATE')} END`,
  ],
  [
    'bq_clock(h, m, s)',
    `CASE WHEN h IS NULL OR m IS NULL OR s IS NULL THEN NULL WHEN h BETWEEN 0 AND 23 AND m BETWEEN 0 AND 59 AND s >= 0 AND s < 60 THEN TIME '00:00:00' + to_microseconds(CAST(h AS BIGINT) * 3600000000 + CAST(m AS BIGINT) * 60000000 + CAST(s * 1000000 AS BIGINT)) ELSE ${fail(`'Input calculates to invalid time: ' || h || ':' || m || ':' || s`, 'TIME')} END`,
  ],
  ['bq_make_time(h, m, s)', `bq_clock(h, m, s)`],
  ['bq_make_datetime(y, mo, d, h, mi, s)', `(bq_make_date(y, mo, d) + bq_clock(h, mi, s))`],
  ['bq_isoyear_start(d)', `CAST(date_trunc('week', make_date(isoyear(d), 1, 4)) AS DATE)`],
  [
    'bq_date_series(a, b, n)',
    `CASE WHEN a IS NULL OR b IS NULL OR n IS NULL THEN NULL WHEN n = 0 THEN [${fail(`'Sequence step cannot be 0.'`, 'DATE')}] ELSE list_transform(generate_series(0::BIGINT, CAST(b - a AS BIGINT), n), lambda i: a + CAST(i AS INTEGER)) END`,
  ],
  [
    'bq_month_series(a, b, n)',
    `CASE WHEN a IS NULL OR b IS NULL OR n IS NULL THEN NULL WHEN n = 0 THEN [${fail(`'Sequence step cannot be 0.'`, 'DATE')}] ELSE list_filter(list_transform(generate_series(0::BIGINT, CAST((year(b) - year(a)) * 12 + month(b) - month(a) AS BIGINT), n), lambda i: CAST(a + to_months(CAST(i AS INTEGER)) AS DATE)), lambda d: CASE WHEN n > 0 THEN d <= b ELSE d >= b END) END`,
  ],
  [
    'bq_timestamp_series(a, b, n)',
    `CASE WHEN a IS NULL OR b IS NULL OR n IS NULL THEN NULL WHEN n = 0 THEN [${fail(`'Sequence step cannot be 0.'`, 'TIMESTAMPTZ')}] ELSE list_transform(generate_series(epoch_us(a), epoch_us(b), n), lambda i: make_timestamptz(i)) END`,
  ],
];
