import { ApiError } from './api-error.ts';

export interface PageRequest {
  pageSize: number;
  pageToken: string;
}

/** The names that a page may hold: `after` and `before` are exclusive, in byte order. */
export interface NameRange {
  after: string;
  before: string;
  limit: number;
}

/**
 * One page of the resources whose names begin with `prefix` (`projects/p/topics/`), in name order. The token is the last
 * name of the page before, so a page stays right while resources come and go.
 */
export function readPage<T>(
  request: PageRequest,
  prefix: string,
  max: number,
  read: (range: NameRange) => T[],
  nameOf: (item: T) => string,
): { items: T[]; nextPageToken: string } {
  if (request.pageSize < 0)
    throw new ApiError('INVALID_ARGUMENT', `page_size must not be negative: ${request.pageSize}`);
  const size = request.pageSize === 0 ? max : Math.min(request.pageSize, max);
  const after = request.pageToken === '' ? prefix : Buffer.from(request.pageToken, 'base64url').toString();
  if (!after.startsWith(prefix))
    throw new ApiError('INVALID_ARGUMENT', `The page token given is invalid for this list: ${request.pageToken}`);
  // '0' is the byte after '/', so every name under the prefix sorts before this bound.
  const before = `${prefix.slice(0, -1)}0`;
  const items = read({ after, before, limit: size + 1 });
  const page = items.slice(0, size);
  const last = page.at(-1);
  const more = items.length > size && last !== undefined;
  return { items: page, nextPageToken: more ? Buffer.from(nameOf(last)).toString('base64url') : '' };
}
