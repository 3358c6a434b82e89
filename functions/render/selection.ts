import { column, tablePath } from './sql.ts';

/** Which rows of a source's table. */
export type Selection =
  | { run: string; rows: readonly number[] }
  /** Values as the warehouse has them, by column. */
  | { where: Readonly<Record<string, string>> };

export interface SelectionQuery {
  project: string;
  /** `<dataset>.<name>` */
  table: string;
  columns: readonly string[];
  selection: Selection;
  /** Rows that are read at most. */
  limit: number;
}

/** 0.61 dollars at list price; a table that is larger than that in these columns is asked by its tokens. */
const MAX_BYTES_BILLED = 100 * 1024 ** 3;

/** The columns of the rows that are chosen, as text, each with its `_run_id` and `_row_number`. What is looked for travels as parameters. */
export function renderSelection({ project, table, columns, selection, limit }: SelectionQuery): object {
  const picked = columns.map((path, at) => `CAST(${field(path)} AS STRING) AS c${at}`);
  const { condition, parameters } = conditionOf(selection);
  const query = [
    `SELECT ${['_run_id', '_row_number', ...picked].join(', ')}`,
    `FROM ${tablePath(project, table)}`,
    `WHERE ${condition}`,
    'ORDER BY 1, 2',
    `LIMIT ${limit}`,
  ].join('\n');
  return {
    query: {
      query,
      useLegacySql: false,
      parameterMode: 'NAMED',
      queryParameters: parameters,
      maximumBytesBilled: String(MAX_BYTES_BILLED),
    },
  };
}

function conditionOf(selection: Selection): { condition: string; parameters: object[] } {
  if ('rows' in selection) {
    const rows = selection.rows.map((row) => ({ value: String(row) }));
    return {
      condition: '_run_id = @run AND _row_number IN UNNEST(@rows)',
      parameters: [
        text('run', selection.run),
        {
          name: 'rows',
          parameterType: { type: 'ARRAY', arrayType: { type: 'INT64' } },
          parameterValue: { arrayValues: rows },
        },
      ],
    };
  }
  const tests = Object.entries(selection.where);
  return {
    condition: tests.map(([name], at) => `CAST(${field(name)} AS STRING) = @w${at}`).join(' AND '),
    parameters: tests.map(([, value], at) => text(`w${at}`, value)),
  };
}

/** A field of a RECORD by its path. */
const field = (path: string): string => path.split('.').map(column).join('.');

const text = (name: string, value: string): object => ({
  name,
  parameterType: { type: 'STRING' },
  parameterValue: { value },
});
