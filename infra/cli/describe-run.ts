import type { LedgerEntry, Reason, Reject } from '../../functions/model/run.ts';
import type { Source } from '../../functions/model/source.ts';
import { formatCount, formatCounted } from './quantities.ts';

/** Runs in words; every command that tells of one uses the same. */

const SHORT_ID = 10;
/** Enough of an id to tell a run from all others; every command takes it. */
export const shortId = (run: string): string => run.slice(0, SHORT_ID);

/** `2,000 rows, 4 rejects` */
export function describeRows({ detail: { rows = 0, rejects = 0 } }: LedgerEntry): string {
  return rejects > 0
    ? `${formatCounted(rows, 'row')}, ${formatCounted(rejects, 'reject')}`
    : formatCounted(rows, 'row');
}

/** What the state means for whoever waits. */
export function describeState(entry: LedgerEntry, source?: Source): string {
  switch (entry.state) {
    case 'CLAIMED':
      return entry.epoch === 0 ? 'claimed' : `claimed again (epoch ${entry.epoch})`;
    case 'PREPARED':
      return `prepared: ${formatCounted(entry.detail.shards ?? 1, 'shard')}`;
    case 'DEIDENTIFIED':
      return `de-identified: ${describeRows(entry)}${waiting(source)}`;
    case 'BATCHED':
      return `in batch ${entry.detail.batch ?? '?'}`;
    case 'LOADED':
      return `loaded: ${describeRows(entry)}`;
    case 'DONE':
      return `done: ${describeRows(entry)}`;
    case 'QUARANTINED':
      return 'in quarantine';
    case 'SUPERSEDED':
      return 'superseded: a newer file takes its place';
    case 'VANISHED':
      return 'vanished: the object was deleted before it was read';
  }
}

const waiting = (source: Source | undefined): string =>
  source && source.batchSeconds > 0 ? `; waits for the next batch (one every ${source.batchSeconds} s)` : '';

export function describeReason({ code, message, row, column }: Reason): string {
  const place = [row === undefined ? [] : `row ${formatCount(row)}`, column ?? []].flat().join(', ');
  return `${code}${place && ` (${place})`}: ${message}`;
}

/** Words for why a row is bad; the column's type says what was expected. */
export function describeReject({ column, reason }: Reject, source?: Source): string {
  const type = source?.columns.find(({ name, from }) => name === column || from === column)?.type;
  switch (reason) {
    case 'WRONG_TYPE':
      return type ? `not a value of type ${type}` : 'not a value of its type';
    case 'REQUIRED':
      return 'required, and empty';
    case 'MISSING_COLUMNS':
      return 'the row has too few columns';
    case 'TOO_MANY_COLUMNS':
      return 'the row has too many columns';
    case 'BAD_QUOTING':
      return 'the quotes do not match';
    case 'BAD_ENCODING':
      return 'not UTF-8';
    case 'LINE_TOO_LONG':
      return 'the line is too long';
    case 'NOT_AN_OBJECT':
      return 'the line is no JSON object';
    case 'DUPLICATE_KEY':
      return 'the object has a key twice';
    case 'OUTSIDE_ALPHABET':
      return 'holds what is not in its alphabet, or a single character; `normalize` may take that out';
    case 'OUTSIDE_RANGES':
      return 'lies in none of its buckets';
  }
}
