import type { FastifyInstance } from 'fastify';
import type { Engine } from '../jobs/engine.ts';

/** `bq` asks for the projects and for the service account before it does anything else. */
export function projectRoutes(app: FastifyInstance, prefix: string, engine: Engine): void {
  app.get(`${prefix}/projects`, async () => ({
    kind: 'bigquery#projectList',
    etag: '"projects"',
    projects: [
      {
        kind: 'bigquery#project',
        id: engine.project,
        numericId: '1',
        projectReference: { projectId: engine.project },
        friendlyName: engine.project,
      },
    ],
    totalItems: 1,
  }));
  app.get<{ Params: { project: string } }>(`${prefix}/projects/:project/serviceAccount`, async ({ params }) => ({
    kind: 'bigquery#getServiceAccountResponse',
    email: `bq-local@${params.project}.iam.gserviceaccount.com`,
  }));
}
