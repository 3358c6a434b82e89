import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LedgerEntry } from '../../functions/model/run.ts';
import { type Pipeline, startPipeline } from './pipeline.ts';
import { hasShared, readShared } from './shared-data.ts';

/** Real files of synthetic people (Synthea): declarations and expectations are ours, the data is read where it lies. */
const TABLES = ['patients', 'encounters', 'observations', 'claims', 'providers'] as const;
type Row = Record<string, string>;

describe.runIf(hasShared('data/synthea'))('patients, encounters, observations, claims and providers', () => {
  let pipeline: Pipeline;
  let runs: LedgerEntry[];
  const raw = {} as Record<(typeof TABLES)[number], Row[]>;

  beforeAll(async () => {
    for (const table of TABLES) raw[table] = parse(readShared(`data/synthea/${table}.csv`), { columns: true }) as Row[];
    pipeline = await startPipeline(fileURLToPath(new URL('./synthea', import.meta.url)));
    for (const table of TABLES) await pipeline.drop(`health/${table}.csv`, readShared(`data/synthea/${table}.csv`));
    runs = await pipeline.settle(TABLES.length);
  });
  afterAll(() => pipeline?.stop());

  test('every file is loaded whole, without a reject', () => {
    expect(runs.map(({ source, state, detail }) => [source, state, detail.rejects]).sort()).toEqual(
      TABLES.map((table) => [`health.${table}`, 'DONE', 0]).sort(),
    );
  });

  test.each(TABLES)('%s has as many rows as an independent count of its file', async (table) => {
    const [found] = await pipeline.query(
      `SELECT COUNT(*) AS n, COUNT(DISTINCT _row_number) AS numbered FROM health.${table}`,
    );
    expect(found).toEqual({ n: String(raw[table].length), numbered: String(raw[table].length) });
  });

  test('joins across tokenised keys give what the raw ids gave', async () => {
    const rows = await pipeline.query(`
      SELECT p.gender, p.race, COUNT(*) AS visits, SUM(e.total_cost) AS cost
      FROM health.patients AS p JOIN health.encounters AS e ON e.patient_id = p.patient_id
      GROUP BY p.gender, p.race ORDER BY p.gender, p.race`);
    expect(rows.map(({ gender, race, visits, cost }) => [gender, race, Number(visits), Number(cost)])).toEqual(
      expectedCosts(raw.patients, raw.encounters),
    );

    const [answers] = await pipeline.query(
      'SELECT COUNT(*) AS n FROM health.observations AS o JOIN health.patients AS p ON p.patient_id = o.patient_id JOIN health.claims AS c ON c.patient_id = p.patient_id',
    );
    expect(Number(answers?.n)).toBe(joinedCount(raw.patients, raw.observations, raw.claims));
  });

  test('the transforms agree with the raw files', async () => {
    const rows = await pipeline.query('SELECT visits, cost FROM health.patient_costs ORDER BY cost');
    const costs = raw.patients
      .map(({ Id }) => raw.encounters.filter(({ PATIENT }) => PATIENT === Id))
      .map((visits) => [visits.length, cents(visits)] as const);
    expect(rows.map(({ visits, cost }) => [Number(visits), Math.round(Number(cost) * 100)])).toEqual(
      costs.toSorted(([, a], [, b]) => a - b).map((one) => [...one]),
    );
    const [load] = await pipeline.query(
      'SELECT SUM(visits) AS visits, SUM(claims) AS claims FROM health.speciality_load',
    );
    const known = new Set(raw.providers.map(({ Id }) => Id));
    expect(Number(load?.visits)).toBe(raw.encounters.filter(({ PROVIDER = '' }) => known.has(PROVIDER)).length);
  });

  test('what was answered with an address is a token, and every other answer is as it was', async () => {
    const rows = await pipeline.query(
      'SELECT _row_number AS n, code, value FROM health.observations ORDER BY _row_number',
    );
    const addresses = rows.filter(({ code }) => code === '56799-0');
    expect(addresses.length).toBe(raw.observations.filter(({ CODE }) => CODE === '56799-0').length);
    for (const { value } of addresses) expect(value).toMatch(/^answers\(\d+\):[A-Za-z0-9+/=]+$/);
    const others = rows.filter(({ code }) => code !== '56799-0');
    expect(others.map(({ value }) => value)).toEqual(
      raw.observations.filter(({ CODE }) => CODE !== '56799-0').map(({ VALUE }) => (VALUE === '' ? null : VALUE)),
    );
  });

  test('birth dates move by the same number of days as the same person’s death date', async () => {
    const rows = await pipeline.query(
      'SELECT _row_number AS n, birth_date, death_date FROM health.patients ORDER BY _row_number',
    );
    rows.forEach(({ birth_date, death_date }, index) => {
      const patient = raw.patients[index] as Row;
      const moved = days(patient.BIRTHDATE as string, birth_date as string);
      expect(Math.abs(moved)).toBeLessThanOrEqual(60);
      if (patient.DEATHDATE) expect(days(patient.DEATHDATE, death_date as string)).toBe(moved);
    });
  });

  test('no SSN, document, name or address is in the curated bucket, warehouse, ledger, tasks, logs or events', async () => {
    const secrets = new Set(
      raw.patients
        .flatMap(({ SSN, DRIVERS, PASSPORT, FIRST, LAST, MAIDEN, ADDRESS, BIRTHPLACE }) => [
          SSN,
          DRIVERS,
          PASSPORT,
          FIRST,
          LAST,
          MAIDEN,
          ADDRESS,
          BIRTHPLACE,
        ])
        .concat(raw.providers.flatMap(({ NAME, ADDRESS }) => [NAME, ADDRESS])),
    );
    const needles = [...secrets].filter((secret): secret is string => secret !== undefined && secret.length > 3);
    expect(needles.length).toBeGreaterThan(250);
    const places = await everythingBehindTheGate(pipeline);
    expect(Object.keys(places).length).toBeGreaterThan(6);
    for (const [place, text] of Object.entries(places)) {
      expect(text.length, place).toBeGreaterThan(100);
      expect(
        needles.filter((needle) => text.includes(needle)),
        place,
      ).toEqual([]);
    }
    // The search is able to find: the raw bucket is full of them.
    const original = (await pipeline.read(pipeline.endpoints.buckets.raw, 'health/patients.csv')).toString();
    expect(needles.filter((needle) => original.includes(needle)).length).toBeGreaterThan(100);
  });
});

