import { fail, type Macro } from './failures.ts';

const OUT_OF_RANGE = fail(`'Interval value is out of range'`, 'INTERVAL');

/** INTERVAL: months, days and microseconds, each with its own sign, in DuckDB as in GoogleSQL. */
export const INTERVAL_MACROS: readonly Macro[] = [
  // 10,000 years each way, as months, as days, and as microseconds.
  [
    'bq_interval(m, d, u)',
    `CASE WHEN abs(m) > 120000 OR abs(d) > 3660000 OR abs(u) > 316224000000000000 THEN ${OUT_OF_RANGE} ELSE to_months(CAST(m AS INTEGER)) + to_days(CAST(d AS INTEGER)) + to_microseconds(CAST(u AS BIGINT)) END`,
  ],
  ['bq_interval_months(i)', `CAST(datepart('year', i) * 12 + datepart('month', i) AS BIGINT)`],
  ['bq_interval_days(i)', `CAST(datepart('day', i) AS BIGINT)`],
  [
    'bq_interval_micros(i)',
    `CAST(datepart('hour', i) * 3600000000 + datepart('minute', i) * 60000000 + datepart('microseconds', i) AS BIGINT)`,
  ],
  [
    'bq_make_interval(y, mo, d, h, mi, s)',
    `bq_interval(y * 12 + mo, d, CAST(h AS HUGEINT) * 3600000000 + CAST(mi AS HUGEINT) * 60000000 + CAST(s AS HUGEINT) * 1000000)`,
  ],
  [
    'bq_interval_add(a, b)',
    `bq_interval(bq_interval_months(a) + bq_interval_months(b), bq_interval_days(a) + bq_interval_days(b), bq_interval_micros(a) + bq_interval_micros(b))`,
  ],
  [
    'bq_interval_times(i, n)',
    `bq_interval(bq_interval_months(i)::HUGEINT * n, bq_interval_days(i)::HUGEINT * n, bq_interval_micros(i)::HUGEINT * n)`,
  ],
  // What a division leaves of months becomes days of 30 to the month, what it leaves of days hours.
  [
    'bq_interval_divide(i, n)',
    `CASE WHEN n = 0 THEN ${fail(`'division by zero: INTERVAL / 0'`, 'INTERVAL')} ELSE bq_interval(bq_interval_months(i) // n, (bq_interval_days(i) + bq_interval_months(i) % n * 30) // n, (bq_interval_micros(i) + (bq_interval_days(i) + bq_interval_months(i) % n * 30) % n * 86400000000::HUGEINT) // n) END`,
  ],
  [
    'bq_justified_signs(m, d, u, x)',
    `bq_interval(m, CASE WHEN d > 0 AND u < 0 THEN d - 1 WHEN d < 0 AND u > 0 THEN d + 1 ELSE d END, CASE WHEN d > 0 AND u < 0 THEN u + 86400000000 WHEN d < 0 AND u > 0 THEN u - 86400000000 ELSE u END)`,
  ],
  [
    'bq_justified_months(m, d, u)',
    `bq_interval(CASE WHEN m > 0 AND d < 0 THEN m - 1 WHEN m < 0 AND d > 0 THEN m + 1 ELSE m END, CASE WHEN m > 0 AND d < 0 THEN d + 30 WHEN m < 0 AND d > 0 THEN d - 30 ELSE d END, u)`,
  ],
  ['bq_justify_whole(u)', `bq_interval(u // 2592000000000, u % 2592000000000 // 86400000000, u % 86400000000)`],
  [
    'bq_justify_hours(i)',
    `bq_justified_signs(bq_interval_months(i), bq_interval_days(i) + bq_interval_micros(i) // 86400000000, bq_interval_micros(i) % 86400000000, false)`,
  ],
  [
    'bq_justify_days(i)',
    `bq_justified_months(bq_interval_months(i) + bq_interval_days(i) // 30, bq_interval_days(i) % 30, bq_interval_micros(i))`,
  ],
  [
    'bq_justify_interval(i)',
    `bq_justify_whole(bq_interval_months(i) * 2592000000000::HUGEINT + bq_interval_days(i) * 86400000000::HUGEINT + bq_interval_micros(i))`,
  ],
  [
    'bq_interval_fraction(u)',
    `CASE WHEN u % 1000000 = 0 THEN '' WHEN u % 1000 = 0 THEN '.' || lpad(CAST(u % 1000000 // 1000 AS VARCHAR), 3, '0') ELSE '.' || lpad(CAST(u % 1000000 AS VARCHAR), 6, '0') END`,
  ],
  [
    'bq_interval_clock(u)',
    `CASE WHEN u < 0 THEN '-' ELSE '' END || abs(u) // 3600000000 || ':' || abs(u) % 3600000000 // 60000000 || ':' || abs(u) % 60000000 // 1000000 || bq_interval_fraction(abs(u))`,
  ],
  [
    'bq_interval_text(i)',
    `CASE WHEN bq_interval_months(i) < 0 THEN '-' ELSE '' END || abs(bq_interval_months(i)) // 12 || '-' || abs(bq_interval_months(i)) % 12 || ' ' || bq_interval_days(i) || ' ' || bq_interval_clock(bq_interval_micros(i))`,
  ],
  [
    'bq_text_interval(s)',
    `CASE WHEN s IS NOT NULL THEN list_transform([bq_interval_parts(s)], lambda p: bq_interval(p[1], p[2], p[3]))[1] END`,
  ],
  ['bq_iso_part(n, letter)', `CASE WHEN n = 0 THEN '' ELSE n || letter END`],
  [
    'bq_iso_clock(u)',
    `CASE WHEN u = 0 THEN '' ELSE 'T' || bq_iso_part(u // 3600000000, 'H') || bq_iso_part(u % 3600000000 // 60000000, 'M') || CASE WHEN u % 60000000 = 0 THEN '' ELSE CASE WHEN u < 0 THEN '-' ELSE '' END || abs(u) % 60000000 // 1000000 || rtrim(bq_interval_fraction(abs(u)), '0') || 'S' END END`,
  ],
  [
    'bq_interval_iso(i)',
    `CASE WHEN i IS NULL THEN NULL WHEN bq_interval_months(i) = 0 AND bq_interval_days(i) = 0 AND bq_interval_micros(i) = 0 THEN 'P0Y' ELSE 'P' || bq_iso_part(bq_interval_months(i) // 12, 'Y') || bq_iso_part(bq_interval_months(i) % 12, 'M') || bq_iso_part(bq_interval_days(i), 'D') || bq_iso_clock(bq_interval_micros(i)) END`,
  ],
  // TIMESTAMPs have no calendar, so months cannot be added to them.
  [
    'bq_timestamp_interval(i)',
    `CASE WHEN bq_interval_months(i) <> 0 THEN ${fail(`'TIMESTAMP +/- INTERVAL is not supported for intervals with non-zero MONTH or YEAR part.'`, 'INTERVAL')} ELSE to_microseconds(bq_interval_days(i) * 86400000000 + bq_interval_micros(i)) END`,
  ],
  [
    'bq_bucket_start(x, w, o)',
    `CASE WHEN w <= 0 THEN ${fail(`'Bucket width must be a positive interval'`)} ELSE o + bq_floor_div(x - o, w) * w END`,
  ],
  [
    'bq_month_bucket(x, o, m)',
    `list_transform([bq_floor_div((year(x) - year(o)) * 12 + month(x) - month(o), m)], lambda k: CASE WHEN o + to_months(CAST(k * m AS INTEGER)) > x THEN o + to_months(CAST((k - 1) * m AS INTEGER)) ELSE o + to_months(CAST(k * m AS INTEGER)) END)[1]`,
  ],
  [
    'bq_datetime_bucket(x, w, o)',
    `CASE WHEN x IS NULL OR w IS NULL OR o IS NULL THEN NULL WHEN bq_interval_months(w) > 0 AND bq_interval_days(w) = 0 AND bq_interval_micros(w) = 0 THEN bq_month_bucket(x, o, bq_interval_months(w)) WHEN bq_interval_months(w) <> 0 THEN ${fail(`'Bucket width must have months only, or none'`, 'TIMESTAMP')} ELSE make_timestamp(bq_bucket_start(epoch_us(x), bq_interval_days(w) * 86400000000 + bq_interval_micros(w), epoch_us(o))) END`,
  ],
  [
    'bq_date_bucket(x, w, o)',
    `CASE WHEN bq_interval_micros(w) <> 0 THEN ${fail(`'Bucket width of DATE_BUCKET must have no time part'`, 'DATE')} ELSE CAST(bq_datetime_bucket(CAST(x AS TIMESTAMP), w, CAST(o AS TIMESTAMP)) AS DATE) END`,
  ],
  [
    'bq_timestamp_bucket(x, w, o)',
    `CASE WHEN x IS NULL OR w IS NULL OR o IS NULL THEN NULL WHEN bq_interval_months(w) <> 0 THEN ${fail(`'Bucket width of TIMESTAMP_BUCKET must have no months'`, 'TIMESTAMPTZ')} ELSE make_timestamptz(bq_bucket_start(epoch_us(x), bq_interval_days(w) * 86400000000 + bq_interval_micros(w), epoch_us(o))) END`,
  ],
];
