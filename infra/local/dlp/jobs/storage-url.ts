import { ApiError } from '../../api-error.ts';

/** `gs://bucket/folder/*` → bucket and object pattern. @throws ApiError INVALID_ARGUMENT */
export function parseStorageUrl(url: string, field: string): { bucket: string; pattern: string } {
  const match = /^gs:\/\/([a-z0-9][\w.-]+)\/(.+)$/.exec(url);
  if (!match) {
    throw new ApiError(
      'INVALID_ARGUMENT',
      `${field} must be gs://BUCKET/OBJECT, where * stands for many, but it is ${JSON.stringify(url)}`,
    );
  }
  return { bucket: match[1] as string, pattern: match[2] as string };
}
