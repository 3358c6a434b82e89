import type { State } from '../state.ts';
import type { Buckets } from './buckets.ts';
import type { Catalog } from './catalog.ts';
import { required, unsupported } from './errors.ts';
import { parseMaxResults } from './listing.ts';
import type { Notifications } from './notifications.ts';
import { checkPreconditions, type Preconditions, parseEtagPreconditions, parsePreconditions } from './preconditions.ts';
import { type Answer, param, readJson, type StorageRequest } from './request.ts';
import { renderBucket } from './resource.ts';

interface Parts {
  state: State;
  buckets: Buckets;
  catalog: Catalog;
  notifications: Notifications;
  origin: () => string;
}

/** The operations on buckets and on their notification configurations. */
export function createBucketRoutes({ state, buckets, catalog, notifications, origin }: Parts) {
  return {
    async insert(request: StorageRequest): Promise<Answer> {
      // The local cloud is one project, so all buckets are its own; clients still have to name one, as at Google.
      if (!request.query.get('project')) throw required('project');
      if (request.query.get('enableObjectRetention') === 'true') throw unsupported('objectRetention on a bucket');
      const body = await readJson(request);
      if (typeof body.name !== 'string') throw required('name');
      return { status: 200, body: renderBucket(buckets.insert(body.name, body), origin()) };
    },
    list({ query }: StorageRequest): Answer {
      if (!query.get('project')) throw required('project');
      if (query.get('softDeleted') === 'true') throw unsupported('softDeleted when listing buckets');
      const limit = parseMaxResults(query);
      // The token is the first name of the next page: bucket names need no hiding.
      const found = buckets.list(query.get('prefix') ?? '', query.get('pageToken') ?? '', limit + 1);
      const next = found[limit];
      const items = found.slice(0, limit).map((record) => renderBucket(record, origin()));
      return {
        status: 200,
        body: {
          kind: 'storage#buckets',
          ...(items.length > 0 && { items }),
          ...(next && { nextPageToken: next.name }),
        },
      };
    },
    get(request: StorageRequest): Answer {
      const record = buckets.get(param(request, 'bucket'));
      checkPreconditions(preconditions(request), record, 'read');
      return { status: 200, body: renderBucket(record, origin()) };
    },
    async patch(request: StorageRequest): Promise<Answer> {
      const body = await readJson(request);
      const record = buckets.patch(param(request, 'bucket'), body, preconditions(request));
      return { status: 200, body: renderBucket(record, origin()) };
    },
    delete(request: StorageRequest): Answer {
      const name = param(request, 'bucket');
      state.transaction(() => {
        buckets.delete(name, preconditions(request), () => catalog.isEmpty(name));
        notifications.deleteAll(name);
      });
      return { status: 204 };
    },
    /** gcloud asks it before it deletes a bucket, to see whether there are folders of their own kind. */
    storageLayout(request: StorageRequest): Answer {
      const { name, config } = buckets.get(param(request, 'bucket'));
      const { location, locationType } = config;
      const body = { kind: 'storage#storageLayout', bucket: name, location, locationType };
      return { status: 200, body: { ...body, hierarchicalNamespace: { enabled: false } } };
    },
    /** There are never any, since they exist to carry access rules; gcloud asks before it deletes a bucket. */
    managedFolders(request: StorageRequest): Answer {
      buckets.get(param(request, 'bucket'));
      return { status: 200, body: { kind: 'storage#managedFolders' } };
    },
    async insertNotification(request: StorageRequest): Promise<Answer> {
      const body = await readJson(request);
      const { name } = buckets.get(param(request, 'bucket'));
      return { status: 200, body: notifications.insert(name, body) };
    },
    listNotifications(request: StorageRequest): Answer {
      const items = notifications.list(buckets.get(param(request, 'bucket')).name);
      return { status: 200, body: { kind: 'storage#notifications', ...(items.length > 0 && { items }) } };
    },
    getNotification(request: StorageRequest): Answer {
      const { name } = buckets.get(param(request, 'bucket'));
      return { status: 200, body: notifications.get(name, param(request, 'id')) };
    },
    deleteNotification(request: StorageRequest): Answer {
      notifications.delete(buckets.get(param(request, 'bucket')).name, param(request, 'id'));
      return { status: 204 };
    },
  };
}

function preconditions({ query, headers }: StorageRequest): Preconditions {
  return { ...parsePreconditions(query), ...parseEtagPreconditions(headers) };
}
