import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobInfo, Warehouse } from '../../functions/ports.ts';

export interface WarehouseBackend {
  warehouse: Warehouse;
  /** Puts a Parquet file of the query's rows where loads find it; its URI. */
  putParquet(name: string, sql: string): Promise<string>;
  stop(): Promise<void>;
}

/** What every warehouse must do. */
export function warehouseContract(name: string, open: () => Promise<WarehouseBackend>): void {
  describe(`a warehouse: ${name}`, () => {
    let backend: WarehouseBackend;
    let warehouse: Warehouse;
    beforeAll(async () => {
      backend = await open();
      warehouse = backend.warehouse;
      await warehouse.ensureDataset('shop');
    });
    afterAll(() => backend.stop());

    let jobs = 0;
    const nextId = (): string => `sluice-contract-${Date.now()}-${jobs++}`;

    async function ended(jobId: string): Promise<JobInfo> {
      for (;;) {
        const job = await warehouse.job(jobId);
        if (job?.state === 'DONE') return job;
        await sleep(10);
      }
    }
    async function run(configuration: object): Promise<JobInfo & { id: string }> {
      const id = nextId();
      await warehouse.startJob(id, configuration);
      return { ...(await ended(id)), id };
    }
    const query = (sql: string) => run({ query: { query: sql, useLegacySql: false } });
    async function rows(sql: string): Promise<Record<string, string | null>[]> {
      const job = await query(sql);
      expect(job.error).toBeUndefined();
      return warehouse.rows(job.id);
    }
    const schema = (...fields: [name: string, type: string, mode?: string][]) => ({
      schema: { fields: fields.map(([name, type, mode]) => ({ name, type, ...(mode && { mode }) })) },
    });
    const table = (id: string) => ({
      projectId: warehouse.project,
      datasetId: id.split('.')[0],
      tableId: id.split('.')[1],
    });

    test('tells what is in a dataset, what was made of what, and for how long changes can be had back', async () => {
      await query('CREATE TABLE shop.base AS SELECT 1 AS id');
      for (const [name, operationType] of [
        ['frozen', 'SNAPSHOT'],
        ['twin', 'CLONE'],
      ] as const)
        await run({
          copy: { sourceTable: table('shop.base'), destinationTable: table(`shop.${name}`), operationType },
        });
      expect(await warehouse.tables('shop')).toEqual(expect.arrayContaining(['base', 'frozen', 'twin']));
      expect(await warehouse.tables('absent')).toEqual([]);
      expect(await warehouse.table('shop.frozen')).toMatchObject({ type: 'SNAPSHOT', base: 'shop.base' });
      expect(await warehouse.table('shop.twin')).toMatchObject({ type: 'TABLE', base: 'shop.base' });
      expect(await warehouse.timeTravelHours('shop')).toBeGreaterThanOrEqual(48);
      expect(await warehouse.timeTravelHours('absent')).toBeUndefined();
    });

    describe('datasets and tables', () => {
      test('a dataset may be asked for again, and by many at once', async () => {
        await Promise.all(Array.from({ length: 4 }, () => warehouse.ensureDataset('_sluice')));
        await warehouse.ensureDataset('_sluice');
      });

      test('a table that is not there is undefined, and so is one in a dataset that is not there', async () => {
        expect(await warehouse.table('shop.none')).toBeUndefined();
        expect(await warehouse.table('nowhere.none')).toBeUndefined();
      });

      test('is made once, with schema, layout and labels', async () => {
        const resource = {
          ...schema(['id', 'STRING', 'REQUIRED'], ['day', 'DATE']),
          timePartitioning: { type: 'DAY', field: 'day' },
          clustering: { fields: ['id'] },
          labels: { sluice_version: 'v1' },
        };
        expect(await warehouse.createTable('shop.made', resource)).toBe('created');
        expect(await warehouse.createTable('shop.made', resource)).toBe('exists');
        const made = await warehouse.table('shop.made');
        expect(made).toMatchObject({ type: 'TABLE', labels: { sluice_version: 'v1' }, rows: 0 });
        expect(made?.schema.fields).toMatchObject([
          { name: 'id', type: 'STRING', mode: 'REQUIRED' },
          { name: 'day', type: 'DATE' },
        ]);
      });

      test('of many who make it one does', async () => {
        const results = await Promise.all(
          Array.from({ length: 6 }, () => warehouse.createTable('shop.raced', schema(['id', 'INTEGER']))),
        );
        expect(results.filter((result) => result === 'created')).toHaveLength(1);
      });

      test('takes more columns and labels, and keeps its rows', async () => {
        await warehouse.createTable('shop.patched', schema(['id', 'INTEGER', 'REQUIRED']));
        await query('INSERT INTO shop.patched (id) VALUES (1)');
        await warehouse.patchTable('shop.patched', {
          ...schema(['id', 'INTEGER'], ['note', 'STRING']),
          labels: { a: 'b' },
        });
        expect(await warehouse.table('shop.patched')).toMatchObject({ labels: { a: 'b' }, rows: 1 });
        expect(await rows('SELECT id, note FROM shop.patched')).toEqual([{ id: '1', note: null }]);
      });

      test('does not take other types behind a user’s back', async () => {
        await warehouse.createTable('shop.typed', schema(['id', 'INTEGER']));
        await expect(warehouse.patchTable('shop.typed', schema(['id', 'STRING']))).rejects.toMatchObject({
          code: 'WAREHOUSE_FAILED',
          retryable: false,
        });
      });

      test('may be dropped twice', async () => {
        await warehouse.createTable('shop.dropped', schema(['id', 'INTEGER']));
        await warehouse.dropTable('shop.dropped');
        await warehouse.dropTable('shop.dropped');
        expect(await warehouse.table('shop.dropped')).toBeUndefined();
      });

      test('may be a view, which can be given another query', async () => {
        const view = (sql: string) => ({ view: { query: sql, useLegacySql: false } });
        expect(await warehouse.createTable('shop.seen', view('SELECT 1 AS a'))).toBe('created');
        expect(await warehouse.table('shop.seen')).toMatchObject({ type: 'VIEW', schema: { fields: [{ name: 'a' }] } });
        await warehouse.patchTable('shop.seen', view('SELECT 2 AS b'));
        expect(await rows('SELECT b FROM shop.seen')).toEqual([{ b: '2' }]);
      });
    });

    describe('jobs', () => {
      const one = { query: { query: 'SELECT 1 AS a', useLegacySql: false } };

      test('one that nobody has started is undefined', async () => {
        expect(await warehouse.job('sluice-never')).toBeUndefined();
      });

      test('has the id that it is given, once, also when many start it at once', async () => {
        const id = nextId();
        const results = await Promise.all(Array.from({ length: 6 }, () => warehouse.startJob(id, one)));
        expect(results.filter((result) => result === 'started')).toHaveLength(1);
        expect(await ended(id)).toMatchObject({ state: 'DONE' });
        expect(await warehouse.startJob(id, one)).toBe('exists');
        expect(await warehouse.rows(id)).toEqual([{ a: '1' }]);
      });

      test.each([
        ['a query that cannot be read', 'SELEC 1', 'invalidQuery'],
        ['a table that is not there', 'SELECT * FROM shop.never', 'notFound'],
        ['a value that does not fit', "SELECT CAST('ann@example.com' AS INT64)", 'invalidQuery'],
      ])('that fails for good is started, ends, and says why without any value: %s', async (_, sql, reason) => {
        const id = nextId();
        expect(await warehouse.startJob(id, { query: { query: sql, useLegacySql: false } })).toBe('started');
        const job = await ended(id);
        expect(job.error).toMatchObject({ reason, retryable: false });
        expect(JSON.stringify(job)).not.toContain('ann');
        expect(await warehouse.startJob(id, one)).toBe('exists');
      });

      test('tells rows changed, and bytes to be paid', async () => {
        await query('CREATE OR REPLACE TABLE shop.counted AS SELECT n FROM UNNEST(GENERATE_ARRAY(1, 100)) AS n');
        expect((await query('UPDATE shop.counted SET n = n + 1 WHERE n > 90')).rows).toBe(10);
        expect((await query('SELECT SUM(n) AS s FROM shop.counted')).bytesBilled).toBeGreaterThan(0);
      });
    });

    describe('rows', () => {
      test('are text, each value as exactly as the warehouse has it', async () => {
        const sql = `SELECT 9007199254740993 AS big, -1 AS minus, 0.5 AS half, NUMERIC '12345678901234567890.123456789' AS exact,
          TRUE AS yes, 'ü "1"' AS text, '' AS empty, DATE '2026-01-31' AS day, DATETIME '2026-01-31 05:06:07' AS local,
          CAST(NULL AS STRING) AS nothing, COUNT(*) AS n FROM UNNEST([1, 2])`;
        expect(await rows(sql)).toEqual([
          {
            big: '9007199254740993',
            minus: '-1',
            half: '0.5',
            exact: '12345678901234567890.123456789',
            yes: 'true',
            text: 'ü "1"',
            empty: '',
            day: '2026-01-31',
            local: expect.stringMatching(/^2026-01-31[T ]05:06:07/),
            nothing: null,
            n: '2',
          },
        ]);
      });

      test('come all, however many', async () => {
        const all = await rows('SELECT n FROM UNNEST(GENERATE_ARRAY(1, 12000)) AS n ORDER BY n');
        expect(all).toHaveLength(12_000);
        expect(all.at(-1)).toEqual({ n: '12000' });
      });
    });

    describe('loads', () => {
      const load = (id: string, uris: string[], writeDisposition: string, ...fields: Parameters<typeof schema>) =>
        run({
          load: {
            destinationTable: table(id),
            sourceUris: uris,
            sourceFormat: 'PARQUET',
            writeDisposition,
            createDisposition: 'CREATE_IF_NEEDED',
            ...schema(...fields),
            parquetOptions: { enableListInference: true },
            decimalTargetTypes: ['NUMERIC', 'BIGNUMERIC'],
          },
        });

      test('append, and replace the rows or all of the table', async () => {
        const [a, b] = [
          await backend.putParquet('a', 'SELECT 1::BIGINT AS n UNION ALL SELECT 2'),
          await backend.putParquet('b', 'SELECT 3::BIGINT AS n'),
        ];
        const fields: [string, string, string] = ['n', 'INTEGER', 'REQUIRED'];
        expect(await load('shop.loaded', [a, b], 'WRITE_APPEND', fields)).toMatchObject({ rows: 3 });
        expect(await load('shop.loaded', [b], 'WRITE_APPEND', fields)).toMatchObject({ rows: 1 });
        expect(await rows('SELECT n FROM shop.loaded ORDER BY n')).toEqual(['1', '2', '3', '3'].map((n) => ({ n })));
        expect(await load('shop.loaded', [a], 'WRITE_TRUNCATE_DATA', fields)).toMatchObject({ rows: 2 });
        expect(await rows('SELECT n FROM shop.loaded ORDER BY n')).toEqual(['1', '2'].map((n) => ({ n })));
        expect((await warehouse.table('shop.loaded'))?.rows).toBe(2);
      });

      test('that find no file, or other types, fail for good and change nothing', async () => {
        const file = await backend.putParquet('text', "SELECT 'ann@example.com' AS n");
        await warehouse.createTable('shop.kept', schema(['n', 'INTEGER']));
        const missing = await load('shop.kept', [file.replace(/text$/, 'none')], 'WRITE_APPEND', ['n', 'INTEGER']);
        expect(missing.error).toMatchObject({ reason: 'notFound', retryable: false });
        const wrong = await load('shop.kept', [file], 'WRITE_APPEND', ['n', 'INTEGER']);
        expect(wrong.error).toMatchObject({ retryable: false });
        expect(JSON.stringify(wrong)).not.toContain('ann');
        expect(await rows('SELECT COUNT(*) AS n FROM shop.kept')).toEqual([{ n: '0' }]);
      });
    });

    test('a script is one transaction: all of it, or nothing', async () => {
      await warehouse.createTable('shop.script', schema(['n', 'INTEGER']));
      const good = await query(
        'BEGIN TRANSACTION; INSERT INTO shop.script (n) VALUES (1); INSERT INTO shop.script (n) VALUES (2); COMMIT TRANSACTION;',
      );
      expect(good.error).toBeUndefined();
      const bad = await query(
        "BEGIN TRANSACTION; DELETE FROM shop.script WHERE TRUE; INSERT INTO shop.script (n) VALUES (CAST('x' AS INT64)); COMMIT TRANSACTION;",
      );
      expect(bad.error).toMatchObject({ retryable: false });
      expect(await rows('SELECT n FROM shop.script ORDER BY n')).toEqual([{ n: '1' }, { n: '2' }]);
    });
  });
}
