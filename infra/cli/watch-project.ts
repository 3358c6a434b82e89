import { type FSWatcher, watch } from 'node:fs';

/** Editors write a file in several steps, and a checkout writes many files. */
const QUIET_MS = 120;

/**
 * Calls `onChange` once the folder has been quiet after a change, and once at the start, since the folder may have changed
 * after it was read and before it was watched. A call that is under way is awaited before the next.
 */
export function watchProject(folder: string, onChange: () => Promise<void>): { stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let busy = false;
  let again = false;
  let stopped = false;

  async function settle(): Promise<void> {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    do {
      again = false;
      await onChange();
    } while (again && !stopped);
    busy = false;
  }

  const later = (): void => {
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(() => void settle(), QUIET_MS);
  };

  const watcher: FSWatcher = watch(folder, { recursive: true }, later);
  // The folder itself may be moved away; compiling then says so.
  watcher.on('error', later);
  later();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      watcher.close();
    },
  };
}
