import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { column, ndjson, TOKENIZE } from './declarations.ts';
import { hostileText } from './hostile.ts';
import { createWorkbench, type Workbench } from './workbench.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await createWorkbench();
});
afterEach(() => {
  expect(bench.leftOnScratch()).toEqual([]);
});
afterAll(() => bench.close());

const lines = (...objects: unknown[]): Buffer => Buffer.from(objects.map((one) => `${JSON.stringify(one)}\n`).join(''));

describe('objects of hostile text, however they are written, cut and handed over', () => {
  const text = fc.option(hostileText, { freq: 6 });
  const item = fc.record({
    sku: text,
    qty: fc.option(fc.maxSafeInteger()),
    tags: fc.array(hostileText, { maxLength: 3 }),
  });
  const object = fc.record(
    {
      id: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
      note: text,
      secret: text,
      items: fc.array(item, { maxLength: 3 }),
      by: fc.option(item),
    },
    { requiredKeys: ['id'] },
  );
  const of = ndjson([
    column('id', 'INT64'),
    column('note'),
    column('secret', 'STRING', { privacy: TOKENIZE }),
    column('items', 'RECORD', {
      mode: 'repeated',
      fields: [column('sku'), column('qty', 'INT64'), column('tags', 'STRING', { mode: 'repeated' })],
    }),
    column('person', 'RECORD', {
      from: 'by',
      fields: [
        column('name', 'STRING', { from: 'sku' }),
        column('qty', 'INT64'),
        column('tags', 'STRING', { mode: 'repeated' }),
      ],
    }),
  ]);

  const escaped = (character: string): string =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join('');

  /** JSON with its keys in another order, some characters escaped, and white space where it may stand. */
  function write(value: unknown, style: Iterator<number>): string {
    const next = (): number => Number(style.next().value);
    const space = (): string => ['', '', ' ', '\t', '\r'][next() % 5] ?? '';
    if (typeof value === 'bigint') return String(value);
    if (typeof value === 'string')
      return JSON.stringify(value).replace(/[^\\"a-z0-9]/gu, (character) =>
        next() % 5 === 0 ? escaped(character) : character,
      );
    if (Array.isArray(value)) return `[${value.map((one) => space() + write(one, style) + space()).join(',')}]`;
    if (value === null || typeof value !== 'object') return JSON.stringify(value);
    const entries = Object.entries(value).filter(([, one]) => one !== undefined);
    const turned = entries.length > 0 ? next() % entries.length : 0;
    const shuffled = [...entries.slice(turned), ...entries.slice(0, turned)];
    return `{${shuffled.map(([key, one]) => `${space()}${JSON.stringify(key)}${space()}:${space()}${write(one, style)}${space()}`).join(',')}}`;
  }

  test('come back with every value in its row and column, numbered through', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(object, { minLength: 1, maxLength: 8 }),
        fc.infiniteStream(fc.nat()),
        fc.constantFrom('\n', '\r\n', '\n\n', '\n \t\r\n'),
        fc.boolean(),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 60 }),
        async (objects, styles, newline, lastNewline, shardBytes, chunkBytes) => {
          const style = styles[Symbol.iterator]();
          const joined = objects.map((one) => write(one, style)).join(newline);
          const bytes = Buffer.from(lastNewline ? joined + newline : joined);
          const { records, rows, rejects } = await bench.load(bytes, of, { shardBytes, chunkBytes });
          expect(rejects).toEqual([]);
          expect(records).toBe(objects.length);
          const nested = (
            one: { sku: string | null; qty: number | null; tags: string[] } | null | undefined,
            name: string,
          ) => (one ? { [name]: one.sku, qty: one.qty === null ? null : String(one.qty), tags: one.tags } : null);
          expect(rows.map((row) => JSON.parse(withoutMarks(JSON.stringify(row))))).toEqual(
            objects.map(({ id, note, secret, items, by }, index) =>
              JSON.parse(
                withoutMarks(
                  JSON.stringify({
                    id: String(id),
                    note: note ?? null,
                    secret: secret ? `<${secret}>` : (secret ?? null),
                    items: items?.map((one) => nested(one, 'sku')) ?? null,
                    person: nested(by, 'name'),
                    _row_number: String(index + 1),
                  }),
                ),
              ),
            ),
          );
        },
      ),
      { numRuns: 30, seed: 6 },
    );
  });

  /** The client that reads the nested texts back takes a mark off their start. */
  const withoutMarks = (json: string): string => json.replaceAll('\ufeff', '');
});

