import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Source } from '../../functions/model/source.ts';
import { CSV, column, csv, ndjson } from './declarations.ts';
import { chunked, createWorkbench, LIMITS, type Workbench } from './workbench.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await createWorkbench();
});
afterAll(() => bench.close());

const ab = csv([column('a'), column('b')]);
const headless = csv([column('a'), column('b')], { header: false });
const json = ndjson([column('a')]);
const SMALL = { shardBytes: 10 };

const utf16 = (text: string, mark: string) => Buffer.from(mark + text, 'utf16le');

describe('a file is refused as a whole', () => {
  test.each<[string, Source, Buffer | string, string, Partial<typeof LIMITS>?]>([
    ['that has no bytes', ab, '', 'EMPTY_FILE'],
    ['that has no bytes, as NDJSON', json, '', 'EMPTY_FILE'],
    ['that has a mark and nothing else', ab, '\ufeff', 'EMPTY_FILE'],
    ['that has blank lines and nothing else', ab, '\n\r\n\n', 'EMPTY_FILE'],
    ['that is gzip of nothing', ab, gzipSync(''), 'EMPTY_FILE'],
    ['that is zstd of nothing', ab, zstdCompressSync(''), 'EMPTY_FILE'],
    ['that is UTF-16 with a mark', ab, utf16('a,b\n', '\ufeff'), 'BAD_ENCODING'],
    ['that is UTF-16 big endian', ab, utf16('a,b\n', '\ufeff').swap16(), 'BAD_ENCODING'],
    ['that is UTF-16 without a mark', ab, utf16('a,b\n', ''), 'BAD_ENCODING'],
    ['that is UTF-16 within gzip', ab, gzipSync(utf16('a,b\n', '\ufeff')), 'BAD_ENCODING'],
    ['whose header is Latin-1', csv([column('é')]), Buffer.from('é\n1\n', 'latin1'), 'BAD_ENCODING'],
    ['that is Parquet', ab, 'PAR1....PAR1', 'WRONG_FORMAT'],
    ['that is Parquet within zstd', ab, zstdCompressSync('PAR1....PAR1'), 'WRONG_FORMAT'],
    ['that is an archive or office document', ab, 'PK\x03\x04....', 'WRONG_FORMAT'],
    ['that is an archive, as NDJSON', json, 'PK\x03\x04....', 'WRONG_FORMAT'],
    ['that is gzip within gzip', ab, gzipSync(gzipSync('a,b\n')), 'WRONG_FORMAT'],
    ['that is zstd within gzip', ab, gzipSync(zstdCompressSync('a,b\n')), 'WRONG_FORMAT'],
    ['whose header lacks a column', ab, 'a\n1\n', 'MISSING_COLUMN'],
    ['whose header has a new column', ab, 'a,b,c\n', 'UNKNOWN_COLUMN'],
    ['whose header has a column twice', ab, 'a,b,a\n', 'DUPLICATE_COLUMN'],
    ['whose header opens a quote and never closes it', ab, 'a,"b\n1,2\n', 'UNTERMINATED_QUOTE'],
    ['whose first record never ends', ab, `a,"${'x\n'.repeat(600_000)}`, 'BAD_HEADER'],
    ['whose lines end with CR alone', ab, 'a,b\r1,2\r3,4\r', 'MIXED_NEWLINES'],
    ['whose lines end with CR alone, without a header', headless, '1,2\r3,4\r', 'MIXED_NEWLINES', { shardBytes: 1 }],
    ['whose line ends are mixed', ab, 'a,b\n1,2\n3,4\r\n', 'MIXED_NEWLINES', SMALL],
    ['whose quote is never closed', ab, 'a,b\n1,2\n3,"4\n5,6\n', 'UNTERMINATED_QUOTE', SMALL],
    ['that is gzip cut short', ab, gzipSync('a,b\n1,2\n').subarray(0, -1), 'TRUNCATED'],
    ['that is zstd cut short', ab, zstdCompressSync('a,b\n1,2\n').subarray(0, -1), 'TRUNCATED'],
    ['that is damaged gzip', ab, gzipSync('a,b\n1,2\n').fill(7, 10, 14), 'CORRUPT'],
    ['that has bytes behind its gzip', ab, Buffer.concat([gzipSync('a,b\n'), Buffer.from('1,2\n')]), 'CORRUPT'],
  ])('%s', async (_, source, bytes, code, limits) => {
    const survey = await bench.survey(Buffer.from(bytes as string), source, limits);
    expect(survey.reasons.map((reason) => reason.code)).toContain(code);
    expect(survey.cuts).toEqual([]);
  });

  test('with the number of the record that is at fault', async () => {
    const quote = await bench.survey(Buffer.from('a,b\n\n1,"2\n2"\n3,"4\n5,6\n'), ab, SMALL);
    expect(quote.reasons).toMatchObject([{ code: 'UNTERMINATED_QUOTE', row: 2 }]);
    const ends = await bench.survey(Buffer.from('a,b\r\n1,2\r\n3,4\r\n5,6\n'), ab, SMALL);
    expect(ends.reasons).toMatchObject([{ code: 'MIXED_NEWLINES', row: 3 }]);
  });

  test.each<[string, Source, string]>([
    ['a quote that is never closed', ab, 'a,b\n1,2\n3,"CANARY\n5,6\n'],
    ['mixed line ends', ab, 'a,b\n1,2\n3,CANARY\r\n'],
  ])('by its only shard as well: %s', async (_, source, text) => {
    const error = await bench.open(Buffer.from(text), source).catch((caught) => caught);
    expect(error).toMatchObject({ retryable: false, details: { row: 2 } });
    expect(JSON.stringify([error.message, error.details, error.cause])).not.toContain('CANARY');
    expect(bench.leftOnScratch()).toEqual([]);
  });

  test('without a word of its first row, where that stands for a header', async () => {
    const { reasons } = await bench.survey(Buffer.from('CANARY,4711\nCANARY,4712\n'), ab);
    expect(reasons.map(({ code }) => code)).toEqual(['MISSING_COLUMN', 'UNKNOWN_COLUMN']);
    expect(JSON.stringify(reasons)).not.toMatch(/CANARY|4711/);
  });
});

