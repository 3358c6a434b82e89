import { kindOf } from '../values/value-text.ts';
import type { Value } from '../wire/value.ts';

/**
 * A context as bytes: a 64-bit integer big-endian then byte 1, a string in UTF-8 then byte 2; none (no such field, an empty
 * cell) as no bytes. undefined for other types. Source: CryptoReplaceFfxFpeConfig.context in dlp.proto.
 */
export function contextBytes(context: Value | undefined): Buffer | undefined {
  const kind = context && kindOf(context);
  if (context === undefined || kind === undefined) return NONE;
  if (kind === 'string') return Buffer.concat([Buffer.from(context.stringValue ?? ''), STRING_MARK]);
  if (kind !== 'integer') return undefined;
  const bytes = Buffer.alloc(9, 1);
  bytes.writeBigInt64BE(BigInt(context.integerValue ?? 0));
  return bytes;
}

const NONE = Buffer.alloc(0);
const STRING_MARK = Buffer.of(2);
