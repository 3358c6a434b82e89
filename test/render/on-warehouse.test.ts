import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWarehouse } from '../../functions/gcp/bigquery.ts';
import type { Column } from '../../functions/model/column.ts';
import type { Partition, Source } from '../../functions/model/source.ts';
import type { Transform } from '../../functions/model/transform.ts';
import type { CommitStep } from '../../functions/plan/commit.ts';
import type { Warehouse } from '../../functions/ports.ts';
import { renderCommitJob, renderCommitsTable } from '../../functions/render/commit.ts';
import { stagingTable } from '../../functions/render/commit-tables.ts';
import { renderSourceTable } from '../../functions/render/table.ts';
import { renderChecks, renderPublishInterval } from '../../functions/render/transform.ts';
import { type Local, PROJECT, startLocal } from '../gcp/local.ts';
import { column, source } from '../plan/declared.ts';

/** What the rendered SQL does, where it runs. */
let local: Local;
let warehouse: Warehouse;
let names = 0;

beforeAll(async () => {
  local = await startLocal();
  warehouse = createWarehouse({ project: PROJECT, location: 'US', endpoint: local.http('bigquery') });
  await Promise.all([warehouse.ensureDataset('shop'), warehouse.ensureDataset('_sluice')]);
});
afterAll(() => local.stop());

async function run(job: object): Promise<string> {
  const id = `test-${names++}`;
  await warehouse.startJob(id, job);
  for (let state = await warehouse.job(id); ; state = await warehouse.job(id)) {
    if (state?.error) throw new Error(`${state.error.reason} at ${state.error.location}: ${JSON.stringify(job)}`);
    if (state?.state === 'DONE') return id;
    await sleep(5);
  }
}
const query = (sql: string) => run({ query: { query: sql, useLegacySql: false } });
const rows = async (sql: string) => warehouse.rows(await query(sql));
/** Cells of each row, side by side. */
const read = async (sql: string): Promise<string[]> =>
  (await rows(sql)).map((row) =>
    Object.values(row)
      .map((cell) => cell ?? 'NULL')
      .join(' '),
  );

type JobStep = Exclude<CommitStep, { kind: 'drop_staged' }>;

/** A table with its commits, and batches that are staged from SELECTs. */
async function createTable(rest: Partial<Source>): Promise<{
  id: string;
  commit(n: number, step: JobStep, staged?: string): Promise<string>;
  /** What a step that asks answers. */
  left(n: number, step: JobStep, staged: string): Promise<string[]>;
}> {
  const declared = source({ ...rest, id: `shop.t${names++}` });
  await warehouse.createTable(declared.id, renderSourceTable(declared));
  await run(renderCommitsTable({ project: PROJECT, source: declared }));
  async function commit(n: number, step: JobStep, staged?: string): Promise<string> {
    if (staged) await query(`CREATE OR REPLACE TABLE ${stagingTable({ source: declared, n })} AS ${staged}`);
    return run(renderCommitJob(step, { project: PROJECT, source: declared, n }));
  }
  return {
    id: declared.id,
    commit,
    left: async (n, step, staged) =>
      (await warehouse.rows(await commit(n, step, staged))).map(({ part }) => part ?? ''),
  };
}

const stamp = (run: string, row = 1, at = '2026-01-01'): string =>
  `'${run}' AS _run_id, ${row} AS _row_number, TIMESTAMP '${at} 00:00:00+00' AS _arrived_at`;

