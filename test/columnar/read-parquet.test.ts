import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Column, ColumnType } from '../../functions/model/column.ts';
import { column, DROP, parquet, TOKENIZE } from './declarations.ts';
import { answerAll, createWorkbench, LIMITS, STAMP, shardsOf, stored, type Workbench } from './workbench.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await createWorkbench();
});
afterEach(() => {
  expect(bench.leftOnScratch()).toEqual([]);
});
afterAll(() => bench.close());

/** A Parquet file of these rows. */
const file = (select: string, options = ''): Promise<Buffer> =>
  bench.fileOf(`COPY (${select}) TO {file} (FORMAT parquet${options})`);

describe('a file of several row groups', () => {
  const of = parquet([
    column('id', 'INT64'),
    column('mail', 'STRING', { privacy: TOKENIZE }),
    column('gone', 'STRING', { privacy: DROP }),
  ]);
  const made = () =>
    file(
      "SELECT i AS id, 'p' || i || '@example.com' AS mail, repeat('x', 20) || hash(i) AS gone FROM range(1, 10001) t(i)",
      ', ROW_GROUP_SIZE 2048',
    );

  test.each([
    ['one shard', 1e9, 1],
    ['a shard a row group', 1, 5],
    ['some row groups a shard', 200_000, 2],
  ])('comes back whole, in %s', async (_, shardBytes, shards) => {
    const { survey, records, rows, rejects } = await bench.load(await made(), of, { shardBytes });
    expect(survey.cuts.length).toBe(shards);
    expect({ records, rejects }).toEqual({ records: 10_000, rejects: [] });
    expect(rows).toEqual(
      Array.from({ length: 10_000 }, (__, k) => ({
        id: `${k + 1}`,
        mail: `<p${k + 1}@example.com>`,
        _row_number: `${k + 1}`,
      })),
    );
  });

  test('is never asked for bytes outside of footer and wanted row groups', async () => {
    const bytes = await made();
    const meta = await bench.rows(
      'SELECT min(coalesce(dictionary_page_offset, data_page_offset)) AS first, max(coalesce(dictionary_page_offset, data_page_offset) + total_compressed_size) AS last FROM parquet_metadata({file}) GROUP BY row_group_id ORDER BY row_group_id',
      bytes,
    );
    const groups = meta.map(({ first, last }) => [Number(first), Number(last)] as const);
    const footer = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
    const frame = [
      [0, 4],
      [bytes.length - 8, bytes.length],
      [footer, bytes.length],
    ] as const;

    const object = stored(bytes);
    const survey = await bench.columnar.survey(object.read, bytes.length, of, { ...LIMITS, shardBytes: 1 });
    expect(object.asked).toEqual(frame);
    for (const [n, shard] of shardsOf(survey).entries()) {
      object.asked.length = 0;
      const work = await bench.columnar.openShard(shard, of, object.read);
      await work.close();
      expect(object.asked).toEqual([...frame, groups[n]]);
    }
  });

  test('whose bytes elsewhere are all wrong reads the same', async () => {
    const bytes = await made();
    const shards = shardsOf(await bench.survey(bytes, of, { shardBytes: 1 }));
    const [first, second] = await bench.rows(
      'SELECT min(coalesce(dictionary_page_offset, data_page_offset)) AS first FROM parquet_metadata({file}) GROUP BY row_group_id ORDER BY row_group_id',
      bytes,
    );
    const spoilt = Buffer.from(bytes).fill(0xee, Number(first?.first), Number(second?.first));
    const [, wanted] = shards;
    if (!wanted) throw new Error('the file has one row group');
    const work = await bench.columnar.openShard(wanted, of, stored(spoilt).read);
    try {
      await answerAll(work, of);
      expect(await work.finish(STAMP)).toMatchObject({ rows: 2048 });
    } finally {
      await work.close();
    }
  });
});

