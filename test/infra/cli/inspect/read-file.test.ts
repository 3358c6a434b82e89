import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FileColumn, readFile } from '../../../../infra/cli/inspect/read-file.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-inspect-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const write = (name: string, bytes: string | Buffer): string => {
  writeFileSync(join(dir, name), bytes);
  return join(dir, name);
};
const types = (columns: readonly FileColumn[]): string[] =>
  columns.map(({ name, type, repeated, fields }) => `${name} ${type}${repeated ? '*' : ''}${fields.length || ''}`);

const CSV = 'id;note;day\n1;"two\nlines";2026-01-02\n2;"a;b";2026-01-03\n3;;2026-01-04\n';
const NDJSON =
  '{"id": 1, "tags": ["a", "b"], "items": [{"sku": "x", "n": 2}], "at": "2026-01-02T03:04:05Z"}\n{"id": 2, "tags": [], "items": [], "at": "2026-01-02T03:04:06Z"}\n';

describe('a file is read by its content', () => {
  test.each<[string, (text: string) => string | Buffer]>([
    ['plain', (text) => text],
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('CSV, %s: dialect, types, quoted line ends', async (kind, pack) => {
    const file = await readFile(write(`odd-name-${kind}.dat`, pack(CSV)), 500);
    expect(file).toMatchObject({ format: { type: 'csv', header: true, delimiter: ';' }, records: 3 });
    expect(types(file.columns)).toEqual(['id INT64', 'note STRING', 'day DATE']);
    expect(file.sample).toEqual([
      { row: 1, values: ['1', 'two\nlines', '2026-01-02'] },
      { row: 2, values: ['2', 'a;b', '2026-01-03'] },
      { row: 3, values: ['3', null, '2026-01-04'] },
    ]);
  });

  test('NDJSON: lists and records', async () => {
    const file = await readFile(write('things.txt', NDJSON), 500);
    expect(file.format).toEqual({ type: 'ndjson' });
    expect(types(file.columns)).toEqual(['id INT64', 'tags STRING*', 'items RECORD*2', 'at TIMESTAMP']);
    expect(file.leaves.map(({ path }) => path)).toEqual(['id', 'tags', 'items.sku', 'items.n', 'at']);
    expect(file.sample.map(({ row, values }) => [row, ...values.slice(0, 4)])).toEqual([
      [1, '1', 'a', 'x', '2'],
      [1, null, 'b', null, null],
      [2, '2', null, null, null],
    ]);
    expect(file.sampled).toBe(2);
  });

  test('Parquet, evenly over its records', async () => {
    const path = join(dir, 'numbers');
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.run(
      `COPY (SELECT i AS n, i::DECIMAL(10,2) AS price FROM range(100) t(i)) TO '${path}' (FORMAT parquet)`,
    );
    const file = await readFile(path, 10);
    expect(types(file.columns)).toEqual(['n INT64', 'price NUMERIC(10,2)']);
    expect(file.records).toBe(100);
    expect(file.sample.map(({ row }) => row)).toEqual([1, 11, 21, 31, 41, 51, 61, 71, 81, 91]);
  });
});

describe('what is no such file', () => {
  test.each<[string, string | Buffer | undefined, RegExp]>([
    ['a missing one', undefined, /there is no file/],
    ['an empty one', '', /is empty/],
    ['a damaged Parquet file', Buffer.from('PAR1 secret-value PAR1'), /cannot be read/],
  ])('%s is refused, and no value is told', async (name, bytes, message) => {
    const path = bytes === undefined ? join(dir, 'nowhere') : write(name.replaceAll(' ', '-'), bytes);
    const error = await readFile(path, 500).catch((raw: unknown) => raw);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain('secret-value');
  });
});