describe('inserting', () => {
  test('twice is inserting once, and a replay takes the place of its run', async () => {
    const { id, commit } = await createTable({ columns: [column('v', 'STRING')] });
    const state = () => read(`SELECT v, _run_id FROM ${id} ORDER BY 1, 2`);
    await commit(
      1,
      { kind: 'insert_staged', replayed: [] },
      `SELECT 'a' AS v, ${stamp('r')} UNION ALL SELECT 'b', ${stamp('s')}`,
    );
    await commit(1, { kind: 'insert_staged', replayed: [] });
    expect(await state()).toEqual(['a r', 'b s']);
    await commit(
      2,
      { kind: 'insert_staged', replayed: ['r'] },
      `SELECT 'c' AS v, ${stamp('r')} UNION ALL SELECT 'd', ${stamp('r', 2)}`,
    );
    await commit(2, { kind: 'insert_staged', replayed: ['r'] });
    expect(await state()).toEqual(['b s', 'c r', 'd r']);
    await commit(3, { kind: 'delete_runs', runs: ['r', 'none'] });
    expect(await state()).toEqual(['b s']);
    // A worker of an earlier batch that wakes up late.
    await commit(2, { kind: 'insert_staged', replayed: ['r'] });
    expect(await state()).toEqual(['b s']);
    await commit(4, { kind: 'empty' });
    expect(await state()).toEqual([]);
  });

  test('casts what travelled as text, at every depth', async () => {
    const { id, commit } = await createTable({
      columns: [
        column('doc', 'JSON'),
        column('big', 'BIGNUMERIC'),
        column('docs', 'JSON', { mode: 'repeated' }),
        column('tree', 'RECORD', { fields: [column('name', 'STRING'), column('raw', 'JSON')] }),
        column('items', 'RECORD', { mode: 'repeated', fields: [column('sku', 'STRING'), column('raw', 'JSON')] }),
      ],
    });
    const full = `SELECT '{"a": [1, 2]}' AS doc, '12345678901234567890.5' AS big, ['1', '"x"', 'null'] AS docs,
      STRUCT('n' AS name, '{"b": true}' AS raw) AS tree, [STRUCT('s1' AS sku, '1' AS raw), ('s2', '{"c": 2}')] AS items, ${stamp('r', 1)}`;
    const empty = `SELECT NULL, NULL, CAST([] AS ARRAY<STRING>), NULL, CAST([] AS ARRAY<STRUCT<sku STRING, raw STRING>>), ${stamp('r', 2)}`;
    await commit(1, { kind: 'insert_staged', replayed: [] }, `${full} UNION ALL ${empty}`);
    const sql = `SELECT JSON_VALUE(doc, '$.a[1]'), CAST(big AS STRING), ARRAY_LENGTH(docs), TO_JSON_STRING(docs[SAFE_OFFSET(1)]),
      tree.name, TO_JSON_STRING(tree.raw), items[SAFE_OFFSET(1)].sku, TO_JSON_STRING(items[SAFE_OFFSET(1)].raw) FROM ${id} ORDER BY _row_number`;
    const [first = '', second] = await read(sql);
    expect(first.replaceAll(/[ ]/g, '')).toBe('212345678901234567890.53"x"n{"b":true}s2{"c":2}');
    expect(second).toMatch(/^NULL NULL 0 null NULL null/);
  });
});

