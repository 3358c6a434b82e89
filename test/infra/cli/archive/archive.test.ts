import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Archive, makeArchive } from '../../../../infra/cli/archive/archive.ts';
import { measureColdStarts } from '../../../bench/cold-start.ts';
import { REPOSITORY, startFunction } from '../../../cold-function.ts';
import { unpackArchive } from '../../../unpack-archive.ts';
import { pretendGoogle } from './google.ts';

/** As agreed for what is deployed; the buildpack would take 100 MB. Source: cloud.google.com/functions/quotas. */
const MAX_BYTES = 60e6;

let archive: Archive;
beforeAll(async () => {
  archive = await makeArchive(REPOSITORY);
});

describe('the archive of the functions', () => {
  test('has the same bytes when it is made again', async () => {
    expect((await makeArchive(REPOSITORY)).sha256).toBe(archive.sha256);
  });

  test('is small', () => {
    expect(archive.zip.length).toBeLessThan(MAX_BYTES);
  });

  test('holds the functions and two manifests: no test, no local cloud, no declaration', () => {
    const paths = Object.keys(unzipSync(archive.zip)).filter((path) => !path.startsWith('functions/chunks/'));
    expect(paths).toEqual(['LICENSE', 'functions/index.js', 'package-lock.json', 'package.json']);
    const modules = archive.files.flatMap(({ text }) =>
      [...text.matchAll(/^\/\/ ((?:\.\.\/)*\S+\.[a-z]+)$/gm)].map(([, at]) => at),
    );
    expect(modules.filter((path) => !/^(?:functions|node_modules|\\0rolldown)\//.test(path ?? ''))).toEqual([]);
    expect(modules).toContain('functions/steps/deidentify.ts');
  });

  test('names no place of the machine that made it', () => {
    const named = archive.files.filter(({ text }) => text.includes(REPOSITORY.replace(/\/$/, '')));
    expect(named.map(({ path }) => path)).toEqual([]);
  });
});

describe('the archive, unpacked where nothing else is', () => {
  let folder: string;
  beforeAll(() => {
    folder = unpackArchive(archive);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("passes the buildpack's syntax check", () => {
    expect(spawnSync(process.execPath, ['--check', 'functions/index.js'], { cwd: folder }).status).toBe(0);
  });

  test("asks Google's metadata server who it is, and calls Google, where no endpoint is configured", async () => {
    const google = await pretendGoogle();
    const adhoc = await startFunction({ folder, target: 'adhoc', env: google.env });
    try {
      const response = await fetch(adhoc.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${google.tokenFor('adhoc')}` },
        body: JSON.stringify({ action: 'release' }),
      });
      expect({ status: response.status, body: await response.json() }).toMatchObject({
        status: 503,
        body: { error: { code: 'STORAGE_FAILED' } },
      });
      expect(google.asked.filter((url) => url.includes('/service-accounts/default/token'))).not.toEqual([]);
    } finally {
      await adhoc.stop();
      await google.close();
    }
  });

  test('takes a file through every function, each started as the buildpack starts it', async () => {
    const started = await measureColdStarts(1, folder);
    expect([...started.keys()].sort()).toEqual([
      'adhoc',
      'arrive',
      'deidentify',
      'load',
      'nightly',
      'prepare',
      'reidentify',
      'transform',
    ]);
  }, 120_000);
});
