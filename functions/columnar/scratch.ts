import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Scratch disk: on Cloud Run it is memory, so each piece of work takes a folder and gives it back. */
export interface Scratch {
  open(): Promise<string>;
  close(dir: string): Promise<void>;
}

export function createScratch(root = tmpdir()): Scratch {
  return {
    async open() {
      await mkdir(root, { recursive: true });
      return mkdtemp(join(root, 'sluice-'));
    },
    close: (dir) => rm(dir, { recursive: true, force: true }),
  };
}
