import { terminal } from '../errors.ts';
import type { Scan } from '../model/run.ts';
import { MAX_RECORD_BYTES, type ScanResult } from './csv-scanner.ts';

/** What a scan of all bytes shows that no single record does; each stops the whole file. */
export function refuseBroken(result: ScanResult): void {
  if (result.unterminatedAt !== undefined) {
    throw terminal(
      'UNTERMINATED_QUOTE',
      `a quote that opens in record ${result.unterminatedAt} is never closed, so the rest of the file cannot be told apart`,
      { details: { row: result.unterminatedAt } },
    );
  }
  if (result.mixedNewlineAt !== undefined) {
    throw terminal(
      'MIXED_NEWLINES',
      `line ends differ from record ${result.mixedNewlineAt} on: use LF or CRLF, one of them throughout`,
      { details: { row: result.mixedNewlineAt } },
    );
  }
  if (result.oversizeAt !== undefined) {
    throw terminal(
      'TOO_LARGE',
      `record ${result.oversizeAt} is longer than ${MAX_RECORD_BYTES} bytes: a quote or a line end is missing there`,
      { details: { row: result.oversizeAt } },
    );
  }
}

/** What a shard of so many records is to know of the scan of the whole file. */
export const scanOf = ({ newline, blankLines, looseQuotes }: ScanResult, records: number): Scan => ({
  records,
  blankLines,
  ...(newline && { newline }),
  ...(looseQuotes && { looseQuotes }),
});
