import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LedgerEntry, Reason, Reject } from '../../functions/model/run.ts';
import { type Pipeline, startPipeline } from './pipeline.ts';

/** Every value of these files: none may be printed anywhere that a person may read without seeing the raw bucket. */
const SECRET = 'zq-secret-7319';
const ROW = `1,${SECRET}@example.com,1990-01-01`;
const HEADER = 'id,email,born';
const lines = (...rows: string[]): string => `${[HEADER, ...rows].join('\n')}\n`;
const rows = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${n + 1},${SECRET}${n}@example.com,1990-01-01`);

interface BadFile {
  what: string;
  name: string;
  body: string | Buffer;
  code: Reason['code'];
  row?: number;
  column?: string;
  says?: RegExp;
}

const gz = gzipSync(lines(...rows(2000)));

const BAD_FILES: BadFile[] = [
  { what: 'a name that no source matches', name: 'unknown/things.csv', body: lines(ROW), code: 'NO_SOURCE' },
  { what: 'the wrong extension', name: 'strict/things.txt', body: lines(ROW), code: 'NO_SOURCE' },
  { what: 'an empty file', name: 'strict/empty.csv', body: '', code: 'EMPTY_FILE' },
  { what: 'a header and nothing else', name: 'strict/header-only.csv', body: `${HEADER}\n`, code: 'NO_RECORDS' },
  {
    what: 'a missing column',
    name: 'strict/missing.csv',
    body: `id,email\n1,${SECRET}@example.com\n`,
    code: 'MISSING_COLUMN',
    column: 'born',
    says: /lacks column born/,
  },
  {
    what: 'an unknown column',
    name: 'strict/unknown.csv',
    body: `${HEADER},colour\n${ROW},${SECRET}\n`,
    code: 'UNKNOWN_COLUMN',
    column: 'colour',
    says: /on_new_column: hold/,
  },
  {
    what: 'a column that stands twice',
    name: 'strict/duplicate.csv',
    body: `id,email,born,email\n${ROW},${SECRET}\n`,
    code: 'DUPLICATE_COLUMN',
    column: 'email',
    says: /positions 2 and 4/,
  },
  {
    what: 'no header where one is declared',
    name: 'strict/headless.csv',
    body: `${ROW}\n2,${SECRET}b@example.com,1991-01-01\n`,
    code: 'MISSING_COLUMN',
    says: /does it have a header/,
  },
  {
    what: 'a row with too few fields',
    name: 'strict/short.csv',
    body: lines(ROW, `2,${SECRET}`),
    code: 'TOO_MANY_REJECTS',
    row: 2,
  },
  {
    what: 'a row with too many fields',
    name: 'strict/long.csv',
    body: lines(ROW, `${ROW},${SECRET}`),
    code: 'TOO_MANY_REJECTS',
    row: 2,
  },
  {
    what: 'invalid UTF-8',
    name: 'strict/latin1.csv',
    body: Buffer.concat([
      Buffer.from(`${HEADER}\n1,`),
      Buffer.from([0xe9, 0x74, 0xe9]),
      Buffer.from(`${SECRET},1990-01-01\n`),
    ]),
    code: 'TOO_MANY_REJECTS',
    row: 1,
    column: 'email',
  },
  {
    what: 'UTF-16',
    name: 'strict/utf16.csv',
    body: Buffer.from(`\ufeff${lines(ROW)}`, 'utf16le'),
    code: 'BAD_ENCODING',
  },
  {
    what: 'a gzip file that is cut short',
    name: 'strict/truncated.csv',
    body: gz.subarray(0, gz.length - 20),
    code: 'TRUNCATED',
  },
  {
    what: 'a gzip file that is damaged',
    name: 'strict/damaged.csv',
    body: Buffer.concat([gz.subarray(0, 40), Buffer.from('garbage'), gz.subarray(47)]),
    code: 'CORRUPT',
  },
  {
    what: 'an office document under a CSV name',
    name: 'strict/office.csv',
    body: Buffer.from('PK\u0003\u0004 not text'),
    code: 'WRONG_FORMAT',
  },
  {
    what: 'Parquet under a CSV name',
    name: 'strict/parquet.csv',
    body: Buffer.from('PAR1 and so on PAR1'),
    code: 'WRONG_FORMAT',
  },
  {
    what: 'a wrong type',
    name: 'strict/type.csv',
    body: lines(ROW, `two,${SECRET}@example.com,1990-01-01`),
    code: 'TOO_MANY_REJECTS',
    row: 2,
    column: 'id',
  },
  {
    what: 'an impossible date',
    name: 'strict/date.csv',
    body: lines(`1,${SECRET}@example.com,1990-02-30`),
    code: 'TOO_MANY_REJECTS',
    row: 1,
    column: 'born',
  },
  {
    what: 'a required value that is not there',
    name: 'strict/required.csv',
    body: lines(ROW, ROW, `,${SECRET}@example.com,1990-01-01`),
    code: 'TOO_MANY_REJECTS',
    row: 3,
    column: 'id',
  },
  {
    what: 'more bad rows than are allowed',
    name: 'tolerant/beyond.csv',
    body: lines(...rows(3), `x,${SECRET},1990-01-01`),
    code: 'TOO_MANY_REJECTS',
    row: 4,
    column: 'id',
    says: /1 of 4 records are bad/,
  },
  {
    what: 'a quote that is never closed',
    name: 'strict/quote.csv',
    body: lines(ROW, `2,"${SECRET},1990-01-01`, ROW),
    code: 'UNTERMINATED_QUOTE',
    row: 2,
  },
  {
    what: 'line ends of two kinds',
    name: 'strict/mixed.csv',
    body: `${HEADER}\r\n${ROW}\r\n${ROW}\n`,
    code: 'MIXED_NEWLINES',
  },
  {
    what: 'a line that is no JSON',
    name: 'lines/text.json',
    body: `{"id": 1, "email": "${SECRET}"}\n${SECRET}\n`,
    code: 'TOO_MANY_REJECTS',
    row: 2,
  },
  {
    what: 'a key that nobody declared',
    name: 'lines/key.json',
    body: `{"id": 1, "email": "${SECRET}", "colour": "${SECRET}"}\n`,
    code: 'UNKNOWN_COLUMN',
    says: /colour/,
  },
  {
    what: 'an e-mail under a column that is declared public',
    name: 'open/note.csv',
    body: `id,note\n1,fine\n2,write to ${SECRET}@example.com\n`,
    code: 'PRIVACY_VIOLATION',
    row: 2,
    column: 'note',
    says: /EMAIL_ADDRESS .*2.*allow: \[EMAIL_ADDRESS\]/,
  },
  {
    what: 'a number that is no integer',
    name: 'lines/number.json',
    body: `{"id": 1.5, "email": "${SECRET}"}\n`,
    code: 'TOO_MANY_REJECTS',
    row: 1,
    column: 'id',
  },
];

