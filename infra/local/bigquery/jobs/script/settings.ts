import type { QueryConfiguration } from '../job.ts';
import type { ScriptState } from './state.ts';

/** The job's query with the default dataset that `SET @@dataset_id` and `SET @@dataset_project_id` gave it. */
export function effectiveQuery(query: QueryConfiguration, state: ScriptState | undefined): QueryConfiguration {
  const { dataset_id: datasetId, dataset_project_id: projectId } = state?.settings ?? {};
  if (datasetId === undefined && projectId === undefined) return query;
  const { defaultDataset } = query;
  return {
    ...query,
    defaultDataset: {
      ...defaultDataset,
      ...(datasetId !== undefined && { datasetId }),
      ...(projectId !== undefined && { projectId }),
    },
  };
}

/** Whether a text is what @@query_label takes: `key:value` pairs with commas between them. */
export const isQueryLabel = (text: string): boolean =>
  text.split(',').every((pair) => /^\s*[a-z][a-z0-9_-]{0,62}\s*:\s*[a-z0-9_-]{0,63}\s*$/.test(pair));