describe('a compressed file is no bomb', () => {
  const zeros = Buffer.from(`a,b\n${'0,0\n'.repeat(20_000_000)}`);
  const bomb = zstdCompressSync(zeros);

  test('unless it grows past what may lie on disk', async () => {
    const { reasons } = await bench.survey(gzipSync('a,b\n1,2\n3,4\n'), ab, { maxPlainBytes: 10 });
    expect(reasons).toMatchObject([{ code: 'TOO_LARGE' }]);
  });
  test('unless it grows more than so many times, past 64 MiB', async () => {
    const { reasons } = await bench.survey(bomb, ab, { maxRatio: 50 });
    expect(reasons).toMatchObject([{ code: 'TOO_LARGE' }]);
  });
  test('while it is small, whatever it shrank by', async () => {
    const small = zstdCompressSync(zeros.subarray(0, 4_000_000));
    expect((await bench.survey(small, ab, { maxRatio: 5 })).reasons).toEqual([]);
  });
});

describe('a file is taken', () => {
  test('with its columns, wherever blank lines and a mark stand', async () => {
    const survey = await bench.survey(Buffer.from('\ufeff\n\r\n"b",a\n1,2\n'), ab);
    expect(survey).toMatchObject({ header: ['b', 'a'], cuts: [{ firstRecord: 1, start: 12, end: 16 }] });
  });

  test.each([
    ['of a header alone', 'a,b\n'],
    ['of a header alone, without a line end', 'a,b'],
  ])('without a shard where it is made %s', async (_, text) => {
    expect(await bench.survey(Buffer.from(text), ab)).toMatchObject({ cuts: [], reasons: [], header: ['a', 'b'] });
    const gzip = await bench.survey(gzipSync(text), ab);
    expect(gzip).toMatchObject({ cuts: [], reasons: [], compression: 'gzip' });
  });

  test('with new columns, where the declaration holds them back', async () => {
    const held = { ...ab, onNewColumn: 'hold' } as const;
    const survey = await bench.survey(Buffer.from('x,a,b,"y z"\n1,2,3,4\n'), held);
    expect(survey).toMatchObject({ unknownColumns: ['x', 'y z'], reasons: [] });
  });

  test.each([
    ['CSV', ab, `a,b\n${'x,"y\ny"\n'.repeat(100)}`],
    ['NDJSON', json, '{"a":"x"}\n\n'.repeat(100)],
  ])('in shards of whole records that follow each other: %s', async (_, source, text) => {
    const bytes = Buffer.from(text);
    const { cuts } = await bench.survey(bytes, source, { shardBytes: 100 });
    expect(cuts.length).toBeGreaterThan(5);
    let first = 1;
    let start = source.format.type === 'csv' ? 4 : 0;
    for (const cut of cuts) {
      expect(cut).toMatchObject({ start, firstRecord: first });
      expect(cut.end - cut.start).toBeLessThan(120);
      first += cut.scan?.records ?? 0;
      start = cut.end;
    }
    expect([first - 1, start]).toEqual([100, bytes.length]);
  });

  test.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ] as const)('as %s, by its content and not its name, cut by its plain bytes', async (compression, pack) => {
    const plain = Buffer.from(`a,b\n${'1,2\n'.repeat(50)}`);
    const survey = await bench.survey(pack(plain), ab, { shardBytes: 100 });
    expect(survey).toMatchObject({ compression, reasons: [] });
    expect(survey.cuts.map(({ start, end }) => [start, end])).toEqual([
      [4, 104],
      [104, 204],
    ]);
  });
});

