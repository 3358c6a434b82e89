import { type Endpoints, readEndpoints } from './endpoints.ts';
import { createPipeline, type Pipeline } from './pipeline.ts';

/** The pipeline of the local cloud that has its data in this folder. Throws UsageError if none runs there. */
export async function connect({ data }: { data: string }): Promise<{ endpoints: Endpoints; pipeline: Pipeline }> {
  const endpoints = await readEndpoints(data);
  return { endpoints, pipeline: createPipeline(endpoints) };
}
