import { describe, expect, test } from 'vitest';
import type { Column } from '../../functions/model/column.ts';
import type { Load, Partition, Source } from '../../functions/model/source.ts';
import type { CommitStep } from '../../functions/plan/commit.ts';
import { renderCommitJob, renderCommitsTable } from '../../functions/render/commit.ts';
import { renderSourceTable } from '../../functions/render/table.ts';
import { column, source, transformed } from '../plan/declared.ts';

/** Read each as BigQuery would: is it valid, does it prune, what does it do to NULL and to ties? */
const golden = (text: string, file: string) => expect(text).toMatchFileSnapshot(`golden/${file}`);

type JobStep = Exclude<CommitStep, { kind: 'drop_staged' }>;

const RUN = '3f2a9c0b1d4e5f60718a';
const OTHER = '91b4d7c2e8f30a5b6c7d';

const job = (declared: Source, step: JobStep): object =>
  renderCommitJob(step, { project: 'acme', source: declared, n: 7 });
const sql = (declared: Source, step: JobStep): string =>
  (job(declared, step) as { query: { query: string } }).query.query;

/** Cases side by side in one file, each under its name. */
const sqlFile = (cases: readonly (readonly [name: string, text: string])[]): string =>
  cases.map(([name, text]) => `-- ${name}\n${text.trimEnd()}\n`).join('\n');

const EVERY_TYPE: Column[] = [
  column('id', 'STRING', { mode: 'required', description: 'What it is called' }),
  column('blob', 'BYTES'),
  column('count', 'INT64'),
  column('ratio', 'FLOAT64'),
  column('price', 'NUMERIC', { precision: 10, scale: 2 }),
  column('paid', 'BOOL'),
  column('day', 'DATE'),
  column('local', 'DATETIME'),
  column('clock', 'TIME'),
  column('at', 'TIMESTAMP'),
  column('tags', 'STRING', { mode: 'repeated' }),
  column('item', 'RECORD', { mode: 'repeated', fields: [column('sku', 'STRING'), column('n', 'INT64')] }),
  column('email', 'STRING', { mode: 'required', privacy: transformed({ kind: 'tokenize', key: 'pii' }) }),
  column('income', 'NUMERIC', {
    precision: 10,
    privacy: transformed({ kind: 'bucket', size: 10, min: 0, max: 100 }),
  }),
  column('born', 'DATE', { privacy: transformed({ kind: 'time_part', part: 'YEAR' }) }),
  column('secret', 'STRING', { privacy: { kind: 'drop' } }),
];

const CASTS: Column[] = [
  column('id', 'STRING'),
  column('payload', 'JSON', { mode: 'required' }),
  column('big', 'BIGNUMERIC', { precision: 50, scale: 10 }),
  column('events', 'JSON', { mode: 'repeated' }),
  column('tree', 'RECORD', { fields: [column('name', 'STRING'), column('raw', 'JSON')] }),
  column('items', 'RECORD', { mode: 'repeated', fields: [column('sku', 'STRING'), column('raw', 'JSON')] }),
];

const merge = (key: string[], orderBy: string[]): Load => ({ mode: 'merge', key, orderBy });
const CUSTOMERS = source({
  id: 'shop.customers',
  load: merge(['customer_id'], ['updated_at']),
  columns: [column('customer_id', 'STRING'), column('city', 'STRING'), column('updated_at', 'TIMESTAMP')],
});

describe('a load job', () => {
  const every = source({ columns: EVERY_TYPE });
  test('appends, replaces or stages, with the schema written out', () =>
    golden(
      `${JSON.stringify(
        {
          append: job(every, { kind: 'append', uris: ['gs://c/shop/orders/a.0/00000.parquet'] }),
          replace: job(every, { kind: 'replace', uris: ['gs://c/shop/orders/a.0/00000.parquet'] }),
          stage: job(source({ columns: CASTS }), { kind: 'stage', uris: ['gs://c/1', 'gs://c/2'], first: true }),
          stageMore: job(source({ columns: CASTS.slice(0, 1) }), { kind: 'stage', uris: ['gs://c/3'], first: false }),
        },
        undefined,
        2,
      )}\n`,
      'load-jobs.golden.json',
    ));
});

test('rows of the staging table are inserted', () =>
  golden(
    sqlFile([
      ['new runs', sql(source(), { kind: 'insert_staged', replayed: [] })],
      ['a replay', sql(source(), { kind: 'insert_staged', replayed: [RUN] })],
      ['two replays', sql(source(), { kind: 'insert_staged', replayed: [RUN, OTHER] })],
      ['what travelled as text', sql(source({ columns: CASTS }), { kind: 'insert_staged', replayed: [] })],
    ]),
    'insert.golden.sql',
  ));

