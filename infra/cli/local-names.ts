import { BUCKET_ROLES, type BucketRole, TASK_TARGETS } from '../../functions/model/deployment.ts';
import type { CloudPorts, Endpoints } from './endpoints.ts';

export interface LocalPlace {
  project: string;
  location: string;
  ports: CloudPorts;
  /** Port of the functions. */
  functions: number;
  /** Folder of the declarations, absolute. */
  sql: string;
}

/** What the parts of a local deployment are called and where they listen; Terraform has the same names in the cloud. */
export function localEndpoints({ project, location, ports, functions, sql }: LocalPlace): Endpoints {
  const http = (port: number): string => `http://127.0.0.1:${port}`;
  const grpc = `127.0.0.1:${ports.grpc}`;
  const bucket = (role: string): string => `${project}-${role}`;
  const account = (name: string): string => `sluice-${name}@${project}.iam.gserviceaccount.com`;
  const queue = (name: string): string => `projects/${project}/locations/us-central1/queues/${name}`;
  return {
    project,
    location,
    sql,
    buckets: Object.fromEntries(BUCKET_ROLES.map((role) => [role, bucket(role)])) as Record<BucketRole, string>,
    queues: Object.fromEntries(TASK_TARGETS.map((name) => [name, queue(name)])),
    topics: { events: `projects/${project}/topics/events`, arrivals: `projects/${project}/topics/arrivals` },
    storage: http(ports.storage),
    bigquery: http(ports.bigquery),
    functions: http(functions),
    dlp: { grpc, rest: http(ports.dlp) },
    kms: http(ports.dlp),
    tasks: { grpc, rest: http(ports.tasks) },
    pubsub: { grpc, rest: http(ports.pubsub) },
    scheduler: { grpc, rest: http(ports.scheduler) },
    eventarc: http(ports.eventarc),
    admin: http(ports.admin),
    accounts: {
      push: account('push'),
      tasks: account('tasks'),
      scheduler: account('scheduler'),
      operator: account('operator'),
    },
    reidentifiers: { me: account('reid-me') },
    forgetters: { me: account('forget-me') },
    identity: http(ports.admin),
    pids: { up: process.pid, cloud: 0, functions: 0 },
  };
}
