import { type Endpoints, readEndpoints } from './endpoints.ts';
import type { PlaceOption } from './options.ts';
import { createPipeline, type Pipeline } from './pipeline.ts';
import type { Site } from './site.ts';

/** The pipeline of the local cloud that has its data in this folder. Throws UsageError if none runs there. */
export async function connect({ data }: { data: string }): Promise<{ endpoints: Endpoints; pipeline: Pipeline }> {
  const endpoints = await readEndpoints(data);
  return { endpoints, pipeline: createPipeline(endpoints) };
}

/** The pipeline that is meant: that of the deployment `env`, else the local cloud's. Throws UsageError if there is none. */
export async function reach(place: PlaceOption): Promise<{ site: Site; pipeline: Pipeline }> {
  const site = await findSite(place);
  return { site, pipeline: createPipeline(site) };
}

export async function findSite({ data, env }: PlaceOption): Promise<Site> {
  if (env === undefined) return readEndpoints(data);
  // Loaded when it is needed: most commands go to a local cloud.
  const [{ readDeployment }, { deployedSite }] = await Promise.all([
    import('./env/deployment-file.ts'),
    import('./env/deployed-site.ts'),
  ]);
  return deployedSite(readDeployment(env));
}
