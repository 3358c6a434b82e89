import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchProject } from '../../../infra/cli/watch-project.ts';

let folder: string;
let watching: { stop(): void } | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-watch-'));
  mkdirSync(join(folder, 'sources'));
});
afterEach(() => {
  watching?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('looks once at the start: a file that came before the watch is not missed', async () => {
  const onChange = vi.fn(async () => {});
  watching = watchProject(folder, onChange);
  await vi.waitFor(() => expect(onChange).toHaveBeenCalledTimes(1));
});

test('sees a file in a folder that came with it, and later ones beside it', async () => {
  const onChange = vi.fn(async () => {});
  watching = watchProject(folder, onChange);
  await vi.waitFor(() => expect(onChange).toHaveBeenCalledTimes(1));
  mkdirSync(join(folder, 'sources', 'shop'));
  writeFileSync(join(folder, 'sources', 'shop', 'a.yaml'), 'one');
  await vi.waitFor(() => expect(onChange).toHaveBeenCalledTimes(2));
  writeFileSync(join(folder, 'sources', 'shop', 'b.yaml'), 'two');
  await vi.waitFor(() => expect(onChange).toHaveBeenCalledTimes(3));
});

test('never runs two at once, and runs again for what changed meanwhile', async () => {
  let under = 0;
  let most = 0;
  let calls = 0;
  watching = watchProject(folder, async () => {
    most = Math.max(most, ++under);
    calls++;
    await sleep(300);
    under--;
  });
  await vi.waitFor(() => expect(calls).toBe(1));
  writeFileSync(join(folder, 'sources', 'a.yaml'), 'one');
  await vi.waitFor(() => expect(calls).toBe(2), { timeout: 3000 });
  expect(most).toBe(1);
});
