import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SluiceError } from '../../functions/errors.ts';
import type { CsvFormat } from '../../functions/model/source.ts';
import { column, csv, DROP, TOKENIZE } from './declarations.ts';
import { type Cell, cell, dialect, isWritable, renderField } from './hostile.ts';
import { createWorkbench, STAMP, type Workbench } from './workbench.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await createWorkbench();
});
afterEach(() => {
  expect(bench.leftOnScratch()).toEqual([]);
});
afterAll(() => bench.close());

/** A table, and all that may differ in how it is written down and handed over. */
const written = fc
  .record({
    format: dialect,
    width: fc.integer({ min: 1, max: 4 }),
    rows: fc.array(fc.array(cell, { minLength: 4, maxLength: 4 }), { maxLength: 9 }),
    quoted: fc.infiniteStream(fc.boolean()),
    blank: fc.infiniteStream(fc.integer({ min: 0, max: 9 }).map((n) => (n > 7 ? n - 7 : 0))),
    order: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4, maxLength: 4 }),
    newline: fc.constantFrom('\n', '\r\n'),
    lastNewline: fc.boolean(),
    mark: fc.boolean(),
    extra: fc.boolean(),
    shardBytes: fc.integer({ min: 1, max: 120 }),
    chunkBytes: fc.integer({ min: 1, max: 40 }),
  })
  .map((sample) => ({
    ...sample,
    rows: sample.rows
      .map((row) => row.slice(0, sample.width))
      .filter((row) => row.every((text) => isWritable(text, sample.format))),
    order: sample.order.filter((position) => position < sample.width),
  }));

type Written = typeof written extends fc.Arbitrary<infer Sample> ? Sample : never;

function render({ format, rows, quoted, blank, order, newline, lastNewline, mark, extra }: Written): Buffer {
  const quotes = quoted[Symbol.iterator]();
  const blanks = blank[Symbol.iterator]();
  const positions = format.header ? order : [...order].sort();
  const withExtra = format.header && extra;
  const line = (cells: Cell[]): string =>
    cells.map((text) => renderField(text, format, quotes.next().value === true)).join(format.delimiter);
  const header = [...positions.map((position) => `f${position}`), ...(withExtra ? ['extra'] : [])];
  const lines = rows.map((row) =>
    line([...positions.map((position) => row[position] ?? null), ...(withExtra ? ['x'] : [])]),
  );
  if (format.header) lines.unshift(line(header));
  const width = positions.length + (withExtra ? 1 : 0);
  const text = lines
    .map((one) => one + newline + (width > 1 ? newline.repeat(Number(blanks.next().value)) : ''))
    .join('');
  const ended = lastNewline || lines.at(-1) === '' ? text : text.replace(/(\r?\n)+$/, '');
  return Buffer.from((mark ? '\ufeff' : '') + ended);
}

const named = (width: number, format: CsvFormat) =>
  csv(
    Array.from({ length: width }, (_, position) =>
      column(`c${position}`, 'STRING', { from: `f${position}`, ...(position % 2 === 1 && { privacy: TOKENIZE }) }),
    ),
    format,
    { onNewColumn: 'hold' },
  );

