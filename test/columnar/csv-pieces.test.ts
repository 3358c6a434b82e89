import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CsvPiece, csvPieces } from '../../functions/columnar/csv-pieces.ts';
import { type Engine, openEngine } from '../../functions/columnar/duckdb.ts';
import { ingestCsv } from '../../functions/columnar/read-csv.ts';
import type { Shard } from '../../functions/model/run.ts';
import { CSV, column, csv } from './declarations.ts';
import { stored } from './workbench.ts';

const dir = mkdtempSync(join(tmpdir(), 'sluice-pieces-'));
const path = join(dir, 'input');
let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ scratch: join(dir, 'spill'), threads: 1, memoryLimit: '1GB' });
});
afterAll(() => {
  engine.close();
  rmSync(dir, { recursive: true });
});

const HEADER = ['a', 'b'];
const shardOf = (bytes: Buffer): Shard => ({
  n: 0,
  input: { bucket: 'raw', name: 'things/1', generation: '1' },
  compression: 'none',
  header: HEADER,
  start: 0,
  end: bytes.length,
  firstRecord: 1,
});
const piecesOf = (text: string, pieceBytes: number, chunkBytes: number) => {
  const bytes = Buffer.from(text);
  return csvPieces(path, shardOf(bytes), CSV, stored(bytes, chunkBytes).read, pieceBytes);
};

async function filesOf(text: string, pieceBytes: number, chunkBytes = 3): Promise<[string, Omit<CsvPiece, 'path'>][]> {
  const { pieces } = piecesOf(text, pieceBytes, chunkBytes);
  const found: [string, Omit<CsvPiece, 'path'>][] = [];
  for await (const { path: file, ...piece } of pieces) {
    found.push([readFileSync(file, 'utf8'), piece]);
    rmSync(file);
  }
  return found;
}

describe('pieces', () => {
  test.each<[string, string, string[]]>([
    ['end where records end', 'a,b\nc,"d\nd"\ne,f\n', ['a,b\n', 'c,"d\nd"\n', 'e,f\n']],
    ['end with the shard', 'a,b\nc,d', ['a,b\n', 'c,d']],
    ['are dense, their lines ended by LF', '\r\n\r\na,b\r\n\r\nc,d\r\n\r\n', ['a,b\n', 'c,d\n']],
    ['of nothing are one, of nothing', '', ['']],
    ['of blank lines are one, of nothing', '\n\n\n', ['']],
  ])('%s', async (_, text, expected) => {
    const files = await filesOf(text, 1);
    expect(files.map(([file]) => file)).toEqual(expected.map((one) => `\ufeff${one}`));
    expect(files.map(([, { first, records }]) => first + records).at(-1)).toBe(
      expected[0] === '' ? 0 : expected.length,
    );
    expect(readdirSync(dir).filter((name) => name.startsWith('input'))).toEqual([]);
  });

  test('say themselves which of them hold loose quotes', async () => {
    const files = await filesOf('a,b\n"c" ,d\ne,f\n', 1);
    expect(files.map(([, { looseQuotes }]) => looseQuotes)).toEqual([false, true, false]);
  });
});

async function ingest(text: string, pieceBytes: number, chunkBytes: number) {
  try {
    const source = csv([column('a'), column('b')]);
    const ingested = await ingestCsv(engine, piecesOf(text, pieceBytes, chunkBytes), HEADER, source, CSV);
    const rows = await engine.rows(`SELECT (${ingested.index})::INT AS n, v0, v1 FROM rows ORDER BY 1`);
    return { rows, broken: ingested.broken, scan: ingested.scan };
  } catch (error) {
    return { code: (error as { code?: string }).code };
  } finally {
    await engine.run('DROP TABLE IF EXISTS rows');
    for (const name of readdirSync(dir)) if (name.startsWith('input')) rmSync(join(dir, name));
  }
}

describe('a shard in pieces of any size', () => {
  const sound = ['a,b', '"x\ny",z', ',', '"q""q",r', '1,2'];
  const broken = ['short', 'one,two,three', '"bad"x,y', '"loose" "quotes",y'];

  test('is read as it is in one, its broken records named by their place in the shard', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...sound, ...sound, ...broken), { minLength: 1, maxLength: 20 }),
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 16 }),
        async (records, newline, pieceBytes, chunkBytes) => {
          const text = records.join(newline);
          const whole = await ingest(text, 1 << 20, 1 << 16);
          expect(await ingest(text, pieceBytes, chunkBytes)).toEqual(whole);
          expect(whole.rows?.length).toBe(records.filter((record) => sound.includes(record)).length);
          expect(whole.broken?.map(({ index }) => records[index])).toEqual(
            records.filter((record) => broken.includes(record)),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  test.each([
    ['UNTERMINATED_QUOTE', 'a,b\nshort\n"c,d\ne,f\n'],
    ['MIXED_NEWLINES', 'a,b\nshort\nc,d\r\ne,f\n'],
  ])('that is broken as a whole (%s) says that, whatever its pieces met', async (code, text) => {
    for (const pieceBytes of [1, 8, 1 << 20]) expect(await ingest(text, pieceBytes, 4)).toEqual({ code });
  });

  test('leaves none of them behind', async () => {
    const { pieces, end } = piecesOf('a,b\nshort\nc,d\n', 1, 4);
    await ingestCsv(engine, { pieces, end }, HEADER, csv([column('a'), column('b')]), CSV);
    await engine.run('DROP TABLE rows');
    expect(readdirSync(dir).filter((name) => name.startsWith('input'))).toEqual([]);
    expect(existsSync(`${path}.0`)).toBe(false);
  });
});
