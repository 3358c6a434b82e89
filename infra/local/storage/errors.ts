import { ApiError } from '../api-error.ts';

/** Cloud Storage's own wording of the errors that more than one operation gives. */

export const bucketNotFound = () => new ApiError('NOT_FOUND', 'The specified bucket does not exist.');

export const objectNotFound = (bucket: string, name: string) =>
  new ApiError('NOT_FOUND', `No such object: ${bucket}/${name}`);

export const conditionNotMet = () =>
  new ApiError('FAILED_PRECONDITION', 'At least one of the pre-conditions you specified did not hold.', {
    httpStatus: 412,
    reason: 'conditionNotMet',
    detail: { locationType: 'header', location: 'If-Match' },
  });

/** What a read answers when a "NotMatch" condition fails; it goes out without a body. */
export const notModified = () =>
  new ApiError('FAILED_PRECONDITION', 'Not Modified', { httpStatus: 304, reason: 'notModified' });

export const conflict = (message: string) =>
  new ApiError('ALREADY_EXISTS', message, { httpStatus: 409, reason: 'conflict' });

export const invalid = (message: string) => new ApiError('INVALID_ARGUMENT', message);

export const invalidParameter = (parameter: string, message: string) =>
  new ApiError('INVALID_ARGUMENT', message, {
    reason: 'invalidParameter',
    detail: { locationType: 'parameter', location: parameter },
  });

export const required = (parameter: string) =>
  new ApiError('INVALID_ARGUMENT', `Required parameter: ${parameter}`, {
    reason: 'required',
    detail: { locationType: 'parameter', location: parameter },
  });

export const unsupported = (what: string) =>
  new ApiError('UNIMPLEMENTED', `Cloud Storage of the local cloud does not support ${what}`);
