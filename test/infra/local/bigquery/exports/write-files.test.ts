import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readExportOptions } from '../../../../../infra/local/bigquery/exports/export-options.ts';
import { writeFiles } from '../../../../../infra/local/bigquery/exports/write-files.ts';
import { parseFields } from '../../../../../infra/local/bigquery/schema.ts';
import { openWarehouse } from '../../../../../infra/local/bigquery/warehouse.ts';

const dir = mkdtempSync(join(tmpdir(), 'exports-'));
const warehouse = await openWarehouse(join(dir, 'warehouse'));
afterAll(async () => {
  await warehouse.stop();
  rmSync(dir, { recursive: true, force: true });
});

const ROWS = 200_000;
const LIMIT = 1_000_000;
const schema = parseFields([{ name: 'n', type: 'INTEGER' }]);
const write = (uri: string, folder: string, destinationFormat = 'CSV') =>
  warehouse.transaction((tx) =>
    writeFiles({
      tx,
      query: `SELECT range AS n FROM range(${ROWS})`,
      schema,
      options: readExportOptions({ destinationUris: [uri], destinationFormat }),
      dir: join(dir, folder),
      limit: LIMIT,
    }),
  );

test('a text too large for one file goes on in the next, each with a header, no row lost or doubled', async () => {
  const paths = await write('gs://lake/n-*.csv', 'csv');
  expect(paths.length).toBeGreaterThan(1);
  const rows = paths.flatMap((path) => {
    const text = readFileSync(path, 'utf8');
    expect(text.length).toBeLessThan(LIMIT * 1.1);
    const [header, ...lines] = text.split('\n').slice(0, -1);
    expect(header).toBe('n');
    return lines.map(Number);
  });
  expect(rows.sort((a, b) => a - b)).toEqual(Array.from({ length: ROWS }, (_, n) => n));
});

test.each(['CSV', 'NEWLINE_DELIMITED_JSON'])('a %s too large for its one name is refused', async (format) => {
  await expect(write('gs://lake/n.txt', `one-${format}`, format)).rejects.toMatchObject({ reason: 'invalid' });
});

test('so is a Parquet that becomes several files, while a star takes them all', async () => {
  const paths = await write('gs://lake/n-*.parquet', 'parquet', 'PARQUET');
  const quoted = paths.map((path) => `'${path}'`).join(', ');
  const [row] = await warehouse.rows(
    `SELECT count(DISTINCT n) AS different, count(*) AS n FROM read_parquet([${quoted}])`,
  );
  expect([Number(row?.different), Number(row?.n)]).toEqual([ROWS, ROWS]);
});
