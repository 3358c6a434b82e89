import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { JobFailure } from '../../../../../infra/local/bigquery/errors.ts';
import type { LoadConfiguration } from '../../../../../infra/local/bigquery/jobs/job.ts';
import { readCsv } from '../../../../../infra/local/bigquery/loads/csv.ts';
import { readCsvOptions } from '../../../../../infra/local/bigquery/loads/csv-options.ts';
import { prepareCsv } from '../../../../../infra/local/bigquery/loads/prepare-csv.ts';

const dir = mkdtempSync(join(tmpdir(), 'csv-records-'));
const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
  rmSync(dir, { recursive: true, force: true });
});

const one = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.constantFrom('a', 'é', '', ' b ', 'NA', '"a"', '"b,c"', '"d\ne"', '"f\r\ng"', '"h""i"', '""', '"NA"'),
  },
  { weight: 1, arbitrary: fc.constantFrom(' "a"', '"a" ', 'a"b', '"', '\r', '\0', '\t', '"a\r"', ',', '"a"b') },
);
const end = fc.oneof(
  { weight: 9, arbitrary: fc.constant('\n') },
  { weight: 1, arbitrary: fc.constantFrom('\r\n', '\n\n', '') },
);
/** Files of rows of `width` fields, most of them. */
const filesOf = (width: number) => {
  const fields = fc.oneof(
    { weight: 19, arbitrary: fc.constant(width) },
    { weight: 1, arbitrary: fc.constantFrom(1, 2, 3) },
  );
  const row = fields.chain((n) => fc.tuple(fc.array(one, { minLength: n, maxLength: n }), end));
  const file = fc
    .array(row, { maxLength: 4 })
    .map((rows) => rows.map(([cells, end]) => cells.join(',') + end).join(''));
  return fc.record({ width: fc.constant(width), contents: fc.array(file, { minLength: 1, maxLength: 2 }) });
};
const files = fc.integer({ min: 1, max: 3 }).chain(filesOf);
const options = fc.record({
  allowQuotedNewlines: fc.boolean(),
  skipLeadingRows: fc.nat({ max: 1 }),
  nullMarker: fc.constantFrom<string>('', 'NA'),
  quote: fc.constantFrom<string>('"', '"', ''),
});

/** A hundred take two seconds. */
const RUNS = Number(process.env.CSV_RUNS ?? 80);

type Row = (string | null)[];

type Load = LoadConfiguration & typeof options extends fc.Arbitrary<infer T> ? T : never;
type Cell = { text: string; isQuoted: boolean };

/** The rows as another reader has them; undefined where it finds them malformed. */
function parsed(content: string, { allowQuotedNewlines, skipLeadingRows, nullMarker, quote }: Load): Row[] | undefined {
  const records = (text: string) =>
    parse(text, {
      quote: quote === '' ? null : quote,
      escape: quote === '' ? null : quote,
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      cast: (text, { quoting }) => ({ text, isQuoted: quoting }),
    }) as unknown as Cell[][];
  // Where line ends count in quotes too, each line is a file of its own.
  const texts = allowQuotedNewlines ? [content] : content.split(/(?<=\n)/).slice(skipLeadingRows);
  try {
    const all = texts.flatMap((text) => records(text)).slice(allowQuotedNewlines ? skipLeadingRows : 0);
    return all
      .filter((record) => record.length > 1 || record[0]?.isQuoted || record[0]?.text !== '')
      .map((record) => record.map(({ text, isQuoted }) => (!isQuoted && text === nullMarker ? null : text)));
  } catch {
    return undefined;
  }
}

async function read(contents: string[], load: Load, width: number): Promise<Row[] | string> {
  const sources = contents.map((content, i) => {
    const path = join(dir, `${i}.csv`);
    writeFileSync(path, content);
    return { uri: `gs://lake/${i}.csv`, path, size: content.length, gzip: false };
  });
  const read = readCsvOptions(load);
  try {
    const prepared = await prepareCsv(sources, read, width, dir);
    const columns = Array.from({ length: width }, (_, i) => `'c${i}': 'VARCHAR'`).join(', ');
    const found = await connection.runAndReadAll(`SELECT * FROM read_csv(${readCsv(prepared, read, columns, false)})`);
    expect(found.currentRowCount, 'rows that were counted').toBe(prepared.rows);
    return found.getRows() as Row[];
  } catch (error) {
    if (error instanceof JobFailure) return error.message;
    throw error;
  }
}

describe('rows of CSV', () => {
  test('are those of another reader, in order, or are refused', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(files, options, async ({ contents, width }, load) => {
        const rows = await read(contents, load, width);
        if (typeof rows === 'string') return;
        const theirs = contents.map((content) => parsed(content, load));
        // It reads what is to be skipped as strictly as the rest.
        if (load.skipLeadingRows > 0 && theirs.includes(undefined)) return;
        compared += rows.length;
        expect(rows).toEqual(theirs.flat());
      }),
      { numRuns: RUNS, seed: 20 },
    );
    expect(compared).toBeGreaterThan(RUNS / 2);
  });

  test('that are bad take no others with them', async () => {
    await fc.assert(
      fc.asyncProperty(files, async ({ contents, width }) => {
        const load = { allowQuotedNewlines: false, skipLeadingRows: 0, nullMarker: '', quote: '"', maxBadRecords: 99 };
        const lines = contents.join('').split(/(?<=\n)/);
        const whole = await read([lines.join('')], load, width);
        if (typeof whole === 'string') return;
        const alone: Row[] = [];
        // Behind the last row a blank line says nothing; alone it may mean NULL.
        for (const line of lines.filter((line) => !/^\r?\n?$/.test(line)))
          alone.push(...((await read([line], load, width)) as Row[]));
        expect(whole).toEqual(alone);
      }),
      { numRuns: RUNS / 2, seed: 21 },
    );
  });
});
