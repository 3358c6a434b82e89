import { testFamilies } from './family.ts';

/** A literal format may be DuckDB's to write, one that a row holds is not. */
const alike = (name: string, type: string, elements: string) => {
  const formats = [...elements].map((letter) => `%${letter}`).concat(elements.replace(/./g, '<%$&>'));
  const days = ['0001-01-01', '0999-12-31', '1000-01-01', '1969-12-31', '2000-02-29', '2024-12-30', '9999-12-31'];
  const values = days.flatMap((day) =>
    type === 'DATE'
      ? [`DATE "${day}"`]
      : ['00:00:00', '12:05:09.5', '23:59:59.999999'].map((at) => `${type} "${day} ${at}"`),
  );
  const differing = formats.map(
    (f) => `COUNTIF(${name}("${f}", x) IS DISTINCT FROM ${name}(IF(x IS NULL, "", "${f}"), x))`,
  );
  return `SELECT ${differing.join(' + ')} FROM UNNEST([${values.join(', ')}, NULL]) AS x`;
};

testFamilies({
  'FORMAT_*: literal formats': [
    [alike('FORMAT_DATE', 'DATE', 'aAbBdjmyYFDHx%'), [['0']]],
    [alike('FORMAT_DATETIME', 'DATETIME', 'aAbBdjmyYFDHIMSpTXRGV%'), [['0']]],
    [alike('FORMAT_TIMESTAMP', 'TIMESTAMP', 'aAbBdjmyYFDHIMSpTXRGV%'), [['0']]],
    [
      'SELECT FORMAT_DATE("%Y", DATE "0005-01-02"), FORMAT_DATE("%b %d, %Y", DATE "2021-01-20"), FORMAT_TIMESTAMP("%F %R", TIMESTAMP "2021-01-20 23:30:00", "Asia/Tokyo"), FORMAT_DATE("%H is 100%%", DATE "2021-01-20")',
      [['5', 'Jan 20, 2021', '2021-01-21 08:30', '%H is 100%']],
    ],
    [
      'SELECT FORMAT_DATE("%Y-%m", DATE(t)), COUNT(*) FROM UNNEST([TIMESTAMP "2021-01-20", "2021-01-21", "2021-02-01"]) AS t GROUP BY FORMAT_DATE("%Y-%m", DATE(t)) ORDER BY FORMAT_DATE("%Y-%m", DATE(t))',
      [
        ['2021-01', '2'],
        ['2021-02', '1'],
      ],
    ],
    [
      'SELECT FORMAT_TIMESTAMP("%Y", MAX(t), "Asia/Tokyo") FROM UNNEST([TIMESTAMP "2020-12-31 20:00:00"]) AS t',
      [['2021']],
    ],
  ],
  'FORMAT_* and PARSE_*: formats that rows hold': [
    [
      'SELECT FORMAT_DATE(f, DATE "2021-01-20") FROM UNNEST(["%F", "%A", NULL, "%H"]) f WITH OFFSET o ORDER BY o',
      [['2021-01-20'], ['Wednesday'], [null], ['%H']],
    ],
    [
      'SELECT PARSE_DATE(p.f, p.s) FROM UNNEST([STRUCT("%F" AS f, "2021-01-20" AS s), ("%m/%d/%y", "1/2/03"), (NULL, "x"), ("%F", NULL)]) p WITH OFFSET o ORDER BY o',
      [['2021-01-20'], ['2003-01-02'], [null], [null]],
    ],
    [
      'SELECT FORMAT_TIME(f, TIME "09:07:05.5"), FORMAT_DATETIME(f, DATETIME "2021-01-20 09:07:05.5"), FORMAT_TIMESTAMP(f, TIMESTAMP "2021-01-20 09:07:05.5", z) FROM (SELECT "%H:%M:%E*S" f, "Asia/Tokyo" z)',
      [['09:07:05.5', '09:07:05.5', '18:07:05.5']],
    ],
    ['SELECT FORMAT_DATE(f, DATE "2021-01-20") FROM UNNEST(["%q"]) f', /^invalidQuery: not supported .*%q/],
    ['SELECT SAFE.PARSE_DATE("%F", "2021-13-01"), SAFE.PARSE_DATE(f, "x") FROM UNNEST(["%F"]) f', [[null, null]]],
  ],
  'sums of many terms': [
    [`SELECT ${Array(40).fill('COUNT(x)').join(' + ')} FROM UNNEST([1]) AS x`, [['40']]],
    [
      `SELECT MAX(d)${' + 1'.repeat(40)} - 2, ${Array(20).fill('DATE_ADD(').join('')}d${', INTERVAL 1 MONTH)'.repeat(20)}, t${' + INTERVAL 36 HOUR'.repeat(20)} FROM UNNEST([STRUCT(DATE "2020-01-01" AS d, TIMESTAMP "2020-01-01" AS t)]) GROUP BY d, t`,
      [['2020-02-08', '2021-09-01', '1580428800000000']],
    ],
    [`SELECT DATE "9999-12-20"${' + 1'.repeat(12)}`, /^invalidQuery: .*out of .*range/],
  ],
  'PARSE_TIMESTAMP: zones': [
    [
      'SELECT STRING(PARSE_TIMESTAMP(f, s, z)) FROM UNNEST([STRUCT("%F" AS f, "2008-07-25" AS s, "Europe/Berlin" AS z), ("%F %Z", "2008-07-25 UTC", "Europe/Berlin"), ("%F %Ez", "2008-07-25 +02:00", "Asia/Tokyo"), ("%s", "0", "Asia/Tokyo")]) WITH OFFSET o ORDER BY o',
      [['2008-07-24 22:00:00+00'], ['2008-07-25 00:00:00+00'], ['2008-07-24 22:00:00+00'], ['1970-01-01 00:00:00+00']],
    ],
    [
      'SELECT STRING(PARSE_TIMESTAMP("%FT%TZ", "2008-07-25T01:02:03Z")), STRING(PARSE_TIMESTAMP("%F %Z", "2008-07-25 America/New_York"))',
      [['2008-07-25 01:02:03+00', '2008-07-25 04:00:00+00']],
    ],
    [
      'SELECT STRING(PARSE_TIMESTAMP("%Y-%m-%d %Ez", "10000-01-01 +14:00")), PARSE_DATETIME("%s", "1545233618"), PARSE_TIME("%T", "23:59:60")',
      [['9999-12-31 10:00:00+00', '2018-12-19T15:33:38', '00:00:00']],
    ],
    ['SELECT PARSE_TIMESTAMP("%F %Ez", "0001-01-01 +01:00")', /^invalidQuery: Timestamp value is out of allowed range/],
    ['SELECT PARSE_TIMESTAMP("%F %Z", "2008-07-25 Mars/Olympus")', /^invalidQuery: Invalid time zone/],
  ],
  'SAFE. before functions of a part of dates': [
    [
      'SELECT SAFE.DATE_TRUNC(d, WEEK(MONDAY)), SAFE.LAST_DAY(d, WEEK(MONDAY)), SAFE.DATE_DIFF(d, d, WEEK(SUNDAY)) FROM UNNEST([DATE "2020-01-01", "9999-12-31"]) d ORDER BY d',
      [
        ['2019-12-30', '2020-01-05', '0'],
        ['9999-12-27', null, '0'],
      ],
    ],
  ],
});
