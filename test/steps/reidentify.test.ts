import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { retryable } from '../../functions/errors.ts';
import { createLog } from '../../functions/log.ts';
import type { Column } from '../../functions/model/column.ts';
import type { SluiceEvent } from '../../functions/model/event.ts';
import type { Ask, AuditEntry, RowsAnswer, TokensAnswer } from '../../functions/model/reidentification.ts';
import type { LedgerEntry } from '../../functions/model/run.ts';
import type { Ports } from '../../functions/ports.ts';
import { reidentify } from '../../functions/steps/reidentify.ts';
import { column, transformed } from '../plan/declared.ts';
import { startWorkbench, type Workbench } from './workbench.ts';

/** Clear values, and what is written down of them before they leave. */
const WHO = 'sluice-reid-ann@local.iam.gserviceaccount.com';
const REASON = 'case 4711: the courier lost the parcel';
/** What must be nowhere but in the files and in the answers. */
const CANARY = 'canary';
let bench: Workbench;
let ports: Ports;
let run: LedgerEntry;
const lines: string[] = [];
const events: SluiceEvent[] = [];

const COLUMNS: readonly Column[] = [
  column('id', 'INT64', { mode: 'required' }),
  column('email', 'STRING', { privacy: transformed({ kind: 'tokenize', key: 'pii' }) }),
  column('phone', 'STRING', { privacy: transformed({ kind: 'fpe', key: 'pii', alphabet: 'NUMERIC' }) }),
  column('name', 'STRING', { privacy: transformed({ kind: 'tokenize', key: 'pii', tweak: 'id' }) }),
  column('code', 'STRING', { privacy: transformed({ kind: 'tokenize', key: 'pii', tweak: 'email' }) }),
  column('hidden', 'STRING', { privacy: transformed({ kind: 'hash', key: 'pii' }) }),
  column('zip', 'STRING', {
    privacy: {
      ...transformed({ kind: 'fpe', key: 'pii', alphabet: 'NUMERIC' }),
      when: [{ column: 'id', op: 'in', values: ['1'] }],
    } as Column['privacy'],
  }),
  column('day', 'DATE'),
];
/** Of flow.merges, which comes as NDJSON. */
const NESTED: readonly Column[] = [
  column('id', 'INT64', { mode: 'required' }),
  column('version', 'INT64'),
  column('home', 'RECORD', {
    fields: [
      column('country', 'STRING'),
      column('street', 'STRING', {
        privacy: transformed({ kind: 'tokenize', key: 'pii', tweak: 'home.country' }),
      }),
    ],
  }),
  column('mails', 'STRING', { mode: 'repeated', privacy: transformed({ kind: 'tokenize', key: 'pii' }) }),
];
const RECORD = {
  id: 1,
  version: 1,
  home: { country: 'DE', street: `${CANARY} street` },
  mails: [`a.${CANARY}@example.com`, `b.${CANARY}@example.com`],
};
const FILE = [
  'id,email,phone,name,code,hidden,zip,day',
  `1,ann.${CANARY}@example.com,15550100,Ann ${CANARY},${CANARY}1,${CANARY}h,10115,2026-01-01`,
  `2,bob.${CANARY}@example.com,15550101,Bob ${CANARY},${CANARY}2,${CANARY}h,20095,2026-01-01`,
  '3,"",,,,,,2026-01-01',
  '',
].join('\n');

beforeAll(async () => {
  bench = await startWorkbench();
  const columns: Record<string, readonly Column[]> = { 'flow.appends': COLUMNS, 'flow.merges': NESTED };
  const sources = bench.release.sources.map((one) => ({ ...one, columns: columns[one.id] ?? one.columns }));
  await bench.publish({ ...bench.release, id: 'with-secrets', sources });
  run = await bench.run('appends/people.csv', FILE);
  const log = createLog({ write: (line) => void lines.push(line), now: () => new Date() });
  const publish = async (event: SluiceEvent): Promise<void> => {
    await bench.ports.events.publish(event);
    events.push(event);
  };
  ports = { ...bench.ports, log, events: { publish } };
});
afterAll(() => bench?.stop());
beforeEach(() => {
  lines.length = 0;
  events.length = 0;
});

const ask = (given: Partial<Ask>): Ask => ({ source: 'flow.appends', columns: ['email'], reason: REASON, ...given });
const answer = <Answer = TokensAnswer>(given: Partial<Ask>, world = ports): Promise<Answer> =>
  reidentify(world, WHO, () => ask(given)) as Promise<Answer>;
const failure = (given: Partial<Ask>, world = ports): Promise<unknown> =>
  answer(given, world).catch((raw: unknown) => raw);

