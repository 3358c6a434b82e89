import { reference } from './commit.ts';
import { OWN_DATASET } from './commit-tables.ts';
import { column, tablePath } from './sql.ts';

/**
 * The jobs of an erasure. Values reach the warehouse in a table of their own and no other way: BigQuery keeps a job's text
 * and its parameters for months, and nobody can take them back.
 */

export interface KeyField {
  name: string;
  /** The type of the table's own column, as the API names it. */
  type: string;
}

export const keyTable = (id: string): string => `${OWN_DATASET}.erasing_${id}`;

/** Every combination of the columns' values that the columns' types can hold, one JSON object a line. */
export function renderKeyRows(
  fields: readonly KeyField[],
  values: Readonly<Record<string, readonly string[]>>,
): string {
  const rows = fields.reduce<Record<string, string>[]>(
    (combined, { name, type }) =>
      combined.flatMap((row) =>
        (values[name] ?? []).filter((value) => fits(value, type)).map((value) => ({ ...row, [name]: value })),
      ),
    [{}],
  );
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

function fits(value: string, type: string): boolean {
  switch (type) {
    case 'STRING':
      return true;
    case 'INTEGER':
    case 'INT64':
      return /^-?\d{1,19}$/.test(value);
    case 'NUMERIC':
      return /^-?\d+(\.\d+)?$/.test(value);
    case 'DATE':
      return /^\d{4}-\d{2}-\d{2}$/.test(value);
    default:
      return false;
  }
}

export function renderKeyLoad(project: string, id: string, uri: string, fields: readonly KeyField[]): object {
  return {
    load: {
      destinationTable: reference(project, keyTable(id)),
      sourceUris: [uri],
      sourceFormat: 'NEWLINE_DELIMITED_JSON',
      writeDisposition: 'WRITE_TRUNCATE',
      createDisposition: 'CREATE_IF_NEEDED',
      schema: { fields: fields.map(({ name, type }) => ({ name, type, mode: 'NULLABLE' })) },
    },
  };
}

export const renderErase = (project: string, id: string, table: string, fields: readonly KeyField[]): object =>
  query(`DELETE FROM ${tablePath(project, table)} T WHERE ${isTheirs(project, id, fields)}`);

/** Its one row: `n`. */
export const renderCountTheirs = (project: string, id: string, table: string, fields: readonly KeyField[]): object =>
  query(`SELECT COUNT(*) AS n FROM ${tablePath(project, table)} T WHERE ${isTheirs(project, id, fields)}`);

function isTheirs(project: string, id: string, fields: readonly KeyField[]): string {
  const same = fields.map(({ name }) => `K.${column(name)} = T.${column(name)}`).join(' AND ');
  return `EXISTS (SELECT 1 FROM ${tablePath(project, keyTable(id))} K WHERE ${same})`;
}

const query = (text: string): object => ({ query: { query: text, useLegacySql: false } });
