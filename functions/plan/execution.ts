import type { BuildOptions, Execution, ExecutionDone, Interval } from '../model/build.ts';
import type { Transform } from '../model/transform.ts';
import { alignTo, limitIntervals, subtractIntervals } from './intervals.ts';

/** What is known when a transform's turn comes. */
export interface ExecutionContext {
  transform: Transform;
  options: BuildOptions;
  /** State of every input now. */
  inputs: Readonly<Record<string, string>>;
  /** The newest execution that built it, and how that ended. */
  built: { execution: Execution; done: ExecutionDone } | undefined;
  /** Whether its table or view is there. */
  exists: boolean;
  /** Incremental only: days that inputs changed since it was built; `unknown` = any day may have. */
  touched: readonly Interval[] | 'unknown';
  /** Incremental only: days that inputs hold at all; asked for only where they matter. */
  held: readonly Interval[];
  /** Last day to be built, `YYYY-MM-DD`. */
  until: string;
}

export type Decision =
  | { kind: 'skip'; message: string }
  | { kind: 'run'; intervals: Interval[]; fresh: boolean }
  | { kind: 'impossible'; message: string };

/** Whether a transform has to be built, and which days of it. What has not changed is not paid for again. */
export function planExecution(context: ExecutionContext): Decision {
  const { transform, built, inputs } = context;
  const waits = Object.keys(inputs).filter((id) => isEmpty(inputs[id] ?? ''));
  if (waits.length > 0) return { kind: 'skip', message: `waits for ${waits.join(', ')}: nothing was loaded there yet` };
  const fresh = startsAnew(context);
  if (transform.kind === 'incremental') return planIncremental(context, fresh);
  const stable = transform.volatile.length === 0;
  if (!fresh && stable && sameInputs(built?.execution.inputs ?? {}, inputs))
    return { kind: 'skip', message: 'unchanged: same version, same inputs' };
  return { kind: 'run', intervals: [], fresh };
}

/** A table that has no batch or execution yet does not exist, and a query over it would fail. */
const isEmpty = (state: string): boolean => /^[bx]0$/.test(state);

/** Nothing that was built before counts: there is nothing, it is of another version, or a person says so. */
export function startsAnew({
  transform,
  options,
  built,
  exists,
}: Pick<ExecutionContext, 'transform' | 'options' | 'built' | 'exists'>): boolean {
  return options.fullRefresh === true || !exists || !built || built.execution.version !== transform.version;
}

function planIncremental(
  { transform, options, built, touched, held, until }: ExecutionContext,
  fresh: boolean,
): Decision {
  const grain = transform.partition?.grain ?? 'day';
  const run = (intervals: readonly Interval[]): Decision => ({
    kind: 'run',
    intervals: limitIntervals(
      intervals.map((interval) => alignTo(interval, grain)),
      grain,
    ),
    fresh,
  });
  if (options.from && options.to && !(fresh && built)) return run([[options.from, options.to]]);

  const covered = fresh ? [] : (built?.done.covered ?? []);
  const sinceStart: Interval[] = transform.start ? subtractIntervals([transform.start, until], covered) : [];
  const afterStart = (intervals: readonly Interval[]): Interval[] =>
    intervals.flatMap(([from, to]): Interval[] => {
      const first = transform.start && transform.start > from ? transform.start : from;
      return first <= to ? [[first, to]] : [];
    });
  if (fresh) {
    const all = [
      ...sinceStart,
      ...afterStart([...held, ...(built?.done.covered ?? [])]),
      ...(options.from && options.to ? [[options.from, options.to] as const] : []),
    ];
    if (all.length > 0) return run(all);
    return {
      kind: 'impossible',
      message: 'no input is a partitioned source, so the days to build are unknown: give the header a start: date',
    };
  }
  const changed = touched === 'unknown' ? [...covered, ...held] : touched;
  const wanted = [...sinceStart, ...afterStart(changed)];
  if (wanted.length === 0) return { kind: 'skip', message: nothingTouched(transform) };
  return run(wanted);
}

/** To rebuild all days for every CURRENT_TIMESTAMP() would cost the whole history a night, so that is left to a person. */
function nothingTouched({ volatile }: Transform): string {
  if (volatile.length === 0) return 'unchanged: same version, no day of its inputs has changed';
  return `no day of its inputs has changed; ${volatile.join(', ')} may have, and then past days are built anew with --from and --to`;
}

function sameInputs(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => a[name] === b[name]);
}
