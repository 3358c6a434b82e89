import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failureOf, load, run, runJob, startBigQuery, type Testbed } from './testbed.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
  await run(bed, 'CREATE SCHEMA shop');
});
afterAll(() => bed.stop());

const quoted = (text: string) => JSON.stringify(text).replaceAll('\u2028', '\\u2028');
const digits = (whole: number, fraction: number) =>
  fc
    .tuple(
      fc.constantFrom('', '-'),
      fc.bigInt(0n, 10n ** BigInt(whole) - 1n),
      fc.bigInt(0n, 10n ** BigInt(fraction) - 1n),
    )
    .map(([sign, a, b]) => `${sign}${a}.${String(b).padStart(fraction, '0')}`);
const moment = fc.bigInt(-62_135_596_800_000_000n, 253_402_300_799_999_999n);
const text = fc.string({ unit: fc.constantFrom('a', 'é', '😀', '"', ',', '\n', '\\', ' ', '\t', "'"), maxLength: 5 });
const json = fc.constantFrom('{"a":[1,2.5,null,"x\\ny"]}', '"text"', '[]', 'true', '12');

/** A column's type, and literals of it. */
const COLUMNS: Record<string, fc.Arbitrary<string>> = {
  STRING: text.map(quoted),
  BYTES: fc.uint8Array({ maxLength: 4 }).map((bytes) => `FROM_HEX('${Buffer.from(bytes).toString('hex')}')`),
  INT64: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String),
  FLOAT64: fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => `CAST('${x}' AS FLOAT64)`),
  NUMERIC: digits(29, 9).map((x) => `NUMERIC '${x}'`),
  BOOL: fc.boolean().map(String),
  DATE: moment.map((micros) => `DATE(TIMESTAMP_MICROS(${micros}))`),
  TIME: moment.map((micros) => `TIME(TIMESTAMP_MICROS(${micros}))`),
  DATETIME: moment.map((micros) => `DATETIME(TIMESTAMP_MICROS(${micros}))`),
  TIMESTAMP: moment.map((micros) => `TIMESTAMP_MICROS(${micros})`),
};
const WIDE = digits(38, 38).map((x) => `BIGNUMERIC '${x}'`);
const JSON_COLUMN = json.map((x) => `JSON ${quoted(x)}`);

const nullable = (column: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 4, arbitrary: column }, { weight: 1, arbitrary: fc.constant('NULL') });

/** Rows of the columns, as a table of the dataset; with `nested`, arrays of structs of them too. */
function tablesOf(columns: Record<string, fc.Arbitrary<string>>, nested: boolean) {
  const names = Object.keys(columns);
  const cells = fc.tuple(...Object.values(columns).map(nullable));
  const struct = names.map((type) => `x_${type} ${type}`).join(', ');
  const row = fc.tuple(cells, fc.array(cells, { maxLength: 2 }));
  return fc.array(row, { minLength: 1, maxLength: 12 }).map((rows) => {
    const head = names.map((type) => `c_${type} ${type}`);
    const values = rows.map(([own, items], i) => {
      const list = `ARRAY<STRUCT<${struct}>>[${items.map((item) => `(${item.join(', ')})`).join(', ')}]`;
      return `(${[i, ...own, ...(nested ? [list, `[${items.map((_, n) => n).join(', ')}]`] : [])].join(', ')})`;
    });
    const more = nested ? [`nested ARRAY<STRUCT<${struct}>>`, 'numbers ARRAY<INT64>'] : [];
    return `CREATE OR REPLACE TABLE shop.source (n INT64 NOT NULL, ${[...head, ...more].join(', ')}); INSERT shop.source VALUES ${values.join(', ')}`;
  });
}

type Format = { destinationFormat: string; compression?: string; useAvroLogicalTypes?: boolean };

/** What was extracted is loaded by the table's own schema. */
async function roundTrip(format: Format, options: object) {
  const table = { projectId: 'local', datasetId: 'shop', tableId: 'source' };
  const extracted = await runJob(bed, {
    extract: { sourceTable: table, destinationUris: ['gs://lake/part-*'], ...format },
  });
  expect(failureOf(extracted)).toBeUndefined();
  const [{ schema }] = await bed.client.dataset('shop').table('source').getMetadata();
  const loaded = await load(bed, ['gs://lake/part-*'], 'target', {
    schema,
    sourceFormat: format.destinationFormat,
    writeDisposition: 'WRITE_TRUNCATE',
    ...options,
  });
  expect(failureOf(loaded)).toBeUndefined();
}

const CSV = { skipLeadingRows: 1, allowQuotedNewlines: true };
const LISTS = { parquetOptions: { enableListInference: true } };
const { DATETIME: _, ...WITHOUT_DATETIME } = COLUMNS;
const all = { ...COLUMNS, BIGNUMERIC: WIDE, JSON: JSON_COLUMN };

describe('what is extracted and loaded', () => {
  test.each<[string, Format, object, fc.Arbitrary<string>]>([
    ['CSV', { destinationFormat: 'CSV' }, CSV, tablesOf(all, false)],
    ['packed CSV', { destinationFormat: 'CSV', compression: 'GZIP' }, CSV, tablesOf(all, false)],
    ['JSON', { destinationFormat: 'NEWLINE_DELIMITED_JSON' }, {}, tablesOf(all, true)],
    ['Parquet', { destinationFormat: 'PARQUET', compression: 'ZSTD' }, LISTS, tablesOf(COLUMNS, true)],
    [
      'Avro',
      { destinationFormat: 'AVRO', compression: 'DEFLATE', useAvroLogicalTypes: true },
      { useAvroLogicalTypes: true, decimalTargetTypes: ['NUMERIC', 'BIGNUMERIC'] },
      tablesOf({ ...WITHOUT_DATETIME, BIGNUMERIC: WIDE, JSON: JSON_COLUMN }, true),
    ],
  ])('as %s is what it was', async (_, format, options, tables) => {
    await fc.assert(
      fc.asyncProperty(tables, async (table) => {
        expect(await run(bed, table)).toEqual([]);
        await roundTrip(format, options);
        const rows = (name: string) => run(bed, `SELECT * FROM shop.${name} ORDER BY n`);
        expect(await rows('target')).toEqual(await rows('source'));
      }),
      { numRuns: Number(process.env.ROUND_TRIPS ?? 2), seed: 7 },
    );
  });
});
