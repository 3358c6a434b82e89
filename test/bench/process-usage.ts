import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Linux counts CPU time in ticks of 10 ms. Source: proc(5), sysconf(_SC_CLK_TCK). */
const TICKS_A_SECOND = 100;

/** CPU seconds that a process has used, its threads included. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

/** The most memory that a process has held so far, in MiB. */
export function peakRssMib(pid: number): number {
  const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? Number.NaN) / 1024;
}

/** Watches the bytes below a folder, twenty times a second, and remembers the most. */
export function watchFolder(folder: string): { stop(): number } {
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, folderBytes(folder));
  }, 50);
  return {
    stop() {
      clearInterval(timer);
      return peak;
    },
  };
}

function folderBytes(folder: string): number {
  let bytes = 0;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      // Blocks, not lengths: the holes of a sparse file take no disk.
      bytes += entry.isDirectory() ? folderBytes(path) : statSync(path).blocks * 512;
    }
  } catch {
    // It was removed while it was looked at: it holds nothing any more.
  }
  return bytes;
}
