import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Source } from '../../functions/model/source.ts';
import type { PersonValues, RawPerson } from '../../functions/ports.ts';
import { column, csv, ndjson, parquet, TOKENIZE } from './declarations.ts';
import { createWorkbench, type Workbench } from './workbench.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await createWorkbench();
});
afterEach(() => {
  expect(bench.leftOnScratch()).toEqual([]);
});
afterAll(() => bench.close());

/** Read in small pieces, so that records lie across them. */
const inHand = (bytes: Buffer) => ({
  size: bytes.length,
  read: async (start: number, end: number) => {
    const part = bytes.subarray(start, end);
    const pieces = Array.from({ length: Math.ceil(part.length / 7) }, (_, n) => part.subarray(n * 7, n * 7 + 7));
    return Readable.from(pieces, { objectMode: false });
  },
});

interface Found {
  found: number;
  unreadable?: string;
  rest?: Buffer;
}

async function search(bytes: Buffer, source: Source, person: RawPerson | PersonValues): Promise<Found> {
  const work =
    'texts' in person && 'values' in person
      ? await bench.columnar.searchFile(inHand(bytes), source, person as unknown as RawPerson, 1e12)
      : await bench.columnar.searchShard(inHand(bytes), person as PersonValues);
  try {
    const { found, unreadable } = work;
    const rest = found > 0 && !unreadable ? await buffer((await work.without()).read()) : undefined;
    return { found, ...(unreadable && { unreadable }), ...(rest && { rest }) };
  } finally {
    await work.close();
  }
}

const COLUMNS = [
  column('id', 'INT64'),
  column('mail', 'STRING', { normalize: ['trim', 'lower'], privacy: TOKENIZE }),
  column('note'),
];
const ANN: RawPerson = { values: { mail: 'ann@example.com' }, texts: ['Ann@Example.com'] };

describe('a CSV file without a person', () => {
  test.each<[string, string, string, number]>([
    [
      'keeps the bytes of all others',
      'id,mail,note\n1,ann@example.com,x\n2,b@c.de,y\n',
      'id,mail,note\n2,b@c.de,y\n',
      1,
    ],
    [
      'keeps marks, line ends, quotes and blank lines',
      '\ufeffid,"mail",note\r\n\r\n1," ANN@example.com ","a\r\n""b"""\r\n\r\n"2",b@c.de,"y"\r\n3,Ann@Example.com,z',
      '\ufeffid,"mail",note\r\n\r\n\r\n"2",b@c.de,"y"\r\n',
      2,
    ],
    [
      'may have other columns than the declaration',
      'new,mail\nq,ann@example.com\nr,b@c.de\n',
      'new,mail\nr,b@c.de\n',
      1,
    ],
    [
      'loses a record that cannot be taken apart where the person stands in it',
      'id,mail,note\n1,b@c.de,x\n2,ann@example.com,x,y,z\n3,o,p,q\n4,joann@example.com,x,y\n',
      'id,mail,note\n1,b@c.de,x\n3,o,p,q\n4,joann@example.com,x,y\n',
      1,
    ],
  ])('%s', async (_, before, after, found) => {
    expect(await search(Buffer.from(before), csv(COLUMNS), ANN)).toEqual({ found, rest: Buffer.from(after) });
  });

  test('has no header where none is declared', async () => {
    const found = await search(Buffer.from('1,ann@example.com,x\n2,b@c.de,y\n'), csv(COLUMNS, { header: false }), ANN);
    expect(found).toEqual({ found: 1, rest: Buffer.from('2,b@c.de,y\n') });
  });

  test.each([
    ['gzip', gzipSync, gunzipSync],
    ['zstd', zstdCompressSync, zstdDecompressSync],
  ] as const)('is packed again as it was: %s', async (_, pack, unpack) => {
    const { rest } = await search(pack(Buffer.from('id,mail\n1,ann@example.com\n2,b@c.de\n')), csv(COLUMNS), ANN);
    expect(unpack(rest ?? Buffer.alloc(0)).toString()).toBe('id,mail\n2,b@c.de\n');
  });

  test('is told by all columns of a key, each as the file writes it', async () => {
    const person = { values: { id: '7', mail: 'ann@example.com' }, texts: ['7', 'ann@example.com'] };
    const file = 'id,mail,note\n007,ann@example.com,a\n7,b@c.de,b\n8,ann@example.com,c\n';
    const { rest } = await search(Buffer.from(file), csv(COLUMNS), person);
    expect(rest?.toString()).toBe('id,mail,note\n7,b@c.de,b\n8,ann@example.com,c\n');
  });
});