describe('lines that are no object as declared', () => {
  const of = ndjson(
    [
      column('id', 'INT64', { mode: 'required' }),
      column('s'),
      column('tags', 'STRING', { mode: 'repeated' }),
      column('r', 'RECORD', { fields: [column('x', 'INT64'), column('y', 'STRING', { mode: 'required' })] }),
      column('list', 'RECORD', { mode: 'repeated', fields: [column('n', 'NUMERIC')] }),
    ],
    { onNewColumn: 'hold' },
  );
  const FAULTS: readonly (readonly [string, string])[] = [
    ['CANARY', '* NOT_AN_OBJECT'],
    ['["CANARY"]', '* NOT_AN_OBJECT'],
    ['"CANARY"', '* NOT_AN_OBJECT'],
    ['null', '* NOT_AN_OBJECT'],
    ['{"id":1,"s":"CANARY}', '* NOT_AN_OBJECT'],
    ['{"id":1}{"id":2}', '* NOT_AN_OBJECT'],
    ['{"id":1,"s":"CANARY\xff"}', '* NOT_AN_OBJECT'],
    ['{"id":1,"s":"CANARY\\ud800"}', '* NOT_AN_OBJECT'],
    ['{"id":1,"s":"raw\tCANARY"}', '* NOT_AN_OBJECT'],
    ['{"id":1,"s":"a","s":"CANARY"}', '* DUPLICATE_KEY'],
    ['{"s":"CANARY"}', 'id REQUIRED'],
    ['{"id":null,"s":"CANARY"}', 'id REQUIRED'],
    ['{"id":3.7,"s":"CANARY"}', 'id WRONG_TYPE'],
    ['{"id":"CANARY"}', 'id WRONG_TYPE'],
    ['{"id":true}', 'id WRONG_TYPE'],
    ['{"id":9223372036854775808}', 'id WRONG_TYPE'],
    ['{"id":1,"s":{"a":"CANARY"}}', 's WRONG_TYPE'],
    ['{"id":1,"s":["CANARY"]}', 's WRONG_TYPE'],
    ['{"id":1,"tags":"CANARY"}', 'tags WRONG_TYPE'],
    ['{"id":1,"tags":["a",null]}', 'tags WRONG_TYPE'],
    ['{"id":1,"tags":["a",{"b":"CANARY"}]}', 'tags WRONG_TYPE'],
    ['{"id":1,"r":5}', 'r WRONG_TYPE'],
    ['{"id":1,"r":[{"x":1,"y":"a"}]}', 'r WRONG_TYPE'],
    ['{"id":1,"r":{"x":"CANARY","y":"a"}}', 'r WRONG_TYPE'],
    ['{"id":1,"r":{"x":1}}', 'r WRONG_TYPE'],
    ['{"id":1,"r":{"x":1,"x":2,"y":"a"}}', 'r WRONG_TYPE'],
    ['{"id":1,"r":{"y":["CANARY"]}}', 'r WRONG_TYPE'],
    ['{"id":1,"list":{"n":1}}', 'list WRONG_TYPE'],
    ['{"id":1,"list":[{"n":1},5]}', 'list WRONG_TYPE'],
    ['{"id":1,"list":[{"n":1.2345678901234567}]}', 'list WRONG_TYPE'],
  ];
  const SOUND = [
    '{"id":1,"s":"CANARY"}',
    '{"id":2,"r":null,"tags":[],"list":null}',
    '{"id":3,"r":{"y":"a"},"list":[{},{"n":"1.5"}]}',
    '{"id":4,"new":{"a":1}}',
  ];

  test('are each named once, by their number in the file, and cost no other line', async () => {
    const line = fc.oneof(
      fc.constantFrom(...SOUND).map((bytes) => ({ bytes, fault: '' })),
      fc.constantFrom(...FAULTS).map(([bytes, fault]) => ({ bytes, fault })),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(line, fc.constantFrom('', '\n', ' \t\r\n')), { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 50, max: 500 }),
        async (sample, shardBytes) => {
          const bytes = Buffer.from(sample.map(([one, blank]) => `${one.bytes}\n${blank}`).join(''), 'latin1');
          const { records, rows, rejects } = await bench.load(bytes, of, { shardBytes });
          const faults = sample.map(([one]) => one.fault);
          expect(records).toBe(sample.length);
          expect(rejects).toEqual(faults.flatMap((fault, index) => (fault ? [`${index + 1} ${fault}`] : [])));
          expect(rows.map((row) => Number(row._row_number))).toEqual(
            faults.flatMap((fault, index) => (fault ? [] : [index + 1])),
          );
        },
      ),
      { numRuns: 20, seed: 7 },
    );
  });

  test('are told apart, all in one file', async () => {
    const bytes = Buffer.from(FAULTS.map(([line]) => `${line}\n`).join(''), 'latin1');
    const { rejects } = await bench.load(bytes, of);
    expect(rejects).toEqual(FAULTS.map(([, fault], index) => `${index + 1} ${fault}`));
  });
});