describe('a file is refused', () => {
  const person = column('r', 'RECORD', { fields: [column('x', 'INT64'), column('y')] });
  test.each<[string, string, Column[], string, string]>([
    ['that lacks a column', 'SELECT 1 AS b', [column('a')], 'MISSING_COLUMN', 'a'],
    ['whose column differs by case', 'SELECT 1 AS "A"', [column('a')], 'MISSING_COLUMN', 'a'],
    ['that has a new column', 'SELECT 1 AS a, 2 AS b', [column('a', 'INT64')], 'UNKNOWN_COLUMN', 'b'],
    ['whose record lacks a field', "SELECT {'x': 1} AS r", [person], 'MISSING_COLUMN', 'r.y'],
    ['whose record has a new field', "SELECT {'x': 1, 'y': 'a', 'z': 1} AS r", [person], 'UNKNOWN_COLUMN', 'r.z'],
    ['whose record has a list for a field', "SELECT {'x': [1], 'y': 'a'} AS r", [person], 'WRONG_FORMAT', 'r.x'],
    ['whose record is none', 'SELECT 1 AS r', [person], 'WRONG_FORMAT', 'r'],
    [
      'whose list is a single value',
      'SELECT 1 AS l',
      [column('l', 'INT64', { mode: 'repeated' })],
      'WRONG_FORMAT',
      'l',
    ],
    ['whose single value is a list', 'SELECT [1] AS l', [column('l', 'INT64')], 'WRONG_FORMAT', 'l'],
    ['whose map is no record', "SELECT MAP {'a': 1} AS m", [column('m', 'JSON')], 'WRONG_FORMAT', 'm'],
    ['whose date is under a number', "SELECT DATE '2026-01-01' AS d", [column('d', 'INT64')], 'WRONG_FORMAT', 'd'],
    ['whose HUGEINT, written as DOUBLE, is under a text', 'SELECT 1::HUGEINT AS h', [column('h')], 'WRONG_FORMAT', 'h'],
    ['whose zoned time is under a DATETIME', 'SELECT now() AS d', [column('d', 'DATETIME')], 'WRONG_FORMAT', 'd'],
    [
      'that has a column of the name the reader needs',
      'SELECT 1 AS file_row_number',
      [column('file_row_number', 'INT64')],
      'WRONG_FORMAT',
      'file_row_number',
    ],
  ])('%s', async (_, select, columns, code, named) => {
    const { reasons } = await bench.survey(await file(select), parquet(columns));
    expect(reasons).toContainEqual(expect.objectContaining({ code, column: named }));
  });

  test.each<[string, (whole: Buffer) => Buffer, string]>([
    ['that is empty', () => Buffer.alloc(0), 'EMPTY_FILE'],
    ['that is CSV', () => Buffer.from('a,b\n1,2\n3,4\n5,6\n'), 'WRONG_FORMAT'],
    ['that is gzip', (whole) => Buffer.concat([Buffer.from([0x1f, 0x8b, 8]), whole]), 'WRONG_FORMAT'],
    ['that is too short', () => Buffer.from('PAR1PAR1'), 'CORRUPT'],
    ['that is cut short', (whole) => whole.subarray(0, -20), 'CORRUPT'],
    ['that lacks its middle', (whole) => Buffer.concat([whole.subarray(0, 40), whole.subarray(-40)]), 'CORRUPT'],
    ['whose footer is longer than the file', (whole) => withFooterLength(whole, whole.length), 'CORRUPT'],
    ['whose footer is of no size', (whole) => withFooterLength(whole, 0), 'CORRUPT'],
    [
      'whose footer is noise',
      (whole) => Buffer.from(whole).fill(0x5a, whole.length - 100, whole.length - 8),
      'CORRUPT',
    ],
    ['whose footer is encrypted', (whole) => Buffer.concat([whole.subarray(0, -4), Buffer.from('PARE')]), 'CORRUPT'],
  ])('%s', async (_, spoil, code) => {
    const { reasons, cuts } = await bench.survey(spoil(await file('SELECT 1 AS a')), parquet([column('a', 'INT64')]));
    expect(reasons).toMatchObject([{ code }]);
    expect(cuts).toEqual([]);
  });

  test('by its shard, for good, where its pages are damaged', async () => {
    const whole = await file("SELECT i AS a, 'v' || i AS b FROM range(1000) t(i)");
    const of = parquet([column('a', 'INT64'), column('b')]);
    const outcomes = new Set<string>();
    for (let at = 4; at < whole.length - 8; at += 89) {
      const spoilt = Buffer.from(whole);
      spoilt[at] = (spoilt[at] ?? 0) ^ 0xff;
      const outcome = await bench.load(spoilt, of).catch((error) => error);
      outcomes.add(outcome.code ? `${outcome.code} ${outcome.retryable}` : `${outcome.records} records`);
    }
    // Pages carry no checksum here, so a changed value may pass for one; a record never gets lost.
    expect([...outcomes].filter((outcome) => !['CORRUPT false', '1000 records'].includes(outcome))).toEqual([]);
  });

  const withFooterLength = (whole: Buffer, length: number): Buffer => {
    const changed = Buffer.from(whole);
    changed.writeUInt32LE(length, whole.length - 8);
    return changed;
  };
});

