import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Column, Transformation } from '../../functions/model/column.ts';
import { column, DROP, ndjson, parquet, protect, TOKENIZE } from './declarations.ts';
import { createWorkbench, type Row, type Workbench } from './workbench.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await createWorkbench();
});
afterEach(() => expect(bench.leftOnScratch()).toEqual([]));
afterAll(() => bench.close());

const record = (name: string, fields: Column[], over: Partial<Column> = {}): Column =>
  column(name, 'RECORD', { fields, ...over });
const records = (name: string, fields: Column[]): Column => record(name, fields, { mode: 'repeated' });
const list = (name: string, over: Partial<Column> = {}): Column =>
  column(name, 'STRING', { mode: 'repeated', ...over });
const linesOf = (documents: readonly object[]): Buffer =>
  Buffer.from(documents.map((one) => `${JSON.stringify(one)}\n`).join(''));

const FORMATS = ['ndjson', 'parquet'] as const;
type Format = (typeof FORMATS)[number];

/** The documents as a file of this format. */
async function fileOf(format: Format, columns: Column[], documents: readonly object[]): Promise<Buffer> {
  const lines = linesOf(documents);
  if (format === 'ndjson') return lines;
  const typed = columns.map((one) => `${one.from}: ${literal(duckType(one))}`).join(', ');
  const read = `read_json({input}, columns = {${typed}}, format = 'newline_delimited')`;
  return bench.fileOf(`COPY (SELECT * FROM ${read}) TO {file} (FORMAT parquet)`, lines);
}

const literal = (text: string): string => `'${text}'`;
function duckType({ type, mode, fields = [] }: Column): string {
  const one =
    type === 'RECORD'
      ? `STRUCT(${fields.map((field) => `"${field.from}" ${duckType(field)}`).join(', ')})`
      : ({ STRING: 'VARCHAR', INT64: 'BIGINT', DATE: 'DATE' }[type as string] ?? 'VARCHAR');
  return mode === 'repeated' ? `${one}[]` : one;
}

async function load(format: Format, columns: Column[], documents: readonly object[]) {
  const of = { ndjson, parquet }[format](columns, { badRowsAllowed: 1 });
  const answer = (value: string, path: string, context?: string): string =>
    `<${path} ${value}${context === undefined ? '' : ` by ${context}`}>`;
  const loaded = await bench.load(await fileOf(format, columns, documents), of, { answer });
  const rows = loaded.rows.map(({ _row_number: _, ...row }) => row);
  return { ...loaded, rows };
}

