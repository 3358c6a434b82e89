import type { TableField } from '../model/warehouse-type.ts';
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
  columns: readonly TableField[],
): object {
  const texts = columns.map((field, n) => `LEFT(${textOf(field)}, ${MOST_CHARACTERS}) AS c${n}`);
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

function textOf({ name, type, mode }: TableField): string {
  const isText = type === 'STRING' && mode !== 'REPEATED';
  const isScalar = mode !== 'REPEATED' && !['RECORD', 'STRUCT', 'JSON'].includes(type);
  if (isText) return column(name);
  return isScalar ? `CAST(${column(name)} AS STRING)` : `TO_JSON_STRING(${column(name)})`;
}