/** All that may be read by those who must not see the raw files, as text by place. */
async function everythingBehindTheGate(pipeline: Pipeline): Promise<Record<string, string>> {
  const { endpoints, dir } = pipeline;
  const places: Record<string, string> = { logs: pipeline.logs(), events: JSON.stringify(await pipeline.events()) };
  const names = await pipeline.names(endpoints.buckets.state);
  places.ledger = (await Promise.all(names.map((name) => pipeline.read(endpoints.buckets.state, name))))
    .map(String)
    .join('\n');
  // Tasks, messages and object metadata of the whole cloud lie in one file.
  places.tasks =
    readFileSync(join(dir, 'cloud', 'state.sqlite'), 'latin1') +
    readFileSync(join(dir, 'cloud', 'state.sqlite-wal'), 'latin1');
  for (const table of TABLES)
    places[`warehouse ${table}`] = JSON.stringify(await pipeline.query(`SELECT * FROM health.${table}`));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const name of await pipeline.names(endpoints.buckets.curated)) {
    const file = join(dir, 'curated.parquet');
    writeFileSync(file, await pipeline.read(endpoints.buckets.curated, name));
    const rows = await connection.runAndReadAll(`SELECT * FROM read_parquet('${file}')`);
    places[`curated ${name}`] = JSON.stringify(rows.getRowObjectsJson());
  }
  connection.closeSync();
  instance.closeSync();
  return places;
}

const cents = (visits: readonly Row[]): number =>
  Math.round(visits.reduce((sum, { TOTAL_CLAIM_COST }) => sum + Number(TOTAL_CLAIM_COST) * 100, 0));
const days = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);

function expectedCosts(patients: readonly Row[], encounters: readonly Row[]): unknown[] {
  const byId = new Map(patients.map((patient) => [patient.Id, patient]));
  const groups = Map.groupBy(encounters, ({ PATIENT }) => `${byId.get(PATIENT)?.GENDER} ${byId.get(PATIENT)?.RACE}`);
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, visits]) => [...key.split(' '), visits.length, cents(visits) / 100]);
}

function joinedCount(patients: readonly Row[], observations: readonly Row[], claims: readonly Row[]): number {
  return patients.reduce(
    (sum, { Id }) =>
      sum +
      observations.filter(({ PATIENT }) => PATIENT === Id).length *
        claims.filter(({ PATIENTID }) => PATIENTID === Id).length,
    0,
  );
}
