/** Bytes of a length-delimited protobuf field whose number is below 16: its key, the length (7 bits a byte), the payload. */
export const fieldBytes = (payload: number): number =>
  1 + Math.max(1, Math.ceil((32 - Math.clz32(payload)) / 7)) + payload;

/** Bytes of a string field; proto3 leaves an empty one out. */
export const textBytes = (value: string): number => (value === '' ? 0 : fieldBytes(Buffer.byteLength(value)));

/** Bytes of a map of strings: each entry is a message of two fields. */
export function mapBytes(map: Record<string, string>): number {
  let bytes = 0;
  for (const [key, value] of Object.entries(map)) bytes += fieldBytes(textBytes(key) + textBytes(value));
  return bytes;
}