describe('a value of a file', () => {
  const BAD = 'reject';
  test.each<[ColumnType, string, unknown]>([
    ['INT64', '5::UTINYINT', '5'],
    ['INT64', '18446744073709551615::UBIGINT', BAD],
    ['INT64', '3.0::DOUBLE', '3'],
    ['INT64', '3.7::DOUBLE', BAD],
    ['INT64', "'nan'::DOUBLE", BAD],
    ['INT64', '1e30::DOUBLE', BAD],
    ['INT64', '2.50::DECIMAL(5,2)', BAD],
    ['INT64', "'42'", '42'],
    ['INT64', "'4 2'", BAD],
    ['FLOAT64', '1.5::FLOAT', 1.5],
    ['FLOAT64', '2::INTEGER', 2],
    ['NUMERIC', '1.5::DOUBLE', '1.500000000'],
    ['NUMERIC', '1e30::DOUBLE', BAD],
    ['NUMERIC', '1.25::DECIMAL(38,18)', '1.250000000'],
    ['BIGNUMERIC', '1.25::DECIMAL(38,18)', '1.250000000000000000'],
    ['BOOL', 'true', true],
    ['STRING', "uuid '00000000-0000-0000-0000-000000000001'", '00000000-0000-0000-0000-000000000001'],
    ['STRING', "DATE '2026-01-02'", '2026-01-02'],
    ['BYTES', "'a\\xFF'::BLOB", 'a\\xFF'],
    ['DATE', "DATE '2026-01-02'", '2026-01-02'],
    ['DATE', "DATE '12000-01-01'", BAD],
    ['DATE', "DATE '0044-03-15 (BC)'", BAD],
    ['DATE', "'infinity'::DATE", BAD],
    ['TIME', "'12:34:56'::TIME", '12:34:56'],
    ['TIME', "'12:34:56+00'::TIMETZ", '12:34:56'],
    ['DATETIME', "TIMESTAMP '2026-01-02 03:04:05.123456'", '2026-01-02 03:04:05.123456'],
    ['DATETIME', "TIMESTAMP_NS '2026-01-02 03:04:05.123456789'", '2026-01-02 03:04:05.123456'],
    ['DATETIME', "TIMESTAMP '12000-01-01'", BAD],
    ['TIMESTAMP', "TIMESTAMPTZ '2026-01-02 03:04:05+02'", '2026-01-02 01:04:05+00'],
    ['TIMESTAMP', "TIMESTAMP '2026-01-02 03:04:05'", '2026-01-02 03:04:05+00'],
    ['TIMESTAMP', "'infinity'::TIMESTAMPTZ", BAD],
    ['TIMESTAMP', "'2026-01-02T03:04:05Z'", '2026-01-02 03:04:05+00'],
    ['JSON', '\'{"a": 1}\'::JSON', '{"a": 1}'],
    ['JSON', '\'{"a": NaN}\'', BAD],
  ])('under %s that is %s becomes %j', async (type, value, expected) => {
    const { rows, rejects } = await bench.load(await file(`SELECT ${value} AS v`), parquet([column('v', type)]));
    expect(rejects).toEqual(expected === BAD ? ['1 v WRONG_TYPE'] : []);
    expect(rows.map(({ v }) => v)).toEqual(expected === BAD ? [] : [expected]);
  });

  test.each<[string, string, boolean]>([
    ['a record of good fields', "{'x': 1, 'y': 'a', 'l': ['2026-01-01'::DATE]}", true],
    ['a record whose fields come in another order', "{'l': []::DATE[], 'y': NULL::VARCHAR, 'x': 1}", true],
    ['no record', 'NULL::STRUCT(x INT, y VARCHAR, l DATE[])', true],
    ['a record whose number is a fraction', "{'x': 1.7::DOUBLE, 'y': 'a', 'l': ['2026-01-01'::DATE]}", false],
    ['a record without its required field', "{'x': NULL::INT, 'y': 'a', 'l': ['2026-01-01'::DATE]}", false],
    ['a list with a date that is none', "{'x': 1, 'y': 'a', 'l': ['infinity'::DATE]}", false],
    ['a list with a gap', "{'x': 1, 'y': 'a', 'l': [NULL::DATE]}", false],
  ])('at any depth is as strict: %s', async (_, value, good) => {
    const fields = [
      column('x', 'INT64', { mode: 'required' }),
      column('renamed', 'STRING', { from: 'y' }),
      column('l', 'DATE', { mode: 'repeated' }),
    ];
    const of = parquet([column('r', 'RECORD', { fields }), column('rs', 'RECORD', { mode: 'repeated', fields })]);
    const single = await bench.load(
      await file(`SELECT ${value} AS r, []::STRUCT(x INT, y VARCHAR, l DATE[])[] AS rs`),
      of,
    );
    expect(single.rejects).toEqual(good ? [] : ['1 r WRONG_TYPE']);
    if (good)
      expect(Object.keys((single.rows[0]?.r ?? { x: 0, renamed: 0, l: 0 }) as object)).toEqual(['x', 'renamed', 'l']);
    const repeated = await bench.load(
      await file(`SELECT NULL::STRUCT(x INT, y VARCHAR, l DATE[]) AS r, [${value}] AS rs`),
      of,
    );
    expect(repeated.rejects.length).toBe(good && !value.startsWith('NULL') ? 0 : 1);
  });
});

test('a file of no rows has no shards', async () => {
  const survey = await bench.survey(await file('SELECT 1 AS a WHERE false'), parquet([column('a', 'INT64')]));
  expect(survey).toMatchObject({ cuts: [], reasons: [], header: ['a'] });
});

test('new columns are left out where they are to be held back', async () => {
  const of = parquet([column('a', 'INT64'), column('r', 'RECORD', { fields: [column('x', 'INT64')] })], {
    onNewColumn: 'hold',
  });
  const { rows, survey } = await bench.load(await file("SELECT 1 AS a, 2 AS b, {'x': 3, 'z': 4} AS r"), of);
  expect(rows).toEqual([{ a: '1', r: { x: '3' }, _row_number: '1' }]);
  expect(survey.unknownColumns).toEqual(['b']);
});