describe('swapping', () => {
  test.each<[Column['type'], string]>([
    ['DATE', "DATE '%s'"],
    ['DATETIME', "DATETIME '%s 12:00:00'"],
    ['TIMESTAMP', "TIMESTAMP '%s 12:00:00+00'"],
  ])('replaces just the partitions that a run takes over, by a %s', async (type, literal) => {
    const { id, commit } = await createTable({
      columns: [column('at', type), column('v', 'STRING')],
      partition: { by: 'at', grain: 'day' },
    });
    const at = (day: string) => (day === 'NULL' ? `CAST(NULL AS ${type})` : literal.replace('%s', day));
    const staged = (run: string, ...days: string[]) =>
      days
        .map((day, i) => `SELECT ${at(day)} AS \`at\`, '${run} ${day}' AS v, ${stamp(run, i + 1)}`)
        .join(' UNION ALL ');
    const swap = (run: string, parts: string[], replayed: string[] = []): JobStep => ({
      kind: 'swap_partitions',
      takeovers: [{ run, parts, given: [], superseded: false }],
      replayed,
    });
    const days = ['0001-01-01', '2026-01-30', '2026-01-31', '2026-02-01', '9999-12-31', 'NULL'];
    const state = () => read(`SELECT v FROM ${id} ORDER BY v`);
    await commit(1, swap('a', days), staged('a', ...days));
    expect(await state()).toEqual(days.map((day) => `a ${day}`).sort());
    // It has rows of another partition as well, which a newer run owns.
    await commit(2, swap('b', ['2026-01-31', '9999-12-31', 'NULL', '0001-01-01']), staged('b', ...days));
    const expected = ['a 2026-01-30', 'a 2026-02-01', 'b 0001-01-01', 'b 2026-01-31', 'b 9999-12-31', 'b NULL'];
    expect(await state()).toEqual(expected);
    await commit(2, swap('b', ['2026-01-31', '9999-12-31', 'NULL', '0001-01-01']));
    expect(await state()).toEqual(expected);
    await commit(3, swap('b', ['NULL'], ['b']), staged('b', 'NULL'));
    expect(await state()).toEqual(['a 2026-01-30', 'a 2026-02-01', 'b NULL']);
    await commit(4, { kind: 'swap_table' }, staged('c', '2026-03-01'));
    expect(await state()).toEqual(['c 2026-03-01']);
  });
});

