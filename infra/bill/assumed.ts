import { DAYS, MIB } from './part.ts';

/** What no laptop can measure. Each is printed with the bill. */
export const ASSUMED = {
  /** Of one call to Cloud Storage, Cloud Tasks or Pub/Sub; a request waits for each in turn. */
  callSeconds: 0.05,
  /** Of one BigQuery job, which the request waits for. */
  jobSeconds: 6,
  /** Of one request to DLP of up to 0.5 MB. */
  dlpSeconds: 0.5,
  /** Cloud Run's own entry for a request, and what Cloud Logging adds to a line of ours. */
  requestLogBytes: 1200,
  entryBytes: 600,
  auditEntryBytes: 1600,
  /** A condition's query runs every 30 seconds and returns one time series. */
  evaluations: (DAYS * 86_400) / 30,
  /** Of one log-based metric: a sample of 8 bytes a minute. */
  metricMib: (DAYS * 1440 * 8) / MIB,
  /** Of cloudbuild.yaml, on its own machine; of cloudbuild-apply.yaml and of each function's image, on the smallest. */
  proofMinutes: 10,
  applyMinutes: 10,
  imageMinutes: 2,
  imageGib: 0.15,
} as const;
