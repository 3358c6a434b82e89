import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LedgerEntry, Reject } from '../../functions/model/run.ts';
import { type Pipeline, startPipeline } from './pipeline.ts';

/** Records, lists and lists within records, each leaf protected in its own way, from the file to the table. */

const PEOPLE = [
  {
    id: '1',
    at: '2026-01-01T00:00:00Z',
    customer: {
      email: ' Ann@Example.com',
      country: 'DE',
      born: '1990-05-05',
      ssn: '123-45-6789',
      home: { street: 'Canary Road 1', floor: 3 },
    },
    phones: ['212-555-0147', '212-555-0199', '212-555-0147'],
    lines: [
      { sku: 's2', note: 'for bob@example.com', doc: { b: [1] }, buyers: ['bob', 'ann'] },
      { sku: 's1', note: null, doc: null, buyers: ['bob'] },
      { sku: 's3', note: 'nothing', doc: 7, buyers: [] },
    ],
  },
  {
    id: '2',
    at: '2026-01-01T00:00:00Z',
    customer: {
      email: 'ann@example.com',
      country: 'FR',
      born: '1990-05-15',
      ssn: null,
      home: { street: 'Rue 9', floor: null },
    },
    phones: [],
    lines: [],
  },
  { id: '3', at: '2026-01-01T00:00:00Z', customer: null, phones: null, lines: null },
  // No place for it in a list, and a line without its sku.
  { id: '4', at: '2026-01-01T00:00:00Z', customer: null, phones: ['212-555-0101', null], lines: [] },
  {
    id: '5',
    at: '2026-01-01T00:00:00Z',
    customer: null,
    phones: [],
    lines: [{ sku: null, note: null, doc: null, buyers: [] }],
  },
];
/** A newer word on the first. */
const NEWER = [{ ...PEOPLE[0], at: '2026-02-01T00:00:00Z', phones: ['212-555-0188'] }];
/** An e-mail address where a place is declared public, in the second element of a list. */
const LEAKY =
  "SELECT 1::BIGINT AS id, [{place: 'here', doctor: 'd', day: DATE '2026-01-01', marks: [1::BIGINT]}, {place: 'call carl@example.com', doctor: 'd', day: DATE '2026-01-01', marks: [1]}] AS visits";
const VISITS =
  "SELECT i AS id, [{place: 'p' || j, doctor: 'who' || (j % 2), day: DATE '2026-01-01' + j::INT * 366, marks: [j * 11, 5::BIGINT]} FOR j IN range(3)] AS visits FROM range(1, 3) t(i)";
const SECRETS = [
  'ann@example.com',
  'bob@example.com',
  '123-45-6789',
  'Canary',
  '555-01',
  '"bob"',
  'who0',
  'who1',
  'carl@',
];

const linesOf = (documents: readonly object[]): string => documents.map((one) => `${JSON.stringify(one)}\n`).join('');

async function parquetOf(query: string): Promise<Buffer> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-nested-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run(`COPY (${query}) TO '${join(dir, 'file')}' (FORMAT parquet)`);
    return readFileSync(join(dir, 'file'));
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(dir, { recursive: true });
  }
}

