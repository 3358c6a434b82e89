import type { QueryOptions } from '../commands/query.ts';
import { findSite } from '../connect.ts';
import { FailedError, ServiceError } from '../errors.ts';
import { isTerminal, note, paint, paintNote, print, printJson } from '../output.ts';
import { formatBytes, formatCounted } from '../quantities.ts';
import { renderGrid } from '../table.ts';
import { truncate } from '../text.ts';
import { decodeRow, type Field, isNumber, type Json, renderValue } from './decode-row.ts';
import { renderPosition } from './error-position.ts';
import { type QueryResult, runQuery } from './jobs-query.ts';

/** Longer values are cut on a terminal, where a table that wraps cannot be read; --json has them whole. */
const CELL_CHARS = 60;

export async function query(sql: string, { data, env, json, maxRows }: QueryOptions): Promise<void> {
  const site = await findSite({ data, env });
  const result = await runQuery(site, sql, maxRows).catch((error: unknown) => {
    throw explain(error, sql);
  });
  const rows = result.rows.map((row) => decodeRow(result.fields, row));
  if (json) printJson(rows);
  else if (result.fields.length > 0)
    print(isTerminal() ? renderResult(result.fields, rows) : renderLines(result.fields, rows));
  note(paintNote('dim', describeCost(result, rows.length)));
}

function explain(error: unknown, sql: string): unknown {
  if (!(error instanceof ServiceError)) return error;
  const position = renderPosition(sql, error.message);
  return position === undefined ? error : new FailedError(`${error.message}\n${position}`, { cause: error });
}

function renderResult(fields: readonly Field[], rows: readonly Record<string, Json>[]): string {
  return renderGrid(
    fields.map((field) => ({
      head: paint('bold', field.name),
      align: isNumber(field) ? ('right' as const) : ('left' as const),
    })),
    rows.map((row) => fields.map(({ name }) => truncate(oneLine(renderValue(row[name] ?? null)), CELL_CHARS))),
  );
}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, ' ');

/** A head, then a line a row; what would break a line or a column is written as in C. */
function renderLines(fields: readonly Field[], rows: readonly Record<string, Json>[]): string {
  const lines = rows.map((row) => fields.map(({ name }) => escapeBreaks(renderValue(row[name] ?? null))));
  return [fields.map(({ name }) => name), ...lines].map((cells) => cells.join('\t')).join('\n');
}

const ESCAPES: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' };
const escapeBreaks = (text: string): string =>
  text.replace(/[\t\n\r\\]/g, (character) => ESCAPES[character] ?? character);

function describeCost({ totalRows, bytesBilled, affectedRows }: QueryResult, shown: number): string {
  const rows =
    affectedRows !== undefined
      ? `${formatCounted(affectedRows, 'row')} affected`
      : shown < totalRows
        ? `${formatCounted(shown, 'row')} of ${totalRows} (--max-rows shows more)`
        : formatCounted(totalRows, 'row');
  return `${rows}, ${bytesBilled === 0 ? 'nothing' : formatBytes(bytesBilled)} billed`;
}
