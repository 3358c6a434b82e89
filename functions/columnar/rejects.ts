import type { Reject } from '../model/run.ts';
import type { Engine } from './duckdb.ts';
import { CHECKS_A_MASK, goodRows, type Ingest } from './ingest-sql.ts';
import type { BrokenRecord } from './read-csv.ts';

/** Record numbers of a shard's rows and rejects: the reader's table lacks the records that it could not take apart. */
export interface Numbering {
  rejects: Reject[];
  /** Expression over `rows` (with its rowid) that gives each row's number in the file. */
  rowNumber: string;
  /** Joins that the expression needs. */
  join: string;
}

export async function numberRows(
  engine: Engine,
  ingest: Ingest,
  broken: readonly BrokenRecord[],
  firstRecord: number,
): Promise<Numbering> {
  // After k broken records every row's number is k more than its place in the table says.
  const shifts = broken.map((record, k) => ({ fromRowid: record.index - k, by: k + 1 }));
  const shiftAt = (rowid: number): number => shifts.findLast((shift) => shift.fromRowid <= rowid)?.by ?? 0;

  const masks = Array.from({ length: ingest.masks }, (_, mask) => `bad${mask}`);
  const failed =
    masks.length === 0
      ? []
      : await engine.rows(`SELECT rowid AS id, ${masks.join(', ')} FROM rows WHERE NOT (${goodRows(ingest.masks)})`);
  const rejects: Reject[] = failed.map((row) => {
    const rowid = Number(row.id);
    const check = ingest.checks[firstFailed(masks.map((mask) => BigInt(row[mask] ?? 0)))];
    return {
      row: firstRecord + rowid + shiftAt(rowid),
      column: check?.column ?? '*',
      reason: check?.reason ?? 'WRONG_TYPE',
    };
  });
  for (const { index, column, reason } of broken) rejects.push({ row: firstRecord + index, column, reason });
  rejects.sort((a, b) => a.row - b.row);

  if (shifts.length === 0) return { rejects, rowNumber: `${firstRecord} + rows.rowid`, join: '' };
  const values = shifts.map((shift) => `(${shift.fromRowid}, ${shift.by})`).join(', ');
  await engine.run(
    `CREATE TABLE shifts AS SELECT * FROM (VALUES (-1, 0), ${values}) AS s(from_rowid, moved) QUALIFY row_number() OVER (PARTITION BY from_rowid ORDER BY moved DESC) = 1`,
  );
  return {
    rejects,
    rowNumber: `${firstRecord} + rows.rowid + shifts.moved`,
    join: 'ASOF JOIN shifts ON rows.rowid >= shifts.from_rowid',
  };
}

function firstFailed(masks: readonly bigint[]): number {
  for (const [mask, bits] of masks.entries()) {
    for (let bit = 0; bit < CHECKS_A_MASK; bit++) if (bits & (1n << BigInt(bit))) return mask * CHECKS_A_MASK + bit;
  }
  return -1;
}
