import { describe, expect, test } from 'vitest';
import { expressionFault } from '../../functions/declare/sql/expression.ts';
import type { Interval } from '../../functions/model/build.ts';
import type { Assertion, Transform } from '../../functions/model/transform.ts';
import {
  buildTable,
  describeFailure,
  renderBuildJob,
  renderChecks,
  renderGather,
  renderPublishInterval,
  renderPublishJob,
  renderView,
  transformLabels,
} from '../../functions/render/transform.ts';

const golden = (text: string, file: string) => expect(text).toMatchFileSnapshot(`golden/${file}`);

const DAILY: Transform = {
  id: 'shop.daily',
  dataset: 'shop',
  name: 'daily',
  description: 'Revenue a day',
  kind: 'incremental',
  sql: '-- as written\nSELECT day, SUM(amount) AS amount FROM shop.orders WHERE day BETWEEN @from AND @to GROUP BY day',
  partition: { by: 'day', grain: 'day' },
  cluster: ['amount'],
  on: { load: true, nightly: true },
  everySeconds: 900,
  ignore: [],
  assert: [],
  inputs: ['shop.orders'],
  external: [],
  volatile: [],
  version: 'A1B2C3D4',
};
const INTERVAL: Interval = ['2026-01-01', '2026-01-31'];
const queryOf = (job: object): string => (job as { query: { query: string } }).query.query;

test('jobs of a transform', () => {
  const table = { ...DAILY, kind: 'table' as const, sql: 'SELECT 1 AS one' };
  const { partition: _, ...plain } = table;
  return golden(
    `${JSON.stringify(
      {
        buildIncremental: renderBuildJob('acme', DAILY, buildTable(DAILY, 3), INTERVAL),
        buildTable: renderBuildJob('acme', { ...plain, cluster: [] }, buildTable(table, 3)),
        buildWithinMaxCost: renderBuildJob('acme', { ...plain, cluster: [], maxCost: 5 }, buildTable(table, 3)),
        publish: renderPublishJob('acme', DAILY, buildTable(DAILY, 3)),
        gather: renderGather('acme', DAILY, '_sluice.built_shop__daily_3_1', '_sluice.built_shop__daily_3_0'),
        view: renderView({ ...DAILY, kind: 'view', sql: 'SELECT 1 AS one' }),
      },
      undefined,
      2,
    )}\n`,
    'transform-jobs.golden.json',
  );
});

test('what is billed for a view is what its checks read', () => {
  const limited = (job: object): unknown =>
    (job as { query: { maximumBytesBilled?: string } }).query.maximumBytesBilled;
  const checks = (kind: Transform['kind']): object => renderChecks('acme', { ...DAILY, kind, maxCost: 6.25 }, 't.t');
  expect(limited(checks('view'))).toBe(String(2 ** 40));
  expect(limited(checks('table'))).toBeUndefined();
});

test('an interval is published in one transaction', () =>
  golden(
    [
      ['days', INTERVAL],
      ['the calendar’s end', ['9999-12-01', '9999-12-31'] as const],
    ]
      .map(
        ([name, interval]) =>
          `-- ${name}\n${queryOf(renderPublishInterval('acme', DAILY, '_sluice.built_shop__daily_3_0', ['day', 'net amount'], interval as Interval))}`,
      )
      .join('\n'),
    'publish-interval.golden.sql',
  ));

const ASSERTIONS: Assertion[] = [
  { kind: 'unique', columns: ['day'] },
  { kind: 'unique', columns: ['day', 'shop'] },
  { kind: 'not_null', columns: ['day', 'amount'] },
  { kind: 'where', expression: 'amount >= 0' },
  { kind: 'where', expression: "note != '-- no' -- a comment" },
  { kind: 'row_count', min: 1, max: 10 },
];

test('checks are one row of counts', () =>
  golden(
    `-- a table\n${queryOf(renderChecks('acme', { ...DAILY, assert: ASSERTIONS }, 'shop.daily'))}\n\n` +
      `-- an interval\n${queryOf(renderChecks('acme', DAILY, '_sluice.built_shop__daily_3_0', INTERVAL))}\n`,
    'checks.golden.sql',
  ));

describe('a condition that a declaration may hold', () => {
  test.each([
    'amount >= 0 -- never less',
    'amount >= 0 # never less',
    'a IN (1, 2) /* or */ OR b',
    "note = ')' OR note = '\\''",
    'x = """\n"""',
  ])('%j stays within its own check', (expression) => {
    expect(expressionFault(expression)).toBeUndefined();
    const query = queryOf(renderChecks('acme', { ...DAILY, assert: [{ kind: 'where', expression }] }, 'shop.daily'));
    const [before, after] = query.split(`\n${expression}\n`);
    expect(before).toBe('SELECT (SELECT COUNT(*) FROM `acme.shop.daily` WHERE NOT (');
    expect(after).toMatch(/^\)\) AS a0,/);
  });

  test.each([
    'TRUE) OR (1 = 1',
    '1); DROP TABLE shop.orders; --',
    'a, b',
    '@from = day',
    'EXISTS (SELECT 1 FROM shop.orders)',
  ])('%j does not compile', (expression) => expect(expressionFault(expression)).toBeDefined());
});

test('names are quoted whatever they hold', () => {
  const checks = renderChecks(
    'acme',
    { ...DAILY, assert: [{ kind: 'not_null', columns: ['a` IS NULL OR `b', 'c\\'] }] },
    'shop.daily',
  );
  expect(queryOf(checks)).toContain('WHERE `a\\` IS NULL OR \\`b` IS NULL OR `c\\\\` IS NULL)');
});

test.each([
  [{ kind: 'unique', columns: ['a', 'b'] }, 0, undefined],
  [{ kind: 'unique', columns: ['a', 'b'] }, 2, 'unique [a, b]: 2 values stand more than once'],
  [{ kind: 'not_null', columns: ['a'] }, 0, undefined],
  [{ kind: 'not_null', columns: ['a'] }, 1, 'not_null [a]: 1 rows are NULL'],
  [{ kind: 'where', expression: 'a > 0' }, 0, undefined],
  [{ kind: 'where', expression: 'a > 0' }, 3, 'where "a > 0": 3 rows break it'],
  [{ kind: 'row_count', min: 1 }, 1, undefined],
  [{ kind: 'row_count', min: 1 }, 0, 'row_count: 0 rows, fewer than 1'],
  [{ kind: 'row_count', max: 1 }, 1, undefined],
  [{ kind: 'row_count', max: 1 }, 2, 'row_count: 2 rows, more than 1'],
] as const)('%j with a count of %i: %s', (assertion, count, expected) => {
  expect(describeFailure(assertion as Assertion, count)).toBe(expected);
});

test('labels are what BigQuery allows', () => {
  const labels = transformLabels({ ...DAILY, id: `Shop.${'Ä'.repeat(80)}`, version: 'F'.repeat(64) });
  for (const [name, value] of Object.entries(labels)) {
    expect(name).toMatch(/^[a-z][a-z0-9_-]{0,62}$/);
    expect(value).toMatch(/^[a-z0-9_-]{0,63}$/);
  }
});
