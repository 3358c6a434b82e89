import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { isAlive } from '../../../infra/cli/endpoints.ts';
import { createWorkplace, pidsOf, type Staying, type Workplace, waitFor } from './sluice.ts';
import { GOOD_ROWS, TINY_PROJECT } from './tiny-project.ts';

const VIEW = 'sql/transforms/club/grown_ups.sql';
const GUESTS = `files: club/guests/*.csv
format: { type: csv, header: true }
load: { mode: append }
batch: 0
columns:
  - { name: email, type: STRING, privacy: { tokenize: { key: guests } } }
`;
const createTiny = (): Workplace => createWorkplace({ ...TINY_PROJECT, 'good.csv': GOOD_ROWS });

describe('while it is up', () => {
  const place = createTiny();
  const data = place.path('.sluice');
  const view = TINY_PROJECT[VIEW] ?? '';
  let up: Staying;
  beforeAll(async () => {
    up = await place.stay(['up'], /Ctrl-C/);
  });
  afterAll(() => place.close());

  test('a change of the declarations is the release at once', async () => {
    place.write(VIEW, view.replace('18', '21'));
    await up.shows(/release dev-\w+ is current; changed: club\.grown_ups; affected by that: club\.ages/);
  });

  test('a wrong declaration is told and changes nothing', async () => {
    place.write(VIEW, view.replace('club.people', 'club.peopel'));
    await up.shows(/grown_ups\.sql:5:\d+ .*\n\n1 problem in 1 file; release dev-\w+ stays current/);
  });

  test('a source with a new key brings the key to the functions', async () => {
    place.write('sql/sources/club/guests.yaml', GUESTS);
    place.write(VIEW, view);
    await up.shows(/is current; added: club\.guests; changed: club\.grown_ups/);
    place.write('guests.csv', 'email\nann@example.com\n');
    const { status } = await place.sluice('drop', 'guests.csv', '--to', 'club/guests/', '--wait');
    expect(status).toBe(0);
    await up.shows(/arrived +club\/guests\/guests\.csv.*loaded +club\.guests +1 row/s);
    expect(up.output()).not.toContain('runs again');
  });

  test('either process may be killed and is back', async () => {
    process.kill(pidsOf(data).functions, 'SIGKILL');
    await up.shows(/the functions had ended and runs again/);
    process.kill(pidsOf(data).cloud, 'SIGKILL');
    await up.shows(/the local cloud had ended and runs again/);
    const { status } = await place.sluice('drop', 'good.csv', '--to', 'club/people/', '--wait');
    expect(status).toBe(0);
  });
});

describe('up', () => {
  let place: Workplace;
  afterEach(() => place.close());

  test('killed, takes its processes with it; started again, it has everything; a signal ends it with status 0', async () => {
    place = createTiny();
    const killed = await place.stay(['up'], /Ctrl-C/);
    await place.sluice('drop', 'good.csv', '--to', 'club/people/', '--wait');
    const before = pidsOf(place.path('.sluice'));
    await killed.kill('SIGKILL');
    const again = await place.stay(['up', '--json'], /"pids"/);
    expect([before.cloud, before.functions].filter(isAlive)).toEqual([]);
    const pids = pidsOf(place.path('.sluice'));
    expect(JSON.parse(again.output())).toMatchObject({ buckets: { raw: 'local-raw' }, pids });
    expect(await place.json('query', 'SELECT COUNT(*) AS n FROM club.people')).toEqual([{ n: 3 }]);
    expect(await place.json('runs')).toMatchObject({ runs: [{ state: 'DONE' }] });

    const second = await place.sluice('up');
    expect({ status: second.status, stderr: second.stderr }).toEqual({
      status: 1,
      stderr: `error: the local cloud of .sluice is up already (process ${pids.up}): end that one, or name another folder with --data\n`,
    });
    expect(await again.kill('SIGINT')).toBe(0);
    expect([pids.cloud, pids.functions].filter(isAlive)).toEqual([]);
    const { status, stderr } = await place.sluice('runs');
    expect(status).toBe(2);
    expect(stderr).toMatch(/the local cloud of \.sluice is not running/);
  });

  // Only Linux tells so simply which processes are whose.
  test.runIf(process.platform === 'linux')('killed while it starts, leaves no process behind', async () => {
    place = createTiny();
    const up = await place.stay(['up'], /^/);
    await waitFor(
      () => childrenOf(up.pid).length > 0,
      () => 'a child',
    );
    const children = childrenOf(up.pid);
    await up.kill('SIGKILL');
    await waitFor(
      () => !children.some(isAlive),
      () => `the end of ${children.join(', ')}`,
    );
  });

  test('names a port that is taken', async () => {
    place = createTiny();
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = address && typeof address === 'object' ? address.port : 0;
    const { status, stderr } = await place.sluice('up', '--port', String(port));
    taken.close();
    expect(status).toBe(1);
    expect(stderr).toContain(`error: port ${port} is in use by another process`);
  });

  test('tells all that is wrong with the declarations before anything starts, with status 2', async () => {
    const broken = { [VIEW]: 'SELECT 1 FROM club.peopel', 'sql/transforms/club/ages.sql': 'SELECT 1 FROM nowhere' };
    place = createWorkplace({ ...TINY_PROJECT, ...broken });
    const { status, stderr } = await place.sluice('up');
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^sql\/transforms\/club\/ages\.sql:1:\d+ .*\n\nsql\/transforms\/club\/grown_ups\.sql:1:\d+ .*\n\n2 problems in 2 files\n$/,
    );
  });
});

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter((text) => text !== '')
    .map(Number);
