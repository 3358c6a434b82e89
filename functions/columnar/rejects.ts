import { terminal } from '../errors.ts';
import type { Reject } from '../model/run.ts';
import type { Source } from '../model/source.ts';
import type { Engine } from './duckdb.ts';
import { CHECKS_A_MASK, goodRows } from './ingest-sql.ts';
import { type Ingested, MAX_REJECTS, tooManyRejects } from './ingested.ts';

/** The bad records of a shard by their numbers in the file, each once, in order. */
export async function findRejects(
  engine: Engine,
  { ingest, broken, index }: Ingested,
  header: readonly string[],
  source: Source,
  firstRecord: number,
): Promise<Reject[]> {
  const nameOf = createNames(header, source);
  const rejects: Reject[] = broken.map((record) => ({
    row: firstRecord + record.index,
    column: nameOf(record.position, record.reason === 'MISSING_COLUMNS' ? header.length : record.position + 1),
    reason: record.reason,
  }));
  // As doubles, which are exact for a mask's bits: a bigint for each would cost more than the rest.
  const masks = Array.from({ length: ingest.masks }, (_, mask) => `bad${mask}::DOUBLE`);
  if (masks.length > 0) {
    const failed = `SELECT (${index})::DOUBLE, ${masks.join(', ')} FROM rows WHERE NOT (${goodRows(ingest.masks)})`;
    for await (const chunk of engine.chunks(failed)) {
      const [indices = [], ...bits] = chunk.getColumns() as number[][];
      indices.forEach((position, at) => {
        const check = ingest.checks[firstFailed(bits.map((mask) => mask[at] ?? 0))];
        if (!check) throw terminal('UNEXPECTED', 'a row failed a check that is not known');
        rejects.push({ row: firstRecord + position, column: check.column, reason: check.reason });
      });
      if (rejects.length > MAX_REJECTS) throw tooManyRejects();
    }
  }
  return rejects.sort((a, b) => a.row - b.row);
}

function firstFailed(masks: readonly number[]): number {
  for (const [mask, bits] of masks.entries()) {
    for (let bit = 0; bit < CHECKS_A_MASK; bit++)
      if (Math.floor(bits / 2 ** bit) % 2 === 1) return mask * CHECKS_A_MASK + bit;
  }
  return -1;
}

/** Names of the fields [from, to): as declared, else by their place, since an undeclared name is a value of the file. */
function createNames(header: readonly string[], source: Source): (from: number, to: number) => string {
  const declared = new Set(source.columns.map((column) => column.from));
  const one = (position: number): string => {
    const name = header[position];
    return name !== undefined && declared.has(name) ? name : `#${position + 1}`;
  };
  const known = new Map<string, string>();
  return (from, to) => {
    const key = `${from}-${to}`;
    const shown = Array.from({ length: Math.min(to - from, 3) }, (_, at) => one(from + at)).join(', ');
    const names = known.get(key) ?? (to - from > 3 ? `${shown} and ${to - from - 3} more` : shown);
    known.set(key, names);
    return names;
  };
}
