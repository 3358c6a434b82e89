import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { openCatalog } from '../../infra/local/bigquery/catalog.ts';
import { SYSTEM_CLOCK } from '../../infra/local/bigquery/clock.ts';
import { readColumns } from '../../infra/local/bigquery/jobs/ddl-options.ts';
import type { Surroundings } from '../../infra/local/bigquery/sql/analyze/analysis.ts';
import { isAnalyzed, planStatement } from '../../infra/local/bigquery/sql/analyze/statement.ts';
import { parseScript } from '../../infra/local/bigquery/sql/parse/statements.ts';
import { openWarehouse, type Tx, type Warehouse } from '../../infra/local/bigquery/warehouse.ts';
import type { Measure } from './measure.ts';
import { TPCH_TABLES } from './tpch-data.ts';
import { TPCH_QUERIES } from './tpch-queries.ts';

const PROJECT = 'local';

export interface GoogleSqlResult {
  /** Milliseconds of all queries, translation included, against those of the same questions put to DuckDB. */
  ratio: number;
  /** Median milliseconds that parsing and translating a query take, once warm. */
  translation: number;
  /** The query that loses most, and how much. */
  worst: { query: number; ratio: number };
}

/** TPC-H's questions through GoogleSQL and by hand, in turn over the same tables; the better of `rounds` counts. */
export async function measureGoogleSql(scratch: string, scale: number, rounds = 3): Promise<GoogleSqlResult> {
  const dir = join(scratch, 'googlesql');
  mkdirSync(dir, { recursive: true });
  const warehouse = await openWarehouse(dir);
  try {
    const surroundings = await fillTpch(warehouse, scale);
    const translations: number[] = [];
    const times = TPCH_QUERIES.map(() => ({ own: Number.POSITIVE_INFINITY, hand: Number.POSITIVE_INFINITY }));
    for (let round = 0; round <= rounds; round++) {
      for (const [i, query] of TPCH_QUERIES.entries()) {
        const begun = performance.now();
        const sql = translate(query, surroundings);
        const translated = performance.now() - begun;
        const own = translated + (await timed(warehouse, sql));
        const hand = await timed(warehouse, query);
        const best = times[i];
        // The first round warms both sides.
        if (round === 0 || !best) continue;
        translations.push(translated);
        best.own = Math.min(best.own, own);
        best.hand = Math.min(best.hand, hand);
      }
    }
    const sum = (side: 'own' | 'hand') => times.reduce((total, one) => total + one[side], 0);
    const ratios = times.map((one) => one.own / one.hand);
    const worst = ratios.indexOf(Math.max(...ratios));
    translations.sort((a, b) => a - b);
    return {
      ratio: sum('own') / sum('hand'),
      translation: translations[Math.floor(translations.length / 2)] ?? 0,
      worst: { query: worst + 1, ratio: ratios[worst] ?? 0 },
    };
  } finally {
    await warehouse.stop();
  }
}

export const googleSqlMeasures = (result: GoogleSqlResult): Measure[] => [
  { name: 'googlesql_to_duckdb_ratio', value: result.ratio, unit: 'x', goal: '<= 1.3' },
  { name: 'googlesql_translation_ms', value: result.translation, unit: 'ms', goal: '<= 10' },
];

export function translate(query: string, surroundings: Surroundings): string {
  const statement = parseScript(query).statements[0]?.statement;
  if (!statement || !isAnalyzed(statement)) throw new Error('not a query');
  const plan = planStatement(statement, surroundings);
  if (plan.kind !== 'query') throw new Error('not a query');
  return plan.sql;
}

async function timed(warehouse: Warehouse, sql: string): Promise<number> {
  const begun = performance.now();
  await warehouse.rows(sql);
  return performance.now() - begun;
}

/** The tables in the catalog's own storage, and views of DuckDB's that name them as GoogleSQL does. */
export async function fillTpch(warehouse: Warehouse, scale: number): Promise<Surroundings> {
  const catalog = await openCatalog(warehouse, SYSTEM_CLOCK);
  await warehouse.transaction(async (tx) => {
    const at = { created: 0, modified: 0 };
    await catalog.putDataset(tx, { project: PROJECT, dataset: 'tpch', location: 'US', rest: {}, ...at });
    await tx.run('CREATE SCHEMA tpch');
    for (const { name, columns, rows } of TPCH_TABLES) {
      const schema = readColumns(declared(columns));
      const physical = await catalog.createPhysical(tx, schema, { timePartitioning: undefined });
      await insert(tx, physical, rows(scale));
      await catalog.putTable(tx, {
        project: PROJECT,
        dataset: 'tpch',
        table: name,
        kind: 'TABLE',
        physical,
        schema,
        timePartitioning: undefined,
        requirePartitionFilter: false,
        clustering: undefined,
        view: undefined,
        expirationTime: undefined,
        rest: {},
        ...at,
      });
      await tx.run(`CREATE VIEW tpch.${name} AS SELECT * FROM ${physical}`);
    }
  });
  const refuse = (): never => {
    throw new Error('the questions name only tables');
  };
  return {
    findTable: catalog.resolver({ project: PROJECT, location: 'US', defaultDataset: undefined }),
    findWildcard: refuse,
    parameter: refuse,
    now: 0n,
    system: refuse,
    variable: () => undefined,
    findFunction: () => undefined,
    findTableFunction: () => undefined,
    findLibrary: refuse,
  };
}

const insert = (tx: Tx, physical: string, query: string) => tx.run(`INSERT INTO ${physical} ${query}`);

function declared(columns: string) {
  const statement = parseScript(`CREATE TABLE t (${columns})`).statements[0]?.statement;
  if (statement?.kind !== 'createTable' || !statement.columns) throw new Error('no columns');
  return statement.columns;
}