test('rows are deleted for which nothing comes', () =>
  golden(
    sqlFile([
      ['an empty snapshot', sql(source(), { kind: 'empty' })],
      ['replays without rows', sql(source(), { kind: 'delete_runs', runs: [RUN, OTHER] })],
    ]),
    'delete.golden.sql',
  ));

test('partitions are swapped', () => {
  const swap = (type: Column['type'], grain: Partition['grain'], parts: string[], replayed: string[] = []) =>
    sql(source({ columns: [column('at', type)], partition: { by: 'at', grain } }), {
      kind: 'swap_partitions',
      takeovers: [{ run: RUN, parts, given: [], superseded: false }],
      replayed,
    });
  const two = sql(source({ columns: [column('day', 'DATE')], partition: { by: 'day', grain: 'day' } }), {
    kind: 'swap_partitions',
    takeovers: [
      { run: RUN, parts: ['2026-01-31', '2026-02-01'], given: [], superseded: false },
      { run: OTHER, parts: ['2026-01-30'], given: [], superseded: false },
    ],
    replayed: [],
  });
  return golden(
    sqlFile([
      ['days of a DATE', swap('DATE', 'day', ['2026-02-28', '2026-03-01', '2026-03-05'])],
      ['months of a DATE', swap('DATE', 'month', ['2026-12'])],
      ['years of a DATE', swap('DATE', 'year', ['2025', '2026'])],
      ['hours of a DATETIME', swap('DATETIME', 'hour', ['2026-01-31T23'])],
      ['days of a DATETIME', swap('DATETIME', 'day', ['2026-01-31'])],
      ['months of a DATETIME', swap('DATETIME', 'month', ['2026-01'])],
      ['years of a DATETIME', swap('DATETIME', 'year', ['2026'])],
      ['hours of a TIMESTAMP', swap('TIMESTAMP', 'hour', ['2026-01-31T22', '2026-01-31T23'])],
      ['days of a TIMESTAMP', swap('TIMESTAMP', 'day', ['2026-01-31'])],
      ['months of a TIMESTAMP', swap('TIMESTAMP', 'month', ['2026-01'])],
      ['years of a TIMESTAMP', swap('TIMESTAMP', 'year', ['2026'])],
      ['rows without a day', swap('DATE', 'day', ['2026-01-31', 'NULL'])],
      ['the calendar’s ends', swap('DATE', 'day', ['0001-01-01', '9999-12-31'])],
      ['two runs, each with its own partitions', two],
      ['a replay that may have left a partition', swap('DATE', 'day', ['2026-01-31'], [RUN])],
      ['all of the table', sql(source(), { kind: 'swap_table' })],
    ]),
    'swap.golden.sql',
  );
});

test('staged rows are merged', () => {
  const merged = (load: Load, columns: Column[]) =>
    sql(source({ id: 'shop.customers', load, columns }), { kind: 'merge_staged' });
  return golden(
    sqlFile([
      ['one key, one order', sql(CUSTOMERS, { kind: 'merge_staged' })],
      [
        'several of each',
        merged(merge(['shop', 'customer_id'], ['version', 'updated_at']), [
          column('shop', 'STRING'),
          column('customer_id', 'STRING'),
          column('version', 'INT64'),
          column('updated_at', 'TIMESTAMP'),
        ]),
      ],
      ['no order but that of arrival', merged(merge(['id'], []), [column('id', 'INT64')])],
      [
        'order by a FLOAT64, which may be NaN',
        merged(merge(['id'], ['v']), [column('id', 'INT64'), column('v', 'FLOAT64')]),
      ],
      [
        'order by what travelled as text',
        merged(merge(['id'], ['v']), [column('id', 'BIGNUMERIC'), column('v', 'BIGNUMERIC'), column('doc', 'JSON')]),
      ],
    ]),
    'merge.golden.sql',
  );
});

test('partitions are found that a merge takes rows out of', () => {
  const left = (by: string, grain: Partition['grain']) =>
    sql(CUSTOMERS, { kind: 'find_left', partition: { by, grain } });
  return golden(
    sqlFile([
      ['hours', left('updated_at', 'hour')],
      ['days', left('updated_at', 'day')],
      ['months', left('updated_at', 'month')],
      ['years', left('updated_at', 'year')],
    ]),
    'left.golden.sql',
  );
});

test('keys of replayed runs are rebuilt', () => {
  const big = source({
    id: 'shop.customers',
    load: merge(['id', 'part'], ['v']),
    columns: [column('id', 'BIGNUMERIC'), column('part', 'STRING'), column('v', 'INT64')],
  });
  return golden(
    sqlFile([
      ['keys', sql(CUSTOMERS, { kind: 'find_affected_keys', replayed: [RUN, OTHER] })],
      ['rows', sql(CUSTOMERS, { kind: 'rebuild_keys' })],
      ['keys, one of which travelled as text', sql(big, { kind: 'find_affected_keys', replayed: [RUN] })],
      ['their rows', sql(big, { kind: 'rebuild_keys' })],
    ]),
    'rebuild.golden.sql',
  );
});

