import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LedgerEntry } from '../../../../functions/model/run.ts';
import type { Bill } from '../../../../infra/bill/bill.ts';
import type { FileEstimate } from '../../../../infra/cli/cost/estimate.ts';
import { createWorkplace } from '../sluice.ts';
import { TINY_PROJECT } from '../tiny-project.ts';

const PEOPLE = `id,email,age,nick\n${Array.from({ length: 400 }, (_, n) => `p${n},guest${n % 90}@example.com,${n % 80},x\n`).join('')}`;
const place = createWorkplace({
  ...TINY_PROJECT,
  'sql/sources/club/guests.yaml': (TINY_PROJECT['sql/sources/club/people.yaml'] ?? '')
    .replace('club/people/', 'club/guests/')
    .replace('batch: 0', 'batch: 0\nmax_cost: 0.000001 USD'),
  'club/people/1.csv': PEOPLE,
  'club/guests/1.csv': PEOPLE,
  'in/strange.csv': 'a,b\n1,2\n',
});
afterAll(() => place.close());

interface Costs {
  files: FileEstimate[];
  once: Bill;
  monthly: Bill;
}
const unitsOf = ({ lines }: Bill, sku: string): number => lines.find((line) => line.sku === sku)?.units ?? 0;

describe('sluice check --cost, offline', () => {
  test('tells what goes to DLP, what each service costs, and what nobody knows', async () => {
    const { status, stdout } = await place.sluice('check', '--cost', 'club/people/1.csv');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^club\/people\/1\.csv {2}\d+ KiB, 400 records, 1 shard of club\.people$/m);
    expect(stdout).toMatch(/^ {2}email +90 +1\.\d KiB/m);
    expect(stdout).toMatch(/^Cloud DLP, content transformation .* \$2 \/ GiB .*1 GiB$/m);
    expect(stdout).toMatch(/^total /m);
    expect(stdout).toMatch(/^ {2}what club\.ages reads above BigQuery's least: no warehouse was asked/m);
    expect(stdout).not.toContain('@example.com');
  });

  test('takes the source by name, and several files at once', async () => {
    const { files, once } = await place.json<Costs>(
      'check',
      '--cost',
      'club/people/1.csv',
      'club/guests/1.csv',
      '--source',
      'club.people',
    );
    expect(files.map(({ source }) => source)).toEqual(['club.people', 'club.people']);
    expect(unitsOf(once, 'dlp.transform_bytes')).toBe(2 * (files[0]?.charge.transformed ?? Number.NaN));
  });

  test('says that a file above its max_cost would wait', async () => {
    const { stdout } = await place.sluice('check', '--cost', 'club/people/1.csv', '--to', 'club/guests/');
    expect(stdout).toMatch(/above max_cost \$0\.000001: the run would wait for a person/);
  });

  test.each([
    ['a path that no source takes', ['--cost', 'in/strange.csv'], 2, /--to shop\/customers\/, or which source/],
    ['a name that none takes', ['--cost', 'in/strange.csv', '--to', 'x/'], 2, /no source matches x\/strange\.csv/],
    ['a source that is not there', ['--cost', 'in/strange.csv', '--source', 'club.x'], 2, /there is no source club\.x/],
    ['a file that is not there', ['--cost', 'in/none.csv', '--source', 'club.people'], 2, /in\/none\.csv/],
    ['no file', ['--to', 'club/people/'], 2, /--to is of --cost/],
    [
      'a file that a run would refuse',
      ['--cost', 'in/strange.csv', '--source', 'club.people'],
      1,
      /in\/strange\.csv would be refused, MISSING_COLUMN/,
    ],
  ])('%s ends with an error', async (_, args, status, message) => {
    const finished = await place.sluice('check', ...args);
    expect({ status: finished.status, stdout: finished.stdout }).toEqual({ status, stdout: '' });
    expect(finished.stderr).toMatch(message);
  });
});

describe('with a local cloud', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    await place.stay(['up'], /Ctrl-C/);
  });

  test('the bill of a run is what was said: DLP to the byte, and all else but seconds within a quarter', async () => {
    // The first file makes the table, which costs calls of its own.
    await place.sluice('drop', 'club/people/1.csv', '--to', 'club/people/0.csv', '--wait');
    await quiet();
    const { once, files } = await place.json<Costs>('check', '--cost', 'club/people/1.csv', '--data', '.sluice');
    expect(files[0]?.unknown).toEqual([]);
    const before = await used();
    await place.sluice('drop', 'club/people/1.csv', '--to', 'club/people/', '--wait');
    const after = await quiet();
    for (const sku of ['dlp.inspect_bytes', 'dlp.transform_bytes'])
      expect(unitsOf(after, sku) - unitsOf(before, sku), sku).toBe(unitsOf(once, sku));
    // What the local cloud meters, which has no logs and no replication. Seconds of instances are left out: Google charges
    // 100 ms a request at least and a second a job, and here no call takes 50 ms.
    const priceOf = (lines: Bill['lines']): number =>
      lines
        .filter(({ sku }) => !/seconds/.test(sku) && after.lines.some((one) => one.sku === sku))
        .reduce((sum, { listPrice }) => sum + listPrice, 0);
    const factor = priceOf(once.lines) / (priceOf(after.lines) - priceOf(before.lines));
    expect(factor).toBeGreaterThan(0.75);
    expect(factor).toBeLessThan(1.25);
  });

  test('a file above max_cost is in quarantine with its cost, and goes on once it is accepted', async () => {
    const dropped = await place.sluice('drop', 'club/guests/1.csv', '--to', 'club/guests/', '--wait');
    expect(dropped.status).toBe(1);
    expect(dropped.stdout).toContain('COST_ABOVE_LIMIT');
    const { stdout } = await place.sluice('quarantine');
    expect(stdout).toMatch(/COST_ABOVE_LIMIT: DLP would charge 0\.0000\d+ USD .*0\.000001 USD may be spent/);
    const { quarantined } = await place.json<{ quarantined: LedgerEntry[] }>('quarantine');
    const run = quarantined[0]?.run ?? '';
    expect((await place.sluice('show', run)).stdout).toMatch(
      /accept the cost: npx sluice replay \w+ --accept-cost --wait/,
    );
    expect((await place.sluice('replay', run, '--accept-cost', '0.0000011')).stderr).toMatch(/would cost/);
    expect((await place.sluice('replay', run, '--accept-cost', 'much')).status).toBe(2);
    const accepted = await place.sluice('replay', run, '--accept-cost', '--wait');
    expect(accepted).toMatchObject({ status: 0, stdout: expect.stringContaining('done: 400 rows') });
    expect((await place.sluice('show', run)).stdout).toMatch(
      /^cost: up to \$0\.01\d* at DLP, accepted by \S+@\S+ at /m,
    );
  });

  const used = async (): Promise<Bill> => (await place.json<{ used: Bill }>('bill')).used;
  /** What is built after a load goes on after its run has ended. */
  async function quiet(): Promise<Bill> {
    for (let last = await used(); ; ) {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const now = await used();
      if (now.lines.find(({ sku }) => sku === 'tasks.operations')?.units === unitsOf(last, 'tasks.operations'))
        return now;
      last = now;
    }
  }
});
