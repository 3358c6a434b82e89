import type { FileColumn } from './read-file.ts';

/** What holds values in a file: a column, or a field at any depth of one. */
export interface FileLeaf {
  /** Names from the top, as the file has them. */
  path: string;
  column: FileColumn;
  /** DuckDB's text of it; where there are lists on the way, a JSON list of texts. */
  text: string;
  isList: boolean;
}

/** Elements of one list that are shown, evenly, so that one record is not the whole sample. */
const MAX_ELEMENTS = 20;

/** Two paths are never the same, whatever dots the names of a file have. */
export const pathTo = (name: string, parent?: string): string =>
  `${parent === undefined ? '' : `${parent}.`}${name.replaceAll('.', '\\.')}`;

export const leavesOf = (columns: readonly FileColumn[]): FileLeaf[] =>
  columns.flatMap((column) => leavesIn(column, pathTo(column.name), identifier(column.name), 0)).map(shorten);

function leavesIn(column: FileColumn, path: string, value: string, depth: number): FileLeaf[] {
  if (column.repeated) {
    const element = `e${depth}`;
    return leavesIn({ ...column, repeated: false }, path, element, depth + 1).map(({ text, isList, ...leaf }) => {
      const texts = `list_transform(${value}, lambda ${element}: ${text})`;
      return { ...leaf, text: isList ? `flatten(${texts})` : texts, isList: true };
    });
  }
  if (column.fields.length > 0)
    return column.fields.flatMap((field) =>
      leavesIn(field, pathTo(field.name, path), `${value}.${identifier(field.name)}`, depth),
    );
  const text = column.type === 'JSON' ? `to_json(${value})::VARCHAR` : `${value}::VARCHAR`;
  return [{ path, column, text, isList: false }];
}

function shorten({ text, isList, ...leaf }: FileLeaf): FileLeaf {
  const step = `greatest(1, ceil(len(${text}) / ${MAX_ELEMENTS})::BIGINT)`;
  return { ...leaf, isList, text: isList ? `to_json(list_slice(${text}, 1, len(${text}), ${step}))::VARCHAR` : text };
}

/** A record's values by leaf; further elements of its lists follow under the same number. */
export function rowsOf(leaves: readonly FileLeaf[], row: number, texts: readonly (string | null)[]) {
  const values = leaves.map(({ isList }, at): (string | null)[] => {
    const text = texts[at] ?? null;
    return isList && text !== null ? (JSON.parse(text) as (string | null)[]) : [text];
  });
  const height = Math.max(1, ...values.map(({ length }) => length));
  return Array.from({ length: height }, (_, n) => ({ row, values: values.map((one) => one[n] ?? null) }));
}

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
