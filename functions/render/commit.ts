import type { CommitStep } from '../plan/commit.ts';
import {
  renderAffectedKeys,
  renderDeleteRuns,
  renderEmpty,
  renderInsert,
  renderLeft,
  renderMerge,
  renderRebuild,
  renderSwapPartitions,
  renderSwapTable,
} from './commit-sql.ts';
import { type CommitTarget, commitsTable, keysTable, stagingTable } from './commit-tables.ts';
import { tablePath } from './sql.ts';
import { renderStagedFields } from './staged.ts';
import { type FieldResource, renderFields } from './table.ts';

/** The job that carries out a step; dropping is no job. */
export function renderCommitJob(step: Exclude<CommitStep, { kind: 'drop_staged' }>, target: CommitTarget): object {
  const labels = { sluice_table: label(target.source.id), sluice_batch: String(target.n) };
  switch (step.kind) {
    case 'append':
      return {
        labels,
        load: loadInto(target.project, target.source.id, step.uris, 'WRITE_APPEND', renderFields(target.source)),
      };
    case 'replace':
      return {
        labels,
        load: loadInto(target.project, target.source.id, step.uris, 'WRITE_TRUNCATE_DATA', renderFields(target.source)),
      };
    case 'stage':
      return {
        labels,
        load: loadInto(
          target.project,
          stagingTable(target),
          step.uris,
          step.first ? 'WRITE_TRUNCATE' : 'WRITE_APPEND',
          renderStagedFields(target.source),
        ),
      };
    case 'find_affected_keys':
      return {
        labels,
        query: {
          ...script(renderAffectedKeys(target, step.replayed)),
          destinationTable: reference(target.project, keysTable(target)),
          writeDisposition: 'WRITE_TRUNCATE',
        },
      };
    case 'empty':
      return { labels, query: script(renderEmpty(target)) };
    case 'delete_runs':
      return { labels, query: script(renderDeleteRuns(target, step.runs)) };
    case 'insert_staged':
      return { labels, query: script(renderInsert(target, step.replayed)) };
    case 'swap_table':
      return { labels, query: script(renderSwapTable(target)) };
    case 'swap_partitions':
      return { labels, query: script(renderSwapPartitions(target, step.takeovers, step.replayed)) };
    case 'find_left':
      return { labels, query: script(renderLeft(target, step.partition)) };
    case 'merge_staged':
      return { labels, query: script(renderMerge(target)) };
    case 'rebuild_keys':
      return { labels, query: script(renderRebuild(target)) };
  }
}

/** Creates the commits table with its row, once; a second one finds it and does nothing. */
export function renderCommitsTable({ project, source }: Pick<CommitTarget, 'project' | 'source'>): object {
  return {
    query: script(
      `CREATE TABLE IF NOT EXISTS ${tablePath(project, commitsTable(source))} AS SELECT 0 AS batch, TIMESTAMP '1970-01-01 00:00:00+00' AS committed_at`,
    ),
  };
}

const script = (query: string): object => ({ query, useLegacySql: false });
const label = (id: string): string =>
  id
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '-')
    .slice(0, 63);

export function reference(project: string, id: string): object {
  const [datasetId, tableId] = id.split('.');
  return { projectId: project, datasetId, tableId };
}

function loadInto(
  project: string,
  table: string,
  uris: readonly string[],
  writeDisposition: string,
  fields: readonly FieldResource[],
): object {
  return {
    destinationTable: reference(project, table),
    sourceUris: uris,
    sourceFormat: 'PARQUET',
    writeDisposition,
    createDisposition: 'CREATE_IF_NEEDED',
    schema: { fields },
    parquetOptions: { enableListInference: true },
    decimalTargetTypes: ['NUMERIC', 'BIGNUMERIC'],
  };
}
