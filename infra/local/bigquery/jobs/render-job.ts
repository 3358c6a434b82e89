import type { TableRef } from '../catalog.ts';
import type { RoutineRef } from '../sql/analyze/analysis.ts';
import { SESSION_USER } from '../sql/session-user.ts';
import { type Job, jobType, type LoadStatistics, type QueryStatistics } from './job.ts';
import { sessionInfo } from './sessions.ts';

export const renderTableRef = (ref: TableRef) => ({
  projectId: ref.project,
  datasetId: ref.dataset,
  tableId: ref.table,
});

const renderRoutineRef = (ref: RoutineRef) => ({
  projectId: ref.project,
  datasetId: ref.dataset,
  routineId: ref.routine,
});

export const jobReference = (job: Pick<Job, 'project' | 'id' | 'location'>) => ({
  projectId: job.project,
  jobId: job.id,
  location: job.location,
});

const text = (value: number | undefined) => (value === undefined ? undefined : String(value));

/** The job resource of jobs.get, jobs.insert and jobs.list. */
export function renderJob(job: Job, selfLink: string) {
  return {
    kind: 'bigquery#job',
    etag: `"${job.id}-${job.state}"`,
    id: `${job.project}:${job.location}.${job.id}`,
    selfLink,
    user_email: SESSION_USER,
    principal_subject: `user:${SESSION_USER}`,
    configuration: renderConfiguration(job),
    jobReference: jobReference(job),
    statistics: renderStatistics(job),
    status: {
      state: job.state,
      ...(job.error && { errorResult: job.error }),
      ...(job.errors.length > 0 && { errors: job.errors }),
    },
  };
}

function renderConfiguration(job: Job): object {
  const { configuration } = job;
  const query = configuration.query && {
    ...configuration.query,
    useLegacySql: false,
    priority: configuration.query.priority ?? 'INTERACTIVE',
    ...(job.result && { destinationTable: renderTableRef(job.result.destination) }),
    writeDisposition:
      configuration.query.writeDisposition ??
      (configuration.query.destinationTable?.tableId ? 'WRITE_EMPTY' : 'WRITE_TRUNCATE'),
  };
  return { ...configuration, jobType: jobType(job), ...(query && { query }) };
}

function renderStatistics(job: Job): object {
  const { query, load, copy, extract } = job;
  return {
    creationTime: String(job.created),
    startTime: text(job.started),
    endTime: text(job.ended),
    ...(job.ended !== undefined && {
      finalExecutionDurationMs: String(job.ended - (job.started ?? job.created)),
      totalSlotMs: String(Math.max(1, job.ended - (job.started ?? job.created))),
    }),
    ...(job.ended !== undefined && { completionRatio: 1 }),
    ...sessionInfo(job),
    ...(job.parent && {
      parentJobId: job.parent.id,
      scriptStatistics: {
        evaluationKind: 'STATEMENT',
        ...(job.parent.frame && { stackFrames: [job.parent.frame] }),
      },
    }),
    ...(query && {
      totalBytesProcessed: String(query.totalBytesProcessed),
      query: renderQueryStatistics(query),
      ...(query.childJobs > 0 && { numChildJobs: String(query.childJobs) }),
    }),
    ...(load && { load: renderLoad(load) }),
    ...(copy && { copy: { copiedRows: String(copy.rows) } }),
    ...(extract && {
      totalBytesProcessed: String(extract.inputBytes),
      extract: { destinationUriFileCounts: [String(extract.files)], inputBytes: String(extract.inputBytes) },
    }),
  };
}

const renderLoad = (load: LoadStatistics): object => ({
  inputFiles: String(load.inputFiles),
  inputFileBytes: String(load.inputFileBytes),
  outputRows: String(load.outputRows),
  outputBytes: String(load.outputBytes),
  badRecords: String(load.badRecords),
});

export function renderQueryStatistics(query: QueryStatistics): object {
  const { dml, ddl } = query;
  const changed = dml && dml.insertedRowCount + dml.updatedRowCount + dml.deletedRowCount;
  return {
    statementType: query.statementType,
    totalBytesProcessed: String(query.totalBytesProcessed),
    totalBytesBilled: String(query.totalBytesBilled),
    totalBytesProcessedAccuracy: 'PRECISE',
    billingTier: 1,
    cacheHit: query.cacheHit === true,
    ...(query.referencedTables.length > 0 && { referencedTables: query.referencedTables.map(renderTableRef) }),
    ...(query.referencedRoutines && { referencedRoutines: query.referencedRoutines.map(renderRoutineRef) }),
    ...(query.undeclared && { undeclaredQueryParameters: query.undeclared }),
    ...(query.schema && { schema: { fields: query.schema } }),
    ...(dml && { numDmlAffectedRows: String(changed), dmlStats: renderDml(dml) }),
    ...(query.load && { loadQueryStatistics: renderLoad(query.load) }),
    ...(query.exported && { exportDataStatistics: { fileCount: String(query.exported.files) } }),
    ...(ddl && {
      ddlOperationPerformed: ddl.operation,
      ...(ddl.table && { ddlTargetTable: renderTableRef(ddl.table) }),
      ...(ddl.routine && {
        ddlTargetRoutine: {
          projectId: ddl.routine.project,
          datasetId: ddl.routine.dataset,
          routineId: ddl.routine.routine,
        },
      }),
      ...(ddl.dataset && {
        ddlTargetDataset: { projectId: ddl.dataset.project, datasetId: ddl.dataset.dataset },
      }),
    }),
  };
}

export function renderDml(dml: NonNullable<QueryStatistics['dml']>): object {
  return {
    insertedRowCount: String(dml.insertedRowCount),
    updatedRowCount: String(dml.updatedRowCount),
    deletedRowCount: String(dml.deletedRowCount),
  };
}
