import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LedgerEntry, Reject } from '../../functions/model/run.ts';
import { storeTemplate } from '../stored-template.ts';
import { type Pipeline, startPipeline } from './pipeline.ts';

/** Every way to protect a column, from the file to the table, and what stops a file instead of letting it through. */

const HEADER = 'id,country,ssn,card,email,city,age,badge,born,joined,note,memo,letter,nick';
const MEMBERS = [
  '1,DE,123-45-6789,4111111111111111,Ann@example.com ,Berlin,17,AB-12345,1990-01-31,2019-05-01,C-1234 on Apollo: ann@example.com or info@example.com,call 212-555-0147 now,Dear ann@example.com!,annie',
  '2,FR,123 45 6789,4111111111111111,ann@example.com,Berlin,18,AB-12345,1990-01-31,2020-05-01,C-1234 again,nothing here,nothing here,bobby',
  '3,DE,,,,,,,,,,,,',
];
/** The fourth has a sign that its alphabet lacks, the fifth is older than any bucket. */
const REJECTED = [
  '4,DE,987654321,5500-0000-0000-0004,bob@example.com,Rome,40,B,2000-01-01,2020-01-01,,,,x1',
  '5,DE,987654321,5500000000000004,bob@example.com,Rome,121,B,2000-01-01,2020-01-01,,,,x2',
];
const SECRET = 'hunter2hunter2';
const SECRETS = [
  '123456789',
  '123-45-6789',
  '4111111111111111',
  'ann@example.com',
  'Berlin',
  'C-1234',
  'Apollo',
  '212-555-0147',
  'annie',
  SECRET,
];

const LETTERS = {
  deidentifyConfig: {
    infoTypeTransformations: { transformations: [{ primitiveTransformation: { replaceWithInfoTypeConfig: {} } }] },
  },
};
const MASKED_NICK = {
  deidentifyConfig: {
    recordTransformations: {
      fieldTransformations: [
        { fields: [{ name: 'nick' }], primitiveTransformation: { characterMaskConfig: { numberToMask: 3 } } },
      ],
    },
  },
};

