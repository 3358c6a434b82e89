import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Column } from '../../functions/model/column.ts';
import { column, csv } from './declarations.ts';
import { createWorkbench, type Workbench } from './workbench.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await createWorkbench();
});
afterAll(() => bench.close());

/** Text → value as read back from the Parquet file; all that is only in `bad` is a reject. */
interface Strictness {
  good: Record<string, unknown>;
  bad: readonly string[];
}

const everyDate = [
  '',
  'abc',
  'epoch',
  'infinity',
  '-infinity',
  '2026-02-30',
  '2026-13-01',
  '2026-00-01',
  '20260102',
  '10000-01-01',
  '0000-01-01',
  '-2026-01-02',
  '+2026-01-02',
  '2026-01-02 (BC)',
  '26-01-02',
  '٢٠٢٦-٠١-٠٢',
];

const TYPES: readonly (readonly [string, Partial<Column> & Pick<Column, 'type'>, Strictness])[] = [
  [
    'INT64',
    { type: 'INT64' },
    {
      good: {
        0: '0',
        '007': '7',
        '-0': '0',
        '+5': '5',
        ' 5 ': '5',
        '9223372036854775807': '9223372036854775807',
        '-9223372036854775808': '-9223372036854775808',
      },
      bad: [
        '',
        '9223372036854775808',
        '3.7',
        '3.0',
        '1e3',
        '0x10',
        '1_000',
        '1,000',
        'abc',
        '５',
        '5-',
        '--5',
        'true',
        'Infinity',
        '1 2',
        '\u00a05',
      ],
    },
  ],
  [
    'FLOAT64',
    { type: 'FLOAT64' },
    {
      good: {
        0: 0,
        '1.5': 1.5,
        '-1.5e10': -1.5e10,
        '.5': 0.5,
        '5.': 5,
        ' 1.5 ': 1.5,
        nan: 'NaN',
        inf: 'Infinity',
        '-Infinity': '-Infinity',
        '1.7976931348623157e308': Number.MAX_VALUE,
      },
      bad: ['', '.', '1e', 'e5', '1_000.5', '0x1p3', '1,5', '1e400', 'abc', '1.5f', 'infinit', '1 5'],
    },
  ],
  [
    'NUMERIC',
    { type: 'NUMERIC' },
    {
      good: {
        0: '0.000000000',
        '1.5': '1.500000000',
        '-0.000000001': '-0.000000001',
        '1e3': '1000.000000000',
        ' 7 ': '7.000000000',
        '99999999999999999999999999999.999999999': '99999999999999999999999999999.999999999',
      },
      bad: ['', '100000000000000000000000000000', '1.5e', 'nan', 'inf', '1_0', 'abc', '1,5', '0x10', '--1', '٣'],
    },
  ],
  [
    'NUMERIC(5,2)',
    { type: 'NUMERIC', precision: 5, scale: 2 },
    {
      good: { '999.99': '999.99', '-999.99': '-999.99', '999.994': '999.99', '1e2': '100.00' },
      bad: ['1000', '999.995', ''],
    },
  ],
  [
    'NUMERIC(5)',
    { type: 'NUMERIC', precision: 5 },
    { good: { 99999: '99999', '5.4': '5' }, bad: ['100000', '99999.5'] },
  ],
  [
    'BIGNUMERIC, which stays text',
    { type: 'BIGNUMERIC' },
    {
      good: {
        '1.5': '1.5',
        '1e5': '1e5',
        ' 5 ': '5',
        '99999999999999999999999999999999999999': '99999999999999999999999999999999999999',
        '0.12345678901234567890123456789012345678': '0.12345678901234567890123456789012345678',
      },
      bad: ['', '1e39', '999999999999999999999999999999999999999', 'nan', '1_0', '.', 'abc'],
    },
  ],
  [
    'BIGNUMERIC(4,1)',
    { type: 'BIGNUMERIC', precision: 4, scale: 1 },
    { good: { '999.9': '999.9' }, bad: ['1000', '1e9'] },
  ],
  [
    'BOOL',
    { type: 'BOOL' },
    {
      good: { true: true, FALSE: false, t: true, f: false, yes: true, n: false, 1: true, 0: false },
      bad: ['', '2', 'on', 'off', 'tru', 'wahr', ' true'],
    },
  ],
  [
    'DATE',
    { type: 'DATE' },
    {
      good: {
        '2026-01-02': '2026-01-02',
        '2026-1-2': '2026-01-02',
        '2026/01/02': '2026-01-02',
        '2024-02-29': '2024-02-29',
        '0001-01-01': '0001-01-01',
        '9999-12-31': '9999-12-31',
        ' 2026-01-02': '2026-01-02',
      },
      bad: [...everyDate, '2026-01/02', '02.01.2026', '2026-01-02 00:00:00', '2026-Jan-02'],
    },
  ],
  [
    'DATE by %d.%m.%Y',
    { type: 'DATE', format: '%d.%m.%Y' },
    {
      good: { '02.01.2026': '2026-01-02', '2.1.2026': '2026-01-02', '01.01.0001': '0001-01-01' },
      bad: [...everyDate, '31.02.2026', '02.01.26', '02.01.0000', '02.01.2026x', ' epoch '],
    },
  ],
  [
    'TIME',
    { type: 'TIME' },
    {
      good: { '12:34:56': '12:34:56', '1:2:3': '01:02:03', '12:34': '12:34:00', '23:59:59.999999': '23:59:59.999999' },
      bad: [
        '',
        'abc',
        '12',
        '24:00:00',
        '25:00:00',
        '23:59:60',
        '12:60:00',
        '12:34:56Z',
        '12:34:56+02',
        '12:34:56 PM',
        '-1:00:00',
      ],
    },
  ],
  [
    'DATETIME',
    { type: 'DATETIME' },
    {
      good: {
        '2026-01-02 03:04:05': '2026-01-02 03:04:05',
        '2026-01-02T03:04:05.123456': '2026-01-02 03:04:05.123456',
        '2026-1-2 3:4:5': '2026-01-02 03:04:05',
        '2026-01-02': '2026-01-02 00:00:00',
        '9999-12-31 23:59:59.999999': '9999-12-31 23:59:59.999999',
      },
      bad: [
        ...everyDate,
        '2026-01-02 03:04:05Z',
        '2026-01-02 03:04:05+02',
        '2026-01-02 24:00:00',
        '2026-01-02 23:59:60',
        '2026-01-02  03:04:05',
        '2026-01-02 03',
      ],
    },
  ],
  [
    'DATETIME by %d/%b/%Y:%H:%M:%S',
    { type: 'DATETIME', format: '%d/%b/%Y:%H:%M:%S' },
    { good: { '02/Jan/2026:03:04:05': '2026-01-02 03:04:05' }, bad: [...everyDate, '02/Jan/26:03:04:05'] },
  ],
  [
    'TIMESTAMP',
    { type: 'TIMESTAMP' },
    {
      good: {
        '2026-01-02 03:04:05': '2026-01-02 03:04:05+00',
        '2026-01-02T03:04:05Z': '2026-01-02 03:04:05+00',
        '2026-01-02 03:04:05 UTC': '2026-01-02 03:04:05+00',
        '2026-01-02T03:04:05.5+02:00': '2026-01-02 01:04:05.5+00',
        '2026-01-02T03:04:05-1130': '2026-01-02 14:34:05+00',
        '2026-01-02 03:04:05+14': '2026-01-01 13:04:05+00',
        '2026-03-29 02:30:00': '2026-03-29 02:30:00+00',
        '2026-01-02': '2026-01-02 00:00:00+00',
        '9999-12-31 23:59:59.999999Z': '9999-12-31 23:59:59.999999+00',
      },
      bad: [
        ...everyDate,
        '1767323045',
        '2026-01-02 03:04:05+15:00',
        '2026-01-02 03:04:05+02:99',
        '2026-01-02 03:04:05 Mars/Base',
        '0001-01-01 00:00:00+05',
        '9999-12-31 23:59:59-05',
        '2026-02-30 00:00:00Z',
      ],
    },
  ],
  [
    'TIMESTAMP by %Y-%m-%d %H:%M:%S %z',
    { type: 'TIMESTAMP', format: '%Y-%m-%d %H:%M:%S %z' },
    { good: { '2026-01-02 03:04:05 +0200': '2026-01-02 01:04:05+00' }, bad: [...everyDate, '2026-01-02 03:04:05'] },
  ],
  [
    'BYTES',
    { type: 'BYTES' },
    { good: { '': '', 'YQ==': 'a', YWJj: 'abc' }, bad: ['YQ', 'Y', 'Y===', 'YQ==YQ==', '****', '-_-_', ' YQ=='] },
  ],
  [
    'JSON, which stays text',
    { type: 'JSON' },
    {
      good: {
        '{}': '{}',
        '{"a": [1, 2.50, null, "nan, ]"]}': '{"a": [1, 2.50, null, "nan, ]"]}',
        '"Infinity"': '"Infinity"',
        null: 'null',
        1: '1',
        ' {} ': ' {} ',
      },
      bad: [
        '',
        'abc',
        'NaN',
        '{"a":NaN}',
        '[-Infinity]',
        '{"a":1,}',
        '[1,]',
        '{a:1}',
        "{'a':1}",
        '{"a":1}{"b":2}',
        '01',
        '.5',
        '// c',
        '"\\ud800"',
      ],
    },
  ],
];