describe('merging', () => {
  /** Rows of one batch: key, order, and what tells the row from others. */
  type Row = [key: string, order: string, value: string];
  const BATCHES: Row[][] = [
    [
      ['k1', '1', 'first'],
      ['k2', '5', 'newest of k2'],
      ['k3', 'NULL', 'without an order'],
      ['k4', "CAST('NaN' AS FLOAT64)", 'no number'],
      ['k5', '3', 'tie'],
    ],
    [
      ['k1', '3', 'newest of k1'],
      ['k2', '2', 'older'],
      ['k3', '-1', 'newest of k3'],
      ['k4', '-1', 'newest of k4'],
      ['k5', '3', 'tie, later run'],
    ],
    [
      ['k1', '2', 'between'],
      ['k1', 'NULL', 'again'],
      ['k3', 'NULL', 'nothing again'],
      ['k4', "CAST('NaN' AS FLOAT64)", 'no number again'],
      ['k6', '1', 'alone'],
    ],
  ];
  const EXPECTED = [
    'k1 newest of k1',
    'k2 newest of k2',
    'k3 newest of k3',
    'k4 newest of k4',
    'k5 tie, later run',
    'k6 alone',
  ];
  const columns = [column('k', 'STRING'), column('o', 'FLOAT64'), column('v', 'STRING')];
  const load: Source['load'] = { mode: 'merge', key: ['k'], orderBy: ['o'] };
  const staged = (batch: number): string =>
    (BATCHES[batch] ?? [])
      .map(
        ([key, order, value], i) =>
          `SELECT '${key}' AS k, CAST(${order} AS FLOAT64) AS o, '${value}' AS v, ${stamp(`run${batch}`, i + 1)}`,
      )
      .join(' UNION ALL ');

  test.each([[[0, 1, 2]], [[0, 2, 1]], [[1, 0, 2]], [[1, 2, 0]], [[2, 0, 1]], [[2, 1, 0]]])(
    'batches in the order %j end with the newest row of each key, and repeating any changes nothing',
    async (order) => {
      const { id, commit } = await createTable({ columns, load });
      for (const [i, batch] of order.entries()) {
        await commit(i + 1, { kind: 'merge_staged' }, staged(batch));
        await commit(i + 1, { kind: 'merge_staged' });
      }
      expect(await read(`SELECT k, v FROM ${id} ORDER BY k`)).toEqual(EXPECTED);
    },
  );

  test.each<[Column['type'], Partition['grain'], string[]]>([
    ['DATE', 'day', ['0001-01-01', '2026-01-31', 'NULL']],
    ['DATETIME', 'month', ['0001-01', '2026-01', 'NULL']],
    ['TIMESTAMP', 'hour', ['0001-01-01T00', '2026-01-31T05', 'NULL']],
    ['TIMESTAMP', 'year', ['0001', '2026', 'NULL']],
  ])('tells which partitions of a %s, by %s, rows may leave', async (type, grain, expected) => {
    const at = (text: string) => `CAST(${text} AS ${type})`;
    const row = (key: string, when: string, n: number) =>
      `SELECT '${key}' AS k, ${n} AS o, ${when} AS \`at\`, ${stamp('r', n)}`;
    const partition: Partition = { by: 'at', grain };
    const { commit, left } = await createTable({
      columns: [column('k', 'STRING'), column('o', 'INT64'), column('at', type)],
      load: { mode: 'merge', key: ['k'], orderBy: ['o'] },
      partition,
    });
    const old = [
      row('first', at(`DATE '0001-01-01'`), 1),
      row('second', type === 'DATE' ? `DATE '2026-01-31'` : `${type} '2026-01-31 05:59:59'`, 2),
      row('third', at('NULL'), 3),
      row('stays', at(`DATE '2020-05-05'`), 4),
    ];
    await commit(1, { kind: 'merge_staged' }, old.join(' UNION ALL '));
    const now = ['first', 'second', 'third', 'new'].map((key, n) => row(key, at(`DATE '2026-02-02'`), 10 + n));
    expect((await left(2, { kind: 'find_left', partition }, now.join(' UNION ALL '))).sort()).toEqual(expected);
  });

  test('a replay rebuilds the keys that its run had or has, from all that is curated', async () => {
    const { id, commit } = await createTable({ columns, load });
    const state = () => read(`SELECT k, v FROM ${id} ORDER BY k`);
    for (const batch of [0, 1, 2]) await commit(batch + 1, { kind: 'merge_staged' }, staged(batch));
    // The second run again: without k1 and k4, with another k2 and a new k7.
    const replay = [
      ['k2', '9', 'replayed k2'],
      ['k3', '-1', 'newest of k3'],
      ['k7', '1', 'replayed k7'],
    ].map(
      ([key, order, value], i) =>
        `SELECT '${key}' AS k, CAST(${order} AS FLOAT64) AS o, '${value}' AS v, ${stamp('run1', i + 1)}`,
    );
    const history = [staged(0), ...replay, staged(2)].join(' UNION ALL ');
    await commit(4, { kind: 'find_affected_keys', replayed: ['run1'] }, history);
    await commit(4, { kind: 'rebuild_keys' });
    await commit(4, { kind: 'rebuild_keys' });
    expect(await state()).toEqual([
      'k1 between',
      'k2 replayed k2',
      'k3 newest of k3',
      'k4 no number again',
      'k5 tie',
      'k6 alone',
      'k7 replayed k7',
    ]);
    // And a replay of the only run that has k6, now without any row.
    const left = [staged(0), ...replay].join(' UNION ALL ');
    await commit(5, { kind: 'find_affected_keys', replayed: ['run2'] }, left);
    await commit(5, { kind: 'rebuild_keys' });
    expect(await state()).toEqual([
      'k1 first',
      'k2 replayed k2',
      'k3 newest of k3',
      'k4 no number',
      'k5 tie',
      'k7 replayed k7',
    ]);
  });

  test('orders what travelled as text by its value, and finds keys that did', async () => {
    const { id, commit } = await createTable({
      columns: [column('k', 'BIGNUMERIC'), column('o', 'BIGNUMERIC')],
      load: { mode: 'merge', key: ['k'], orderBy: ['o'] },
    });
    const text = (k: string, o: string, run: string, row: number) =>
      `SELECT '${k}' AS k, '${o}' AS o, ${stamp(run, row)}`;
    await commit(1, { kind: 'merge_staged' }, `${text('1', '9', 'a', 1)} UNION ALL ${text('1.0', '10', 'a', 2)}`);
    const state = () => read(`SELECT CAST(k AS STRING), CAST(o AS STRING) FROM ${id}`);
    expect(await state()).toEqual(['1 10']);
    const again = text('1', '2', 'a', 1);
    await commit(2, { kind: 'find_affected_keys', replayed: ['a'] }, again);
    await commit(2, { kind: 'rebuild_keys' });
    expect(await state()).toEqual(['1 2']);
  });
});

