import { describe, expect, test } from 'vitest';
import { inspectedColumns, judgeFindings, planInspection } from '../../functions/plan/inspection.ts';
import { column, transformed } from './declared.ts';

const note = column('note', 'STRING');
const WHEN = [{ column: 'country', op: 'in' as const, values: ['DE'] }];
const place = column('place', 'STRING', { privacy: { kind: 'public', allow: ['LOCATION'] } });

describe('what is shown of a shard', () => {
  test('is what it lets through as it is and may say something', () => {
    const columns = [
      note,
      column('id', 'INT64'),
      column('amount', 'NUMERIC'),
      column('items', 'RECORD', {
        fields: [
          column('sku', 'STRING'),
          column('note', 'STRING', { privacy: transformed({ kind: 'tokenize', key: 'pii' }) }),
          column('on', 'DATE'),
        ],
      }),
      column('doc', 'JSON'),
      column('day', 'DATE'),
      column('at', 'TIMESTAMP'),
      column('ratio', 'FLOAT64'),
      column('paid', 'BOOL'),
      column('mail', 'STRING', { privacy: transformed({ kind: 'tokenize', key: 'pii' }) }),
      column('name', 'STRING', { privacy: { kind: 'drop' } }),
      // What the condition leaves out goes through as well.
      column('some', 'STRING', { privacy: { kind: 'transform', transform: { kind: 'redact' }, when: WHEN } }),
    ];
    expect(inspectedColumns(columns).map(({ name }) => name)).toEqual([
      'note',
      'id',
      'amount',
      'items.sku',
      'doc',
      'some',
    ]);
  });

  test('is each value of a column once, and no row that has nothing new', () => {
    const sample = [
      { row: 1, values: ['a', 'x'] },
      { row: 5, values: ['a', null] },
      { row: 9, values: ['x', ''] },
      { row: 13, values: ['a', 'x'] },
    ];
    expect(planInspection(sample)).toEqual([
      [
        { row: 1, values: ['a', 'x'] },
        { row: 9, values: ['x', null] },
      ],
    ]);
  });

  test('fits into requests, and of a long text only the beginning goes', () => {
    const sample = Array.from({ length: 300 }, (_, n) => ({ row: n + 1, values: [`${n} ${'x'.repeat(20_000)}`] }));
    const requests = planInspection(sample);
    expect(requests.flat().map(({ row }) => row)).toEqual(sample.map(({ row }) => row));
    for (const rows of requests) {
      const size = rows.reduce((sum, { values }) => sum + Buffer.byteLength(values[0] ?? ''), 0);
      expect(size).toBeLessThan(500_000);
    }
    expect(requests.length).toBeGreaterThan(3);
  });

  test('fits into one where a row alone is wide', () => {
    const values = Array.from({ length: 40 }, (_, n) => `${n} ${'漢'.repeat(8_000)}`);
    const [[shown] = []] = planInspection([{ row: 1, values }]);
    const bytes = (shown?.values ?? []).reduce((sum, value) => sum + Buffer.byteLength(value ?? ''), 0);
    expect(bytes).toBeLessThan(450_000);
    expect(bytes).toBeGreaterThan(300_000);
  });

  test('stays below 50,000 cells a request', () => {
    const sample = Array.from({ length: 500 }, (_, n) => ({
      row: n + 1,
      values: Array.from({ length: 300 }, (__, c) => `${n}-${c}`),
    }));
    const requests = planInspection(sample);
    expect(Math.max(...requests.map((rows) => rows.length * 300))).toBeLessThan(50_000);
    expect(requests.flat()).toHaveLength(500);
  });

  test('of nothing is no request', () => {
    expect(planInspection([])).toEqual([]);
    expect(planInspection([{ row: 1, values: [null, ''] }])).toEqual([]);
  });
});

describe('what was found', () => {
  const at = (row: number, infoType: string, name: string) => ({ row, infoType, column: name });

  test('is a reason a column and infoType, with rows in order', () => {
    const reasons = judgeFindings(
      [note, place],
      [at(9, 'EMAIL_ADDRESS', 'note'), at(2, 'EMAIL_ADDRESS', 'note'), at(2, 'PHONE_NUMBER', 'place')],
    );
    expect(reasons).toMatchObject([
      { code: 'PRIVACY_VIOLATION', column: 'note', row: 2 },
      { code: 'PRIVACY_VIOLATION', column: 'place', row: 2 },
    ]);
    expect(reasons[0]?.message).toContain('EMAIL_ADDRESS (2 rows: 2, 9)');
  });

  test('is no reason where it is expected', () => {
    expect(judgeFindings([note, place], [at(1, 'LOCATION', 'place')])).toEqual([]);
    expect(judgeFindings([note, place], [at(1, 'LOCATION', 'note')])).toHaveLength(1);
  });

  test('where a `when` does not hold is one too, unless it is expected there', () => {
    const some = column('some', 'STRING', {
      privacy: { kind: 'transform', transform: { kind: 'redact' }, when: WHEN, allow: ['LOCATION'] },
    });
    const reasons = judgeFindings([some], [at(3, 'EMAIL_ADDRESS', 'some'), at(4, 'LOCATION', 'some')]);
    expect(reasons).toMatchObject([{ code: 'PRIVACY_VIOLATION', column: 'some', row: 3 }]);
    expect(reasons[0]?.message).toContain('where its `when` does not hold');
  });

  test('names ten rows and counts the others', () => {
    const found = Array.from({ length: 40 }, (_, n) => at(n + 1, 'EMAIL_ADDRESS', 'note'));
    expect(judgeFindings([note], found)[0]?.message).toContain('(40 rows: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 30 more)');
  });
});
