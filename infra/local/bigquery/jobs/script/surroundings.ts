import { type RoutineRecord, TEMPORARY } from '../../catalog.ts';
import { informationTable } from '../../information-schema.ts';
import { readParameters } from '../../query-parameters.ts';
import type { FunctionInfo, Surroundings, TableFunctionInfo } from '../../sql/analyze/analysis.ts';
import { integerOf, textOf } from '../../sql/analyze/literals.ts';
import { functionInfo } from '../../sql/analyze/routines.ts';
import { tableFunctionInfo } from '../../sql/analyze/table-functions.ts';
import { nullOf, typed } from '../../sql/analyze/typed.ts';
import type { Statement } from '../../sql/parse/statement-tree.ts';
import { parseScript } from '../../sql/parse/statements.ts';
import { SqlError, unsupported } from '../../sql/sql-error.ts';
import { arrayOf, quoteText, scalar } from '../../sql/types.ts';
import { childId } from '../child-ids.ts';
import type { Engine } from '../engine.ts';
import type { Job, QueryConfiguration } from '../job.ts';
import { effectiveQuery } from './settings.ts';
import { type ScriptState, type StackEntry, topFrame } from './state.ts';

/** Where the temporary tables of a job, or of its session, lie: a dataset that no request names. */
export const tempDataset = (job: Pick<Job, 'id' | 'session'>) => `${TEMPORARY}${job.session ?? job.id}`;

export function defaultDatasetOf(job: Pick<Job, 'project' | 'configuration'>, state: ScriptState | undefined) {
  const { defaultDataset } = effectiveQuery(job.configuration.query as QueryConfiguration, state);
  return defaultDataset?.datasetId
    ? { project: defaultDataset.projectId ?? job.project, dataset: defaultDataset.datasetId }
    : undefined;
}

/** BigQuery's transaction is still open there, and shows its own rows. */
export const ABORTED = 'a statement on tables between an error in a transaction and its ROLLBACK TRANSACTION';

/** What the names in a job's text mean: `state` is where its script stands. */
export function surroundingsOf(
  engine: Engine,
  job: Pick<Job, 'project' | 'configuration' | 'session'> & { id?: string; created?: number },
  startedAt: number,
  state: ScriptState | undefined,
): Surroundings {
  const query = job.configuration.query as QueryConfiguration;
  const defaultDataset = defaultDatasetOf(job, state);
  const resolve = engine.catalog.resolver({ project: job.project, location: engine.location, defaultDataset });
  const temp = (name: string) =>
    job.id === undefined
      ? undefined
      : engine.catalog.info({ project: job.project, dataset: tempDataset({ ...job, id: job.id }), table: name });
  return {
    findTable(path, at, defaults) {
      if (state?.aborted) throw unsupported(ABORTED, at);
      const name = path.length === 1 ? path[0] : path.length === 2 && path[0] === '_SESSION' ? path[1] : undefined;
      const information = informationTable(path, at, {
        catalog: engine.catalog,
        project: job.project,
        location: engine.location,
        defaultDataset: defaults ? defaultDataset?.dataset : undefined,
      });
      if (information) return information;
      const own = defaults && name !== undefined ? temp(name) : undefined;
      return own ?? resolve(path, at, defaults);
    },
    findWildcard(path, at, defaults) {
      if (state?.aborted) throw unsupported(ABORTED, at);
      return engine.catalog.wildcard(
        { project: job.project, location: engine.location, defaultDataset: defaults ? defaultDataset : undefined },
        path,
        at,
      );
    },
    parameter: readParameters(query.queryParameters ?? []),
    now: BigInt(startedAt) * 1000n,
    system: (name, at) => systemVariable(name, at, { engine, job, state }),
    variable(name) {
      const found = state && topFrame(state).variables[name.toLowerCase()];
      return found && typed(found.sql, found.type);
    },
    findFunction: (path) => findFunction(path, { engine, job, state }),
    findTableFunction: (path) => findTableFunction(path, { engine, job, state }),
    findLibrary: (uri, at) => findLibrary(engine, uri, at),
  };
}

interface Context {
  engine: Engine;
  job: Pick<Job, 'project' | 'configuration' | 'session'> & { id?: string; created?: number };
  state: ScriptState | undefined;
}

const STRING = scalar('STRING');

/** Of the innermost handler that is under way, here or in what called this. */
const caughtError = (state: ScriptState | undefined) => state?.frames.flatMap((frame) => frame.errors).at(-1);