async function entries(): Promise<AuditEntry[]> {
  const found = await Array.fromAsync(bench.ports.objects.list(ports.buckets.state, 'audit/reidentify/'));
  const texts = await Promise.all(found.map(({ name }) => bench.ports.objects.readText(ports.buckets.state, name)));
  return texts.map((text) => JSON.parse(text ?? '') as AuditEntry);
}
const tokensOf = async (name: string): Promise<(string | null)[]> =>
  (await bench.rows(`SELECT ${name} AS token FROM flow.appends ORDER BY _row_number`)).map(
    ({ token }) => token ?? null,
  );

describe('tokens', () => {
  test('become the values that they were made of, and each use is written down thrice', async () => {
    const tokens = (await tokensOf('email')).slice(0, 2) as string[];
    const { audit, ...rest } = await answer({ tokens, run: run.run.slice(0, 10), ticket: 'REQ-1' });
    expect(rest).toEqual({
      source: 'flow.appends',
      column: 'email',
      values: [`ann.${CANARY}@example.com`, `bob.${CANARY}@example.com`],
      unopened: [],
      unverified: [],
    });
    const entry = (await entries()).find(({ id }) => id === audit);
    const known = {
      who: WHO,
      outcome: 'answered',
      columns: ['email'],
      tokens: 2,
      values: 2,
      reason: REASON,
      ticket: 'REQ-1',
    };
    expect(entry).toEqual({ v: 1, id: audit, at: expect.any(String), source: 'flow.appends', run: run.run, ...known });
    expect(events).toEqual([
      {
        v: 1,
        id: audit,
        type: 'privacy.reidentified',
        at: entry?.at,
        subject: 'flow.appends',
        run: run.run,
        detail: known,
      },
    ]);
    expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual(
      expect.objectContaining({
        ...known,
        severity: 'WARNING',
        audit,
        source: 'flow.appends',
        run: run.run,
        columns: 'email',
      }),
    );
  });

  test('that do not open are told by their place, and never guessed', async () => {
    const [ann = '', bob = ''] = (await tokensOf('email')) as string[];
    const damaged = bob.replace(/.(?==*$)/, (last) => (last === 'A' ? 'B' : 'A'));
    const tokens = [damaged, ann, 'bob@example.com', ` ${ann}`, ann.replace('pii(', 'cards('), ann];
    const { values, unopened } = await answer({ tokens });
    expect(values).toEqual([null, `ann.${CANARY}@example.com`, null, null, null, `ann.${CANARY}@example.com`]);
    expect(unopened).toEqual([
      { index: 0, why: 'DOES_NOT_OPEN' },
      { index: 2, why: 'NOT_A_TOKEN' },
      { index: 3, why: 'NOT_A_TOKEN' },
      { index: 4, why: 'NOT_A_TOKEN' },
    ]);
    expect((await entries()).at(-1)).toMatchObject({ outcome: 'answered', tokens: 6, values: 2 });
  });

  test('with a tweak open beside it alone', async () => {
    const [ann = ''] = (await tokensOf('name')) as string[];
    const { values, unopened } = await answer({ columns: ['name'], tokens: [ann, ann], contexts: ['2', '1'] });
    expect({ values, unopened }).toEqual({
      values: [null, `Ann ${CANARY}`],
      unopened: [{ index: 0, why: 'DOES_NOT_OPEN' }],
    });
    expect(await failure({ columns: ['name'], tokens: [ann] })).toMatchObject({ code: 'BAD_REQUEST' });
    expect(await failure({ tokens: [ann], contexts: ['1'] })).toMatchObject({ code: 'BAD_REQUEST' });
  });

  test('that keep their format open, and it is said that nothing proves them', async () => {
    const [phone = ''] = (await tokensOf('phone')) as string[];
    expect(phone).toMatch(/^\d{8}$/);
    expect(await answer({ columns: ['phone'], tokens: [phone, 'x'] })).toMatchObject({
      values: ['15550100', null],
      unopened: [{ index: 1, why: 'NOT_A_TOKEN' }],
      unverified: ['phone'],
    });
  });

  test('of a column that is protected in some rows only open as any others', async () => {
    const [zip = '', clear] = (await tokensOf('zip')) as string[];
    expect(clear).toBe('20095');
    expect(await answer({ columns: ['zip'], tokens: [zip] })).toMatchObject({ values: ['10115'], unverified: ['zip'] });
  });

  test('of a run open by the declaration that it was loaded by', async () => {
    const tokens = (await tokensOf('email')).slice(0, 1) as string[];
    const now = await bench.ports.releases.current();
    const hashed = (one: Column): Column =>
      one.name === 'email' ? { ...one, privacy: transformed({ kind: 'hash', key: 'pii' }) } : one;
    const sources = now.sources.map((one) => ({ ...one, columns: one.columns.map(hashed) }));
    await bench.publish({ ...now, id: 'hashed', sources });
    expect(await failure({ tokens })).toMatchObject({ code: 'BAD_REQUEST' });
    expect(await answer({ tokens, run: run.run })).toMatchObject({ values: [`ann.${CANARY}@example.com`] });
    await bench.publish(now);
  });

  test('none of which could be one are never sent', async () => {
    const dlp = { ...ports.dlp, reidentify: () => Promise.reject(new Error('it was sent')) };
    expect(await answer({ tokens: ['ann@example.com'] }, { ...ports, dlp })).toMatchObject({ values: [null] });
  });
});

