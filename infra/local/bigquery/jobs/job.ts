import type { TableRef } from '../catalog.ts';
import type { JobError } from '../errors.ts';
import type { ParameterType, QueryParameter } from '../query-parameters.ts';
import type { EncodedRow } from '../rows.ts';
import type { Field } from '../schema.ts';
import type { RoutineRef } from '../sql/analyze/analysis.ts';
import type { ScriptState } from './script/state.ts';

export const DISPOSITIONS = ['WRITE_APPEND', 'WRITE_TRUNCATE', 'WRITE_TRUNCATE_DATA', 'WRITE_EMPTY'] as const;
export type Disposition = (typeof DISPOSITIONS)[number];

interface RestTable {
  projectId?: string;
  datasetId?: string;
  tableId?: string;
}

/** What load, query and copy jobs say of the table that they write. */
export interface DestinationConfiguration {
  destinationTable?: RestTable;
  createDisposition?: string;
  writeDisposition?: string;
  schemaUpdateOptions?: string[];
  timePartitioning?: {
    type?: string;
    field?: string;
    expirationMs?: string;
    requirePartitionFilter?: boolean;
  } | null;
  rangePartitioning?: {
    field?: string;
    range?: { start?: string | number; end?: string | number; interval?: string | number };
  } | null;
  clustering?: { fields?: string[] } | null;
}

export interface QueryConfiguration extends DestinationConfiguration {
  query?: string;
  useLegacySql?: boolean;
  defaultDataset?: { projectId?: string; datasetId?: string };
  parameterMode?: string;
  queryParameters?: QueryParameter[];
  maximumBytesBilled?: string;
  useQueryCache?: boolean;
  priority?: string;
  createSession?: boolean;
  connectionProperties?: { key?: string; value?: string }[];
}

export interface LoadConfiguration extends DestinationConfiguration {
  sourceUris?: string[];
  sourceFormat?: string;
  schema?: { fields?: unknown };
  autodetect?: boolean;
  fieldDelimiter?: string;
  quote?: string;
  skipLeadingRows?: number | string;
  allowQuotedNewlines?: boolean;
  allowJaggedRows?: boolean;
  nullMarker?: string;
  nullMarkers?: string[];
  preserveAsciiControlCharacters?: boolean;
  encoding?: string;
  maxBadRecords?: number | string;
  ignoreUnknownValues?: boolean;
  decimalTargetTypes?: string[];
  useAvroLogicalTypes?: boolean;
  hivePartitioningOptions?: { mode?: string; sourceUriPrefix?: string; requirePartitionFilter?: boolean } | null;
  parquetOptions?: { enumAsString?: boolean; enableListInference?: boolean };
  destinationTableProperties?: { description?: string; friendlyName?: string; labels?: Record<string, string> } | null;
}

export interface CopyConfiguration extends DestinationConfiguration {
  sourceTable?: RestTable;
  sourceTables?: RestTable[];
  operationType?: string;
  destinationExpirationTime?: string;
}

export interface ExtractConfiguration {
  sourceTable?: RestTable;
  sourceModel?: unknown;
  destinationUri?: string;
  destinationUris?: string[];
  destinationFormat?: string;
  compression?: string;
  fieldDelimiter?: string;
  printHeader?: boolean;
  useAvroLogicalTypes?: boolean;
}

export interface JobConfiguration {
  jobType?: string;
  dryRun?: boolean;
  labels?: Record<string, string>;
  jobTimeoutMs?: string;
  query?: QueryConfiguration;
  load?: LoadConfiguration;
  copy?: CopyConfiguration;
  extract?: ExtractConfiguration;
}

export interface DmlStats {
  insertedRowCount: number;
  updatedRowCount: number;
  deletedRowCount: number;
}

export interface QueryStatistics {
  statementType: string | undefined;
  totalBytesProcessed: number;
  totalBytesBilled: number;
  referencedTables: TableRef[];
  referencedRoutines?: RoutineRef[];
  /** Of a dry run: the parameters that the text names and the request does not give. */
  undeclared?: { name?: string; parameterType: ParameterType }[];
  schema: Field[] | undefined;
  dml: DmlStats | undefined;
  ddl:
    | {
        operation: string;
        table: TableRef | undefined;
        routine?: { project: string; dataset: string; routine: string };
        dataset?: { project: string; dataset: string };
      }
    | undefined;
  /** Of LOAD DATA. */
  load?: LoadStatistics;
  /** Of EXPORT DATA. */
  exported?: { files: number };
  childJobs: number;
  /** Rows and bytes came from an earlier query's result, and nothing is billed. */
  cacheHit?: boolean;
}

export interface LoadStatistics {
  inputFiles: number;
  inputFileBytes: number;
  outputRows: number;
  outputBytes: number;
  badRecords: number;
}

/** A finished query's rows. */
export interface JobResult {
  /** A table in DuckDB's schema `anon` with columns `c1`, `c2`, …; absent where the rows are few and stand in `inline`. */
  physical: string | undefined;
  /** Rows as REST answers them with useInt64Timestamp. */
  inline: EncodedRow[] | undefined;
  schema: Field[];
  rows: number;
  destination: TableRef;
}

/** Lines and columns count from 1. */
export interface StackFrame {
  startLine: number;
  startColumn: number;
  endLine: number;
  endColumn: number;
  text: string;
}

export interface Job {
  project: string;
  id: string;
  location: string;
  configuration: JobConfiguration;
  /** The file that an upload brought, for loads without sourceUris. */
  upload: string | undefined;
  requestId: string | undefined;
  /** The session that the job runs in, or has made. */
  session?: string;
  /** Of a script's statement: the script, and where in its text the statement stands. */
  parent?: { id: string; frame: StackFrame | undefined };
  state: 'PENDING' | 'RUNNING' | 'DONE';
  created: number;
  started: number | undefined;
  ended: number | undefined;
  error: JobError | undefined;
  errors: JobError[];
  query: QueryStatistics | undefined;
  load: LoadStatistics | undefined;
  copy: { rows: number } | undefined;
  extract: { files: number; inputBytes: number } | undefined;
  result: JobResult | undefined;
  /** Where a query's text stands: a restart goes on behind what is committed. */
  script: ScriptState | undefined;
}

export function jobType(job: Pick<Job, 'configuration'>): 'QUERY' | 'LOAD' | 'COPY' | 'EXTRACT' {
  const { query, load, copy } = job.configuration;
  return query ? 'QUERY' : load ? 'LOAD' : copy ? 'COPY' : 'EXTRACT';
}
