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