describe.each(TYPES)('text under %s', (_, over, { good, bad }) => {
  test('is its exact value or a reject, and NULL is NULL', async () => {
    const texts = [...Object.keys(good), ...bad];
    const lines = texts.map((text) => `"${text.replaceAll('"', '""')}"\n`);
    const of = csv([column('x', over.type, over)], { header: false, nullMarker: 'NULL' });
    const { rows, rejects } = await bench.load(Buffer.from(`${lines.join('')}NULL\n`), of);
    const values = new Map(rows.map((row) => [Number(row._row_number), row.x]));
    const found = Object.fromEntries(
      texts.flatMap((text, index) => (values.has(index + 1) ? [[text, values.get(index + 1)]] : [])),
    );
    expect(found).toEqual(good);
    expect(values.get(texts.length + 1)).toBeNull();
    const first = Object.keys(good).length + 1;
    expect(rejects).toEqual(bad.map((_text, index) => `${first + index} x WRONG_TYPE`));
  });
});

test('checks of more columns than one mask holds each name their own', async () => {
  const columns = Array.from({ length: 120 }, (_, k) => column(`c${k}`, 'INT64'));
  const lines = columns.map((_, bad) => columns.map((__, k) => (k === bad ? 'x' : '1')).join(','));
  const { rejects } = await bench.load(Buffer.from(`${lines.join('\n')}\n`), csv(columns, { header: false }));
  expect(rejects).toEqual(columns.map((_, k) => `${k + 1} c${k} WRONG_TYPE`));
});
