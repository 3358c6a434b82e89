import { ApiError } from '../../api-error.ts';
import { wireOfMillis } from '../../wire-time.ts';
import type { InspectConfig } from '../wire/inspection.ts';
import type { FieldId } from '../wire/value.ts';
import { checkFileSet, type FileSet } from './file-set.ts';
import type { TableReference } from './table-reader.ts';
import { checkTimespan, type TimespanConfig } from './timespan.ts';

/** google.privacy.dlp.v2: jobs, as the kit decodes them. Source: dlp.proto, storage.proto. */

export interface CloudStorageOptions {
  fileSet: FileSet | null;
  bytesLimitPerFile: string;
  bytesLimitPerFilePercent: number;
  fileTypes: string[];
  filesLimitPercent: number;
}

export interface BigQueryOptions {
  tableReference: TableReference | null;
  identifyingFields: FieldId[];
  rowsLimit: string;
  rowsLimitPercent: number;
  excludedFields: FieldId[];
  includedFields: FieldId[];
}

export interface StorageConfig {
  cloudStorageOptions?: CloudStorageOptions | null;
  bigQueryOptions?: BigQueryOptions | null;
  datastoreOptions?: object | null;
  hybridOptions?: object | null;
  timespanConfig: TimespanConfig | null;
}

export interface Action {
  saveFindings?: { outputConfig: { table?: TableReference | null; storagePath?: object | null } | null } | null;
  pubSub?: { topic: string } | null;
  [other: string]: unknown;
}

export interface InspectJobConfig {
  storageConfig: StorageConfig | null;
  inspectConfig: InspectConfig | null;
  inspectTemplateName: string;
  actions: Action[];
}

export type JobState = 'PENDING' | 'RUNNING' | 'DONE' | 'CANCELED' | 'FAILED';

export interface JobBody {
  config: InspectJobConfig;
  /** With its template, stored infoTypes and dictionaries merged in, as they were when the job was made. */
  inspectConfig: InspectConfig | null;
  state: JobState;
  startMs?: number;
  endMs?: number;
  result: JobResult;
  errors: JobError[];
  /** The trigger that started it. */
  triggerName?: string;
}

export interface JobError {
  code: number;
  message: string;
  atMs: number;
}

/** google.privacy.dlp.v2.Error */
export const renderErrors = (errors: readonly JobError[]): object[] =>
  errors.map(({ code, message, atMs }) => ({ details: { code, message }, timestamps: [wireOfMillis(atMs)] }));

/** As filters name it. */
export const inspectedStorage = ({ storageConfig }: InspectJobConfig): string =>
  storageConfig?.bigQueryOptions ? 'BIGQUERY' : 'CLOUD_STORAGE';

export interface JobResult {
  processedBytes: number;
  totalBytes: number;
  rows: number;
  counts: Record<string, number>;
}

const FILE_TYPES = ['FILE_TYPE_UNSPECIFIED', 'TEXT_FILE', 'CSV', 'TSV'];
const ACTIONS = ['saveFindings', 'pubSub'];

/** @throws ApiError INVALID_ARGUMENT for what Google refuses, UNIMPLEMENTED for what only Google does. */
export function checkInspectJob(config: InspectJobConfig): void {
  const { storageConfig, actions } = config;
  const unimplemented = (what: string, instead: string) =>
    new ApiError('UNIMPLEMENTED', `inspect_job.${what}: the local cloud inspects ${instead}`);
  if (!storageConfig) throw new ApiError('INVALID_ARGUMENT', 'inspect_job.storage_config must be set');
  const { cloudStorageOptions: storage, bigQueryOptions: query } = storageConfig;
  if (storageConfig.datastoreOptions || storageConfig.hybridOptions)
    throw unimplemented('storage_config', 'Cloud Storage and BigQuery only');
  if (storageConfig.timespanConfig) checkTimespan(storageConfig.timespanConfig);
  if (!storage && !query)
    throw new ApiError(
      'INVALID_ARGUMENT',
      'inspect_job.storage_config must hold cloud_storage_options or big_query_options',
    );
  if (storage) checkFileSet(storage.fileSet);
  for (const type of storage?.fileTypes ?? []) {
    if (!FILE_TYPES.includes(type))
      throw unimplemented(`storage_config.cloud_storage_options.file_types ${type}`, FILE_TYPES.slice(1).join(', '));
  }
  if (query && !query.tableReference)
    throw new ApiError('INVALID_ARGUMENT', 'inspect_job.storage_config.big_query_options.table_reference must be set');
  if (query && Number(query.rowsLimit) > 0 && query.rowsLimitPercent > 0)
    throw new ApiError('INVALID_ARGUMENT', 'Only one of rows_limit and rows_limit_percent can be specified.');
  for (const action of actions) {
    const name = Object.keys(action).find((key) => action[key] !== null && typeof action[key] === 'object');
    if (name === undefined) throw new ApiError('INVALID_ARGUMENT', 'inspect_job.actions must each hold an action');
    if (!ACTIONS.includes(name))
      throw new ApiError(
        'UNIMPLEMENTED',
        `inspect_job.actions ${name}: the local cloud saves findings and publishes only`,
      );
    if (action.saveFindings && !action.saveFindings.outputConfig?.table)
      throw new ApiError(
        'UNIMPLEMENTED',
        'inspect_job.actions save_findings: the local cloud saves findings to a BigQuery table only',
      );
  }
}
