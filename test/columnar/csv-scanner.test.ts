import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createCsvScanner,
  MAX_RECORD_BYTES,
  type ScanOptions,
  type ScanResult,
} from '../../functions/columnar/csv-scanner.ts';
import { CSV } from './declarations.ts';

const OPTIONS: ScanOptions = { format: CSV, blankIsRecord: false, cutBytes: 1 };

function scan(text: string, over: Partial<ScanOptions> = {}, chunkBytes = 1 << 20): ScanResult {
  const scanner = createCsvScanner({ ...OPTIONS, ...over });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunkBytes) scanner.push(bytes.subarray(at, at + chunkBytes));
  return scanner.end();
}

/** The text of each cut. */
const cutsOf = (text: string, over: Partial<ScanOptions> = {}): string[] =>
  scan(text, over).cuts.map(({ start, end }) => Buffer.from(text).toString('utf8', start, end));

describe('records', () => {
  test.each<[string, string, string[], Partial<ScanOptions>?]>([
    ['end at line feeds', 'a,b\nc,d\n', ['a,b\n', 'c,d\n']],
    ['end at CRLF', 'a,b\r\nc,d\r\n', ['a,b\r\n', 'c,d\r\n']],
    ['end with the file', 'a,b\nc,d', ['a,b\n', 'c,d']],
    ['go on inside of quotes', 'a,"b\n\nb"\nc,d\n', ['a,"b\n\nb"\n', 'c,d\n']],
    ['go on behind a doubled quote', 'a,"b""\nb"\nc\n', ['a,"b""\nb"\n', 'c\n']],
    ['end at a line feed behind a quote that is text', 'a,5" b\nc,d\n', ['a,5" b\n', 'c,d\n']],
    ['go on behind a quote that one space comes before', 'a, "b\nb"\nc\n', ['a, "b\nb"\n', 'c\n']],
    ['end at a line feed where two spaces make the quote text', 'a,  "b\nb"\n', ['a,  "b\n', 'b"\n']],
    [
      'go on behind an escaped quote',
      'a,"b\\"\nb"\nc\n',
      ['a,"b\\"\nb"\n', 'c\n'],
      { format: { ...CSV, escape: '\\' } },
    ],
    [
      'end where an escaped escape leaves the quote free',
      '"b\\\\"\nc\n',
      ['"b\\\\"\n', 'c\n'],
      { format: { ...CSV, escape: '\\' } },
    ],
    [
      'know no quotes where there are none',
      '"a\nb"\n',
      ['"a\n', 'b"\n'],
      { format: { ...CSV, quote: '', escape: '' } },
    ],
    [
      'hold a space before a quote where spaces delimit',
      'a  "b\nb"\n',
      ['a  "b\nb"\n'],
      { format: { ...CSV, delimiter: ' ' } },
    ],
  ])('%s', (_, text, expected, over = {}) => {
    expect(cutsOf(text, over)).toEqual(expected);
  });

  test('are not made of blank lines, which go with what follows', () => {
    const dropped: [number, number][] = [];
    const text = '\na\n\n\nb\n\n';
    const result = scan(text, { onDrop: (...range) => dropped.push(range) });
    expect(result).toMatchObject({ records: 2, blankLines: true });
    expect(result.cuts.map(({ firstRecord, records }) => [firstRecord, records])).toEqual([
      [1, 1],
      [2, 1],
    ]);
    expect(dropped).toEqual([
      [0, 1],
      [3, 4],
      [4, 5],
      [7, 8],
    ]);
  });

  test('of one column may be blank lines', () => {
    expect(scan('\na\n\n', { blankIsRecord: true })).toMatchObject({ records: 3, blankLines: false });
  });
});