function systemVariable(name: string, at: number, { engine, job, state }: Context) {
  const defaults = defaultDatasetOf(job, state);
  const spent = state?.spent;
  const text = (value: string | undefined) => (value === undefined ? nullOf(STRING) : textOf(value));
  const integer = (value: number | undefined) =>
    value === undefined ? nullOf(scalar('INT64')) : integerOf(BigInt(value));
  switch (name) {
    case 'project_id':
      return text(job.project);
    case 'dataset_id':
      return text(defaults?.dataset);
    case 'dataset_project_id':
      return text(defaults?.project);
    case 'location':
      return text(engine.location);
    case 'time_zone':
      return text('UTC');
    case 'script.job_id':
      return text(job.id);
    // In a script each statement is a job of its own, and this one is the next.
    case 'current_job_id':
      return text(spent ? childId(job, spent.statements) : job.id);
    case 'last_job_id':
      return text(spent && spent.statements > 0 ? childId(job, spent.statements - 1) : undefined);
    case 'script.num_child_jobs':
      return integer(spent?.statements);
    case 'script.bytes_processed':
      return integer(spent?.processed);
    case 'script.bytes_billed':
      return integer(spent?.billed);
    case 'script.creation_time':
      return typed(
        spent && job.created !== undefined
          ? `make_timestamptz(${job.created * 1000}::BIGINT)`
          : 'CAST(NULL AS TIMESTAMPTZ)',
        scalar('TIMESTAMP'),
      );
    case 'query_label':
      return text(state?.settings?.query_label);
    case 'session_id':
      return text(job.session);
    case 'row_count':
      return integer(state?.rowCount);
    case 'error.message':
      return text(caughtError(state)?.message);
    case 'error.statement_text':
      return text(caughtError(state)?.statement);
    case 'error.stack_trace':
      return stackTrace(caughtError(state)?.stack);
    case 'error.formatted_stack_trace':
      return text(caughtError(state)?.stack?.map(formatEntry).join('\n'));
  }
  throw unsupported(`system variable @@${name}`, at);
}

const INT64 = scalar('INT64');
const STACK_TYPE = arrayOf({
  kind: 'STRUCT',
  fields: [
    { name: 'line', type: INT64 },
    { name: 'column', type: INT64 },
    { name: 'filename', type: STRING },
    { name: 'location', type: STRING },
  ],
});

function stackTrace(stack: StackEntry[] | undefined) {
  if (!stack) return nullOf(STACK_TYPE);
  const entries = stack.map(({ line, column, location }) => {
    const where = location === undefined ? 'CAST(NULL AS VARCHAR)' : quoteText(location);
    return `struct_pack(line := ${line}::BIGINT, "column" := ${column}::BIGINT, filename := CAST(NULL AS VARCHAR), location := ${where})`;
  });
  return typed(`[${entries.join(', ')}]`, STACK_TYPE);
}

const formatEntry = ({ line, column, location }: StackEntry) => `At ${location ?? ''}[${line}:${column}]`;

/** Definitions by their text: a function is called in statement after statement. */
function reader<K extends Statement['kind'], T>(kind: K, read: (statement: Extract<Statement, { kind: K }>) => T) {
  const known = new Map<string, T>();
  return (text: string): T => {
    const kept = known.get(text);
    if (kept !== undefined) return kept;
    const statement = parseScript(text).statements[0]?.statement;
    if (statement?.kind !== kind) throw new SqlError('The routine is of another kind', 0);
    if (known.size >= KEPT) known.clear();
    const info = read(statement as Extract<Statement, { kind: K }>);
    known.set(text, info);
    return info;
  };
}

const KEPT = 1000;
const readFunction = reader('createFunction', functionInfo);
const readTableFunction = reader('createTableFunction', tableFunctionInfo);

function findLibrary(engine: Engine, uri: string, at: number): string {
  const [, bucket = '', name = ''] = /^gs:\/\/([^/]+)\/([^*]+)$/s.exec(uri) ?? [];
  if (name === '') throw new SqlError(`Invalid library URI: ${uri}: it must be gs://bucket/object`, at);
  const [object] = engine.files.match(bucket, name);
  if (!object) throw new SqlError(`Not found: URI ${uri}`, at, 'notFound');
  return object.path;
}

const refOf = ({ project, dataset, routine }: RoutineRecord) => ({ project, dataset, routine });

function findFunction(path: readonly string[], context: Context): FunctionInfo | undefined {
  const [name, ...more] = path;
  if (more.length === 0) {
    const functions = context.state?.functions.map(readFunction);
    const own = functions?.findLast((info) => info.name.toLowerCase() === name?.toLowerCase());
    if (own) return own;
  }
  const record = findRoutine(path, context);
  return record?.kind === 'FUNCTION' ? { ...readFunction(record.text), routine: refOf(record) } : undefined;
}

function findTableFunction(path: readonly string[], context: Context): TableFunctionInfo | undefined {
  const record = findRoutine(path, context);
  return record?.kind === 'TABLE FUNCTION' ? { ...readTableFunction(record.text), routine: refOf(record) } : undefined;
}

function findRoutine(path: readonly string[], { engine, job, state }: Context): RoutineRecord | undefined {
  const defaults = defaultDatasetOf(job, state);
  const [routine = '', dataset = defaults?.dataset, project = path.length === 2 ? job.project : defaults?.project] =
    path.toReversed();
  if (dataset === undefined || project === undefined) return undefined;
  return engine.catalog.routine({ project, dataset, routine });
}
