import type { Meter } from '../meter.ts';

/** Google charges at least 1 KB a request. Source: Sensitive Data Protection pricing, content methods. */
const LEAST_BYTES = 1024;

/**
 * Meters one content request. Bytes are those of the content in UTF-8, not of its encoding on the wire. A request that
 * transformed nothing that is charged (nothing was found, or redaction only) adds no transformation.
 */
export function meterRequest(meter: Meter, bytes: { inspected: number; transformed: number }): void {
  if (bytes.inspected > 0) meter.add('dlp.inspect_bytes', Math.max(LEAST_BYTES, bytes.inspected));
  if (bytes.transformed > 0) meter.add('dlp.transform_bytes', Math.max(LEAST_BYTES, bytes.transformed));
}
