import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { BrokenRecord } from '../../functions/columnar/ingested.ts';
import { createRecordCheck, siftCsv } from '../../functions/columnar/sift-csv.ts';
import { CSV } from './declarations.ts';

const dir = mkdtempSync(join(tmpdir(), 'sluice-sift-'));
afterAll(() => rmSync(dir, { recursive: true }));

describe('a record of three columns', () => {
  test.each<[string, BrokenRecord['reason'] | undefined, number?]>([
    ['a,b,c', undefined],
    [',,', undefined],
    ['"a","b","c"', undefined],
    [' "a" , "b"  ,c', undefined],
    ['a,b,c,', undefined],
    ['a,b,c,,,', undefined],
    ['"a\n",b,c', undefined],
    ['a"b,c"d,"', 'BAD_QUOTING', 2],
    ['', 'MISSING_COLUMNS', 1],
    ['a', 'MISSING_COLUMNS', 1],
    ['a,b', 'MISSING_COLUMNS', 2],
    ['"a,b,c"', 'MISSING_COLUMNS', 1],
    ['a,b,c,d', 'TOO_MANY_COLUMNS', 3],
    ['a,b,c,,e', 'TOO_MANY_COLUMNS', 4],
    ['a,b,c,""', 'TOO_MANY_COLUMNS', 3],
    ['a,b,c, ', 'TOO_MANY_COLUMNS', 3],
    ['"a"b,c,d', 'BAD_QUOTING', 0],
    ['a,"b"" ,c', 'BAD_QUOTING', 1],
    ['a,"b" "c",d', 'BAD_QUOTING', 1],
    ['\xff,b,c', 'BAD_ENCODING', 0],
    ['a,b,"\xc3"', 'BAD_ENCODING', 2],
    ['a,\xff', 'BAD_ENCODING', 1],
    ['a,"b"c,\xff', 'BAD_QUOTING', 1],
    ['a,\xc0\x80,c', 'BAD_ENCODING', 1],
    ['a,\xf5\x80\x80\x80,c', 'BAD_ENCODING', 1],
  ])('%j is %s at field %s', (text, reason, position) => {
    const fault = createRecordCheck(CSV, 3)(Buffer.from(text, 'latin1'));
    expect(fault).toEqual(reason && { position, reason });
  });

  test.each<[string, BrokenRecord['reason'] | undefined]>([
    ['"a\\"b",b,c', undefined],
    ['"a\\\\",b,c', undefined],
    ['"a\\\n",b,c', undefined],
    ['"a""b",b,c', 'BAD_QUOTING'],
    ['"a\\",b,c', 'BAD_QUOTING'],
  ])('%j under another escape is %s', (text, reason) => {
    expect(createRecordCheck({ ...CSV, escape: '\\' }, 3)(Buffer.from(text))?.reason).toBe(reason);
  });
});

test('sound records are copied behind their numbers, whatever the size of the pieces they are read in', async () => {
  const path = join(dir, 'mixed');
  const long = `"${'x'.repeat(3 << 20)}\n"`;
  writeFileSync(path, `\ufeffa,b\nbroken\n${long},d\n"broken"x,y\ne,f`);
  const broken = await siftCsv({ path, first: 0 }, `${path}.sound`, 2, CSV);
  expect(broken).toEqual([
    { index: 1, position: 1, reason: 'MISSING_COLUMNS' },
    { index: 3, position: 0, reason: 'BAD_QUOTING' },
  ]);
  expect(readFileSync(`${path}.sound`, 'utf8') === `0,a,b\n2,${long},d\n4,e,f`).toBe(true);
});

test('more than a million broken records are too many to be named', async () => {
  const path = join(dir, 'hopeless');
  writeFileSync(path, `\ufeff${'x\n'.repeat(1_000_001)}`);
  await expect(siftCsv({ path, first: 0 }, `${path}.sound`, 2, CSV)).rejects.toMatchObject({
    code: 'TOO_MANY_REJECTS',
    retryable: false,
  });
});
