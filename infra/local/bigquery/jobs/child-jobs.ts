import { createHash } from 'node:crypto';
import { type JobFailure, toJobError } from '../errors.ts';
import { tokenize } from '../sql/parse/lexer.ts';
import type { Job, JobResult, QueryStatistics, StackFrame } from './job.ts';
import type { Instruction } from './script/program.ts';
import type { Run } from './script/run.ts';
import { topFrame } from './script/state.ts';

/** What became of one statement. */
interface Ending {
  statistics: QueryStatistics;
  result?: JobResult | undefined;
  failure?: JobFailure;
  started: number;
}

/** A statement of a script as the job that BigQuery makes of it: `number` counts the script's statements. */
export function childJob(
  run: Run,
  statement: { number: number; text: string; frame: StackFrame | undefined },
  ending: Ending,
): Job {
  const { job } = run.execution;
  const { query, ...rest } = job.configuration;
  const error = ending.failure && toJobError(ending.failure);
  return {
    ...job,
    id: `script_job_${createHash('sha256').update(`${job.project}:${job.id}`).digest('hex').slice(0, 32)}_${statement.number}`,
    configuration: {
      ...rest,
      query: {
        query: statement.text,
        ...(query?.defaultDataset && { defaultDataset: query.defaultDataset }),
        ...(query?.priority && { priority: query.priority }),
      },
    },
    requestId: undefined,
    parent: { id: job.id, frame: statement.frame },
    state: 'DONE',
    created: ending.started,
    started: ending.started,
    ended: run.engine.clock.now(),
    error,
    errors: error ? [error] : [],
    query: ending.statistics,
    result: ending.result,
    script: undefined,
  };
}

/** A statement's text and place; what EXECUTE IMMEDIATE built has its own text, and a procedure's has no place in the job's. */
export function statementText(
  run: Run,
  instruction: Instruction,
  built: string | undefined,
): { text: string; frame: StackFrame | undefined } {
  const { procedure } = topFrame(run.state);
  const source = procedure ?? run.query.query ?? '';
  const end = endOf(source, instruction);
  const text = source.slice(instruction.at, end);
  const [start, stop] = [place(source, instruction.at), place(source, end)];
  const frame = { startLine: start.line, startColumn: start.column, endLine: stop.line, endColumn: stop.column, text };
  return { text: built ?? text, frame: procedure === undefined ? frame : undefined };
}

const ends = new WeakMap<Instruction, number>();

/** A statement ends before its semicolon. */
function endOf(source: string, instruction: Instruction): number {
  const known = ends.get(instruction);
  if (known !== undefined) return known;
  const rest = tokenize(source.slice(instruction.at));
  const stop = rest.findIndex((token) => token.kind === 'end' || (token.kind === 'symbol' && token.text === ';'));
  const end = instruction.at + (rest[stop - 1]?.end ?? 0);
  ends.set(instruction, end);
  return end;
}

function place(source: string, at: number): { line: number; column: number } {
  const before = source.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
