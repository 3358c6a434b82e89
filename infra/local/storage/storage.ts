import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { createBlobs } from './blobs.ts';
import { createBucketRoutes } from './bucket-routes.ts';
import { createBuckets } from './buckets.ts';
import { createCatalog } from './catalog.ts';
import { createCommits } from './commits.ts';
import { createCopies } from './copies.ts';
import { createFiles, type Files } from './files.ts';
import { createNotifications, type FinalizeEvent } from './notifications.ts';
import { createObjects } from './objects.ts';
import { listRoutes } from './operations.ts';
import { createOutbox } from './outbox.ts';
import { createResumable } from './resumable.ts';
import { serveRoutes } from './routes.ts';
import { createSessions } from './sessions.ts';
import { createUploads } from './uploads.ts';

export interface StorageDependencies {
  /** Takes a message for `projects/P/topics/T` durably and returns its id; throws when there is no such topic. */
  publish(topic: string, message: { data: Buffer; attributes: Record<string, string> }): string;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

export interface Storage {
  /** Adds the JSON API to a server of `createHttp({ bodies: 'raw' })`. */
  routes(app: FastifyInstance): void;
  files: Files;
  /**
   * Called after the commit of each new generation, in the transaction that marks the event as told: what the listener
   * writes to the state is kept exactly when the event counts as told. Register before `start`.
   */
  onFinalize(listener: (event: FinalizeEvent) => void): void;
  /** Hands on the notifications that the last process left owed. */
  start(): void;
  stop(): Promise<void>;
}

/**
 * Cloud Storage: its JSON API over files below `context.dir` and a catalog in SQLite. What a kill left half-written is removed
 * here, before any request can come.
 */
export function createStorage(context: Context, { publish, now = Date.now }: StorageDependencies): Storage {
  const { state } = context;
  let address = 'http://127.0.0.1';
  const origin = () => address;

  const blobs = createBlobs(join(context.dir, 'objects'));
  const catalog = createCatalog(state, now);
  const buckets = createBuckets(state, { location: context.location, now });
  const sessions = createSessions(state, now);
  sessions.expire();
  blobs.sweep(catalog.blobs(), sessions.open());
  const outbox = createOutbox(state, now, ({ topic, attributes, data }) => {
    if (topic === undefined) notifications.tellListeners(data);
    else publish(topic, { data: Buffer.from(data), attributes });
  });
  const notifications = createNotifications(state, outbox, origin);
  const commits = createCommits({ state, buckets, catalog, blobs, notifications, outbox, now });
  const uploads = createUploads({ buckets, blobs, commits });
  const resumable = createResumable({ blobs, buckets, catalog, commits, sessions, uploads, origin });
  const objects = createObjects({ buckets, catalog, blobs, commits, origin });
  const copies = createCopies({ buckets, catalog, blobs, commits, origin });
  const bucketRoutes = createBucketRoutes({ state, buckets, catalog, notifications, origin });

  return {
    routes(app) {
      app.addHook('onListen', (done) => {
        const { port } = app.server.address() as AddressInfo;
        address = `http://127.0.0.1:${port}`;
        done();
      });
      serveRoutes(app, listRoutes({ bucketRoutes, objects, copies, uploads, resumable, origin }), context.meter);
    },
    files: createFiles({ buckets, catalog, blobs, commits }),
    onFinalize: notifications.onFinalize,
    start: outbox.start,
    async stop() {
      outbox.stop();
    },
  };
}