describe('a table of hostile text, however it is written, cut and handed over', () => {
  test('comes back with every value in its row and column, numbered through', async () => {
    await fc.assert(
      fc.asyncProperty(written, async (sample) => {
        const bytes = render(sample);
        // A mark at the very start is the file's, never a value's.
        fc.pre(bytes.length > 0 && (sample.mark || bytes[0] !== 0xef));
        const { records, rows, rejects, survey } = await bench.load(bytes, named(sample.width, sample.format), sample);
        expect(survey.reasons).toEqual([]);
        expect(rejects).toEqual([]);
        expect(records).toBe(sample.rows.length);
        const expected = sample.rows.map((row, index) => ({
          ...Object.fromEntries(
            row.map((text, position) => [`c${position}`, position % 2 === 1 && text ? `<${text}>` : text]),
          ),
          _row_number: String(index + 1),
        }));
        expect(rows).toEqual(expected);
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});

/** A record with one fault, as bytes, and how it is to be named in a table of the columns a, b and c. */
const FAULTS: readonly (readonly [bytes: string, name: string])[] = [
  ['CANARY', 'b, c MISSING_COLUMNS'],
  ['CANARY,', 'c MISSING_COLUMNS'],
  ['1,CANARY', 'c MISSING_COLUMNS'],
  ['1,2,3,CANARY', '#4 TOO_MANY_COLUMNS'],
  ['1,2,3,,CANARY', '#5 TOO_MANY_COLUMNS'],
  ['1,"CANARY"x,3', 'b BAD_QUOTING'],
  ['"CANARY" "x",2,3', 'a BAD_QUOTING'],
  ['1,2,"CANARY""" x', 'c BAD_QUOTING'],
  ['CANARY\xff,2,3', 'a BAD_ENCODING'],
  ['1,2,CANARY\xc3', 'c BAD_ENCODING'],
  ['\xff,\xff,CANARY', 'a BAD_ENCODING'],
  ['CANARY,\xff', 'b BAD_ENCODING'],
  ['1,\xed\xa0\x80CANARY,3', 'b BAD_ENCODING'],
  ['1,CANARY,x', 'c WRONG_TYPE'],
  [',CANARY,3', 'a REQUIRED'],
];

/** Records that are fine, some of them in a way that shifts line numbers. */
const SOUND = [
  'x,CANARY,1',
  '"CANARY\nand\n\nmore",y,2',
  'x,"CANARY, ""quoted""",',
  ' "CANARY" ,y,3',
  'x,,',
  '"\xc3\xa9\r\n",\xf0\x9f\x98\x80,-4',
];

describe('records that are broken', () => {
  const of = csv([column('a', 'STRING', { mode: 'required' }), column('b'), column('c', 'INT64')]);
  const record = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...SOUND).map((bytes) => ({ bytes, fault: '' })) },
    { weight: 2, arbitrary: fc.constantFrom(...FAULTS).map(([bytes, fault]) => ({ bytes, fault })) },
  );

  test('are each named once, by their number in the file, and cost no other record', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(record, fc.nat({ max: 2 })), { minLength: 1, maxLength: 25 }),
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 50 }),
        async (lines, newline, shardBytes, chunkBytes) => {
          const text = lines.map(([{ bytes }, blank]) => bytes + newline.repeat(1 + blank)).join('');
          const bytes = Buffer.from(`a,b,c${newline}${text}`, 'latin1');
          const { records, rows, rejects } = await bench.load(bytes, of, { shardBytes, chunkBytes });
          const faults = lines.map(([{ fault }]) => fault);
          expect(records).toBe(lines.length);
          expect(rejects).toEqual(faults.flatMap((fault, index) => (fault ? [`${index + 1} ${fault}`] : [])));
          expect(rows.map((row) => Number(row._row_number))).toEqual(
            faults.flatMap((fault, index) => (fault ? [] : [index + 1])),
          );
        },
      ),
      { numRuns: 60, seed: 2 },
    );
  });
});

describe('any bytes at all', () => {
  const piece = fc.constantFrom(
    '"',
    '"',
    ',',
    ',',
    '\n',
    '\n',
    ' ',
    'a',
    '\\',
    '\r\n',
    '\r',
    '\0',
    '\xff',
    '\xef\xbb\xbf',
  );

  test.each(['"', '\\'])(
    'become rows and rejects, as many as there are records, or are refused (escape %s)',
    async (escaping) => {
      const of = csv([column('a'), column('b', 'STRING', { privacy: TOKENIZE })], { escape: escaping, header: false });
      const refused = ['UNTERMINATED_QUOTE', 'MIXED_NEWLINES'];
      await fc.assert(
        fc.asyncProperty(
          fc.array(piece, { minLength: 1, maxLength: 30 }),
          fc.integer({ min: 1, max: 40 }),
          async (pieces, shardBytes) => {
            const bytes = Buffer.from(pieces.join(''), 'latin1');
            const outcome = await bench.load(bytes, of, { shardBytes, chunkBytes: 3 }).catch((error) => error);
            if (outcome instanceof SluiceError) expect(refused).toContain(outcome.code);
            else expect(outcome.rows.length + outcome.rejects.length).toBe(outcome.records);
          },
        ),
        { numRuns: 60, seed: 3 },
      );
    },
  );
});