describe.each(FORMATS)('in %s,', (format) => {
  test('a field of a RECORD is protected at any depth, and what stands beside it stays', async () => {
    const columns = [
      column('id', 'INT64'),
      record('customer', [
        column('email', 'STRING', { privacy: TOKENIZE, normalize: ['trim', 'lower'] }),
        column('country'),
        record('home', [column('street', 'STRING', { privacy: TOKENIZE }), column('zip')]),
      ]),
    ];
    const { rows, rejects } = await load(format, columns, [
      { id: 1, customer: { email: ' Ann@X.org', country: 'DE', home: { street: 'A 1', zip: '10' } } },
      { id: 2, customer: { email: null, country: 'FR', home: null } },
      { id: 3, customer: null },
      { id: 4, customer: { email: '', country: null, home: { street: 'A 1', zip: null } } },
    ]);
    expect(rejects).toEqual([]);
    expect(rows).toEqual([
      {
        id: '1',
        customer: {
          email: '<customer.email ann@x.org>',
          country: 'DE',
          home: { street: '<customer.home.street A 1>', zip: '10' },
        },
      },
      { id: '2', customer: { email: null, country: 'FR', home: null } },
      { id: '3', customer: null },
      { id: '4', customer: { email: '', country: null, home: { street: '<customer.home.street A 1>', zip: null } } },
    ]);
  });

  test('a repeated value is protected element by element, in its order', async () => {
    const columns = [column('id', 'INT64'), list('phones', { privacy: TOKENIZE })];
    const { rows } = await load(format, columns, [
      { id: 1, phones: ['b', 'a', 'b', ''] },
      { id: 2, phones: [] },
      { id: 3, phones: null },
      { id: 4, phones: ['a'] },
    ]);
    expect(rows).toEqual([
      { id: '1', phones: ['<phones b>', '<phones a>', '<phones b>', ''] },
      { id: '2', phones: [] },
      { id: '3', phones: null },
      { id: '4', phones: ['<phones a>'] },
    ]);
  });

  test('a field of a repeated RECORD is, and so are lists within lists', async () => {
    const columns = [
      column('id', 'INT64'),
      records('lines', [
        column('sku'),
        column('note', 'STRING', { privacy: TOKENIZE }),
        list('tags', { privacy: TOKENIZE }),
        list('open'),
        records('parts', [column('serial', 'STRING', { privacy: TOKENIZE }), column('n', 'INT64')]),
      ]),
    ];
    const { rows } = await load(format, columns, [
      {
        id: 1,
        lines: [
          {
            sku: 'z',
            note: 'n2',
            tags: ['t2', 't1'],
            open: ['o2', 'o1'],
            parts: [
              { serial: 's9', n: 2 },
              { serial: 's1', n: 1 },
            ],
          },
          { sku: 'y', note: null, tags: [], open: [], parts: [] },
          { sku: 'x', note: 'n1', tags: null, open: null, parts: null },
          { sku: 'w', note: 'n2', tags: ['t1'], open: ['o'], parts: [{ serial: 's1', n: 3 }] },
        ],
      },
      { id: 2, lines: [] },
    ]);
    expect(rows).toEqual([
      {
        id: '1',
        lines: [
          {
            sku: 'z',
            note: '<lines.note n2>',
            tags: ['<lines.tags t2>', '<lines.tags t1>'],
            open: ['o2', 'o1'],
            parts: [
              { serial: '<lines.parts.serial s9>', n: '2' },
              { serial: '<lines.parts.serial s1>', n: '1' },
            ],
          },
          { sku: 'y', note: null, tags: [], open: [], parts: [] },
          { sku: 'x', note: '<lines.note n1>', tags: null, open: null, parts: null },
          {
            sku: 'w',
            note: '<lines.note n2>',
            tags: ['<lines.tags t1>'],
            open: ['o'],
            parts: [{ serial: '<lines.parts.serial s1>', n: '3' }],
          },
        ],
      },
      { id: '2', lines: [] },
    ]);
  });

  test('a context and a condition may be of the row, of the record around, and of the same element', async () => {
    const shifted = (tweak: string): Transformation => ({ kind: 'tokenize', key: 'k', tweak });
    const when = (path: string) => [{ column: path, op: 'in' as const, values: ['yes'] }];
    const columns = [
      column('id'),
      column('flat', 'STRING', { privacy: protect(shifted('person.id'), when('person.ok')) }),
      record('person', [
        column('id'),
        column('ok'),
        column('name', 'STRING', { privacy: protect(shifted('person.id')) }),
      ]),
      list('tags', { privacy: protect(shifted('id'), when('person.ok')) }),
      records('visits', [
        column('place', 'STRING', { privacy: protect(shifted('id'), when('visits.ok')) }),
        column('ok'),
        column('doctor', 'STRING', { privacy: protect(shifted('visits.ok'), when('person.ok')) }),
        list('words', { privacy: protect(shifted('visits.ok'), when('visits.ok')) }),
      ]),
    ];
    const { rows } = await load(format, columns, [
      {
        id: 'i1',
        flat: 'f',
        person: { id: 'p1', ok: 'yes', name: 'n' },
        tags: ['t'],
        visits: [
          { place: 'a', ok: 'yes', doctor: 'd', words: ['w'] },
          { place: 'b', ok: 'no', doctor: 'd', words: ['w'] },
        ],
      },
      {
        id: 'i2',
        flat: 'f',
        person: { id: null, ok: 'no', name: 'n' },
        tags: ['t'],
        visits: [{ place: 'a', ok: 'yes', doctor: 'd', words: ['w', 'v'] }],
      },
    ]);
    expect(rows).toEqual([
      {
        id: 'i1',
        flat: '<flat f by p1>',
        person: { id: 'p1', ok: 'yes', name: '<person.name n by p1>' },
        tags: ['<tags t by i1>'],
        visits: [
          {
            place: '<visits.place a by i1>',
            ok: 'yes',
            doctor: '<visits.doctor d by yes>',
            words: ['<visits.words w by yes>'],
          },
          { place: 'b', ok: 'no', doctor: '<visits.doctor d by no>', words: ['w'] },
        ],
      },
      {
        id: 'i2',
        flat: 'f',
        person: { id: null, ok: 'no', name: '<person.name n by >' },
        tags: ['t'],
        visits: [
          {
            place: '<visits.place a by i2>',
            ok: 'yes',
            doctor: 'd',
            words: ['<visits.words w by yes>', '<visits.words v by yes>'],
          },
        ],
      },
    ]);
  });

  test('constants and dropped fields need no answer', async () => {
    const columns = [
      records('lines', [
        column('a', 'STRING', { privacy: protect({ kind: 'redact' }) }),
        column('b', 'INT64', { privacy: protect({ kind: 'replace', with: 'x' }) }),
        column('c', 'STRING', { privacy: DROP }),
        list('d', { privacy: protect({ kind: 'redact' }, [{ column: 'lines.e', op: 'is_null' }]) }),
        column('e'),
      ]),
    ];
    const { rows } = await load(format, columns, [
      {
        lines: [
          { a: 'secret', b: 7, c: 'secret', d: ['p', 'q'], e: null },
          { a: null, b: null, c: null, d: ['p'], e: 'e' },
        ],
      },
    ]);
    expect(rows).toEqual([
      {
        lines: [
          { a: '', b: 'x', d: ['', ''], e: null },
          { a: null, b: null, d: ['p'], e: 'e' },
        ],
      },
    ]);
  });

  test('a typed value goes in canonical form and takes up its type again', async () => {
    const shift = protect({ kind: 'date_shift', days: 3, by: 'id', key: 'k' });
    const columns = [
      column('id'),
      list('days', { type: 'DATE', privacy: shift }),
      records('visits', [column('on', 'DATE', { privacy: shift }), column('n', 'INT64', { privacy: TOKENIZE })]),
    ];
    const of = { ndjson, parquet }[format](columns);
    const documents = [{ id: 'a', days: ['2026-01-02', '2026-01-01'], visits: [{ on: '2026-03-01', n: 7 }] }];
    const answer = (value: string, path: string) =>
      path === 'visits.n' ? `<${value}>` : value.replace('2026', '2025');
    const { rows, files } = await bench.load(await fileOf(format, columns, documents), of, { answer });
    expect(rows).toMatchObject([{ days: ['2025-01-02', '2025-01-01'], visits: [{ on: '2025-03-01', n: '<7>' }] }]);
    const types = await bench.rows('DESCRIBE SELECT * FROM read_parquet({file})', files[0]);
    expect(types.slice(1, 3).map((one) => one.column_type)).toEqual(['DATE[]', 'STRUCT("on" DATE, n VARCHAR)[]']);
  });

  test('what a transformation cannot take rejects the row, by its path; so does a NULL in a list', async () => {
    const fpe = protect({ kind: 'fpe', key: 'k', alphabet: 'NUMERIC' });
    const columns = [
      column('id'),
      list('tags', { privacy: TOKENIZE }),
      records('cards', [column('number', 'STRING', { privacy: fpe })]),
    ];
    const { rejects, rows } = await load(format, columns, [
      { id: '1', tags: [], cards: [{ number: '1234' }, { number: '12x4' }] },
      { id: '2', tags: ['a', null], cards: [] },
      { id: '3', tags: null, cards: [{ number: '1234' }, { number: null }] },
    ]);
    expect(rejects).toEqual(['1 cards.number OUTSIDE_ALPHABET', '2 tags WRONG_TYPE']);
    expect(rows).toEqual([{ id: '3', tags: null, cards: [{ number: '<cards.number 1234>' }, { number: null }] }]);
  });

  test('a value that DLP left nothing of is empty in a list, and NULL in a field', async () => {
    const columns = [
      list('tags', { privacy: TOKENIZE }),
      records('lines', [column('note', 'STRING', { privacy: TOKENIZE })]),
    ];
    const documents = [{ tags: ['a', 'b'], lines: [{ note: 'n' }] }];
    const of = { ndjson, parquet }[format](columns);
    const { rows } = await bench.load(await fileOf(format, columns, documents), of, {
      answer: (value) => (value === 'b' ? '<b>' : null),
    });
    expect(rows).toMatchObject([{ tags: ['', '<b>'], lines: [{ note: null }] }]);
  });

  test('and a date that DLP left nothing of is no answer where a list would hold a NULL', async () => {
    const columns = [
      list('days', { type: 'DATE', privacy: protect({ kind: 'date_shift', days: 1, by: 'id', key: 'k' }) }),
      column('id'),
    ];
    const file = await fileOf(format, columns, [{ days: ['2026-01-01'], id: 'a' }]);
    const loading = bench.load(file, { ndjson, parquet }[format](columns), { answer: () => null });
    await expect(loading).rejects.toMatchObject({ code: 'ROWS_DO_NOT_RECONCILE' });
  });

  test.each([
    ['list', [list('v', { privacy: TOKENIZE })], { v: ['secret'] }],
    [
      'list of dates',
      [
        list('v', { type: 'DATE', privacy: protect({ kind: 'date_shift', days: 1, by: 'id', key: 'k' }) }),
        column('id'),
      ],
      { v: ['2026-01-01'], id: 'a' },
    ],
    ['record', [record('v', [column('a', 'STRING', { privacy: TOKENIZE })])], { v: { a: 'secret' } }],
    ['record in a list', [records('v', [column('a', 'STRING', { privacy: TOKENIZE })])], { v: [{ a: 'secret' }] }],
  ])('a value in a %s that was not answered for stops the shard', async (_, columns, document) => {
    const work = await bench.open(await fileOf(format, columns, [document]), { ndjson, parquet }[format](columns));
    try {
      await expect(work.finish({ run: 'r', arrivedAt: '2026-01-01T00:00:00Z' })).rejects.toMatchObject({
        code: 'ROWS_DO_NOT_RECONCILE',
      });
    } finally {
      await work.close();
    }
  });

  test('a sample has of a conditional field what the condition leaves as it is', async () => {
    const when = [{ column: 'lines.ok', op: 'in' as const, values: ['no'] }];
    const columns = [
      records('lines', [
        column('ok'),
        column('note', 'STRING', { privacy: protect({ kind: 'tokenize', key: 'k' }, when) }),
        list('tags', { privacy: protect({ kind: 'redact' }, when) }),
      ]),
      list('words', { privacy: protect({ kind: 'hash', key: 'k' }, [{ column: 'id', op: 'is_null' }]) }),
      column('id'),
    ];
    const lines = [
      { ok: 'no', note: 'secret', tags: ['secret'] },
      { ok: 'yes', note: 'open', tags: ['p', 'q'] },
    ];
    const documents = [
      { lines, words: ['w'], id: 'a' },
      { lines: [], words: ['secret'], id: null },
    ];
    const work = await bench.open(await fileOf(format, columns, documents), { ndjson, parquet }[format](columns));
    try {
      const rows = await work.sample(['lines.note', 'lines.tags', 'words'], 500);
      const shown = [0, 1, 2].map((at) => rows.flatMap(({ values }) => values[at] ?? []));
      expect(shown).toEqual([['open'], ['p', 'q'], ['w']]);
    } finally {
      await work.close();
    }
  });

  test('a sample has each element of a list by itself, at most twenty of one record', async () => {
    const columns = [
      column('id'),
      records('lines', [column('note'), list('tags'), column('n', 'INT64', { privacy: TOKENIZE })]),
      record('home', [column('zip')]),
    ];
    const many = Array.from({ length: 45 }, (_, n) => ({ note: `n${n}`, tags: [], n }));
    const documents = [
      {
        id: 'a',
        lines: [
          { note: 'x', tags: ['p', 'q'], n: 1 },
          { note: null, tags: ['r'], n: 2 },
        ],
        home: { zip: '1' },
      },
      { id: 'b', lines: null, home: null },
      { id: 'c', lines: many, home: { zip: '3' } },
    ];
    const work = await bench.open(await fileOf(format, columns, documents), { ndjson, parquet }[format](columns));
    try {
      const rows = await work.sample(['id', 'lines.note', 'lines.tags', 'home.zip'], 500);
      expect(rows.slice(0, 4)).toEqual([
        { row: 1, values: ['a', 'x', 'p', '1'] },
        { row: 1, values: [null, null, 'q', null] },
        { row: 1, values: [null, null, 'r', null] },
        { row: 2, values: ['b', null, null, null] },
      ]);
      expect(rows.filter(({ row }) => row === 3).map(({ values }) => values[1])).toEqual(
        Array.from({ length: 15 }, (_, n) => `n${n * 3}`),
      );
    } finally {
      await work.close();
    }
  });
});

describe('a key inside of a record that nobody declared', () => {
  const columns = [records('lines', [column('note', 'STRING', { privacy: TOKENIZE })])];
  const document = { lines: [{ note: 'n', secret: 'canary' }] };
  test('stops the file', async () => {
    await expect(load('ndjson', columns, [document])).rejects.toMatchObject({
      code: 'UNKNOWN_COLUMN',
      details: { columns: ['lines.secret'] },
    });
  });
  test('is left out where that is asked for', async () => {
    const { rows, files } = await bench.load(linesOf([document]), ndjson(columns, { onNewColumn: 'hold' }));
    expect(rows.map(({ lines }) => lines)).toEqual([[{ note: '<n>' }]] satisfies Row['x'][]);
    expect(files[0]?.includes('canary')).toBe(false);
  });
});
