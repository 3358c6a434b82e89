import { fail, type Macro } from './failures.ts';

const KINDS = [
  { name: 'date', duck: 'DATE', moment: 'TIMESTAMP' },
  { name: 'datetime', duck: 'TIMESTAMP', moment: 'TIMESTAMP' },
  { name: 'timestamp', duck: 'TIMESTAMPTZ', moment: 'TIMESTAMPTZ' },
] as const;

const months = 'bq_interval_months(p.i)';
const micros = '(bq_interval_days(p.i) * 86400000000 + bq_interval_micros(p.i))';

/** The starts of buckets from the first moment to the last, both of them part: see GAP_FILL. */
function pointsOf({ name, duck, moment }: (typeof KINDS)[number]): Macro {
  const us = (x: string) => `epoch_us(CAST(${x} AS ${moment}))`;
  const even = `list_transform(range(-bq_floor_div(${us('p.o')} - ${us('p.lo')}, ${micros}), bq_floor_div(${us('p.hi')} - ${us('p.o')}, ${micros}) + 1), lambda k: CAST(p.o + to_microseconds(CAST(k * ${micros} AS BIGINT)) AS ${duck}))`;
  const apart = (x: string) => `((year(${x}) - year(p.o)) * 12 + month(${x}) - month(p.o))`;
  const monthly = `list_filter(list_transform(range(bq_floor_div(${apart('p.lo')}, ${months}) - 1, bq_floor_div(${apart('p.hi')}, ${months}) + 2), lambda k: CAST(p.o + to_months(CAST(k * ${months} AS INTEGER)) AS ${duck})), lambda d: d >= p.lo AND d <= p.hi)`;
  const rules = [
    [
      `${months} < 0 OR bq_interval_days(p.i) < 0 OR bq_interval_micros(p.i) < 0 OR (${months} = 0 AND ${micros} = 0)`,
      'bucket_width must be positive',
    ],
    ...(name === 'timestamp'
      ? [[`${months} <> 0`, 'bucket_width of a TIMESTAMP cannot have months or years']]
      : [
          [`${months} <> 0 AND ${micros} <> 0`, 'bucket_width must have one part'],
          [
            `${months} <> 0 AND day(p.o) > 28`,
            'not supported by the embedded warehouse: an origin behind the 28th of its month',
          ],
        ]),
    ...(name === 'date'
      ? [[`bq_interval_micros(p.i) <> 0`, 'bucket_width of a DATE cannot have hours, minutes or seconds']]
      : []),
  ];
  const broken = rules
    .map(([condition, rule]) => `WHEN ${condition} THEN [${fail(`'GAP_FILL: ${rule}'`, duck)}]`)
    .join(' ');
  const body = name === 'timestamp' ? even : `CASE WHEN ${months} > 0 THEN ${monthly} ELSE ${even} END`;
  return [
    `bq_gap_points_${name}(lo, hi, i, o)`,
    `list_transform([struct_pack(lo := lo, hi := hi, i := i, o := o)], lambda p: CASE WHEN p.lo IS NULL THEN NULL ${broken} ELSE ${body} END)[1]`,
  ];
}

export const GAP_FILL_MACROS: readonly Macro[] = KINDS.map(pointsOf);
