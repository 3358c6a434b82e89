import { type JobFailure, toJobError } from '../errors.ts';
import { tokenize } from '../sql/parse/lexer.ts';
import { SqlError } from '../sql/sql-error.ts';
import { childId } from './child-ids.ts';
import type { Job, JobConfiguration, JobResult, QueryStatistics, StackFrame } from './job.ts';
import type { Instruction } from './script/program.ts';
import { readProcedure } from './script/programs.ts';
import type { Run } from './script/run.ts';
import { effectiveQuery } from './script/settings.ts';
import { type StackEntry, topFrame } from './script/state.ts';

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
  const { defaultDataset } = effectiveQuery(query ?? {}, run.state);
  const error = ending.failure && toJobError(ending.failure);
  return {
    ...job,
    id: childId(job, statement.number),
    configuration: {
      ...rest,
      ...labelled(rest.labels, run.state.settings?.query_label),
      query: {
        query: statement.text,
        ...(defaultDataset && { defaultDataset }),
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

/** Labels with those of @@query_label, `key:value,key:value`. */
function labelled(
  labels: Record<string, string> | undefined,
  text: string | undefined,
): Pick<JobConfiguration, 'labels'> {
  if (text === undefined) return {};
  const own = text.split(',').map((pair) => pair.split(':').map((part) => part.trim()) as [string, string]);
  return { labels: { ...labels, ...Object.fromEntries(own) } };
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

/** A statement's text, and where it stands: in a procedure counted from its BEGIN. */
export function placeOf(
  source: string,
  instruction: Instruction | undefined,
  procedure: string | undefined,
): { text: string; entry: StackEntry } {
  const at = instruction?.at ?? source.length;
  const text = instruction ? source.slice(at, endOf(source, instruction)) : '';
  return {
    text,
    entry: procedure === undefined ? { ...place(source, at), location: undefined } : inProcedure(procedure, at),
  };
}

function inProcedure(procedure: string, at: number): StackEntry {
  const { path, bodyText } = readProcedure(procedure);
  const begin = procedure.length - bodyText.length;
  return { ...place(procedure.slice(begin), at - begin), location: path.map(({ name }) => name).join('.') };
}

/** An error in a procedure says where in it: `at [dataset.procedure:line:column]`. */
export function located(run: Run, error: unknown): unknown {
  const { procedure } = topFrame(run.state);
  if (procedure === undefined || !(error instanceof SqlError) || error.at === undefined) return error;
  const { location, line, column } = inProcedure(procedure, error.at);
  return new SqlError(`${error.message} at [${location}:${line}:${column}]`, undefined, error.reason);
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
