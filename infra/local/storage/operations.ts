import type { createBucketRoutes } from './bucket-routes.ts';
import type { createCopies } from './copies.ts';
import { required } from './errors.ts';
import type { createObjects } from './objects.ts';
import type { Answer, StorageRequest } from './request.ts';
import { renderObject } from './resource.ts';
import type { createResumable } from './resumable.ts';
import type { Route } from './routes.ts';
import { parseUploadType, type Uploads } from './uploads.ts';

interface Parts {
  bucketRoutes: ReturnType<typeof createBucketRoutes>;
  objects: ReturnType<typeof createObjects>;
  copies: ReturnType<typeof createCopies>;
  uploads: Uploads;
  resumable: ReturnType<typeof createResumable>;
  origin: () => string;
}

/** Every operation that is served, with the class that Google bills it by. */
export function listRoutes({ bucketRoutes, objects, copies, uploads, resumable, origin }: Parts): Route[] {
  async function insert(request: StorageRequest): Promise<Answer> {
    const type = parseUploadType(request.query);
    if (type === 'resumable') return resumable.initiate(request);
    const record = await (type === 'media' ? uploads.insertMedia(request) : uploads.insertMultipart(request));
    return { status: 200, body: renderObject(record, origin()) };
  }

  const toSession =
    (handler: (request: StorageRequest, uploadId: string) => Promise<Answer>) => (request: StorageRequest) => {
      const uploadId = request.query.get('upload_id');
      if (uploadId === null) throw required('upload_id');
      return handler(request, uploadId);
    };

  const bucket = 'b/:bucket';
  const config = `${bucket}/notificationConfigs`;
  const object = `${bucket}/o/:object`;
  const to = 'b/:toBucket/o/:toObject';
  return [
    { verb: 'POST', path: 'b', sku: 'storage.class_a', handler: bucketRoutes.insert },
    { verb: 'GET', path: 'b', sku: 'storage.class_a', handler: bucketRoutes.list },
    { verb: 'GET', path: bucket, sku: 'storage.class_b', handler: bucketRoutes.get },
    { verb: 'GET', path: `${bucket}/storageLayout`, sku: 'storage.class_b', handler: bucketRoutes.storageLayout },
    { verb: 'GET', path: `${bucket}/managedFolders`, sku: 'storage.class_a', handler: bucketRoutes.managedFolders },
    { verb: 'PATCH', path: bucket, sku: 'storage.class_a', handler: bucketRoutes.patch },
    { verb: 'DELETE', path: bucket, sku: undefined, handler: bucketRoutes.delete },

    { verb: 'POST', path: config, sku: 'storage.class_a', handler: bucketRoutes.insertNotification },
    { verb: 'GET', path: config, sku: 'storage.class_b', handler: bucketRoutes.listNotifications },
    { verb: 'GET', path: `${config}/:id`, sku: 'storage.class_b', handler: bucketRoutes.getNotification },
    { verb: 'DELETE', path: `${config}/:id`, sku: 'storage.class_a', handler: bucketRoutes.deleteNotification },

    { verb: 'POST', path: `${bucket}/o`, under: 'upload', sku: 'storage.class_a', handler: insert },
    { verb: 'PUT', path: `${bucket}/o`, under: 'upload', sku: 'storage.class_a', handler: toSession(resumable.put) },
    { verb: 'DELETE', path: `${bucket}/o`, under: 'upload', sku: undefined, handler: toSession(resumable.cancel) },

    { verb: 'GET', path: `${bucket}/o`, sku: 'storage.class_a', handler: objects.list },
    { verb: 'GET', path: object, sku: 'storage.class_b', handler: objects.get },
    { verb: 'GET', path: object, under: 'download', sku: 'storage.class_b', handler: objects.download },
    { verb: 'PATCH', path: object, sku: 'storage.class_a', handler: objects.patch },
    { verb: 'PUT', path: object, sku: 'storage.class_a', handler: objects.update },
    { verb: 'DELETE', path: object, sku: undefined, handler: objects.delete },

    { verb: 'POST', path: `${object}/compose`, sku: 'storage.class_a', handler: copies.compose },
    { verb: 'POST', path: `${object}/copyTo/${to}`, sku: 'storage.class_a', handler: copies.copyTo },
    { verb: 'POST', path: `${object}/rewriteTo/${to}`, sku: 'storage.class_a', handler: copies.rewriteTo },
    { verb: 'POST', path: `${object}/moveTo/o/:toObject`, sku: 'storage.class_a', handler: copies.moveTo },
  ];
}
