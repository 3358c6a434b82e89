import type { TableField } from '../model/warehouse-type.ts';
import type { NightColumn } from '../plan/night-inspection.ts';
import { column, tablePath } from './sql.ts';

/** Rows of a table that DLP is shown. */
const SAMPLE_ROWS = 500;
/** Bytes of a table that the warehouse reads for them, or all of a smaller one. */
const SAMPLE_BYTES = 64 * 1024 ** 2;
/** What one query may be billed for; a view is read as it is written. */
const MOST_BILLED = 1024 ** 3;
/** Characters of a value that are shown. */
const MOST_CHARACTERS = 8_192;

/** A query of a table's sample: `c0`, `c1`, … as text. A view has no blocks to sample, so its bytes are bounded alone. */
export function renderNightSample(
  project: string,
  table: string,
  { type, bytes = 0 }: { type: string; bytes?: number },
  columns: readonly NightColumn[],
): object {
  const texts = columns.map((one, n) => `LEFT(${textOf(one)}, ${MOST_CHARACTERS}) AS c${n}`);
  const share = (100 * SAMPLE_BYTES) / bytes;
  // Fewer digits than a double has: GoogleSQL reads a percentage as a literal.
  const sample = type === 'TABLE' && share < 100 ? ` TABLESAMPLE SYSTEM (${share.toFixed(6)} PERCENT)` : '';
  return {
    labels: { sluice_inspection: 'nightly' },
    query: {
      query: `SELECT ${texts.join(', ')} FROM ${tablePath(project, table)}${sample} LIMIT ${SAMPLE_ROWS}`,
      useLegacySql: false,
      maximumBytesBilled: String(MOST_BILLED),
    },
  };
}

/** The text of a value; of a list, or of a field in one, each element's as a line. */
function textOf({ fields }: NightColumn): string {
  const lists: string[] = [];
  let value = '';
  let last: TableField | undefined;
  for (const field of fields) {
    value = value === '' ? column(field.name) : `${value}.${column(field.name)}`;
    last = field;
    if (field.mode !== 'REPEATED') continue;
    const element = `e${lists.length}`;
    lists.push(`UNNEST(${value}) AS ${element}`);
    value = element;
  }
  const text =
    last?.type === 'STRING'
      ? value
      : last?.type === 'JSON' || last?.type === 'RECORD'
        ? `TO_JSON_STRING(${value})`
        : `CAST(${value} AS STRING)`;
  return lists.length === 0 ? text : `(SELECT STRING_AGG(${text}, '\\n') FROM ${lists.join(', ')})`;
}
