/** HTTP statuses and gRPC codes after which the same call may succeed. Sources: the services' own error guides. */
const HTTP = new Set([408, 425, 429, 500, 502, 503, 504]);
/** CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE. */
const GRPC = new Set([1, 2, 4, 8, 10, 13, 14]);

/** Connection failures carry a text code (ECONNRESET); no code at all is unknown, and unknown is retryable. */
export function isTransient(error: unknown): boolean {
  const { code, status } = error as { code?: unknown; status?: unknown };
  const number = Number(code ?? status);
  if (!Number.isInteger(number)) return true;
  return number >= 100 ? HTTP.has(number) : GRPC.has(number);
}
