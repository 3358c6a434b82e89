import { BOOL, INT64, STRING, STRUCT, TIMESTAMP, type View } from './information-views.ts';
import { SESSION_USER } from './sql/session-user.ts';
import { arrayOf, quoteText, type SqlType } from './sql/types.ts';

const JOB_COLUMNS: [name: string, type: SqlType, sql: string][] = [
  ['creation_time', TIMESTAMP, "make_timestamptz(CAST(json_extract(j, '$.created') AS BIGINT) * 1000)"],
  ['project_id', STRING, "json_extract_string(j, '$.project')"],
  ['job_id', STRING, "json_extract_string(j, '$.id')"],
  [
    'job_type',
    STRING,
    "CASE WHEN json_exists(j, '$.configuration.query') THEN 'QUERY' WHEN json_exists(j, '$.configuration.load') THEN 'LOAD' WHEN json_exists(j, '$.configuration.copy') THEN 'COPY' ELSE 'EXTRACT' END",
  ],
  ['statement_type', STRING, "json_extract_string(j, '$.query.statementType')"],
  ['priority', STRING, "coalesce(json_extract_string(j, '$.configuration.query.priority'), 'INTERACTIVE')"],
  ['start_time', TIMESTAMP, "make_timestamptz(CAST(json_extract(j, '$.started') AS BIGINT) * 1000)"],
  ['end_time', TIMESTAMP, "make_timestamptz(CAST(json_extract(j, '$.ended') AS BIGINT) * 1000)"],
  ['query', STRING, "json_extract_string(j, '$.configuration.query.query')"],
  ['state', STRING, "json_extract_string(j, '$.state')"],
  ['total_bytes_processed', INT64, "CAST(json_extract(j, '$.query.totalBytesProcessed') AS BIGINT)"],
  ['total_bytes_billed', INT64, "CAST(json_extract(j, '$.query.totalBytesBilled') AS BIGINT)"],
  ['cache_hit', BOOL, "coalesce(CAST(json_extract(j, '$.query.cacheHit') AS BOOLEAN), false)"],
  ['parent_job_id', STRING, "json_extract_string(j, '$.parent.id')"],
  [
    'error_result',
    STRUCT({ reason: STRING, location: STRING, message: STRING }),
    "CASE WHEN json_type(j, '$.error') = 'OBJECT' THEN struct_pack(reason := json_extract_string(j, '$.error.reason'), location := json_extract_string(j, '$.error.location'), message := json_extract_string(j, '$.error.message')) END",
  ],
  [
    'destination_table',
    STRUCT({ project_id: STRING, dataset_id: STRING, table_id: STRING }),
    "struct_pack(project_id := json_extract_string(j, '$.result.destination.project'), dataset_id := json_extract_string(j, '$.result.destination.dataset'), table_id := json_extract_string(j, '$.result.destination.table'))",
  ],
  [
    'labels',
    arrayOf(STRUCT({ key: STRING, value: STRING })),
    "list_transform(json_keys(j, '$.configuration.labels'), lambda k: struct_pack(key := k, value := json_extract_string(j, '$.configuration.labels.\"' || k || '\"')))",
  ],
  ['user_email', STRING, quoteText(SESSION_USER)],
  [
    'referenced_tables',
    arrayOf(STRUCT({ project_id: STRING, dataset_id: STRING, table_id: STRING })),
    `list_transform(from_json(coalesce(json_extract(j, '$.query.referencedTables'), '[]'), '[{"project": "VARCHAR", "dataset": "VARCHAR", "table": "VARCHAR"}]'), lambda t: struct_pack(project_id := t.project, dataset_id := t.dataset, table_id := t."table"))`,
  ],
  [
    'dml_statistics',
    STRUCT({ inserted_row_count: INT64, deleted_row_count: INT64, updated_row_count: INT64 }),
    `CASE WHEN json_type(j, '$.query.dml') = 'OBJECT' THEN struct_pack(${['inserted', 'deleted', 'updated'].map((what) => `${what}_row_count := CAST(json_extract(j, '$.query.dml.${what}RowCount') AS BIGINT)`).join(', ')}) END`,
  ],
];

/** INFORMATION_SCHEMA.JOBS and its kin. */
export function jobsView(project: string): View {
  return {
    columns: Object.fromEntries(JOB_COLUMNS.map(([name, type]) => [name, type])),
    sql: `SELECT ${JOB_COLUMNS.map(([, , sql]) => sql).join(', ')} FROM (SELECT CAST(json AS JSON) AS j FROM meta.jobs WHERE project = ${quoteText(project)}) AS jobs`,
  };
}
