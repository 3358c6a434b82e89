import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Bucket, Storage as Client } from '@google-cloud/storage';
import { afterAll, afterEach, expect, test } from 'vitest';
import { crc32c, renderCrc32c } from '../../../../infra/local/storage/crc32c.ts';

process.env.METADATA_SERVER_DETECTION = 'none';

const QUANTUM = 256 * 1024;
const dir = mkdtempSync(join(tmpdir(), 'sluice-kill-'));
const script = join(import.meta.dirname, 'storage-process.ts');
let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));
afterAll(() => rmSync(dir, { recursive: true }));

async function start(publishing: 'works' | 'fails'): Promise<{ url: string; bucket: Bucket; kill(): Promise<void> }> {
  const started = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, dir, publishing], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child = started;
  const url = await new Promise<string>((resolve) => {
    started.stdout.once('data', (line) => resolve(String(line).trim()));
  });
  const client = new Client({ apiEndpoint: url, projectId: 'p', retryOptions: { autoRetry: false } });
  return {
    url,
    bucket: client.bucket('killed'),
    kill: () =>
      new Promise((resolve) => {
        started.once('exit', () => resolve());
        started.kill('SIGKILL');
      }),
  };
}

/** Content that its name determines, so that whatever is found can be checked; every third is large. */
function contentOf(name: string): Buffer {
  const number = Number(/\d+/.exec(name)?.[0]);
  return Buffer.alloc(number % 3 === 0 ? 3 * QUANTUM + number : 100 + number, `${name};`);
}

test('what was acknowledged survives SIGKILL, nothing half-written shows, and what is owed is published', async () => {
  const acknowledged = new Map<string, string>();
  const sessions = new Map<string, number>();
  let next = 0;

  async function upload(bucket: Bucket): Promise<void> {
    for (;;) {
      const number = next++;
      const name = `object-${number}`;
      await bucket.file(name).save(contentOf(name), { resumable: number % 2 === 0, validation: 'crc32c' });
      acknowledged.set(name, String((await bucket.file(name).getMetadata())[0].generation));
    }
  }

  /** Sends a large object one quantum at a time and notes how far the server said it is. */
  async function uploadSlowly(url: string): Promise<void> {
    const name = `slow-${next++}`;
    const initiated = await fetch(`${url}/upload/storage/v1/b/killed/o?uploadType=resumable&name=${name}`, {
      method: 'POST',
    });
    const session = new URL(initiated.headers.get('location') ?? '');
    const path = `${session.pathname}${session.search}`;
    sessions.set(path, 0);
    for (let start = 0; ; start += QUANTUM) {
      const headers = { 'content-range': `bytes ${start}-${start + QUANTUM - 1}/*` };
      const reply = await fetch(`${url}${path}`, { method: 'PUT', headers, body: Buffer.alloc(QUANTUM, 'slow') });
      expect(reply.headers.get('range')).toBe(`bytes=0-${start + QUANTUM - 1}`);
      sessions.set(path, start + QUANTUM);
    }
  }

  for (const round of [0, 1, 2]) {
    // The first process publishes nothing, so that everything is owed when it dies.
    const server = await start(round === 0 ? 'fails' : 'works');
    if (round === 0) {
      await server.bucket.create({ versioning: { enabled: true } });
      await server.bucket.createNotification('projects/p/topics/t', { eventTypes: ['OBJECT_FINALIZE'] });
    }
    const work = [1, 2, 3].map(() => upload(server.bucket)).concat(uploadSlowly(server.url));
    const ended = Promise.allSettled(work);
    await new Promise((resolve) => setTimeout(resolve, 400 + round * 137));
    await server.kill();
    await ended;
  }

  const server = await start('works');
  const [versions] = await server.bucket.getFiles({ versions: true });
  const found = new Map(versions.map((file) => [file.name, String(file.metadata.generation)]));
  expect(acknowledged.size).toBeGreaterThan(20);
  for (const [name, generation] of acknowledged) expect([name, found.get(name)]).toEqual([name, generation]);
  for (const file of versions) {
    const expected = contentOf(file.name);
    expect([file.name, file.metadata.crc32c]).toEqual([file.name, renderCrc32c(crc32c(expected))]);
    const media = await fetch(`${server.url}/download/storage/v1/b/killed/o/${file.name}`);
    expect(Buffer.from(await media.arrayBuffer()).equals(expected)).toBe(true);
  }

  expect(sessions.size).toBe(3);
  for (const [path, acknowledgedBytes] of sessions) {
    const total = acknowledgedBytes + 2 * QUANTUM + 5;
    const put = (range: string, body?: Buffer<ArrayBuffer>) =>
      fetch(`${server.url}${path}`, { method: 'PUT', headers: { 'content-range': range }, body: body ?? null });
    const asked = await put('bytes */*');
    expect(asked.status).toBe(308);
    const start = Number(asked.headers.get('range')?.split('-')[1] ?? -1) + 1;
    // More may have reached the disk than the dead process could say.
    expect(start).toBeGreaterThanOrEqual(acknowledgedBytes);
    const done = await put(`bytes ${start}-${total - 1}/${total}`, Buffer.alloc(total, 'slow').subarray(start));
    expect(await done.json()).toMatchObject({
      size: String(total),
      crc32c: renderCrc32c(crc32c(Buffer.alloc(total, 'slow'))),
    });
  }

  const [all] = await server.bucket.getFiles({ versions: true });
  const table = new DatabaseSync(join(dir, 'state.sqlite'), { readOnly: true });
  const owed = () => {
    const published = new Set(
      table
        .prepare('SELECT name, generation FROM published')
        .all()
        .map(({ name, generation }) => `${name}#${generation}`),
    );
    return all.map(({ name, metadata }) => `${name}#${metadata.generation}`).filter((one) => !published.has(one));
  };
  // Those whose publishing failed in the first process wait for their next attempt, at most 2 s away.
  await expect.poll(owed, { timeout: 4000 }).toEqual([]);
  await server.kill();
  const last = await start('works');
  expect((await last.bucket.getFiles({ versions: true }))[0]).toHaveLength(all.length);
  const files = readdirSync(join(dir, 'objects'), { withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files).toHaveLength(all.length);
  // Only what may still be resumed is kept of unfinished uploads.
  const open = table.prepare("SELECT id FROM storage_sessions WHERE status = 'open'").all();
  expect(open.map(({ id }) => id)).toEqual(expect.arrayContaining(readdirSync(join(dir, 'objects', 'partial'))));
  table.close();
  await last.kill();
}, 20_000);