describe('rows', () => {
  test('of a run show their columns in clear, those that are not there by number', async () => {
    const found = await answer<RowsAnswer>({ columns: ['email', 'name', 'phone'], run: run.run, rows: [3, 1, 9] });
    expect(found).toMatchObject({
      rows: [
        {
          run: run.run,
          row: 1,
          values: { email: `ann.${CANARY}@example.com`, name: `Ann ${CANARY}`, phone: '15550100' },
        },
        { run: run.run, row: 3, values: { email: '', name: null, phone: null } },
      ],
      missing: [9],
    });
    expect((await entries()).at(-1)).toMatchObject({
      columns: ['email', 'name', 'phone'],
      run: run.run,
      rows: { [run.run]: [1, 3] },
      tokens: 3,
      values: 3,
    });
  });

  test('by a key, as the warehouse has it', async () => {
    const [, bob = ''] = (await tokensOf('email')) as string[];
    const rows = [{ run: run.run, row: 2, values: { email: `bob.${CANARY}@example.com` } }];
    expect(await answer<RowsAnswer>({ where: { id: '2' } })).toMatchObject({ rows });
    expect(await answer<RowsAnswer>({ where: { email: bob, id: '2' } })).toMatchObject({ rows });
    expect((await entries()).at(-1)).toMatchObject({ by: ['email', 'id'], rows: { [run.run]: [2] } });
    expect(await answer<RowsAnswer>({ where: { id: "' OR '' = '" } })).toMatchObject({ rows: [] });
  });

  test('that are too many are refused, and nothing of them is answered', async () => {
    const many = Array.from({ length: 101 }, (_, n) => `${n},${n}@example.com,,,,,,2026-02-01`);
    await bench.run('appends/many.csv', ['id,email,phone,name,code,hidden,zip,day', ...many, ''].join('\n'));
    expect(await failure({ where: { day: '2026-02-01' } })).toMatchObject({ code: 'BAD_REQUEST' });
  });
});

