import { ApiError } from '../../api-error.ts';
import { JobFailure, toApi, toFailure } from '../errors.ts';
import type { RowFormat } from '../rows.ts';

export type Query = Record<string, string | undefined>;

/** Page tokens are positions, made opaque so that no client counts with them. */
export const encodeToken = (position: number | string) => Buffer.from(`p${position}`).toString('base64url');

export function decodeToken(token: string | undefined): string | undefined {
  if (token === undefined || token === '') return undefined;
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith('p')) throw new ApiError('INVALID_ARGUMENT', `Invalid page token: ${token}`);
  return text.slice(1);
}

export function readCount(value: unknown, name: string): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const count = Number(value);
  if (!Number.isInteger(count) || count < 0)
    throw new ApiError('INVALID_ARGUMENT', `Invalid value for ${name}: ${String(value)} is not a non-negative integer`);
  return count;
}

/** How rows are written, by a request's `formatOptions`. Throws ApiError for what is not supported. */
export function readFormat(useInt64Timestamp: unknown, timestampOutputFormat: unknown): RowFormat {
  const format = timestampOutputFormat ?? 'TIMESTAMP_OUTPUT_FORMAT_UNSPECIFIED';
  switch (format) {
    case 'INT64':
      return { useInt64Timestamp: true };
    case 'FLOAT64':
      return { useInt64Timestamp: false };
    case 'TIMESTAMP_OUTPUT_FORMAT_UNSPECIFIED':
      return { useInt64Timestamp: String(useInt64Timestamp) === 'true' };
    default:
      throw new ApiError(
        'INVALID_ARGUMENT',
        `not supported by the embedded warehouse: timestampOutputFormat ${String(format)}`,
      );
  }
}

/** Runs a request; a JobFailure becomes Google's answer. */
export async function answer<T>(work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApiError) throw error;
    if (error instanceof JobFailure) throw toApi(error);
    const failure = toFailure(error, '');
    throw failure.reason === 'internalError' ? error : toApi(failure);
  }
}

/** A PATCH replaces what it names; null removes. */
export function merge(before: Record<string, unknown>, patch: Record<string, unknown>): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...before };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else if (key === 'labels' && typeof value === 'object') {
      const labels = merge((before.labels as Record<string, unknown>) ?? {}, value as Record<string, unknown>);
      merged.labels = labels;
    } else if (value !== undefined) merged[key] = value;
  }
  return merged;
}
