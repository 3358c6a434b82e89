/** What bytes are, by their first few: names lie, magic numbers seldom do. */
export type Content = 'gzip' | 'zstd' | 'parquet' | 'zip' | 'utf-16' | 'text';

/** Enough for every magic number below. */
export const SNIFF_BYTES = 8;

export function sniff(head: Buffer): Content {
  const starts = (...bytes: number[]) => bytes.every((byte, index) => head[index] === byte);
  if (starts(0x1f, 0x8b)) return 'gzip';
  if (starts(0x28, 0xb5, 0x2f, 0xfd)) return 'zstd';
  // A skippable frame: parallel compressors write one first.
  if (((head[0] ?? 0) & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18) return 'zstd';
  if (starts(0x50, 0x41, 0x52, 0x31)) return 'parquet';
  if (starts(0x50, 0x4b, 0x03, 0x04)) return 'zip';
  if (starts(0xff, 0xfe) || starts(0xfe, 0xff)) return 'utf-16';
  return 'text';
}

/** Byte order mark of UTF-8. */
export const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** Length of a UTF-8 byte order mark at the start: 3 or 0. */
export const bomLength = (head: Buffer): number => (head.subarray(0, 3).equals(BOM) ? 3 : 0);
