import { terminal } from '../errors.ts';
import type { ScanResult } from './csv-scanner.ts';

/** What a scan of all bytes shows that no single record does; both stop the whole file. */
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
}