describe('the vocabulary of privacy', () => {
  let pipeline: Pipeline;
  let runs: LedgerEntry[];
  let rows: Record<string, unknown>[];

  beforeAll(async () => {
    pipeline = await startPipeline(fileURLToPath(new URL('./vocabulary', import.meta.url)));
    const parent = `${pipeline.endpoints.dlp.rest}/v2/projects/local/locations/global`;
    await storeTemplate(parent, 'deidentifyTemplates', 'letters', LETTERS);
    await storeTemplate(parent, 'deidentifyTemplates', 'members', MASKED_NICK);
    await storeTemplate(parent, 'inspectTemplates', 'letters', {
      inspectConfig: { infoTypes: [{ name: 'EMAIL_ADDRESS' }] },
    });
    await pipeline.drop('members/all.csv', `${[HEADER, ...MEMBERS, ...REJECTED].join('\n')}\n`);
    for (const name of ['missing', 'unfit', 'pinned']) await pipeline.drop(`${name}/one.csv`, `secret\n${SECRET}\n`);
    runs = await pipeline.settle(4);
    rows = await pipeline.query('SELECT * EXCEPT (_run_id, _arrived_at) FROM club.members ORDER BY id');
  });
  afterAll(() => pipeline?.stop());

  const runOf = (name: string) => runs.find(({ detail }) => detail.object.name.startsWith(`${name}/`));

  test('what no alphabet and no bucket has is rejected by row and column; the rest is loaded', async () => {
    const { rejects } = await pipeline.adhoc<{ rejects: Reject[] }>({ action: 'show', run: runOf('members')?.run });
    expect(rejects).toEqual([
      { row: 4, column: 'card', reason: 'OUTSIDE_ALPHABET' },
      { row: 5, column: 'age', reason: 'OUTSIDE_RANGES' },
    ]);
    expect(runOf('members')).toMatchObject({ state: 'DONE', detail: { records: 5, rows: 3, rejects: 2 } });
  });

  test('encryption keeps length and alphabet, equal values stay equal, and a tweak tells them apart', () => {
    const [ann, again] = rows;
    expect(ann?.ssn).toMatch(/^\d{9}$/);
    expect(again?.ssn).toBe(ann?.ssn);
    expect(ann?.card).toMatch(/^card\(16\):\d{16}$/);
    expect(again?.card).not.toBe(ann?.card);
    expect(ann?.email).toMatch(/^pii\(\d+\):/);
    expect(again?.email).not.toBe(ann?.email);
  });

  test('words, ranges, and DLP’s own words give what they say', () => {
    const [ann, again] = rows;
    expect(['Springfield', 'Riverside']).toContain(ann?.city);
    expect(again?.city).toBe(ann?.city);
    expect(rows.map(({ age }) => age)).toEqual(['minor', 'adult', null]);
    expect(ann?.badge).toBe('###12345');
    expect(rows.map(({ joined }) => joined)).toEqual(['2019', '2020', null]);
    expect(Math.abs(Date.parse(String(ann?.born)) - Date.parse('1990-01-31'))).toBeLessThanOrEqual(30 * 86_400_000);
  });

  test('findings go in their own ways, exceptions stay, and templates do what they hold', () => {
    const [ann, again] = rows;
    expect(ann?.note).toMatch(/^pii\(\d+\):\S+ on \[PROJECT\]: \[EMAIL_ADDRESS\] or info@example\.com$/);
    expect(String(again?.note).split(' ')[0]).toBe(String(ann?.note).split(' ')[0]);
    expect(rows.map(({ memo }) => memo)).toEqual(['call a number now', 'nothing here', null]);
    expect(rows.map(({ letter }) => letter)).toEqual(['Dear [EMAIL_ADDRESS]!', 'nothing here', null]);
    expect(rows.map(({ nick }) => nick)).toEqual(['***ie', '***by', null]);
  });

  test('the table’s columns have the types of what they hold', async () => {
    const types = await pipeline.query(
      "SELECT column_name AS name, data_type AS type FROM club.INFORMATION_SCHEMA.COLUMNS WHERE table_name = 'members' AND column_name IN ('age', 'born', 'joined', 'ssn')",
    );
    expect(Object.fromEntries(types.map(({ name, type }) => [name, type]))).toEqual({
      ssn: 'STRING',
      age: 'STRING',
      born: 'DATE',
      joined: 'INT64',
    });
  });

  test.each([
    ['missing', /there is no template .*\/none/],
    ['unfit', /does not name the field secret/],
    ['pinned', /was changed at .*after 2026-01-01/],
  ])('a template that is %s keeps the file out, and says why', async (name, message) => {
    const { entry } = await pipeline.adhoc<{ entry: LedgerEntry }>({ action: 'show', run: runOf(name)?.run });
    expect(entry).toMatchObject({
      state: 'QUARANTINED',
      detail: { reasons: [{ code: 'TEMPLATE_UNFIT', column: 'secret', message: expect.stringMatching(message) }] },
    });
  });

  test('no value is past the gate, in the state or in a log', async () => {
    const { curated, state } = pipeline.endpoints.buckets;
    const files = await pipeline.names(curated);
    expect(files.filter((name) => !name.includes('members'))).toEqual([]);
    const ledger = await Promise.all((await pipeline.names(state, 'runs/')).map((name) => pipeline.read(state, name)));
    const table = JSON.stringify(await pipeline.query('SELECT * FROM club.members'));
    for (const text of [table, pipeline.logs(), ledger.join('\n')]) {
      expect(text.length).toBeGreaterThan(200);
      for (const secret of SECRETS) expect(text).not.toContain(secret);
    }
  });
});
