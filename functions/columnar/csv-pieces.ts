import { open, rm } from 'node:fs/promises';
import type { Scan, Shard } from '../model/run.ts';
import type { CsvFormat } from '../model/source.ts';
import type { ReadRange } from '../ports.ts';
import { createCsvScanner, type ScanResult } from './csv-scanner.ts';
import { createDenseRecords } from './dense-records.ts';
import { refuseBroken, scanOf } from './scan-problems.ts';
import { shardBytes } from './shard-bytes.ts';
import { BOM } from './sniff.ts';

/**
 * The reader keeps a file in memory until it has read it to its end, and meanwhile the file lies on scratch: for a shard of
 * 200 MB that was 360 MB. Pieces much smaller than this would end DuckDB's row groups early.
 */
const PIECE_BYTES = 48 * 1024 * 1024;

/** Whole records of a shard in a file of their own, dense and ended by LF, behind a byte order mark. */
export interface CsvPiece {
  path: string;
  /** Place of its first record within the shard, from 0. */
  first: number;
  records: number;
  /** As of ScanResult. */
  looseQuotes: boolean;
}

export interface CsvPieces {
  /** One at least. A piece is written when it is asked for; whoever takes it removes its file. */
  pieces: AsyncGenerator<CsvPiece>;
  /** What all of them are together, after the last. Throws what is wrong with the shard as a whole. */
  end(): Scan;
}

/** A CSV shard's plain bytes on scratch, as `path.0`, `path.1` and so on, scanned on the way. */
export function csvPieces(
  path: string,
  shard: Shard,
  format: CsvFormat,
  read: ReadRange,
  pieceBytes = PIECE_BYTES,
): CsvPieces {
  const { scanner, through } = createDenseRecords((onDrop) =>
    createCsvScanner({ format, blankIsRecord: shard.header.length === 1, cutBytes: pieceBytes, onDrop }),
  );
  let result: ScanResult | undefined;

  async function* pieces(): AsyncGenerator<CsvPiece> {
    let first = 0;
    let file = await createPieceFile(`${path}.0`);
    try {
      for await (const { bytes, cut } of through(shardBytes(shard, read))) {
        await file.write(bytes);
        if (!cut) continue;
        await file.close();
        yield { path: file.path, first, records: cut.records, looseQuotes: cut.looseQuotes ?? false };
        first += cut.records;
        file = await createPieceFile(`${path}.${first}`);
      }
      await file.close();
      result = scanner.end();
      const records = result.records - first;
      if (records > 0 || first === 0)
        yield { path: file.path, first, records, looseQuotes: result.cuts.at(-1)?.looseQuotes ?? false };
      else await rm(file.path);
    } finally {
      await file.close();
    }
  }

  return {
    pieces: pieces(),
    end() {
      result ??= scanner.end();
      refuseBroken(result);
      return scanOf(result, result.records);
    },
  };
}

/** Bytes that are written at once. */
const WRITE_BYTES = 1 << 20;

interface PieceFile {
  path: string;
  write(bytes: Buffer): Promise<void>;
  /** May be called again. */
  close(): Promise<void>;
}

/** The CSV reader takes a mark at the start off. One of ours keeps it from a first value that begins with the same character. */
async function createPieceFile(path: string): Promise<PieceFile> {
  const file = await open(path, 'w');
  let waiting: Buffer[] = [BOM];
  let size = BOM.length;
  let isOpen = true;

  async function flush(): Promise<void> {
    if (size > 0) await file.writev(waiting);
    waiting = [];
    size = 0;
  }
  return {
    path,
    async write(bytes) {
      if (bytes.length === 0) return;
      waiting.push(bytes);
      size += bytes.length;
      if (size >= WRITE_BYTES) await flush();
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      try {
        await flush();
      } finally {
        await file.close();
      }
    },
  };
}
