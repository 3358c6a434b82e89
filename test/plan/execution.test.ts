import { describe, expect, test } from 'vitest';
import type { Interval } from '../../functions/model/build.ts';
import type { Transform } from '../../functions/model/transform.ts';
import { type Decision, type ExecutionContext, planExecution } from '../../functions/plan/execution.ts';

const transform = (rest: Partial<Transform> = {}): Transform => ({
  id: 'shop.daily',
  dataset: 'shop',
  name: 'daily',
  kind: 'table',
  sql: 'SELECT 1',
  cluster: [],
  on: { load: true, nightly: true },
  everySeconds: 900,
  ignore: [],
  assert: [],
  inputs: ['shop.orders'],
  external: [],
  volatile: [],
  version: 'v1',
  ...rest,
});

const INCREMENTAL: Partial<Transform> = { kind: 'incremental', partition: { by: 'day', grain: 'day' } };

interface Setting {
  transform?: Partial<Transform>;
  /** Version of what was built, its inputs then, and the days that it covers; absent = never built. */
  built?: { version?: string; inputs?: Record<string, string>; covered?: Interval[] };
  inputs?: Record<string, string>;
  exists?: boolean;
  options?: ExecutionContext['options'];
  touched?: ExecutionContext['touched'];
  held?: Interval[];
  until?: string;
}

function decide(setting: Setting): string {
  const { built } = setting;
  return brief(
    planExecution({
      transform: transform(setting.transform),
      options: setting.options ?? {},
      inputs: setting.inputs ?? { 'shop.orders': 'b5' },
      built: built && {
        execution: {
          v: 1,
          n: 1,
          transform: 'shop.daily',
          release: 'r',
          version: built.version ?? 'v1',
          build: 'b',
          at: '2026-01-01T00:00:00Z',
          inputs: built.inputs ?? { 'shop.orders': 'b5' },
          intervals: [],
          fresh: false,
        },
        done: {
          v: 1,
          n: 1,
          at: '2026-01-01T00:00:00Z',
          outcome: 'built',
          built: 1,
          covered: built.covered ?? [],
          rows: 1,
          bytesBilled: 1,
        },
      },
      exists: setting.exists ?? built !== undefined,
      touched: setting.touched ?? [],
      held: setting.held ?? [],
      until: setting.until ?? '2026-01-10',
    }),
  );
}

function brief(decision: Decision): string {
  if (decision.kind !== 'run') return decision.kind;
  const days = decision.intervals.map(([from, to]) => (from === to ? from : `${from}..${to}`));
  return [decision.fresh ? 'anew' : 'run', ...days].join(' ');
}

const BUILT = { covered: [['2026-01-01', '2026-01-05']] as Interval[] };
const FROM_TO = { from: '2026-01-03', to: '2026-01-04' };

describe('a table or view', () => {
  test.each<[string, Setting, string]>([
    ['that was never built', {}, 'anew'],
    ['of which nothing has changed', { built: {} }, 'skip'],
    ['of another version', { built: { version: 'v0' } }, 'anew'],
    ['whose table is gone', { built: {}, exists: false }, 'anew'],
    ['whose input has a newer batch', { built: {}, inputs: { 'shop.orders': 'b6' } }, 'run'],
    ['that has an input more', { built: {}, inputs: { 'shop.orders': 'b5', 'shop.fx': 'b1' } }, 'run'],
    ['that waits for an input', { built: {}, inputs: { 'shop.orders': 'b6', 'shop.fx': 'b0' } }, 'skip'],
    ['that has an input less', { built: { inputs: { 'shop.orders': 'b5', 'shop.fx': 'b1' } } }, 'run'],
    ['that is volatile', { built: {}, transform: { volatile: ['CURRENT_DATE'] } }, 'run'],
    ['without inputs', { built: { inputs: {} }, inputs: {} }, 'skip'],
    ['that a person wants anew', { built: {}, options: { fullRefresh: true } }, 'anew'],
    ['for which a person names days', { built: {}, options: FROM_TO }, 'skip'],
    ['that is a view, unchanged', { built: {}, transform: { kind: 'view' } }, 'skip'],
  ])('%s', (_, setting, expected) => expect(decide(setting)).toBe(expected));
});