describe('a read that ends early', () => {
  const bytes = Buffer.from(`a,b\n${'1,2\n'.repeat(40_000)}`);
  const cut = (whole: Buffer) => async (start: number, end: number) =>
    chunked(whole.subarray(start, Math.min(end, 90_000)), 1 << 16);

  test.each([
    ['of a plain file', bytes, { shardBytes: 1000 }],
    ['of a compressed file', Buffer.concat([gzipSync(bytes, { level: 0 })]), {}],
  ])('%s is tried again, and never taken for the end of the file', async (_, whole, limits) => {
    const survey = bench.columnar.survey(cut(whole), whole.length, ab, { ...LIMITS, ...limits });
    await expect(survey).rejects.toMatchObject({ code: 'STORAGE_FAILED', retryable: true });
  });

  test('of a shard is tried again', async () => {
    const shard = {
      n: 0,
      input: { bucket: 'b', name: 'n', generation: '1' },
      compression: 'none',
      start: 4,
      end: bytes.length,
      firstRecord: 1,
      header: ['a', 'b'],
    } as const;
    await expect(bench.columnar.openShard(shard, ab, cut(bytes))).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      retryable: true,
    });
    expect(bench.leftOnScratch()).toEqual([]);
  });
});

test('a file that is judged by its start is not read further, nor left open', async () => {
  const opened: { ended: boolean }[] = [];
  const big = Buffer.from(`a,x\n${'1,2\n'.repeat(100_000)}`);
  const read = async (start: number, end: number) => {
    const stream = chunked(big.subarray(start, Math.min(end, big.length)), 1 << 14);
    const seen = { ended: false };
    opened.push(seen);
    stream.once('close', () => {
      seen.ended = true;
    });
    return stream;
  };
  const survey = await bench.columnar.survey(read, big.length, { ...ab, format: CSV }, { ...LIMITS, shardBytes: 1000 });
  expect(survey.reasons.map(({ code }) => code)).toEqual(['MISSING_COLUMN', 'UNKNOWN_COLUMN']);
  await expect.poll(() => opened.every(({ ended }) => ended)).toBe(true);
  expect(opened.length).toBe(1);
});
