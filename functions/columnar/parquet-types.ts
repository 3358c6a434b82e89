import { DuckDBListType, DuckDBStructType, type DuckDBType } from '@duckdb/node-api';
import type { Column } from '../model/column.ts';
import type { Reason } from '../model/run.ts';

/** What a scalar of a file may become; anything else would lose or invent something. */
const READS: Readonly<Record<Exclude<Column['type'], 'RECORD'>, RegExp>> = {
  STRING: /^(VARCHAR|UUID|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DATE|BOOLEAN)$/,
  BYTES: /^BLOB$/,
  INT64: /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|VARCHAR|DOUBLE|DECIMAL\(.*\))$/,
  FLOAT64: /^(FLOAT|DOUBLE|VARCHAR|DECIMAL\(.*\)|U?(TINY|SMALL|BIG)?INT(EGER)?)$/,
  NUMERIC: /^(DECIMAL\(.*\)|DOUBLE|VARCHAR|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?)$/,
  BIGNUMERIC: /^(DECIMAL\(.*\)|VARCHAR|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?)$/,
  BOOL: /^(BOOLEAN|VARCHAR)$/,
  DATE: /^(DATE|VARCHAR)$/,
  DATETIME: /^(TIMESTAMP(_S|_MS|_NS)?|VARCHAR)$/,
  TIME: /^(TIME|TIME WITH TIME ZONE|VARCHAR)$/,
  TIMESTAMP: /^(TIMESTAMP(_S|_MS|_NS)?|TIMESTAMP WITH TIME ZONE|VARCHAR)$/,
  JSON: /^VARCHAR$/,
};

/** The reader numbers records under this name, and takes no file that has a column of it. */
export const RECORD_NUMBER = 'file_row_number';

/** Whether every declared column can be read from what the file has, fields of records included. */
export function checkParquetTypes(
  types: ReadonlyMap<string, DuckDBType>,
  columns: readonly Column[],
  allowUnknown: boolean,
): Reason[] {
  const taken = [...types.keys()].find((name) => name.toLowerCase() === RECORD_NUMBER);
  return [
    ...(taken === undefined
      ? []
      : [wrong(taken, `column ${taken} has the name that the reader numbers records under: rename it in the file`)]),
    ...columns.flatMap((column) => {
      const found = types.get(column.from);
      return found ? checkType(column, found, column.from, allowUnknown) : [];
    }),
  ];
}

function checkType(column: Column, found: DuckDBType, path: string, allowUnknown: boolean): Reason[] {
  // A dropped column is not read, whatever it is.
  if (column.privacy.kind === 'drop') return [];
  if (column.mode !== 'repeated') return checkOne(column, found, path, allowUnknown);
  if (found instanceof DuckDBListType) return checkOne(column, found.valueType, path, allowUnknown);
  return [mismatch(path, found, column)];
}

function checkOne(column: Column, found: DuckDBType, path: string, allowUnknown: boolean): Reason[] {
  if (column.type !== 'RECORD') return READS[column.type].test(String(found)) ? [] : [mismatch(path, found, column)];
  if (!(found instanceof DuckDBStructType)) return [mismatch(path, found, column)];
  const fields = column.fields ?? [];
  const unknown = found.entryNames.filter((name) => fields.every((field) => field.from !== name));
  return [
    ...fields.flatMap((field): Reason[] => {
      const type = found.entryTypes[found.entryNames.indexOf(field.from)];
      const at = `${path}.${field.from}`;
      if (type) return checkType(field, type, at, allowUnknown);
      return [
        { code: 'MISSING_COLUMN', column: at, message: `the file lacks ${at}: add or remove from the declaration` },
      ];
    }),
    ...(allowUnknown ? [] : unknown.map((name) => unknownField(`${path}.${name}`))),
  ];
}

const wrong = (column: string, message: string): Reason => ({ code: 'WRONG_FORMAT', column, message });

const unknownField = (column: string): Reason => ({
  code: 'UNKNOWN_COLUMN',
  column,
  message: `the file has ${column}, which the declaration lacks: declare it, or set on_new_column: hold to load without it; then replay`,
});

function mismatch(path: string, found: DuckDBType, column: Column): Reason {
  const list = found instanceof DuckDBListType;
  const name = String(list ? found.valueType : found).replace(/\(.*/s, '');
  const declared = column.mode === 'repeated' ? `repeated ${column.type}` : column.type;
  return wrong(
    path,
    `column ${path} is ${name}${list ? ' (a list)' : ''} in the file and ${declared} in the declaration`,
  );
}
