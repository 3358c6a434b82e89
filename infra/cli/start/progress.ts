import { writeSync } from 'node:fs';
import { Listr } from 'listr2';
import { isTerminal, note, paintNote } from '../output.ts';

const SHOW_CURSOR = '\u001b[?25h';

/** A piece of work that may tell how far it is; `said` is what there is to say when it is done. */
type Work<T> = (tell: (text: string) => void) => Promise<{ value: T; said: string }>;

export interface Progress {
  step<T>(title: string, work: Work<T>): Promise<T>;
}

/** Live on a terminal; elsewhere a line on stderr for each step that is done, with the seconds since `began`. */
export function createProgress({ live, began }: { live: boolean; began: number }): Progress {
  if (!live || !isTerminal()) return { step: (title, work) => stepInLines(title, work, began) };
  // An interrupted step leaves it hidden, and listr2 holds back what is written to stdout meanwhile.
  process.once('exit', () => writeSync(process.stdout.fd, SHOW_CURSOR));
  return { step: stepLive };
}

async function stepInLines<T>(title: string, work: Work<T>, began: number): Promise<T> {
  const { value, said } = await work(() => {});
  const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(5);
  note(`${paintNote('dim', `${seconds} s`)}  ${title}: ${said}`);
  return value;
}

async function stepLive<T>(title: string, work: Work<T>): Promise<T> {
  const results: T[] = [];
  const task = {
    title,
    async task(_context: unknown, shown: { title: string; output: string }): Promise<void> {
      const { value, said } = await work((text) => {
        shown.output = text;
      });
      results.push(value);
      shown.title = `${title}: ${said}`;
    },
  };
  // Signals are ours: what was started has to be stopped first.
  await new Listr([task], { registerSignalListeners: false, rendererOptions: { showErrorMessage: false } }).run();
  return results[0] as T;
}