describe('line ends', () => {
  test.each<[string, ScanResult['newline'], number | undefined]>([
    ['a\nb\n', '\n', undefined],
    ['a\r\nb\r\n', '\r\n', undefined],
    ['a', undefined, undefined],
    ['a\r\n"b\nb"\r\n', '\r\n', undefined],
    ['a\n"b\r\nb\r"\n', '\n', undefined],
    ['a\nb\r\nc\n', '\r\n', 2],
    ['a\r\nb\r\nc\n', '\r\n', 3],
    ['a\nb\rc\n', '\n', 2],
    ['a\rb\rc\r', undefined, 1],
    ['a\nb\r', '\n', 2],
    ['a\n"b"\rc\n', '\n', 2],
    ['a\r\r\nb\r\n', '\r\n', 1],
  ])('of %j are %j, mixed at record %s', (text, newline, mixedNewlineAt) => {
    for (const chunkBytes of [1, 2, 3, 100]) {
      const result = scan(text, {}, chunkBytes);
      expect({ newline: result.newline, mixedNewlineAt: result.mixedNewlineAt }).toEqual({ newline, mixedNewlineAt });
    }
  });
});

test.each<[string, number | undefined]>([
  ['a\n"b\nc\n', 2],
  ['a\nb,"', 2],
  ['a\n"b""', 2],
  ['a\n"b"', undefined],
  ['a"\nb', undefined],
])('a quote of %j is not closed in record %s', (text, unterminatedAt) => {
  expect(scan(text).unterminatedAt).toBe(unterminatedAt);
});

test.each([
  ['"a" "b"\n', true],
  ['"a" ,b\n', true],
  ['"a",b\n', undefined],
  ['a "b" c\n', undefined],
])('of %j the quotes are loose: %s', (text, looseQuotes) => {
  for (const chunkBytes of [1, 2, 100]) expect(scan(text, {}, chunkBytes).looseQuotes).toBe(looseQuotes);
});

test('a record that is longer than readers take is told', () => {
  const scanner = createCsvScanner(OPTIONS);
  scanner.push(Buffer.from('a,b\n"'));
  for (let sent = 0; sent < MAX_RECORD_BYTES; sent += 1 << 20) scanner.push(Buffer.alloc(1 << 20, 'x\n'));
  scanner.push(Buffer.from('"\nc,d\n'));
  expect(scanner.end()).toMatchObject({ records: 3, oversizeAt: 2 });
});

describe('whatever the text', () => {
  const text = fc
    .array(fc.constantFrom('"', '"', ',', '\n', '\n', '\r\n', '\r', ' ', 'a', '\\', 'é'), { maxLength: 30 })
    .map((parts) => parts.join(''));
  const options = fc.record({
    format: fc.constantFrom(
      CSV,
      { ...CSV, escape: '\\' },
      { ...CSV, delimiter: ' ' },
      { ...CSV, quote: '', escape: '' },
    ),
    blankIsRecord: fc.boolean(),
    cutBytes: fc.integer({ min: 1, max: 20 }),
  });

  test('how it is handed over changes nothing', () => {
    fc.assert(
      fc.property(text, options, fc.integer({ min: 1, max: 7 }), (sample, over, chunkBytes) => {
        expect(scan(sample, over, chunkBytes)).toEqual(scan(sample, over));
      }),
      { numRuns: 2000, seed: 4 },
    );
  });

  test('the cuts hold each record once, and all bytes but blank lines at the end', () => {
    fc.assert(
      fc.property(text, options, (sample, over) => {
        const { cuts, records } = scan(sample, over);
        let next = 1;
        let end = cuts[0]?.start ?? 0;
        for (const cut of cuts) {
          expect(cut).toMatchObject({ start: expect.any(Number), firstRecord: next });
          expect(cut.start).toBeGreaterThanOrEqual(end);
          expect(sample.trim() === '' || Buffer.from(sample).toString('utf8', end, cut.start).trim() === '').toBe(true);
          next += cut.records;
          end = cut.end;
        }
        expect(next - 1).toBe(records);
      }),
      { numRuns: 2000, seed: 5 },
    );
  });
});