describe('what lies within a RECORD', () => {
  const street = { source: 'flow.merges', columns: ['home.street'] };

  test('opens by its path, with the tweak of its own row', async () => {
    const { run: nested } = await bench.run('merges/nested.ndjson', `${JSON.stringify(RECORD)}\n`);
    const rows = [{ run: nested, row: 1, values: { 'home.street': `${CANARY} street` } }];
    expect(await answer<RowsAnswer>({ ...street, where: { 'home.country': 'DE' } })).toMatchObject({ rows });
    expect((await entries()).at(-1)).toMatchObject({ columns: ['home.street'], by: ['home.country'] });
    const [token = ''] = (await bench.rows('SELECT home.street AS token FROM flow.merges')).map(
      (row) => row.token ?? '',
    );
    expect(token).toMatch(/^pii\(/);
    expect(await answer({ ...street, tokens: [token], contexts: ['DE'] })).toMatchObject({
      values: [`${CANARY} street`],
    });
  });

  test('and what a row has several of, by its tokens', async () => {
    const mails = { source: 'flow.merges', columns: ['mails'] };
    const query = 'SELECT mail AS token FROM flow.merges, UNNEST(mails) AS mail WITH OFFSET AS n ORDER BY n';
    const tokens = (await bench.rows(query)).map(({ token }) => token ?? '');
    expect(await answer({ ...mails, tokens })).toMatchObject({ values: RECORD.mails, unopened: [] });
    expect(await failure({ ...mails, where: { id: '1' } })).toMatchObject({ code: 'BAD_REQUEST' });
    expect(await failure({ source: 'flow.merges', columns: ['home'], where: { id: '1' } })).toMatchObject({
      code: 'BAD_REQUEST',
    });
  });
});

describe('a request is refused, and that is written down as well', () => {
  const missing = { code: 'NOT_FOUND' };
  const wrong = { code: 'BAD_REQUEST' };
  const declared = { source: 'flow.appends', columns: ['email'] };
  test.each<[string, Partial<Record<keyof Ask, unknown>>, { code: string }, Partial<AuditEntry>]>([
    ['without a reason', { reason: undefined }, wrong, declared],
    ['with a reason of blanks', { reason: '            ' }, wrong, declared],
    ['of a source that there is not', { source: 'flow.canary' }, missing, { columns: [] }],
    ['of a column that there is not', { columns: ['canary'] }, missing, { source: 'flow.appends', columns: [] }],
    ['of a run that there is not', { run: 'canary' }, missing, declared],
    ['of a hash', { columns: ['hidden'] }, wrong, { ...declared, columns: ['hidden'] }],
    ['of a public column', { columns: ['day'] }, wrong, { ...declared, columns: ['day'] }],
    [
      'of rows that may hold the value itself',
      { columns: ['zip'], tokens: undefined, where: { id: '1' } },
      wrong,
      { columns: ['zip'] },
    ],
    [
      'of rows whose tweak is not in clear',
      { columns: ['code'], tokens: undefined, where: { id: '1' } },
      wrong,
      { by: ['id'] },
    ],
    ['of rows by a column that there is not', { tokens: undefined, where: { canary: '1' } }, missing, { by: [] }],
  ])('%s', async (_, given, refused, known) => {
    expect(await failure({ tokens: ['pii(4):canary'], ...given } as Partial<Ask>)).toMatchObject(refused);
    const entry = (await entries()).at(-1);
    expect(entry).toMatchObject({ who: WHO, outcome: 'refused', ...refused, values: 0, ...known });
    expect(events).toEqual([expect.objectContaining({ type: 'privacy.reidentified', id: entry?.id })]);
    expect(lines.some((line) => line.includes(`"audit":"${entry?.id}"`))).toBe(true);
    expect(JSON.stringify([entry, events, lines])).not.toContain(CANARY);
  });

  test('whose body cannot be read', async () => {
    const read = (): Ask => {
      throw retryable('BAD_REQUEST', 'not a request');
    };
    await expect(reidentify(ports, WHO, read)).rejects.toMatchObject(wrong);
    expect((await entries()).at(-1)).toMatchObject({ who: WHO, outcome: 'refused', columns: [], tokens: 0 });
  });

  test('whose reason names the person it asks about: neither is it kept nor are the values given', async () => {
    const tokens = (await tokensOf('email')).slice(0, 1) as string[];
    const reason = `what is the mail of ANN.${CANARY}@example.com`;
    expect(await failure({ tokens, reason })).toMatchObject(wrong);
    const entry = (await entries()).at(-1);
    expect(entry).toMatchObject({ outcome: 'refused', values: 0, tokens: 1 });
    expect(entry).not.toHaveProperty('reason');
  });

  test('or fails, where DLP does not answer', async () => {
    const tokens = (await tokensOf('email')).slice(0, 1) as string[];
    const dlp = { ...ports.dlp, reidentify: () => Promise.reject(retryable('DLP_FAILED', 'no')) };
    expect(await failure({ tokens }, { ...ports, dlp })).toMatchObject({ code: 'DLP_FAILED' });
    expect((await entries()).at(-1)).toMatchObject({
      outcome: 'failed',
      code: 'DLP_FAILED',
      reason: REASON,
      values: 0,
    });
  });
});

describe('nothing is answered', () => {
  const down = () => Promise.reject(retryable('STORAGE_FAILED', 'down'));
  test.each<[string, () => Ports]>([
    ['the entry', () => ({ ...ports, objects: { ...ports.objects, write: down } })],
    ['the event', () => ({ ...ports, events: { publish: down } })],
    [
      'the entry, because its name is taken',
      () => ({ ...ports, objects: { ...ports.objects, write: async () => undefined } }),
    ],
  ])('where %s cannot be written', async (_, world) => {
    const tokens = (await tokensOf('email')).slice(0, 1) as string[];
    const error = await failure({ tokens }, world());
    expect(error).toBeInstanceOf(Error);
    expect(JSON.stringify([error, lines, events])).not.toContain(CANARY);
  });

  test('but where the entry was written behind a lost answer, it counts', async () => {
    const tokens = (await tokensOf('email')).slice(0, 1) as string[];
    const write: Ports['objects']['write'] = async (...given) => {
      await ports.objects.write(...given);
      return undefined;
    };
    expect(await answer({ tokens }, { ...ports, objects: { ...ports.objects, write } })).toMatchObject({
      unopened: [],
    });
  });
});

test('no value and no token stands in any entry', async () => {
  const all = JSON.stringify(await entries());
  expect(all.length).toBeGreaterThan(1000);
  expect(all).not.toContain(CANARY);
  expect(all).not.toMatch(/pii\(\d/);
});
