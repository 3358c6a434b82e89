import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Alphabet, Column, ColumnType, Condition, Range, Transformation } from '../../functions/model/column.ts';
import { column, csv, protect } from './declarations.ts';
import { createWorkbench, type Workbench } from './workbench.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await createWorkbench();
});
afterAll(() => bench.close());

/** What DLP is asked for, and the rows that are rejected instead. */
async function sift(texts: readonly string[], v: Column): Promise<[seen: unknown[], rejects: string[]]> {
  const lines = texts.map((text) => `"${text.replaceAll('"', '""')}",x\n`).join('');
  const of = csv([v, column('w')], { header: false, nullMarker: 'NULL' }, { badRowsAllowed: 1 });
  const { rows, rejects } = await bench.load(Buffer.from(lines), of);
  return [rows.map((row) => row.v), rejects];
}

const encrypted = (type: ColumnType, alphabet: Alphabet, over: Partial<Column> = {}, when?: Condition): Column =>
  column('v', type, { privacy: protect({ kind: 'fpe', key: 'k', alphabet }, when), ...over });

test.each<[what: string, Column, good: string[], bad: string[]]>([
  ['digits', encrypted('STRING', 'NUMERIC'), ['12', '0042'], ['1', '12-34', '１２', '12a', ' 12']],
  ['hexadecimal', encrypted('STRING', 'HEXADECIMAL'), ['0F', 'AB12'], ['ab', '0G']],
  ['capitals', encrypted('STRING', 'UPPER_CASE_ALPHA_NUMERIC'), ['AZ09'], ['Az', 'A Z']],
  ['letters', encrypted('STRING', 'ALPHA_NUMERIC'), ['azAZ09'], ['é1', 'a_b']],
  ['characters', encrypted('STRING', { characters: `01-'"\\` }), ['0-1', `'"\\`], ['12']],
  ['a radix', encrypted('STRING', { radix: 2 }), ['0110'], ['012']],
  ['an integer', encrypted('INT64', 'NUMERIC'), ['12'], ['-12', '007']],
])('what an alphabet of %s cannot write is a reject, before DLP sees any of it', async (_, v, good, bad) => {
  const [seen, rejects] = await sift([...good, ...bad], v);
  expect(seen).toEqual(good.map((text) => `<${text}>`));
  expect(rejects).toEqual(bad.map((_text, at) => `${good.length + at + 1} v OUTSIDE_ALPHABET`));
});

test('NULL and the empty text are no rejects, and `normalize` comes first', async () => {
  const v = encrypted('STRING', 'NUMERIC', { normalize: ['digits'] });
  expect(await sift(['123-45-6789', '-'], v)).toEqual([['<123456789>', ''], []]);
});

test('a row that the condition leaves out may hold anything', async () => {
  const v = encrypted('STRING', 'NUMERIC', {}, [{ column: 'v', op: 'matches', pattern: '^[0-9]' }]);
  expect(await sift(['12', 'abc', '1x'], v)).toEqual([['<12>', 'abc'], ['3 v OUTSIDE_ALPHABET']]);
});

const AGES: Range[] = [
  { max: 18, with: 'minor' },
  { min: 18, max: 65, with: 'adult' },
];
const ranged = (type: ColumnType, ranges: Range[]): Column =>
  column('v', type, { privacy: protect({ kind: 'bucket', ranges } satisfies Transformation) });

test.each<[ColumnType, good: string[], bad: string[]]>([
  ['INT64', ['-5', '18', '64'], ['65']],
  ['FLOAT64', ['-inf', '17.9', '64.999'], ['65', 'inf', 'nan']],
  ['NUMERIC', ['17.999999999'], ['65.000000001']],
])('a %s in none of the ranges is a reject', async (type, good, bad) => {
  const [seen, rejects] = await sift([...good, ...bad], ranged(type, AGES));
  expect(seen).toHaveLength(good.length);
  expect(rejects).toEqual(bad.map((_text, at) => `${good.length + at + 1} v OUTSIDE_RANGES`));
});

test('a range without ends takes every number, and a NULL stays one', async () => {
  const of = csv([ranged('INT64', [{ with: 'any' }]), column('w')], { header: false, nullMarker: '' });
  const { rows, rejects } = await bench.load(Buffer.from('1,x\n,x\n'), of);
  expect([rows.map((row) => row.v), rejects]).toEqual([['<1>', null], []]);
});
