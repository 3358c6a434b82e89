import { fail, failText, type Macro } from './failures.ts';

interface Kind {
  name: 'date' | 'datetime' | 'timestamp';
  duck: string;
}

const KINDS: readonly Kind[] = [
  { name: 'date', duck: 'DATE' },
  { name: 'datetime', duck: 'TIMESTAMP' },
  { name: 'timestamp', duck: 'TIMESTAMPTZ' },
];

/** Values that are looked at several times are computed once: macros repeat their arguments' text, at every level anew. */
const once = (values: Record<string, string>, body: string): string => {
  const packed = Object.entries(values).map(([name, sql]) => `${name} := ${sql}`);
  return `list_transform([struct_pack(${packed.join(', ')})], lambda p: ${body})[1]`;
};

const FORMED = '[^,\\s]([^,]*[^,\\s])?';
const months = 'bq_interval_months(p.i)';
const days = 'bq_interval_days(p.i)';
const clock = 'bq_interval_micros(p.i)';

/** What a step must not be, and how GoogleSQL says so. */
const STEP_RULES: Record<Kind['name'], [broken: string, rule: string][]> = {
  date: [
    [`${clock} <> 0`, 'step with non-zero (H:M:S[.F]) part is not supported'],
    [`${months} <> 0 AND ${days} <> 0`, 'step should either have the Y-M part or the DAY part'],
  ],
  datetime: [
    [
      `${months} <> 0 AND (${days} <> 0 OR ${clock} <> 0)`,
      'step should either have the Y-M part or the D (H:M:S[.F]) part',
    ],
  ],
  timestamp: [[`${months} <> 0`, 'step with non-zero MONTH or YEAR part is not supported']],
};
const ANY_STEP: [broken: string, rule: string][] = [
  [`${months} < 0 OR ${days} < 0 OR ${clock} < 0`, 'step cannot be negative'],
  [`${months} = 0 AND ${days} = 0 AND ${clock} = 0`, 'step cannot be 0'],
];

function macrosOf({ name, duck }: Kind): Macro[] {
  const struct = `STRUCT(s ${duck}, e ${duck})`;
  const bound = (x: string, infinity: string) =>
    `CASE WHEN upper(${x}) IN ('UNBOUNDED', 'NULL') THEN CAST('${infinity}' AS ${duck}) ELSE bq_text_${name}(${x}) END`;
  const text = (x: string) => `CASE WHEN isfinite(${x}) THEN bq_${name}_text(${x}) ELSE 'UNBOUNDED' END`;
  const both = (x: string) => `'[' || ${text(`${x}.s`)} || ', ' || ${text(`${x}.e`)} || ')'`;
  const read = name === 'timestamp' ? 'bq_load_timestamp' : `bq_text_${name}`;
  const loaded = (key: string, infinity: string) => {
    const x = `bq_load_scalar(json_extract(p.j, '$.${key}'))`;
    return `CASE WHEN ${x} IS NULL OR upper(${x}) = 'UNBOUNDED' THEN CAST('${infinity}' AS ${duck}) ELSE ${read}(${x}) END`;
  };
  return [
    [
      `bq_range_${name}(a, b)`,
      once(
        { s: 'a', e: 'b' },
        `CASE WHEN p.s >= p.e THEN ${fail(`'Range start element must be smaller than range end element: ' || ${both('p')}`, struct)} ELSE p END`,
      ),
    ],
    [
      `bq_text_range_${name}(t)`,
      once(
        { t: 'bq_range_parts(t)' },
        `CASE WHEN p.t IS NOT NULL THEN bq_range_${name}(${bound('p.t[1]', '-infinity')}, ${bound('p.t[2]', 'infinity')}) END`,
      ),
    ],
    // A bound that is null, or left out, is none.
    [
      `bq_load_range_${name}(j)`,
      once(
        { j: 'j' },
        `CASE json_type(p.j) WHEN 'NULL' THEN NULL WHEN 'VARCHAR' THEN bq_text_range_${name}(json_extract_string(p.j, '$')) WHEN 'OBJECT' THEN CASE WHEN len(list_filter(json_keys(p.j), lambda k: k NOT IN ('start', 'end'))) > 0 THEN ${fail(`'no such bound of a range'`, struct)} ELSE bq_range_${name}(${loaded('start', '-infinity')}, ${loaded('end', 'infinity')}) END ELSE ${fail(`'Could not parse value as RANGE'`, struct)} END`,
      ),
    ],
    [`bq_range_${name}_text(r)`, once({ r: 'r' }, `CASE WHEN p.r IS NOT NULL THEN ${both('p.r')} END`)],
    [
      `bq_range_intersect_${name}(a, b)`,
      once(
        { a: 'a', b: 'b' },
        `CASE WHEN p.a IS NULL OR p.b IS NULL THEN NULL WHEN p.a.s < p.b.e AND p.b.s < p.a.e THEN struct_pack(s := greatest(p.a.s, p.b.s), e := least(p.a.e, p.b.e)) ELSE ${fail(`'Provided RANGE inputs: ' || ${both('p.a')} || ' and ' || ${both('p.b')} || ' do not overlap.'`, struct)} END`,
      ),
    ],
    [`bq_range_array_${name}(r, i, partial)`, once({ r: 'r', i: 'i', partial: 'partial' }, arrayOf({ name, duck }))],
  ];
}