describe('nested and repeated columns', () => {
  let pipeline: Pipeline;
  let runs: LedgerEntry[];
  const runOf = (name: string) => runs.find(({ detail }) => detail.object.name === name);
  /** Rows as JSON says them. */
  const rowsOf = async (table: string): Promise<Record<string, unknown>[]> => {
    const found = await pipeline.query(`SELECT TO_JSON_STRING(t) AS row FROM club.${table} AS t ORDER BY id`);
    return found.map(({ row }) => JSON.parse(String(row)) as Record<string, unknown>);
  };

  beforeAll(async () => {
    pipeline = await startPipeline(fileURLToPath(new URL('./nested', import.meta.url)));
    await pipeline.drop('people/1.ndjson', linesOf(PEOPLE));
    await pipeline.drop('people/unknown.ndjson', linesOf([{ ...PEOPLE[2], customer: { canary: 'Canary' } }]));
    await pipeline.drop('visits/1.parquet', await parquetOf(VISITS));
    await pipeline.drop('visits/leaky.parquet', await parquetOf(LEAKY));
    await pipeline.settle(4);
    await pipeline.drop('people/2.ndjson', linesOf(NEWER));
    runs = await pipeline.settle(5);
  });
  afterAll(() => pipeline?.stop());

  test('are loaded and merged, each leaf protected and every list in its order', async () => {
    const [first, second, third, ...more] = await rowsOf('people');
    expect(more).toEqual([]);
    const token = expect.stringMatching(/^pii\(\d+\):\S+$/);
    expect(first).toMatchObject({
      id: '1',
      customer: { email: token, country: 'DE', home: { street: '', floor: 3 } },
      phones: ['********0188'],
      lines: [
        { sku: 's2', note: 'for [EMAIL_ADDRESS]', doc: { b: [1] }, buyers: [token, token] },
        { sku: 's1', note: null, doc: null, buyers: [token] },
        { sku: 's3', note: 'nothing', doc: 7, buyers: [] },
      ],
    });
    expect(first?.customer).not.toHaveProperty('ssn');
    expect(second).toMatchObject({ customer: { home: { street: 'Rue 9', floor: null } }, phones: [], lines: [] });
    expect(third).toMatchObject({ customer: null, phones: [], lines: [] });
    // Normalized alike, so one token; under another sku another.
    const emails = await pipeline.query('SELECT DISTINCT customer.email FROM club.people WHERE customer IS NOT NULL');
    expect(emails.length).toBe(1);
    const buyers = 'SELECT DISTINCT buyer FROM club.people, UNNEST(lines) AS line, UNNEST(line.buyers) AS buyer';
    expect((await pipeline.query(buyers)).length).toBe(3);
  });

  test('reject a row whose list holds a NULL or whose element lacks what is required', async () => {
    const { rejects } = await pipeline.adhoc<{ rejects: Reject[] }>({
      action: 'show',
      run: runOf('people/1.ndjson')?.run,
    });
    expect(rejects).toEqual([
      { row: 4, column: 'phones', reason: 'WRONG_TYPE' },
      { row: 5, column: 'lines', reason: 'WRONG_TYPE' },
    ]);
  });

  test('of a Parquet file take the types of what protects them', async () => {
    const [first] = await rowsOf('visits');
    const visits = (first?.visits ?? []) as { doctor: string }[];
    const [who0, who1, again] = visits.map(({ doctor }) => doctor);
    expect(who0).toBe(again);
    expect(who0).not.toBe(who1);
    expect(visits).toMatchObject([
      { place: 'p0', day: 2026, marks: ['0:10', '0:10'] },
      { place: 'p1', day: 2027, marks: ['10:20', '0:10'] },
      { place: 'p2', day: 2028, marks: ['20:30', '0:10'] },
    ]);
  });

  test('are refused for a key that nobody declared, and for a finding in a public leaf, by path and row', () => {
    expect(runOf('people/unknown.ndjson')).toMatchObject({ state: 'QUARANTINED' });
    expect(runOf('visits/leaky.parquet')).toMatchObject({ state: 'QUARANTINED' });
  });

  test('name the leaf in the reason', async () => {
    const reasons = await Promise.all(
      ['people/unknown.ndjson', 'visits/leaky.parquet'].map(async (name) => {
        const { entry } = await pipeline.adhoc<{ entry: LedgerEntry }>({ action: 'show', run: runOf(name)?.run });
        return entry.detail.reasons?.[0];
      }),
    );
    expect(reasons).toMatchObject([
      { code: 'UNKNOWN_COLUMN', message: expect.stringContaining('customer.canary') },
      { code: 'PRIVACY_VIOLATION', column: 'visits.place', row: 1 },
    ]);
  });

  test('have no value past the gate, in the state or in a log', async () => {
    const { state } = pipeline.endpoints.buckets;
    const ledger = await Promise.all((await pipeline.names(state, 'runs/')).map((name) => pipeline.read(state, name)));
    const tables = JSON.stringify([await rowsOf('people'), await rowsOf('visits')]);
    for (const text of [tables, pipeline.logs(), ledger.join('\n')]) {
      expect(text.length).toBeGreaterThan(200);
      for (const secret of SECRETS) expect(text).not.toContain(secret);
    }
  });
});
