import type { Column, Privacy, Transformation } from '../model/column.ts';
import { contextColumn } from '../model/transformation.ts';
import { show } from './findings.ts';
import { didYouMean } from './nearest.ts';
import type { Finding, Path } from './problem.ts';
import type { DraftColumn, Reference } from './source-draft.ts';

/** A column that holds values, wherever it stands. */
export interface LeafAt {
  column: Column;
  /** In the declaration: `columns[1].fields[0]`. */
  path: Path;
  /** The RECORDs around it, outermost first. */
  around: readonly Column[];
}

/** All columns that hold values, those inside of records included. */
export const leavesOf = (columns: readonly DraftColumn[]): LeafAt[] =>
  columns.flatMap(({ at, column }) => (column === undefined ? [] : leavesIn(column, ['columns', at], [])));

function leavesIn(column: Column, path: Path, around: readonly Column[]): LeafAt[] {
  if (column.type !== 'RECORD') return [{ column, path, around }];
  return (column.fields ?? []).flatMap((field, at) => leavesIn(field, [...path, 'fields', at], [...around, column]));
}

export const pathOf = (around: readonly Column[], name: string): string =>
  [...around.map((record) => record.name), name].join('.');

interface Found {
  column: Column;
  /** From the top. */
  path: string;
  /** The RECORDs around it. */
  around: readonly Column[];
}

/**
 * What a name or a path means inside of these RECORDs: a field of the innermost, else of the one around it, and so on up
 * to the columns of the source. `open` = something of the first name is there and cannot be read.
 */
function find(columns: readonly DraftColumn[], around: readonly Column[], name: string): Found | 'open' | undefined {
  for (let depth = around.length; depth >= 0; depth--) {
    const records = around.slice(0, depth);
    const fields = records.at(-1)?.fields ?? columns.flatMap(({ column }) => (column === undefined ? [] : [column]));
    const found = walk(fields, records, name.split('.'));
    if (found) return found;
  }
  return columns.some((one) => one.column === undefined && one.name === name.split('.')[0]) ? 'open' : undefined;
}

function walk(
  fields: readonly Column[],
  around: readonly Column[],
  [name, ...rest]: readonly string[],
): Found | undefined {
  const column = fields.find((field) => field.name === name);
  if (column === undefined) return undefined;
  if (rest.length === 0) return { column, path: pathOf(around, column.name), around };
  return walk(column.fields ?? [], [...around, column], rest);
}

/** What a name in a leaf's privacy refers to: a value in the same row, or in the same element of a list. */
export function referFrom(
  columns: readonly DraftColumn[],
  { around }: Pick<LeafAt, 'around'>,
  name: string,
  path: Path,
): Reference & { path?: string } {
  const found = find(columns, around, name);
  if (found === 'open') return { broken: true };
  if (found === undefined) {
    const names = [
      ...around.flatMap(({ fields = [] }) => fields.map((field) => field.name)),
      ...columns.map((one) => one.name),
    ];
    const known =
      names.length === 0
        ? 'declare it under `columns`'
        : `the columns are ${names.map((one) => `\`${one}\``).join(', ')}`;
    const message = `${show(name)} is not a column of this source`;
    return { finding: { path, code: 'UNKNOWN_COLUMN', message, remedy: didYouMean(name, names, known) } };
  }
  const list = found.around.find((record) => record.mode === 'repeated' && !around.includes(record));
  if (list !== undefined) {
    const finding: Finding = {
      path,
      code: 'WRONG_COLUMN_TYPE',
      message: `\`${found.path}\` has a value in each element of \`${list.name}\`, and which of them is meant cannot be known`,
      remedy: 'name a column of the row, or a field of the same element',
    };
    return { finding };
  }
  return { found: found.column, path: found.path };
}

/** The columns with every name that a privacy refers to as its path from the top. There is no problem left in them. */
export function withFullPaths(columns: readonly Column[]): Column[] {
  const draft = columns.map((column, at): DraftColumn => ({ at, name: column.name, column }));
  return columns.map((column) => qualify(column, []));

  function qualify(column: Column, around: readonly Column[]): Column {
    if (column.type === 'RECORD') {
      return column.fields === undefined
        ? column
        : { ...column, fields: column.fields.map((field) => qualify(field, [...around, column])) };
    }
    const full = (name: string): string => {
      const found = find(draft, around, name);
      return found === undefined || found === 'open' ? name : found.path;
    };
    return column.privacy.kind === 'transform' ? { ...column, privacy: qualifyPrivacy(column.privacy, full) } : column;
  }
}

function qualifyPrivacy(privacy: Extract<Privacy, { kind: 'transform' }>, full: (name: string) => string): Privacy {
  const { transform, when } = privacy;
  return {
    ...privacy,
    transform: qualifyContext(transform, full),
    ...(when && { when: when.map((test) => ({ ...test, column: full(test.column) })) }),
  };
}

function qualifyContext(transform: Transformation, full: (name: string) => string): Transformation {
  const name = contextColumn(transform);
  if (name === undefined) return transform;
  switch (transform.kind) {
    case 'date_shift':
      return { ...transform, by: full(name) };
    case 'tokenize':
    case 'fpe':
      return { ...transform, tweak: full(name) };
    case 'dlp':
    case 'template':
      return { ...transform, context: full(name) };
    default:
      return transform;
  }
}
