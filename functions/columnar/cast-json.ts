import type { Column } from '../model/column.ts';
import { castText, type Typed } from './cast.ts';
import type { NestedValue } from './nested-value.ts';
import type { Cell } from './read-column.ts';
import { literal } from './sql-text.ts';

/**
 * A JSON value. What is written another way than declared (an object under a STRING, a single value under a repeated
 * column) is bad: DuckDB's own JSON casts turn 3.7 into 4 and a wrong shape into NULL.
 */
export function jsonValue(value: string): NestedValue {
  const kind = `json_type(${value})`;
  return {
    isNull: `coalesce(${kind}, 'NULL') = 'NULL'`,
    isList: `coalesce(${kind} = 'ARRAY', false)`,
    isRecord: `coalesce(${kind} = 'OBJECT', false)`,
    elements: `from_json(${value}, '["JSON"]')`,
    element: jsonValue,
    field: (name) => jsonValue(`json_extract(${value}, ${literal(pointer(name))})`),
    badRecord: hasDuplicateKeys(value),
    scalar: (column) => jsonScalar(column, value, kind),
  };
}

function jsonScalar(column: Column, value: string, kind: string): Cell {
  // A JSON null is a JSON value, but what is null in a file is NULL in a table.
  if (column.type === 'JSON') {
    const text = `CASE WHEN ${kind} <> 'NULL' THEN ${value}::VARCHAR END`;
    return { text, typed: castText(column, text) };
  }
  const text = `(${value} ->> '$')`;
  const cast = (given: string): Typed => withJsonRules(column, castText(column, given), text, kind);
  return { text, typed: cast(text), cast };
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

/** Which of two equal keys counts cannot be known. */
export const hasDuplicateKeys = (value: string): string =>
  `len(json_keys(${value})) <> len(list_distinct(json_keys(${value})))`;

/** RFC 6901. */
export const pointer = (key: string): string => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