/** GENERATE_RANGE_ARRAY of `p`: subranges of one step each, the last one cut off at the end. */
function arrayOf({ name, duck }: Kind): string {
  const rules = [...STEP_RULES[name], ...ANY_STEP].map(
    ([broken, rule]) => `WHEN ${broken} THEN ${fail(`'GENERATE_RANGE_ARRAY: ${rule}'`)}`,
  );
  // Months are counted from the start each time, so that a short month does not shorten those behind it.
  const at = (k: string) =>
    `CAST(p.r.s + to_months(CAST(${k} * ${months} AS INTEGER)) + to_microseconds(CAST(${k} * (${days} * 86400000000 + ${clock}) AS BIGINT)) AS ${duck})`;
  const micros = (x: string) => `epoch_us(CAST(${x} AS ${name === 'date' ? 'TIMESTAMP' : duck}))`;
  const least = `((${months} * 28 + ${days}) * 86400000000 + ${clock})`;
  const count = `CASE ${rules.join(' ')} WHEN NOT isfinite(p.r.s) OR NOT isfinite(p.r.e) THEN ${fail(`'GENERATE_RANGE_ARRAY: input RANGE cannot have UNBOUNDED endpoints'`)} ELSE CAST((${micros('p.r.e')} - ${micros('p.r.s')}) // ${least} AS BIGINT) END`;
  const kept = `list_filter(range(${count} + 1), lambda k: ${at('k')} < p.r.e AND (p.partial OR ${at('(k + 1)')} <= p.r.e))`;
  return `CASE WHEN p.r IS NOT NULL AND p.i IS NOT NULL AND p.partial IS NOT NULL THEN list_transform(${kept}, lambda k: struct_pack(s := ${at('k')}, e := least(${at('(k + 1)')}, p.r.e))) END`;
}

/** Ranges: structs of two bounds, infinite where there is none. */
export const RANGE_MACROS: readonly Macro[] = [
  [
    'bq_range_parts(t)',
    once(
      { t: 't' },
      `CASE WHEN p.t IS NULL THEN NULL WHEN NOT starts_with(p.t, '[') OR NOT ends_with(p.t, ')') THEN [${failText(`'Failed to parse range: range must be formatted exactly as [START, END) (found ' || p.t || ')'`)}] WHEN NOT regexp_full_match(p.t, '\\[${FORMED}, ${FORMED}\\)') THEN [${failText(`'Failed to parse range: range must be formatted exactly as [START, END) with two parts, START and END, divided with ", "'`)}] ELSE string_split(p.t[2:-2], ', ') END`,
    ),
  ],
  ['bq_range_overlaps(a, b)', once({ a: 'a', b: 'b' }, `p.a.s < p.b.e AND p.b.s < p.a.e`)],
  ['bq_range_within(a, b)', once({ a: 'a', b: 'b' }, `p.a.s <= p.b.s AND p.b.e <= p.a.e`)],
  ['bq_range_has(a, x)', once({ a: 'a', x: 'x' }, `p.a.s <= p.x AND p.x < p.a.e`)],
  ...KINDS.flatMap(macrosOf),
];
