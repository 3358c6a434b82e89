import { ApiError } from '../../api-error.ts';

interface Conditional {
  headers: Record<string, string | string[] | undefined>;
}

const listed = (header: string | string[] | undefined, etag: string) =>
  [header].flat().some((one) => one === '*' || one?.split(',').some((tag) => tag.trim() === etag));

/** A change that was made of a state which is no more is refused. Throws ApiError with status 412. */
export function checkIfMatch({ headers }: Conditional, etag: string): void {
  const header = headers['if-match'];
  if (header === undefined || listed(header, etag)) return;
  throw new ApiError('FAILED_PRECONDITION', 'Precondition Failed', {
    httpStatus: 412,
    reason: 'conditionNotMet',
    detail: { location: 'If-Match', locationType: 'header' },
  });
}

/** Whether the caller has the resource as it is: the answer is then 304 without a body. */
export function isKnown({ headers }: Conditional, etag: string): boolean {
  const header = headers['if-none-match'];
  return header !== undefined && listed(header, etag);
}
