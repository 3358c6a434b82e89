import type { Field } from '../schema.ts';
import { quoteText } from '../sql/types.ts';
import { jsonKey } from './text-values.ts';

/** JSON with its texts emptied, so that what is found in it is no part of a text. */
export function withoutTexts(json: string): string {
  return `regexp_replace(${json}, '"(\\\\.|[^"\\\\])*"', '""', 'g')`;
}

/** Conditions on an object, and what BigQuery documents no rule of. */
interface Doubt {
  sql: string;
  what: string;
}

/** What an object of JSON may hold that could mean one value as well as another. */
export function doubtsOf(schema: readonly Field[]): Doubt[] {
  return [
    { sql: anywhere('j', schema, guarded(hasTwins)), what: 'a JSON object that names a field twice' },
    {
      sql: anywhere('j', schema, guarded(hasOtherCase)),
      what: 'a JSON name that differs from its field in case alone',
    },
    {
      sql: anywhere('j', schema, hasFractionFor(['STRING'])),
      what: 'a number with a fraction or an exponent for a STRING field; quote it',
    },
    {
      sql: `(${anywhere('j', schema, hasFractionFor(['NUMERIC', 'BIGNUMERIC']))}) AND ${HAS_LONG_FRACTION}`,
      what: 'a number of more than 15 digits, with a fraction or an exponent, for a NUMERIC field; quote it',
    },
  ];
}

/** An object whose names are as many as its fields that were found has no others, none twice, none in another case. */
export const hasMore = (schema: readonly Field[]) =>
  `len(json_keys(j)) <> ${schema.map((_, i) => `(j${i} IS NOT NULL)::INT`).join(' + ')}`;

/** Of the outermost object, whose fields `takeFields` has taken out, asked only where it has more. */
const guarded =
  (condition: Condition): Condition =>
  (object, fields) =>
    object === 'j' ? `(${hasMore(fields)} AND ${condition(object, fields)})` : condition(object, fields);

type Condition = (object: string, fields: readonly Field[]) => string;

/** The condition, of an object or of any object in its fields. */
function anywhere(object: string, fields: readonly Field[], condition: Condition): string {
  const nested = fields.flatMap((field) => {
    if (field.type !== 'RECORD') return [];
    const inner = `json_extract(${object}, ${jsonKey(field.name)})`;
    const own = (one: string) => anywhere(one, field.fields ?? [], condition);
    return field.mode === 'REPEATED'
      ? [
          `(json_type(${inner}) = 'ARRAY' AND len(list_filter(CAST(${inner} AS JSON[]), lambda e: json_type(e) = 'OBJECT' AND (${own('e')}))) > 0)`,
        ]
      : [`(json_type(${inner}) = 'OBJECT' AND (${own(inner)}))`];
  });
  return [condition(object, fields), ...nested].join(' OR ');
}

const hasTwins: Condition = (object) => `len(json_keys(${object})) > len(list_distinct(json_keys(${object})))`;

const hasOtherCase: Condition = (object, fields) => {
  const exact = fields.map(({ name }) => quoteText(name)).join(', ');
  const lower = fields.map(({ name }) => quoteText(name.toLowerCase())).join(', ');
  return `len(list_filter(json_keys(${object}), lambda k: k NOT IN (${exact}) AND lower(k) IN (${lower}))) > 0`;
};

/** DuckDB keeps such a number as a double: 1.50 becomes 1.5, and of more than 15 digits the last are lost. */
const hasFractionFor =
  (types: readonly string[]): Condition =>
  (object, fields) => {
    const conditions = fields
      .filter(({ type }) => types.includes(type))
      .map(({ name, mode }) => {
        const value = `json_extract(${object}, ${jsonKey(name)})`;
        return mode === 'REPEATED'
          ? `(json_type(${value}) = 'ARRAY' AND len(list_filter(CAST(${value} AS JSON[]), lambda e: json_type(e) = 'DOUBLE')) > 0)`
          : `json_type(${value}) = 'DOUBLE'`;
      });
    return conditions.length === 0 ? 'false' : conditions.join(' OR ');
  };

const FRACTION = String.raw`\d+(?:\.\d+)?(?:[eE][-+]?\d+)?`;
const HAS_LONG_FRACTION = `len(list_filter(regexp_extract_all(${withoutTexts('CAST(j AS VARCHAR)')}, '${FRACTION}'), lambda x: regexp_matches(x, '[.eE]') AND length(x) > 16)) > 0`;
