import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBDecimalValue } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWarehouse, type Warehouse } from '../../../../infra/local/bigquery/warehouse.ts';
import { fillTpch, translate } from '../../../bench/googlesql.ts';
import { TPCH_QUERIES } from '../../../bench/tpch-queries.ts';

let dir: string;
let warehouse: Warehouse;
let surroundings: Awaited<ReturnType<typeof fillTpch>>;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'tpch-'));
  warehouse = await openWarehouse(dir);
  surroundings = await fillTpch(warehouse, 0.002);
});
afterAll(async () => {
  await warehouse.stop();
  rmSync(dir, { recursive: true, force: true });
});

const plain = (value: unknown) => {
  const number =
    value instanceof DuckDBDecimalValue ? value.toDouble() : typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' ? number : String(number);
};

/** NUMERIC's quotients have nine places where DuckDB's are doubles. */
const isNear = (a: unknown, b: unknown) =>
  typeof a === 'number' && typeof b === 'number' ? Math.abs(a - b) <= 1e-5 * Math.max(1e-3, Math.abs(b)) : a === b;

test.each(TPCH_QUERIES.map((query, i) => [i + 1, query] as const))(
  'question %i of TPC-H has the rows that DuckDB gives for the same text',
  async (_, query) => {
    const rows = async (sql: string) => (await warehouse.rows(sql)).map((row) => Object.values(row).map(plain));
    const [own, hand] = [await rows(translate(query, surroundings)), await rows(query)];
    expect(own.length).toBe(hand.length);
    for (const [i, row] of own.entries())
      for (const [j, cell] of row.entries())
        expect({ cell, near: isNear(cell, hand[i]?.[j]) }).toEqual({ cell, near: true });
  },
);
