import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type StorageServer, startStorage } from './storage-server.ts';

const installed = spawnSync('gcloud', ['--version']).status === 0;
if (!installed) console.log('gcloud storage is not tested: the Google Cloud SDK is not installed here.');

describe.runIf(installed)('gcloud storage', () => {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-gcloud-'));
  const small = join(dir, 'small.csv');
  const large = join(dir, 'large.bin');
  let server: StorageServer;
  beforeAll(async () => {
    server = await startStorage();
    await server.client.createBucket('from-gcloud');
    writeFileSync(small, 'a,b\n1,2\n');
    // Above 8 MiB gcloud uploads resumably.
    writeFileSync(large, randomBytes(9 * 1024 * 1024));
  });
  afterAll(async () => {
    await server.close();
    rmSync(dir, { recursive: true });
  });

  async function gcloud(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)('gcloud', ['storage', ...args], {
      timeout: 60_000,
      env: {
        ...process.env,
        CLOUDSDK_CONFIG: join(dir, 'config'),
        CLOUDSDK_CORE_PROJECT: 'p',
        CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
        CLOUDSDK_AUTH_DISABLE_CREDENTIALS: 'true',
        CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE: `${server.url}/storage/v1/`,
      },
    });
    return stdout;
  }

  test('uploads, lists, shows, downloads and removes', async () => {
    await gcloud('cp', small, large, 'gs://from-gcloud/in/');
    const names = (await server.client.bucket('from-gcloud').getFiles())[0].map(({ name }) => name);
    expect(names).toEqual(['in/large.bin', 'in/small.csv']);
    expect((await gcloud('ls', 'gs://from-gcloud/**')).trim().split('\n')).toEqual([
      'gs://from-gcloud/in/large.bin',
      'gs://from-gcloud/in/small.csv',
    ]);
    expect(await gcloud('cat', 'gs://from-gcloud/in/small.csv')).toBe('a,b\n1,2\n');
    const back = join(dir, 'back.bin');
    await gcloud('cp', 'gs://from-gcloud/in/large.bin', back);
    expect(readFileSync(back).equals(readFileSync(large))).toBe(true);
    await gcloud('rm', '-r', 'gs://from-gcloud');
    expect((await server.client.bucket('from-gcloud').exists())[0]).toBe(false);
  }, 120_000);
});