test('an NDJSON file keeps the lines of all others, whatever they look like', async () => {
  const others = '{ "id": 2,  "mail":"b@c.de" }\n\n{"mail": null}\nno json\n';
  const file = `{"id":1,"mail":" Ann@example.com"}\n${others}broken {"mail":"ann@example.com"\n`;
  expect(await search(Buffer.from(file), ndjson(COLUMNS), ANN)).toEqual({ found: 2, rest: Buffer.from(others) });
});

describe('a Parquet file', () => {
  const make = (): Promise<Buffer> =>
    bench.fileOf(
      "COPY (SELECT range AS id, CASE range WHEN 3 THEN 'Ann@Example.com' ELSE 'b' || range END AS mail, [range] AS list FROM range(6)) TO {file} (FORMAT parquet, COMPRESSION gzip)",
    );

  test('is written anew, in its order and with all of its columns', async () => {
    const { found, rest } = await search(await make(), parquet(COLUMNS), ANN);
    expect(found).toBe(1);
    const rows = await bench.rows('SELECT id, list[1] AS l FROM read_parquet({file})', rest);
    expect(rows.map(({ id, l }) => [Number(id), Number(l)])).toEqual([0, 1, 2, 4, 5].map((n) => [n, n]));
    expect(await bench.rows('SELECT DISTINCT compression AS c FROM parquet_metadata({file})', rest)).toEqual([
      { c: 'GZIP' },
    ]);
  });

  test('of the curated bucket is searched by the values that stand there', async () => {
    const { found, rest } = await search(await make(), parquet(COLUMNS), {
      id: ['4', 'no number', '5'],
      mail: ['b4', 'b3'],
    });
    expect(found).toBe(1);
    expect(await bench.rows('SELECT count(*)::INT AS n FROM read_parquet({file})', rest)).toEqual([{ n: 5 }]);
    expect((await search(await make(), parquet(COLUMNS), { absent: ['1'] })).unreadable).toMatch(/absent/);
  });
});

describe('a file that cannot be taken apart', () => {
  test.each<[string, Buffer, number]>([
    ['has the text', Buffer.from('other,columns\n1,ann@example.com\n'), 1],
    ['has it as UTF-16', Buffer.from('\ufeffid,mail\n1,ann@example.com\n', 'utf16le'), 1],
    ['has it within a longer word', Buffer.from('other,columns\n1,joann@example.com\n'), 0],
    ['does not have it', Buffer.from('other,columns\n1,2\n'), 0],
    ['has it packed', gzipSync('other,columns\n1,ann@example.com\n'), 1],
    ['is packed in a way that is not known', Buffer.from([0x42, 0x5a, 0x68, 0x39, 0xff, 0x00, 0xfe]), 1],
    ['cannot be looked into', Buffer.from('PK\u0003\u0004 whatever'), 1],
  ])('%s', async (_, bytes, found) => {
    expect(await search(bytes, csv(COLUMNS), ANN)).toEqual({ found, unreadable: expect.any(String) });
  });
});

test('values are compared in one form, and what is no value of its column is none', async () => {
  const of = csv(COLUMNS);
  expect(await bench.columnar.canonical(of, { id: '007', mail: ' Ann@Example.COM' })).toEqual({
    id: '7',
    mail: 'ann@example.com',
  });
  expect(await bench.columnar.canonical(of, { id: 'seven' })).toBeUndefined();
});
