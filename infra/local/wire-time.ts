/**
 * google.protobuf.Timestamp and Duration as handlers see them. Both are seconds and nanoseconds; a value that was not
 * set is null.
 */
export interface WireTime {
  seconds: string | number;
  nanos: number;
}

export function millisOf(time: WireTime): number {
  return Number(time.seconds) * 1_000 + Math.floor(time.nanos / 1_000_000);
}

export function microsOf(time: WireTime): number {
  return Number(time.seconds) * 1_000_000 + Math.floor(time.nanos / 1_000);
}

export function wireOfMillis(millis: number): WireTime {
  return wireOfMicros(Math.round(millis * 1_000));
}

export function wireOfMicros(micros: number): WireTime {
  const seconds = Math.floor(micros / 1_000_000);
  return { seconds: String(seconds), nanos: (micros - seconds * 1_000_000) * 1_000 };
}
