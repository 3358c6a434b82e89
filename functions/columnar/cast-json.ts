import type { Column } from '../model/column.ts';
import { castText, type Typed } from './cast.ts';
import { identifier, literal } from './sql-text.ts';

/**
 * A JSON value to a column's type, at any depth. What is written another way than declared (an object under a STRING, a
 * single value under a repeated column) is bad: DuckDB's own JSON casts turn 3.7 into 4 and a wrong shape into NULL.
 */
export function castJson(column: Column, value: string): Typed {
  return castAt(column, value, 0);
}

/** What the text of a JSON scalar does not show. `kind` is json_type's answer. */
export function withJsonRules(column: Pick<Column, 'type'>, typed: Typed, text: string, kind: string): Typed {
  switch (column.type) {
    case 'STRING':
      return {
        value: typed.value,
        bad: `CASE WHEN starts_with(${text}, '{') OR starts_with(${text}, '[') THEN coalesce(${kind} IN ('OBJECT', 'ARRAY'), false) ELSE false END`,
      };
    case 'NUMERIC':
    case 'BIGNUMERIC': {
      // A fraction is a double by now, which keeps 15 significant digits; more of them arrive whole in a string only.
      const lossy = `CASE WHEN length(${text}) > 15 THEN coalesce(${kind} = 'DOUBLE' AND regexp_matches(${text}, '[.eE]') AND length(regexp_replace(${text}, '[^0-9]', '', 'g')) > 15, false) ELSE false END`;
      return { value: typed.value, bad: typed.bad ? `(${typed.bad} OR ${lossy})` : lossy };
    }
    default:
      return typed;
  }
}

function castAt(column: Column, value: string, depth: number): Typed {
  if (column.mode !== 'repeated') return castOne(column, value, depth);
  const element = `e${depth}`;
  const one = castOne(column, element, depth + 1);
  const elements = `from_json(${value}, '["JSON"]')`;
  const bad = [`${element} IS NULL`, ...(one.bad ? [one.bad] : [])].join(' OR ');
  return {
    value: `CASE WHEN json_type(${value}) = 'ARRAY' THEN list_transform(${elements}, lambda ${element}: ${one.value}) END`,
    bad: `CASE WHEN coalesce(json_type(${value}), 'NULL') = 'NULL' THEN false WHEN json_type(${value}) <> 'ARRAY' THEN true ELSE len(list_filter(${elements}, lambda ${element}: ${bad})) > 0 END`,
  };
}

function castOne(column: Column, value: string, depth: number): Typed {
  if (column.type === 'RECORD') return castRecord(column, value, depth);
  const kind = `json_type(${value})`;
  // A JSON null is a JSON value, but what is null in a file is NULL in a table.
  if (column.type === 'JSON') return castText(column, `CASE WHEN ${kind} <> 'NULL' THEN ${value}::VARCHAR END`);
  const text = `(${value} ->> '$')`;
  return withJsonRules(column, castText(column, text), text, kind);
}

function castRecord(column: Column, value: string, depth: number): Typed {
  const fields = (column.fields ?? []).map((field) => {
    const found = `json_extract(${value}, ${literal(pointer(field.from))})`;
    const typed = castAt(field, found, depth);
    const absent = `coalesce(json_type(${found}), 'NULL') = 'NULL'`;
    const bad = [...(typed.bad ? [typed.bad] : []), ...(field.mode === 'required' ? [absent] : [])];
    return { pack: `${identifier(field.name)} := ${typed.value}`, bad };
  });
  const bad = [`(${hasDuplicateKeys(value)})`, ...fields.flatMap((field) => field.bad)].join(' OR ');
  return {
    value: `CASE WHEN json_type(${value}) = 'OBJECT' THEN struct_pack(${fields.map(({ pack }) => pack).join(', ')}) END`,
    bad: `CASE WHEN coalesce(json_type(${value}), 'NULL') = 'NULL' THEN false WHEN json_type(${value}) <> 'OBJECT' THEN true ELSE (${bad}) END`,
  };
}

/** Which of two equal keys counts cannot be known. */
export const hasDuplicateKeys = (value: string): string =>
  `len(json_keys(${value})) <> len(list_distinct(json_keys(${value})))`;

/** RFC 6901. */
export const pointer = (key: string): string => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
