import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Source } from '../../functions/model/source.ts';
import type { SampledRow } from '../../functions/ports.ts';
import { column, csv, ndjson, parquet } from './declarations.ts';
import { createWorkbench, type Workbench } from './workbench.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await createWorkbench();
});
afterEach(() => {
  expect(bench.leftOnScratch()).toEqual([]);
});
afterAll(() => bench.close());

async function sample(bytes: Buffer, of: Source, columns: string[], records: number): Promise<readonly SampledRow[]> {
  const work = await bench.open(bytes, of);
  try {
    return await work.sample(columns, records);
  } finally {
    await work.close();
  }
}

const COLUMNS = [column('id', 'INT64', { mode: 'required' }), column('note')];
const csvOf = (count: number, bad = (_: number) => false): Buffer =>
  Buffer.from(
    `id,note\n${Array.from({ length: count }, (_, n) => `${bad(n) ? 'x' : n + 1},"note\n${n + 1}"\n`).join('')}`,
  );

describe('a sample', () => {
  test('of few records is all of them, by their numbers', async () => {
    expect(await sample(csvOf(3), csv(COLUMNS), ['note', 'id'], 500)).toEqual([
      { row: 1, values: ['note\n1', '1'] },
      { row: 2, values: ['note\n2', '2'] },
      { row: 3, values: ['note\n3', '3'] },
    ]);
  });

  test('of many is spread evenly, is no larger than asked for, and is the same each time', async () => {
    const rows = await sample(csvOf(1_001), csv(COLUMNS), ['id'], 100);
    expect(rows.map(({ row }) => row)).toEqual(Array.from({ length: 91 }, (_, n) => n * 11 + 1));
    expect(rows.every(({ row, values }) => values[0] === String(row))).toBe(true);
    expect(await sample(csvOf(1_001), csv(COLUMNS), ['id'], 100)).toEqual(rows);
  });

  test('leaves out the rows that are rejected', async () => {
    const of = csv(COLUMNS, {}, { badRowsAllowed: 1 });
    const rows = await sample(
      csvOf(10, (n) => n % 2 === 0),
      of,
      ['id'],
      500,
    );
    expect(rows.map(({ row }) => row)).toEqual([2, 4, 6, 8, 10]);
  });

  test('has the text of a record and of JSON, and of a list its elements', async () => {
    const of = ndjson([
      column('tags', 'STRING', { mode: 'repeated' }),
      column('person', 'RECORD', { fields: [column('mail')] }),
      column('doc', 'JSON'),
    ]);
    const line = '{"tags": ["a", "b"], "person": {"mail": "ann@example.com"}, "doc": {"k": [1]}}\n';
    const [row, more] = await sample(Buffer.from(line), of, ['tags', 'person', 'doc'], 500);
    expect(more).toEqual({ row: 1, values: ['b', null, null] });
    expect(row?.values.map((value) => value?.replaceAll(' ', ''))).toEqual([
      'a',
      '{"mail":"ann@example.com"}',
      '{"k":[1]}',
    ]);
  });

  test.each([
    ['tokenize', { kind: 'tokenize', key: 'pii' }],
    ['replace', { kind: 'replace', with: 'hidden' }],
  ] as const)('has of a column under %s what its condition leaves as it is', async (_, transform) => {
    const when = [{ column: 'id', op: 'in' as const, values: ['1', '3'] }];
    const of = csv([
      column('id', 'INT64'),
      column('note', 'STRING', { privacy: { kind: 'transform', transform, when } }),
    ]);
    const rows = await sample(csvOf(4), of, ['note'], 500);
    expect(rows.map(({ values }) => values[0])).toEqual([null, 'note\n2', null, 'note\n4']);
  });

  test('of a Parquet file has its records’ numbers', async () => {
    const file = await bench.fileOf(
      "COPY (SELECT i AS id, 'n' || i AS note FROM range(5) t(i)) TO {file} (FORMAT parquet)",
    );
    const rows = await sample(file, parquet(COLUMNS), ['note'], 2);
    expect(rows).toEqual([
      { row: 1, values: ['n0'] },
      { row: 4, values: ['n3'] },
    ]);
  });

  test('of a column that is not kept is a defect that says so', async () => {
    const of = csv([...COLUMNS.slice(0, 1), column('note', 'STRING', { privacy: { kind: 'drop' } })]);
    await expect(sample(csvOf(1), of, ['note'], 5)).rejects.toMatchObject({ code: 'UNEXPECTED' });
  });
});
