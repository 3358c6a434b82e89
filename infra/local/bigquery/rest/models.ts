import type { FastifyInstance } from 'fastify';
import { JobFailure } from '../errors.ts';
import { type Engine, requireDataset } from '../jobs/engine.ts';
import { answer } from './request.ts';

interface Params {
  project: string;
  dataset: string;
  model: string;
}

/** CREATE MODEL is refused, so a dataset has none; clients that list what is in one ask all the same. */
export function modelRoutes(app: FastifyInstance, prefix: string, engine: Engine): void {
  const root = `${prefix}/projects/:project/datasets/:dataset/models`;
  app.get<{ Params: Params }>(root, ({ params }) =>
    answer(() => {
      requireDataset(engine, params.project, params.dataset);
      return { models: [] };
    }),
  );
  app.route<{ Params: Params }>({
    method: ['GET', 'PATCH', 'DELETE'],
    url: `${root}/:model`,
    handler: ({ params: { project, dataset, model } }) =>
      answer(() => {
        requireDataset(engine, project, dataset);
        throw new JobFailure('notFound', `Not found: Model ${project}:${dataset}.${model}`);
      }),
  });
}