describe('a transform', () => {
  const daily = (type: string): Transform => ({
    id: `shop.daily_${type.toLowerCase()}`,
    dataset: 'shop',
    name: `daily_${type.toLowerCase()}`,
    kind: 'incremental',
    sql: '',
    partition: { by: 'at', grain: 'day' },
    cluster: [],
    on: { load: true, nightly: true },
    everySeconds: 0,
    ignore: [],
    assert: [
      { kind: 'unique', columns: ['at'] },
      { kind: 'not_null', columns: ['v', 'at'] },
      { kind: 'where', expression: 'v > 0 -- never less' },
      { kind: 'row_count', min: 1 },
    ],
    inputs: [],
    external: [],
    volatile: [],
    version: 'v',
  });

  test.each([
    ['DATE', "DATE '%s'"],
    ['DATETIME', "DATETIME '%s 23:59:59'"],
    ['TIMESTAMP', "TIMESTAMP '%s 23:59:59+00'"],
  ])('by a %s publishes an interval and leaves the days around it', async (type, literal) => {
    const transform = daily(type);
    const days = (...all: [string, number][]) =>
      all.map(([day, v]) => `SELECT ${literal.replace('%s', day)} AS \`at\`, ${v} AS v`).join(' UNION ALL ');
    await query(
      `CREATE TABLE ${transform.id} AS ${days(['2026-01-30', 1], ['2026-01-31', 1], ['2026-02-01', 1], ['2026-02-02', 1])}`,
    );
    await query(`CREATE TABLE _sluice.built_${type} AS ${days(['2026-01-31', 2], ['2026-02-01', 2])}`);
    const publish = renderPublishInterval(
      PROJECT,
      transform,
      `_sluice.built_${type}`,
      ['at', 'v'],
      ['2026-01-31', '2026-02-01'],
    );
    await run(publish);
    await run(publish);
    expect(await read(`SELECT v FROM ${transform.id} ORDER BY \`at\``)).toEqual(['1', '2', '2', '1']);
  });

  test('is checked: what breaks an assertion is counted, and NULL passes a condition', async () => {
    const transform = daily('DATE');
    const checks = async (built: string) => {
      await query(`CREATE OR REPLACE TABLE _sluice.checked AS ${built}`);
      return warehouse.rows(
        await run(renderChecks(PROJECT, transform, '_sluice.checked', ['2026-01-30', '2026-01-31'])),
      );
    };
    const row = (at: string, v: string) =>
      `SELECT ${at === 'NULL' ? 'CAST(NULL AS DATE)' : `DATE '${at}'`} AS \`at\`, CAST(${v} AS INT64) AS v`;
    expect(await checks(row('2026-01-30', '1'))).toEqual([
      { a0: '0', a1: '0', a2: '0', a3: '1', outside: '0', row_count: '1' },
    ]);
    const bad = [
      row('2026-01-30', '1'),
      row('2026-01-30', '0'),
      row('2026-01-31', 'NULL'),
      row('2026-02-01', '1'),
      row('NULL', '1'),
    ];
    expect(await checks(bad.join(' UNION ALL '))).toEqual([
      { a0: '1', a1: '2', a2: '1', a3: '5', outside: '2', row_count: '5' },
    ]);
  });
});
