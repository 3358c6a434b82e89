import { readdirSync, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditEntry, RowsAnswer, TokensAnswer } from '../../../functions/model/reidentification.ts';
import { type Endpoints, lastEndpoints } from '../../../infra/cli/endpoints.ts';
import { createIdTokens } from '../../../infra/cli/id-tokens.ts';
import { readTokens } from '../../../infra/cli/reidentify/read-tokens.ts';
import { createWorkplace } from './sluice.ts';
import { GOOD_ROWS, TINY_PROJECT } from './tiny-project.ts';

/** From a file to its tokens, and back to its values, by the command that people use. */
const place = createWorkplace({ ...TINY_PROJECT, 'good.csv': GOOD_ROWS });
const REASON = 'case 4711: the parcel came back';
const ASK = ['reidentify', '--source', 'club.people', '--column', 'email'];
const WHY = ['--reason', REASON];
let endpoints: Endpoints;
let tokens: string[];
let run: string;

beforeAll(async () => {
  await place.stay(['up'], /Ctrl-C/);
  endpoints = lastEndpoints(place.path('.sluice')) as Endpoints;
  await place.sluice('drop', 'good.csv', '--to', 'club/people/', '--wait');
  const rows = await place.json<{ email: string; _run_id: string }[]>(
    'query',
    'SELECT email, _run_id FROM club.people ORDER BY _row_number',
  );
  tokens = rows.map(({ email }) => email);
  run = rows[0]?._run_id ?? '';
});
afterAll(() => place.close());

async function post(account: string, body: object): Promise<Response> {
  const url = `${endpoints.functions}/reidentify`;
  const authorization = `Bearer ${await createIdTokens(endpoints, account)(url)}`;
  const headers = { 'content-type': 'application/json', authorization };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** The text of every object of the state bucket whose name begins so. */
async function state(prefix: string): Promise<string[]> {
  const bucket = `${endpoints.storage}/storage/v1/b/${endpoints.buckets.state}/o`;
  const { items = [] } = (await (await fetch(`${bucket}?prefix=${encodeURIComponent(prefix)}`)).json()) as {
    items?: { name: string }[];
  };
  return Promise.all(
    items.map(async ({ name }) => (await fetch(`${bucket}/${encodeURIComponent(name)}?alt=media`)).text()),
  );
}
const entries = async (): Promise<AuditEntry[]> =>
  (await state('audit/')).map((text) => JSON.parse(text) as AuditEntry);
const logs = (): string =>
  readdirSync(place.path('.sluice/logs'))
    .map((name) => readFileSync(place.path(`.sluice/logs/${name}`), 'utf8'))
    .join('\n');

describe('sluice reidentify', () => {
  test('prints the values of tokens, a line each', async () => {
    const { status, stdout, stderr } = await place.sluice(...ASK, ...WHY, ...tokens.slice(0, 2));
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'ann@example.com\nbob@example.com\n' });
    const [entry] = await entries();
    expect(entry).toMatchObject({ who: endpoints.reidentifiers.me, outcome: 'answered', values: 2, reason: REASON });
    expect(stderr).toBe(`written down as ${entry?.id}\n`);
  });

  test('reads them from stdin', async () => {
    const { status, stdout } = await place.pipe(`${tokens.join('\r\n')}\n\n`, ...ASK, ...WHY, '-');
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'ann@example.com\nbob@example.com\ncat@example.com\n' });
  });

  test('leaves a line empty for what does not open, tells of it on stderr and ends with 1', async () => {
    const { status, stdout, stderr } = await place.sluice(...ASK, ...WHY, 'ann', tokens[1] ?? '');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '\nbob@example.com\n' });
    expect(stderr).toContain('token 1 is no token of this column');
  });

  test('answers as JSON', async () => {
    expect(await place.json<TokensAnswer>(...ASK, ...WHY, tokens[0] ?? '', '--ticket', 'REQ-1')).toMatchObject({
      source: 'club.people',
      values: ['ann@example.com'],
      unopened: [],
    });
    const rows = await place.json<RowsAnswer>(...ASK, ...WHY, '--run', run.slice(0, 10), '--rows', '2,9');
    expect(rows).toMatchObject({ rows: [{ run, row: 2, values: { email: 'bob@example.com' } }], missing: [9] });
  });

  test('shows rows that are chosen by a key, on another deployment as well', async () => {
    const { project, location, buckets, queues, topics, functions, accounts, reidentifiers, forgetters } = endpoints;
    const names = ['arrive', 'prepare', 'deidentify', 'load', 'transform', 'nightly', 'adhoc', 'reidentify', 'forget'];
    place.write(
      'env.json',
      JSON.stringify({
        ...{ project, location, region: 'us-central1', buckets, queues, topics, archives: 'a' },
        functions: Object.fromEntries(names.map((name) => [name, `${functions}/${name}`])),
        operator: accounts.operator,
        reidentifiers: { ...reidentifiers, other: 'other@example.com' },
        forgetters,
        endpoints: { storage: endpoints.storage, bigquery: endpoints.bigquery, identity: endpoints.identity },
      }),
    );
    const asked = [...ASK, ...WHY, '--where', 'id=c', '--env', 'env.json'];
    const { status, stdout } = await place.sluice(...asked, '--as', 'me');
    const table = [`${'run'.padEnd(run.length)}  row  email`, `${run}  3    cat@example.com`, ''].join('\n');
    expect({ status, stdout }).toEqual({ status: 0, stdout: table });
    expect(await place.sluice(...asked)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--as must be one of me, other'),
    });
    expect((await place.sluice(...asked, '--as', 'other')).status).toBe(1);
  });

  test.each<[string, string[], string]>([
    ['no reason', [...ASK, 't'], "required option '--reason <text>'"],
    ['a reason that says nothing', [...ASK, '--reason', ' ', 't'], 'reason must'],
    ['no column', ['reidentify', '--source', 'club.people', ...WHY, 't'], "required option '--column <name>'"],
    [
      'a column that is dropped',
      ['reidentify', '--source', 'club.people', '--column', 'nick', ...WHY, 't'],
      'nick of club.people cannot be turned back',
    ],
    ['tokens beside stdin', [...ASK, ...WHY, '-', 't'], 'give no others beside it'],
    ['nothing on stdin', [...ASK, ...WHY, '-'], 'no token on stdin'],
    ['rows that are none', [...ASK, ...WHY, '--run', 'r', '--rows', '0'], 'numbers of records'],
    ['a condition that is none', [...ASK, ...WHY, '--where', 'id'], 'a column and its value'],
  ])('ends with 2 for %s', async (_, args, message) => {
    const { status, stdout, stderr } = await place.sluice(...args);
    expect({ status, stdout, said: stderr.includes(message) ? message : stderr }).toEqual({
      status: 2,
      stdout: '',
      said: message,
    });
  });
});

