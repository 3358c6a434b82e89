import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run, startBigQuery, type Testbed } from '../../testbed.ts';

const WIDE = '-123456789012345678901234567890.12345678901234567890123456789012345678';
const MOST = '578960446186580977117854925043439539266.34992332820282019728792003956564819967';

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
  await run(
    bed,
    `CREATE SCHEMA shop; CREATE TABLE shop.t (id INT64, x BIGNUMERIC DEFAULT BIGNUMERIC '${MOST}', l ARRAY<BIGNUMERIC>, s STRUCT<y BIGNUMERIC>)`,
  );
});
afterAll(() => bed.stop());

const column = async (id: number) => run(bed, `SELECT x, l, s.y FROM shop.t WHERE id = ${id}`);

describe('a BIGNUMERIC column holds every digit that', () => {
  test('DML and defaults give it', async () => {
    await run(bed, `INSERT shop.t (id, l, s) VALUES (1, [BIGNUMERIC '${WIDE}'], STRUCT(BIGNUMERIC '${WIDE}'))`);
    expect(await column(1)).toEqual([[MOST, [WIDE], WIDE]]);
  });

  test('insertAll gives it', async () => {
    await bed.client
      .dataset('shop')
      .table('t')
      .insert([{ id: 2, x: WIDE, l: [MOST], s: { y: WIDE } }], { raw: false });
    expect(await column(2)).toEqual([[WIDE, [MOST], WIDE]]);
  });

  test('parameters give it', async () => {
    const [rows] = await bed.client.query({
      query: 'SELECT CAST(@x AS STRING) AS x, CAST(MAX(x) < @x AS STRING) AS least FROM shop.t',
      params: { x: WIDE },
      types: { x: 'BIGNUMERIC' },
    });
    expect(rows).toEqual([{ x: WIDE, least: 'false' }]);
  });

  test.each([
    ['CSV', `id,x\n3,${WIDE}\n`, { sourceFormat: 'CSV', skipLeadingRows: 1 }],
    ['NEWLINE_DELIMITED_JSON', `{"id":3,"x":"${WIDE}"}\n`, { sourceFormat: 'NEWLINE_DELIMITED_JSON' }],
  ])('files of %s give it', async (format, content, options) => {
    const uri = bed.put(`in-${format}`, content);
    const load = {
      sourceUris: [uri],
      destinationTable: { projectId: 'local', datasetId: 'shop', tableId: `from_${format}` },
      schema: {
        fields: [
          { name: 'id', type: 'INTEGER' },
          { name: 'x', type: 'BIGNUMERIC' },
        ],
      },
      ...options,
    };
    const [job] = await bed.client.createJob({ configuration: { load } });
    await job.promise();
    expect(await run(bed, `SELECT x FROM shop.from_${format}`)).toEqual([[WIDE]]);
  });

  test('scripts hand on, and windows and sets compare', async () => {
    const script = `DECLARE v BIGNUMERIC DEFAULT BIGNUMERIC '${WIDE}'; SET v = v + 1; SELECT v - 1`;
    expect(await run(bed, script)).toEqual([[WIDE]]);
    expect(
      await run(
        bed,
        "SELECT x, RANK() OVER (ORDER BY x), LAG(x) OVER (ORDER BY x) FROM (SELECT BIGNUMERIC '-1e-38' AS x UNION DISTINCT SELECT 0 UNION DISTINCT SELECT BIGNUMERIC '0.0') ORDER BY x",
      ),
    ).toEqual([
      ['-0.00000000000000000000000000000000000001', '1', null],
      ['0', '2', '-0.00000000000000000000000000000000000001'],
    ]);
  });
});

describe('a Parquet file', () => {
  const extract = async (table: string) => {
    const [job] = await bed.client.createJob({
      configuration: {
        extract: {
          sourceTable: { projectId: 'local', datasetId: 'shop', tableId: table },
          destinationUris: [`gs://lake/${table}.parquet`],
          destinationFormat: 'PARQUET',
        },
      },
    });
    return job.promise().then(
      () => undefined,
      (error: Error) => error.message,
    );
  };

  test('holds BIGNUMERICs of 38 digits, which a load reads again', async () => {
    await run(bed, "CREATE TABLE shop.short AS SELECT BIGNUMERIC '-12345678901234567890.123456789012345678' AS x");
    expect(await extract('short')).toBeUndefined();
    const load = {
      sourceUris: ['gs://lake/short.parquet'],
      sourceFormat: 'PARQUET',
      decimalTargetTypes: ['BIGNUMERIC' as const],
      destinationTable: { projectId: 'local', datasetId: 'shop', tableId: 'again' },
    };
    const [job] = await bed.client.createJob({ configuration: { load } });
    await job.promise();
    expect(await run(bed, 'SELECT x FROM shop.again')).toEqual([['-12345678901234567890.123456789012345678']]);
  });

  test('of more is refused, never rounded', async () => {
    await run(bed, `CREATE TABLE shop.wide AS SELECT BIGNUMERIC '${WIDE}' AS x`);
    expect(await extract('wide')).toMatch(/not supported by the embedded warehouse: a Parquet file with a BIGNUMERIC/);
  });
});
