import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../../infra/local/context.ts';
import { createMeter } from '../../../infra/local/meter.ts';
import { openState } from '../../../infra/local/state.ts';

/** A context over a folder of its own. `reopen` is what a restarted process would see; `remove` ends it. */
export function createTemporaryContext(seed?: number): {
  context: Context;
  reopen(): Context;
  remove(): void;
} {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-local-'));
  const open = (): Context => {
    const state = openState(dir);
    return { dir, project: 'test', location: 'US', state, meter: createMeter(state), seed };
  };
  let context = open();
  return {
    context,
    reopen() {
      context.state.close();
      context = open();
      return context;
    },
    remove() {
      context.state.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
