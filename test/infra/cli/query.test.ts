import { describe, expect, test } from 'vitest';
import { decodeRow, type Field, renderTimestamp } from '../../../infra/cli/query/decode-row.ts';
import { renderPosition } from '../../../infra/cli/query/error-position.ts';

describe("a value of BigQuery's REST rows", () => {
  test.each<[string, Partial<Field>, unknown, unknown]>([
    ['a whole number', { type: 'INTEGER' }, '42', 42],
    ['a whole number that JavaScript would round', { type: 'INTEGER' }, '9007199254740993', '9007199254740993'],
    ['a FLOAT64', { type: 'FLOAT' }, '1.5', 1.5],
    ['a FLOAT64 that JSON has not', { type: 'FLOAT' }, 'NaN', 'NaN'],
    ['a NUMERIC, exact', { type: 'NUMERIC' }, '1.10', '1.10'],
    ['a BOOL', { type: 'BOOLEAN' }, 'false', false],
    ['a DATE', { type: 'DATE' }, '2026-01-02', '2026-01-02'],
    ['NULL', { type: 'STRING' }, null, null],
    ['an array', { type: 'INTEGER', mode: 'REPEATED' }, [{ v: '1' }, { v: '2' }], [1, 2]],
    [
      'a struct',
      {
        type: 'RECORD',
        fields: [
          { name: 'a', type: 'INTEGER' },
          { name: 'b', type: 'STRING' },
        ],
      },
      { f: [{ v: '1' }, { v: null }] },
      { a: 1, b: null },
    ],
  ])('%s', (_, field, wire, value) => {
    const row = { f: [{ v: wire as string }] };
    expect(decodeRow([{ name: 'x', type: 'STRING', ...field }], row)).toEqual({ x: value });
  });

  test.each([
    ['0', '1970-01-01T00:00:00Z'],
    ['1767323045500000', '2026-01-02T03:04:05.5Z'],
    ['1', '1970-01-01T00:00:00.000001Z'],
    ['-1', '1969-12-31T23:59:59.999999Z'],
    ['-1000000', '1969-12-31T23:59:59Z'],
  ])('%s microseconds are %s', (micros, time) => {
    expect(renderTimestamp(micros)).toBe(time);
  });
});

describe('the place of an error in the SQL', () => {
  test.each<[string, string, string | undefined]>([
    ['SELECT x', 'Unrecognized name: x at [1:8]', '1 | SELECT x\n           ^'],
    ['SELECT\n\tx', 'Unrecognized name: x at [2:2]', '2 | \tx\n    \t^'],
    ['SELECT x', 'Not found: Table a.b', undefined],
    ['SELECT x', 'somewhere at [9:1]', undefined],
  ])('%j, %s', (sql, message, expected) => {
    expect(renderPosition(sql, message)).toBe(expected);
  });
});