describe('a key that the declaration lacks', () => {
  const of = ndjson([
    column('a'),
    column('r', 'RECORD', { fields: [column('x')] }),
    column('list', 'RECORD', { mode: 'repeated', fields: [column('y')] }),
  ]);
  test.each([
    ['at the top', { a: '1', b: 'CANARY' }, ['b']],
    ['in a record', { r: { x: '1', z: 'CANARY' } }, ['r.z']],
    ['in a list of records', { list: [{ y: '1' }, { y: '2', w: 'CANARY' }] }, ['list.w']],
    ['that is no plain name', { 'CANARY@example.com': 1 }, ['a key that is no plain name']],
  ])('%s stops the file, and its value is not said', async (_, object, columns) => {
    const error = await bench.load(lines({ a: 'x' }, object), of).catch((caught) => caught);
    expect(error).toMatchObject({ code: 'UNKNOWN_COLUMN', retryable: false, details: { columns } });
    expect(`${error.message}${JSON.stringify(error.details)}`).not.toContain('CANARY');
  });

  test('is left out where it is to be held back', async () => {
    const held = ndjson(of.columns, { onNewColumn: 'hold' });
    const { rows } = await bench.load(lines({ a: '1', b: '2', r: { x: '3', z: '4' } }), held);
    expect(rows).toEqual([{ a: '1', r: { x: '3' }, list: null, _row_number: '1' }]);
  });
});

describe('what JSON means', () => {
  test.each<[string, Parameters<typeof column>[1], string, unknown]>([
    ['a number under a STRING is its text', 'STRING', '12', '12'],
    ['so is a boolean', 'STRING', 'true', 'true'],
    ['a text that looks like an object is a text', 'STRING', '"{\\"a\\":1}"', '{"a":1}'],
    ['a large integer keeps its digits', 'NUMERIC', '12345678901234567890123', '12345678901234567890123.000000000'],
    ['a fraction of up to 15 digits is exact', 'NUMERIC', '123456.789012345', '123456.789012345'],
    ['a fraction in a text is exact', 'NUMERIC', '"12345678901234567.89"', '12345678901234567.890000000'],
    ['an integer beyond what a double holds is exact', 'INT64', '9007199254740993', '9007199254740993'],
    ['a text that is an integer is one', 'INT64', '"42"', '42'],
    ['an object under JSON is its text', 'JSON', '{"b": [1, null]}', '{"b":[1,null]}'],
    ['a text under JSON is a JSON text', 'JSON', '"a"', '"a"'],
    ['null under JSON is NULL', 'JSON', 'null', null],
    ['a NUL is a character', 'STRING', '"a\\u0000b"', 'a\0b'],
  ])('%s', async (_, type, value, expected) => {
    const { rows, rejects } = await bench.load(Buffer.from(`{"v":${value}}\n`), ndjson([column('v', type)]));
    expect(rejects).toEqual([]);
    expect(rows[0]?.v).toEqual(expected);
  });

  test('keys are told apart by case and may hold any character', async () => {
    const of = ndjson([column('odd', 'STRING', { from: 'a/b~"c\'' })], { onNewColumn: 'hold' });
    const { rows } = await bench.load(lines({ 'a/b~"c\'': 'x', 'A/b~"c\'': 'no', '': 'y' }), of);
    expect(rows).toEqual([{ odd: 'x', _row_number: '1' }]);
  });

  test('a mark at the start of the file is no part of the first line', async () => {
    const { rows } = await bench.load(Buffer.concat([Buffer.from('\ufeff'), lines({ a: '1' })]), ndjson([column('a')]));
    expect(rows.length).toBe(1);
  });

  test('a hundred thousand brackets are a reject like any other', async () => {
    const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}\n`;
    const { rejects } = await bench.load(Buffer.from(`${deep}{"a":"x"}\n`), ndjson([column('a')]));
    expect(rejects).toEqual(['1 a WRONG_TYPE']);
  });
});