describe('the function', () => {
  const body = () => ({ source: 'club.people', columns: ['email'], tokens: tokens.slice(0, 1), reason: REASON });

  test('answers nobody but whom the deployment names, and nothing at all', async () => {
    const before = (await entries()).length;
    for (const account of Object.values(endpoints.accounts)) {
      const response = await post(account, body());
      expect([account, response.status]).toEqual([account, 403]);
      expect(await response.text()).not.toContain('ann@example.com');
    }
    expect((await entries()).length).toBe(before);
    const refused = logs()
      .split('\n')
      .filter((line) => line.includes('"PERMISSION_DENIED"'))
      .map((line) => JSON.parse(line) as object);
    for (const caller of Object.values(endpoints.accounts))
      expect(refused).toContainEqual(expect.objectContaining({ severity: 'WARNING', function: 'reidentify', caller }));
  });

  test('does not take the caller from the body', async () => {
    const response = await post(endpoints.reidentifiers.me ?? '', { ...body(), who: 'somebody', caller: 'somebody' });
    expect(response.status).toBe(400);
    expect((await entries()).every(({ who }) => who === endpoints.reidentifiers.me)).toBe(true);
  });

  test('lets nobody keep its answer', async () => {
    const response = await post(endpoints.reidentifiers.me ?? '', body());
    expect(await response.json()).toMatchObject({ values: ['ann@example.com'] });
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('etag')).toBeNull();
  });
});

test('no value stands in any log, in the state bucket, or in a message', async () => {
  const everywhere = {
    logs: logs(),
    state: (await state('')).join('\n'),
    messages: ['', '-wal'].map((end) => readFileSync(place.path(`.sluice/cloud/state.sqlite${end}`), 'latin1')).join(),
  };
  expect(everywhere.logs).toContain('"audit":');
  expect(everywhere.messages).toContain('privacy.reidentified');
  for (const [where, text] of Object.entries(everywhere))
    expect([where, text.match(/(ann|bob|cat)@example\.com/g)]).toEqual([where, null]);
});

describe('tokens on stdin', () => {
  const read = (input: string) => readTokens(['-'], Readable.from([input]));

  test('may each have a tweak behind a tab', async () => {
    expect(await read('a\tDE\nb\t\nc\tx\ty\n')).toEqual({ tokens: ['a', 'b', 'c'], contexts: ['DE', '', 'x'] });
    await expect(read('a\tDE\nb\n')).rejects.toThrow('1 of the lines');
  });
});