describe('what a dialect means', () => {
  const two = [column('a'), column('b')];
  test.each<[string, Partial<CsvFormat>, string, (string | null)[][]]>([
    ['an empty field is NULL, a quoted one is empty', {}, ',""\n', [[null, '']]],
    [
      'only unquoted text is the null marker',
      { nullMarker: 'NULL' },
      'NULL,"NULL"\n,x\n',
      [
        [null, 'NULL'],
        ['', 'x'],
      ],
    ],
    ['a marker with the escape in it is NULL too', { nullMarker: '\\N', escape: '\\' }, '\\N,"\\"N"\n', [[null, '"N']]],
    ['one space before a quote is skipped', {}, ' "x, y" ,z\n', [['x, y', 'z']]],
    ['two spaces are text', {}, '  x ,  "y"\n', [['  x ', '  "y"']]],
    ['a quote inside of a field is text', {}, '5" pipe,6"\n', [['5" pipe', '6"']]],
    ['an escape stands for what follows', { escape: '\\' }, '"a\\"b\\\\",c\\d\n', [['a"b\\', 'c\\d']]],
    ['without quotes everything is text', { quote: '', escape: '' }, '"a,b"\n', [['"a', 'b"']]],
    ['delimiters behind the last field are let pass', {}, 'a,b,\n', [['a', 'b']]],
    ['a comment sign is text', {}, '#a,b\n', [['#a', 'b']]],
    [
      'a mark inside of the file is text',
      {},
      'a,b\n\ufeffc,d\n',
      [
        ['a', 'b'],
        ['\ufeffc', 'd'],
      ],
    ],
  ])('%s', async (_, format, text, expected) => {
    const { rows } = await bench.load(Buffer.from(`a${format.delimiter ?? ','}b\n${text}`), csv(two, format));
    expect(rows.map(({ a, b }) => [a, b])).toEqual(expected);
  });

  test.each([
    ['a blank line is a NULL where there is one column', '\n1\n\n2', [null, '1', null, '2']],
    ['also at the end', '1\n\n', ['1', null]],
    ['also with CRLF', '1\r\n\r\n2\r\n', ['1', null, '2']],
    ['and a quoted nothing is empty', '""\n1\n', ['', '1']],
  ])('%s', async (_, text, expected) => {
    const { rows } = await bench.load(Buffer.from(text), csv([column('a')], { header: false }));
    expect(rows.map(({ a }) => a)).toEqual(expected);
  });

  test('columns that are dropped or not declared are read and left out, and their bad bytes are rejects', async () => {
    const of = csv([column('a'), column('b', 'STRING', { privacy: DROP })], {}, { onNewColumn: 'hold' });
    const bytes = Buffer.from('new,b,a\nCANARY,CANARY,1\nCANARY,\xff,2\n\xff,\xff,3\nx,y,4\n', 'latin1');
    const { rows, rejects, survey } = await bench.load(bytes, of);
    expect(rows).toEqual([
      { a: '1', _row_number: '1' },
      { a: '4', _row_number: '4' },
    ]);
    expect(rejects).toEqual(['2 b BAD_ENCODING', '3 #1 BAD_ENCODING']);
    expect(survey.unknownColumns).toEqual(['new']);
  });

  test('of many missing columns the first few are named', async () => {
    const of = csv(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => column(name)));
    const { rejects } = await bench.load(Buffer.from('a,b,c,d,e,f\n1\n1,2,3,4,5\n'), of);
    expect(rejects).toEqual(['1 b, c, d and 2 more MISSING_COLUMNS', '2 f MISSING_COLUMNS']);
  });
});

describe('a file of 40 MB in one shard', () => {
  const of = csv([column('id', 'INT64'), column('text'), column('n', 'INT64')], { header: false });
  /** Long quoted texts whose lines look like records: a reader that starts in the middle takes them for some. */
  const trap = `"${'7,looks like a record,8\n'.repeat(4000)}"`;
  const broken = new Map([
    [5, 'x,short'],
    [1000, '1000,"text"x,1'],
    [150_000, '150000,text,no number'],
    [299_999, '299999,1,2,3'],
  ]);

  test("is read whole, its rejects numbered through all of the reader's buffers", async () => {
    const records: string[] = [];
    for (let id = 1; id <= 300_000; id++) {
      const text = id % 1000 === 0 ? trap : `"line ${id}\nof text, ""quoted"", that takes some room in the file"`;
      records.push(broken.get(id) ?? `${id},${text},${id % 97}`);
    }
    const bytes = Buffer.from(`${records.join('\n')}\n`);
    expect(bytes.length).toBeGreaterThan(40_000_000);
    const work = await bench.open(bytes, of);
    try {
      expect(work.records).toBe(300_000);
      expect(await work.rejects()).toEqual([
        { row: 5, column: 'n', reason: 'MISSING_COLUMNS' },
        { row: 1000, column: 'text', reason: 'BAD_QUOTING' },
        { row: 150_000, column: 'n', reason: 'WRONG_TYPE' },
        { row: 299_999, column: '#4', reason: 'TOO_MANY_COLUMNS' },
      ]);
      const output = await work.finish(STAMP);
      const [found] = await bench.rows(
        'SELECT count(*) AS n, bool_and(id = _row_number) AS numbered FROM read_parquet({file})',
        await buffer(output.read()),
      );
      expect(found).toEqual({ n: '299996', numbered: true });
    } finally {
      await work.close();
    }
  });
});
