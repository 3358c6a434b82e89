import { readShared } from '../../../cases/shared-data.ts';
import { call } from './testbed.ts';

/** Makes the datasets that third-party GoogleSQL cases take for granted: BigQuery makes none on the way. */
export async function makeDatasets(endpoint: { url: string }): Promise<void> {
  const cases: { setup?: string[] }[] = JSON.parse(readShared('cases/googlesql.json').toString());
  const made = cases
    .flatMap((one) => one.setup ?? [])
    .flatMap((sql) => [...sql.matchAll(/\b(?:TABLE|VIEW|FUNCTION|PROCEDURE)\s+`?(\w+)`?\./gi)])
    .map(([, dataset]) => dataset);
  for (const datasetId of new Set(made)) await call(endpoint, 'POST', '/datasets', { datasetReference: { datasetId } });
}
