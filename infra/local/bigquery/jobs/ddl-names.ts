import { type DatasetRecord, resolvePath, type TableRecord, type TableRef } from '../catalog.ts';
import { JobFailure } from '../errors.ts';
import type { Path } from '../sql/parse/statement-tree.ts';
import { type Engine, nameOf } from './engine.ts';
import type { Job, QueryConfiguration } from './job.ts';
import { tempDataset } from './script/surroundings.ts';

/** The job that a DDL statement is part of. */
export interface Caller {
  job: Pick<Job, 'project' | 'id' | 'session'>;
  query: QueryConfiguration;
}

/** A table's name as the job's default dataset completes it. */
export function tableRef(path: Path, caller: Caller): TableRef {
  const { defaultDataset } = caller.query;
  const defaults = defaultDataset?.datasetId
    ? { project: defaultDataset.projectId ?? caller.job.project, dataset: defaultDataset.datasetId }
    : undefined;
  return resolvePath(
    path.map((part) => part.name),
    path[0]?.at,
    caller.job.project,
    defaults,
  );
}

/** A dataset's name: bare, it is of the job's own project. */
export function datasetRef(path: Path, caller: Caller): Pick<TableRef, 'project' | 'dataset'> {
  const [first = '', second] = path.map((part) => part.name);
  return second === undefined ? { project: caller.job.project, dataset: first } : { project: first, dataset: second };
}

export function requireDataset(engine: Engine, ref: Pick<TableRef, 'project' | 'dataset'>): DatasetRecord {
  const record = engine.catalog.dataset(ref.project, ref.dataset);
  if (record) return record;
  throw new JobFailure(
    'notFound',
    `Not found: Dataset ${ref.project}:${ref.dataset} was not found in location ${engine.location}`,
  );
}

export function requireTable(engine: Engine, ref: TableRef): TableRecord {
  const record = engine.catalog.table(ref);
  if (record) return record;
  throw new JobFailure('notFound', `Not found: Table ${nameOf(ref)} was not found in location ${engine.location}`);
}

/** The name of a temporary table of the job. */
export function temporaryRef(path: Path, caller: Caller): TableRef {
  return { project: caller.job.project, dataset: tempDataset(caller.job), table: path.at(-1)?.name ?? '' };
}

/** A table that is there: a bare name may be a temporary table's. */
export function existingRef(engine: Engine, path: Path, caller: Caller): TableRef {
  const isBare = path.length === 1 || (path.length === 2 && path[0]?.name === '_SESSION');
  const temporary = temporaryRef(path, caller);
  return isBare && engine.catalog.table(temporary) ? temporary : tableRef(path, caller);
}
