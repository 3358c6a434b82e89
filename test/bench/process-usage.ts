import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Linux counts CPU time in ticks of 10 ms. Source: proc(5), sysconf(_SC_CLK_TCK). */
const TICKS_A_SECOND = 100;

/** CPU seconds that a process has used, its threads included. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

export interface MemoryPeaks {
  /** Of the process alone, in MiB, as the kernel counts it. */
  rss: number;
  /** Of the folder, in MiB. */
  scratch: number;
  /** Of both at one time, in MiB: a function's scratch disk is memory. */
  both: number;
}

/** Watches a process and its scratch folder, forty times a second. */
export function watchMemory(pid: number, folder: string): { stop(): MemoryPeaks } {
  // Starts the kernel's own record (VmHWM) anew. Source: proc(5), clear_refs.
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  let scratch = 0;
  let both = 0;
  const timer = setInterval(() => {
    const used = folderBytes(folder) / 2 ** 20;
    scratch = Math.max(scratch, used);
    both = Math.max(both, statusMib(pid, 'VmRSS') + used);
  }, 25);
  return {
    stop() {
      clearInterval(timer);
      const rss = statusMib(pid, 'VmHWM');
      return { rss, scratch, both: Math.max(both, rss) };
    },
  };
}

function statusMib(pid: number, name: 'VmRSS' | 'VmHWM'): number {
  const line = new RegExp(`${name}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? Number.NaN) / 1024;
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
