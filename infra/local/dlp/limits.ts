import { ApiError } from '../api-error.ts';

/**
 * Google's limits for content methods. Source: cloud.google.com/sensitive-data-protection/limits, read October 2026; the rest
 * is from the fields' comments in dlp.proto.
 */
export const LIMITS = {
  /** "Default request size limit: 0.5 MB", in bytes. */
  requestBytes: 524_288,
  tableValues: 50_000,
  findings: 3000,
  transformations: 100,
  infoTypes: 150,
  customInfoTypes: 30,
  dictionaries: 10,
  ruleSets: 10,
  rulesPerSet: 10,
  /** "The quote may be omitted" above 4 KB. */
  quoteBytes: 4096,
} as const;

/** @throws ApiError INVALID_ARGUMENT when `given` of `what` are more than the limit. */
export function atMost(limit: number, given: number, what: string): void {
  if (given > limit) throw new ApiError('INVALID_ARGUMENT', `Too many ${what}: ${given}. The limit is ${limit}.`);
}