/** Names that Cloud Storage takes and that must do no harm on the way to a table. */
const HOSTILE_NAMES = [
  'strict/../../etc/passwd.csv',
  'strict/*.csv',
  'strict/a%2Fb.csv',
  'strict/x#1.csv',
  'strict/?.csv',
  'strict/😀.csv',
  "strict/o'brien`--.csv",
  'strict/ü.csv',
  'strict/ü.csv',
  'strict//double.csv',
  'strict/__proto__.csv',
  'strict/%.csv',
];

describe('bad input ends in quarantine with its reason, and good input under a bad name does not', () => {
  let pipeline: Pipeline;
  let byName: Map<string, LedgerEntry>;

  beforeAll(async () => {
    pipeline = await startPipeline(fileURLToPath(new URL('./bad-input', import.meta.url)));
    for (const { name, body } of BAD_FILES) await pipeline.drop(name, body);
    for (const name of HOSTILE_NAMES) await pipeline.drop(name, lines(ROW));
    await pipeline.drop('tolerant/within.csv', lines(...rows(4), `x,${SECRET},1990-01-01`));
    await pipeline.drop('held/new-column.csv', `id,extra\n7,${SECRET}\n`);
    const runs = await pipeline.settle(BAD_FILES.length + HOSTILE_NAMES.length + 2);
    byName = new Map(runs.map((run) => [run.detail.object.name, run]));
  });
  afterAll(() => pipeline?.stop());

  const show = async (name: string) =>
    pipeline.adhoc<{ entry: LedgerEntry; rejects: Reject[] }>({ action: 'show', run: byName.get(name)?.run });

  test.each(BAD_FILES)('$what is quarantined as $code', async ({ name, code, row, column, says }) => {
    const { entry } = await show(name);
    expect(entry.state).toBe('QUARANTINED');
    const reasons = entry.detail.reasons ?? [];
    expect(reasons[0]?.code).toBe(code);
    if (row !== undefined) expect(reasons.map((reason) => reason.row)).toContain(row);
    if (column !== undefined) expect(reasons.map((reason) => reason.column)).toContain(column);
    if (says) expect(reasons[0]?.message).toMatch(says);
    expect(JSON.stringify(entry)).not.toContain(SECRET);
  });

  test.each(BAD_FILES)(
    '$what: the object lies in quarantine as it came, with its reasons beside it',
    async ({ name, body, code }) => {
      const { quarantine } = pipeline.endpoints.buckets;
      const names = await pipeline.names(quarantine);
      const copy = names.find((one) => one.endsWith(`/${name}`)) ?? '';
      expect(await pipeline.read(quarantine, copy)).toEqual(Buffer.from(body));
      const report = (await pipeline.read(quarantine, `${copy}.reasons.json`)).toString();
      expect(report).toContain(code);
      expect(report).not.toContain(SECRET);
    },
  );

  test.each(HOSTILE_NAMES)('a good file called %j is loaded', (name) => {
    expect(byName.get(name)?.state).toBe('DONE');
  });

  test('a name with a line feed is refused by Cloud Storage itself', async () => {
    await expect(pipeline.drop('strict/a\nb.csv', lines(ROW))).rejects.toThrow(/answered 400/);
  });

  test('nothing of a quarantined file is loaded, and of a tolerated one all but the bad rows', async () => {
    const [strict] = await pipeline.query('SELECT COUNT(*) AS n, COUNT(DISTINCT _run_id) AS runs FROM intake.strict');
    expect(strict).toEqual({ n: String(HOSTILE_NAMES.length), runs: String(HOSTILE_NAMES.length) });
    expect(await pipeline.query('SELECT id, _row_number AS n FROM intake.tolerant ORDER BY id')).toEqual(
      [1, 2, 3, 4].map((n) => ({ id: String(n), n: String(n) })),
    );
    const { entry, rejects } = await show('tolerant/within.csv');
    expect(entry.detail).toMatchObject({ records: 5, rows: 4, rejects: 1 });
    expect(rejects).toEqual([{ row: 5, column: 'id', reason: 'WRONG_TYPE' }]);
  });

  test('a column that is held is left out and named', async () => {
    expect((await show('held/new-column.csv')).entry.detail.held).toEqual(['extra']);
    expect(await pipeline.query('SELECT id FROM intake.held')).toEqual([{ id: '7' }]);
  });

  test('no value is in a log, an event or the ledger', async () => {
    const { state } = pipeline.endpoints.buckets;
    const ledger = await Promise.all((await pipeline.names(state)).map((name) => pipeline.read(state, name)));
    const events = await pipeline.events();
    expect(events.filter(({ type }) => type === 'run.quarantined').length).toBe(BAD_FILES.length);
    for (const text of [pipeline.logs(), JSON.stringify(events), ledger.join('\n')]) {
      expect(text.length).toBeGreaterThan(1000);
      expect(text).not.toContain(SECRET);
    }
  });

  describe('once the cause is mended', () => {
    beforeAll(async () => {
      await pipeline.release(fileURLToPath(new URL('./bad-input-mended', import.meta.url)));
      await pipeline.drop('nobody/early.csv', 'id\n1\n');
    });

    test.each([
      [
        'strict/unknown.csv',
        'SELECT id, colour IS NOT NULL AS known FROM intake.strict WHERE _run_id = @run',
        [{ id: '1', known: 'true' }],
      ],
      [
        'open/note.csv',
        'SELECT id, note IS NOT NULL AS known FROM intake.open ORDER BY id',
        [
          { id: '1', known: 'true' },
          { id: '2', known: 'true' },
        ],
      ],
      ['held/new-column.csv', 'SELECT id, extra IS NOT NULL AS known FROM intake.held', [{ id: '7', known: 'true' }]],
    ])('a replay loads %s, once', async (name, sql, expected) => {
      const run = byName.get(name)?.run ?? '';
      await pipeline.adhoc({ action: 'replay', run });
      await pipeline.settle(byName.size + 1);
      expect((await show(name)).entry).toMatchObject({ state: 'DONE', epoch: 1 });
      expect(await pipeline.query(sql.replace('@run', `'${run}'`))).toEqual(expected);
    });

    test('a replay that is asked for again replaces its rows instead of adding to them', async () => {
      const run = byName.get('strict/unknown.csv')?.run ?? '';
      await pipeline.adhoc({ action: 'replay', run });
      await pipeline.settle(byName.size + 1);
      expect(await pipeline.query(`SELECT COUNT(*) AS n FROM intake.strict WHERE _run_id = '${run}'`)).toEqual([
        { n: '1' },
      ]);
      expect((await show('strict/unknown.csv')).entry.epoch).toBe(2);
    });
  });
});