describe('an incremental table', () => {
  const incremental = (setting: Setting): Setting => ({
    ...setting,
    transform: { ...INCREMENTAL, ...setting.transform },
  });
  const start = { start: '2026-01-01' };
  const month: Partial<Transform> = { partition: { by: 'day', grain: 'month' } };

  test.each<[string, Setting, string]>([
    [
      'first run: the days that its inputs hold',
      { held: [['2026-01-02', '2026-01-04']] },
      'anew 2026-01-02..2026-01-04',
    ],
    ['first run with a start: from there to the last day', { transform: start }, 'anew 2026-01-01..2026-01-10'],
    [
      'first run with a start: days that inputs hold before it are not built',
      { transform: start, held: [['2025-12-30', '2026-01-02']], until: '2026-01-03' },
      'anew 2026-01-01..2026-01-03',
    ],
    ['first run, inputs empty', { inputs: { 'shop.orders': 'b0', 'shop.x': 'x0' } }, 'skip'],
    ['first run, days unknown', {}, 'impossible'],
    ['first run, no inputs at all', { inputs: {} }, 'impossible'],
    [
      'first run for named days: these only',
      { options: FROM_TO, held: [['2026-01-01', '2026-01-09']] },
      'anew 2026-01-03..2026-01-04',
    ],
    ['unchanged', { built: BUILT }, 'skip'],
    ['touched days', { built: BUILT, touched: [['2026-01-02', '2026-01-02']] }, 'run 2026-01-02'],
    [
      'touched days that it does not cover',
      { built: BUILT, touched: [['2026-01-07', '2026-01-08']] },
      'run 2026-01-07..2026-01-08',
    ],
    [
      'anything may have changed: all that it covers and that inputs hold',
      { built: BUILT, touched: 'unknown', held: [['2026-01-05', '2026-01-06']] },
      'run 2026-01-01..2026-01-06',
    ],
    ['a new day since the start', { built: BUILT, transform: start, until: '2026-01-06' }, 'run 2026-01-06'],
    ['a start that lies ahead', { built: BUILT, transform: { start: '2026-02-01' } }, 'skip'],
    [
      'a start that was moved back builds what is missing',
      { built: BUILT, transform: { start: '2025-12-30' }, until: '2026-01-05' },
      'run 2025-12-30..2025-12-31',
    ],
    [
      'touched days before the start',
      {
        built: BUILT,
        transform: { start: '2026-01-01' },
        until: '2026-01-05',
        touched: [['2025-12-01', '2025-12-31']],
      },
      'skip',
    ],
    [
      'touched days across the start',
      {
        built: BUILT,
        transform: { start: '2026-01-01' },
        until: '2026-01-05',
        touched: [['2025-12-30', '2026-01-01']],
      },
      'run 2026-01-01',
    ],
    ['named days', { built: BUILT, options: FROM_TO }, 'run 2026-01-03..2026-01-04'],
    [
      'named days, unchanged or not, and nothing beside',
      { built: BUILT, options: FROM_TO, touched: [['2026-01-01', '2026-01-01']] },
      'run 2026-01-03..2026-01-04',
    ],
    [
      'another version: all that it covers and that inputs hold, anew',
      { built: { ...BUILT, version: 'v0' }, held: [['2026-01-02', '2026-01-06']] },
      'anew 2026-01-01..2026-01-06',
    ],
    [
      'another version and named days: all days all the same, since the old rows are of another version',
      {
        built: { ...BUILT, version: 'v0' },
        held: [['2026-01-01', '2026-01-02']],
        options: { from: '2026-01-08', to: '2026-01-08' },
      },
      'anew 2026-01-01..2026-01-05 2026-01-08',
    ],
    [
      'full refresh: what it covers and what inputs hold',
      { built: BUILT, options: { fullRefresh: true }, held: [['2026-01-04', '2026-01-07']] },
      'anew 2026-01-01..2026-01-07',
    ],
    ['its table is gone', { built: BUILT, exists: false }, 'anew 2026-01-01..2026-01-05'],
    [
      'volatile, no day touched: a person decides',
      { built: BUILT, transform: { volatile: ['CURRENT_TIMESTAMP'] } },
      'skip',
    ],
    [
      'volatile, a day touched',
      { built: BUILT, transform: { volatile: ['RAND'] }, touched: [['2026-01-02', '2026-01-02']] },
      'run 2026-01-02',
    ],
    [
      'by month: the touched day’s month',
      { built: BUILT, transform: month, touched: [['2026-01-02', '2026-01-02']] },
      'run 2026-01-01..2026-01-31',
    ],
    [
      'by month: named days widen too',
      { built: BUILT, transform: month, options: { from: '2026-01-30', to: '2026-02-02' } },
      'run 2026-01-01..2026-02-28',
    ],
    [
      'two days of one month are one interval',
      {
        built: BUILT,
        transform: month,
        touched: [
          ['2026-01-02', '2026-01-02'],
          ['2026-01-09', '2026-01-09'],
        ],
      },
      'run 2026-01-01..2026-01-31',
    ],
  ])('%s', (_, setting, expected) => expect(decide(incremental(setting))).toBe(expected));

  test('says which name may have changed what no day shows', () => {
    const setting = { ...INCREMENTAL, volatile: ['fx.rates'] };
    const decision = planExecution({
      transform: transform(setting),
      options: {},
      inputs: {},
      built: {
        execution: {
          v: 1,
          n: 1,
          transform: 't',
          release: 'r',
          version: 'v1',
          build: 'b',
          at: '',
          inputs: {},
          intervals: [],
          fresh: false,
        },
        done: { v: 1, n: 1, at: '', outcome: 'built', built: 1, covered: BUILT.covered, rows: 0, bytesBilled: 0 },
      },
      exists: true,
      touched: [],
      held: [],
      until: '2026-01-05',
    });
    expect(decision).toMatchObject({ kind: 'skip', message: expect.stringContaining('fx.rates') });
  });
});