test('the keys go into a table of the batch’s own', () => {
  expect(job(CUSTOMERS, { kind: 'find_affected_keys', replayed: [RUN] })).toMatchObject({
    query: {
      destinationTable: { projectId: 'acme', datasetId: '_sluice', tableId: 'keys_shop__customers_7' },
      writeDisposition: 'WRITE_TRUNCATE',
    },
  });
});

test('the commits table is made with its one row', () =>
  golden(
    `${(renderCommitsTable({ project: 'acme', source: CUSTOMERS }) as { query: { query: string } }).query.query}\n`,
    'commits-table.golden.sql',
  ));

test('tables have the declared layout', () => {
  const table = (rest: Partial<Source>) => renderSourceTable(source(rest));
  return golden(
    `${JSON.stringify(
      {
        plain: table({ columns: [column('id', 'STRING')], description: 'Orders' }),
        everyType: table({ columns: EVERY_TYPE }),
        casts: table({ columns: CASTS }),
        nested: table({
          columns: [
            column('customer', 'RECORD', {
              fields: [
                column('email', 'STRING', { privacy: transformed({ kind: 'tokenize', key: 'pii' }) }),
                column('ssn', 'STRING', { privacy: { kind: 'drop' } }),
                column('born', 'DATE', { privacy: transformed({ kind: 'time_part', part: 'YEAR' }) }),
              ],
            }),
            column('marks', 'INT64', {
              mode: 'repeated',
              privacy: transformed({ kind: 'bucket', size: 10, min: 0, max: 100 }),
            }),
          ],
        }),
        hours: table({ columns: [column('at', 'TIMESTAMP')], partition: { by: 'at', grain: 'hour' } }),
        days: table({ columns: [column('day', 'DATE')], partition: { by: 'day', grain: 'day' }, cluster: ['day'] }),
        months: table({ columns: [column('day', 'DATE')], partition: { by: 'day', grain: 'month' } }),
        years: table({ columns: [column('at', 'DATETIME')], partition: { by: 'at', grain: 'year' } }),
      },
      undefined,
      2,
    )}\n`,
    'tables.golden.json',
  );
});

describe('every job', () => {
  const steps: JobStep[] = [
    { kind: 'append', uris: [] },
    { kind: 'replace', uris: [] },
    { kind: 'stage', uris: [], first: true },
    { kind: 'empty' },
    { kind: 'delete_runs', runs: [RUN] },
    { kind: 'insert_staged', replayed: [] },
    { kind: 'swap_table' },
    { kind: 'swap_partitions', takeovers: [], replayed: [] },
    { kind: 'find_left', partition: { by: 'updated_at', grain: 'day' } },
    { kind: 'merge_staged' },
    { kind: 'find_affected_keys', replayed: [RUN] },
    { kind: 'rebuild_keys' },
  ];

  test.each(steps.map((step) => [step.kind, step] as const))('%s is labelled as BigQuery allows', (_, step) => {
    const { labels } = job({ ...CUSTOMERS, id: `Shop.${'X'.repeat(80)}` }, step) as { labels: Record<string, string> };
    for (const [name, value] of Object.entries(labels)) {
      expect(name).toMatch(/^[a-z][a-z0-9_-]{0,62}$/);
      expect(value).toMatch(/^[a-z0-9_-]{0,63}$/);
    }
  });

  const changes = steps.filter(
    ({ kind }) => !['append', 'replace', 'stage', 'find_left', 'find_affected_keys'].includes(kind),
  );
  test.each(changes.map((step) => [step.kind, step] as const))(
    '%s changes nothing once its batch is committed',
    (_, step) => {
      const statements = sql(CUSTOMERS, step).trimEnd().split(';\n');
      expect(statements[0]).toBe('BEGIN TRANSACTION');
      expect(statements.at(-1)).toBe('COMMIT TRANSACTION;');
      const commit = statements.at(-2) ?? '';
      expect(commit).toMatch(/^UPDATE `acme\._sluice\.commits_shop__customers` SET batch = 7, .* WHERE batch < 7$/);
      for (const statement of statements.slice(1, -2)) {
        expect(statement).toMatch(/^(DELETE FROM|INSERT INTO|MERGE) /);
        expect(statement).toContain('(SELECT MAX(batch) FROM `acme._sluice.commits_shop__customers`) < 7');
      }
    },
  );
});
