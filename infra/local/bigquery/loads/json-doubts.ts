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
      sql: numbersOf(schema, ['STRING'], `NOT regexp_matches(x, '${ALIKE}') OR length(ltrim(x, '-')) > 16`),
      what: 'for a STRING field a number that may be spelled in several ways, as 1.50 or 1e3; quote it',
    },
    ...['NUMERIC', 'BIGNUMERIC'].map((type) => ({
      sql: numbersOf(schema, [type], `length(ltrim(x, '-')) > 16 AND ${isLossy(type)}`),
      what: `for a ${type} field a number that is another one as FLOAT64; quote it`,
    })),
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

/** A number with a fraction or an exponent for a field of these types. */
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

const NUMBER = String.raw`-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?`;
/** Whoever writes such a number writes it so: no exponent, no zeros at its end, none of the very small. */
const ALIKE = String.raw`^-?(0\.0{0,3}[1-9]|[1-9]\d*\.)(\d*[1-9])?$`;

/**
 * Whether fields of these types hold a number with a fraction or an exponent, `x` as it is spelled, that fulfils `condition`.
 * DuckDB hands such numbers on as doubles, so that they are looked for in the object's own text: behind their fields' names,
 * and behind names with escapes, which may be theirs.
 */
function numbersOf(schema: readonly Field[], types: readonly string[], condition: string): string {
  const names = namesOf(schema, types);
  if (names.length === 0) return 'false';
  const key = String.raw`"(?:${names.join('|')}|[^"\\]*\\.(?:\\.|[^"\\])*)"`;
  const valued = String.raw`${key}\s*:\s*(?:\[[^\]]*\]|${NUMBER})`;
  const values = withoutTexts(`array_to_string(regexp_extract_all(CAST(j AS VARCHAR), ${quoteText(valued)}), ' ')`);
  const numbers = `regexp_extract_all(${values}, '${NUMBER}')`;
  return `(${anywhere('j', schema, hasFractionFor(types))}) AND len(list_filter(${numbers}, lambda x: regexp_matches(x, '[.eE]') AND (${condition}))) > 0`;
}

/** Names of fields of these types, at any depth; they are of letters, digits and what no pattern means anything by. */
const namesOf = (fields: readonly Field[], types: readonly string[]): string[] =>
  fields.flatMap(({ name, type, fields: inner }) =>
    type === 'RECORD' ? namesOf(inner ?? [], types) : types.includes(type) ? [escaped(name)] : [],
  );

const escaped = (name: string) =>
  name.replace(/[^\p{L}\p{N}_]/gu, (char) => `\\x{${char.codePointAt(0)?.toString(16)}}`);

/** Whether the digits make another number than their double does. */
const isLossy = (type: string) => {
  const read = (text: string) => `TRY(bq_text_${type.toLowerCase()}(${text}))`;
  return `${read('x')} IS DISTINCT FROM ${read('CAST(CAST(x AS DOUBLE) AS VARCHAR)')}`;
};
