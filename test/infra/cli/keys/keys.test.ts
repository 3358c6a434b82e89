import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lastEndpoints } from '../../../../infra/cli/endpoints.ts';
import { callJson } from '../../../../infra/cli/http-json.ts';
import { localKmsKey } from '../../../../infra/cli/keys/local-keys.ts';
import { createWorkplace, type Staying } from '../sluice.ts';
import { GOOD_ROWS, TINY_PROJECT } from '../tiny-project.ts';

const place = createWorkplace({ ...TINY_PROJECT, 'good.csv': GOOD_ROWS });
let up: Staying;
beforeAll(async () => {
  up = await place.stay(['up'], /Ctrl-C/);
});
afterAll(() => place.close());

const stored = () => readFileSync(place.path('.sluice/keys.json'), 'utf8');
async function rotate(): Promise<void> {
  const url = `${lastEndpoints(place.path('.sluice'))?.kms}/v1/${localKmsKey('local')}`;
  await callJson('POST', `${url}/cryptoKeyVersions`, {});
  await callJson('POST', `${url}:updatePrimaryVersion`, { cryptoKeyVersionId: '2' });
}

describe('sluice keys', { timeout: 120_000 }, () => {
  test('lists keys with their versions, their columns and what wraps them', async () => {
    expect(await place.json('keys')).toMatchObject({
      keys: [
        {
          key: 'pii',
          name: 'pii',
          version: 1,
          configured: true,
          kmsKey: localKmsKey('local'),
          uses: [{ source: 'club.people', columns: ['email'] }],
        },
      ],
      wrapping: [{ name: localKmsKey('local'), primary: '1', others: [] }],
    });
    expect((await place.sluice('keys')).stdout).toMatch(/pii +1 +club\.people \(email\) +sluice\/dlp/);
  });

  test('rewrap puts the primary version of the KMS key around them, and what is loaded afterwards joins', async () => {
    const token = "SELECT DISTINCT email FROM club.people WHERE id = 'a'";
    expect((await place.sluice('drop', 'good.csv', '--to', 'club/people/', '--wait')).status).toBe(0);
    const before = stored();
    expect((await place.sluice('keys', 'rewrap')).stderr).toContain('nothing to do');
    await rotate();
    expect((await place.sluice('keys')).stdout).toMatch(/version 2 wraps; also there: 1 \(enabled\)/);
    expect((await place.sluice('keys', 'rewrap')).stdout).toContain('pii wrapped anew');
    expect(stored()).not.toBe(before);

    await up.kill('SIGTERM');
    up = await place.stay(['up'], /Ctrl-C/);
    place.write('again.csv', GOOD_ROWS);
    expect((await place.sluice('drop', 'again.csv', '--to', 'club/people/', '--wait')).status).toBe(0);
    expect(await place.json<object[]>('query', token)).toHaveLength(1);
  });

  test('a key that was changed while it was down is held back when it starts, and is there for a planned change', async () => {
    await up.kill('SIGTERM');
    const people = 'sql/sources/club/people.yaml';
    place.write(people, (TINY_PROJECT[people] ?? '').replace('key: pii', 'key: pii@2'));
    up = await place.stay(['up'], /stays current: other tokens than those that are loaded: club\.people \(email\)/);
    expect(await place.json('keys')).toMatchObject({
      keys: [
        { key: 'pii', configured: true, uses: [{ source: 'club.people' }] },
        { key: 'pii@2', name: 'pii', version: 2, configured: true, uses: [] },
      ],
    });
  });

  test('refuses what it does not know', async () => {
    expect((await place.sluice('keys', 'rotate')).status).toBe(2);
  });
});
