import { MAX_RECORD_BYTES, type RecordScanner, type ScanCut } from './csv-scanner.ts';

const LF = 10;
/** The reader skips lines of what C calls white space: more than JSON does. */
const isBlank = (byte: number): boolean => byte === 32 || (byte >= 9 && byte <= 13);

/** Newline-delimited JSON: every line is a record but those of white space only; JSON cannot hold a raw line feed. */
export function createNdjsonScanner({
  cutBytes,
  onRecord,
}: {
  cutBytes: number;
  /** As of a CSV's scanner. */
  onRecord?: (end: number, start: number) => void;
}): RecordScanner {
  let base = 0;
  let lineStart = 0;
  let blank = true;
  let records = 0;
  let blankLines = false;
  let oversizeAt: number | undefined;
  let cutStart = 0;
  let cutFirst = 1;
  const cuts: ScanCut[] = [];

  function cut(end: number): void {
    const count = records - cutFirst + 1;
    if (count > 0) cuts.push({ start: cutStart, end, firstRecord: cutFirst, records: count });
    cutStart = end;
    cutFirst = records + 1;
  }

  function endLine(end: number): void {
    if (blank) blankLines = true;
    else {
      records++;
      onRecord?.(end, lineStart);
    }
    if (end - lineStart > MAX_RECORD_BYTES) oversizeAt ??= Math.max(1, records);
    lineStart = end;
    blank = true;
    if (end - cutStart >= cutBytes) cut(end);
  }

  return {
    push(chunk) {
      let i = 0;
      while (i < chunk.length) {
        const found = chunk.indexOf(LF, i);
        const stop = found === -1 ? chunk.length : found;
        while (blank && i < stop) if (!isBlank(chunk[i++] as number)) blank = false;
        if (found === -1) break;
        endLine(base + found + 1);
        i = found + 1;
      }
      base += chunk.length;
    },
    cuts: () => cuts,
    settled: () => base,
    end() {
      if (base > lineStart) endLine(base);
      if (base > cutStart) cut(base);
      return {
        records,
        bytes: base,
        newline: '\n',
        blankLines,
        ...(oversizeAt !== undefined && { oversizeAt }),
        cuts,
      };
    },
  };
}
