/**
 * Many short texts in one buffer. One call into node:crypto costs about 0.5 µs and one AES block 8 ns, so a column's values
 * are encrypted together, not one by one.
 */
export interface Messages {
  bytes: Buffer;
  /** `count + 1` offsets: message i is bytes[offsets[i], offsets[i + 1]). */
  offsets: Int32Array;
  count: number;
}

export function packTexts(texts: readonly string[]): Messages {
  const offsets = new Int32Array(texts.length + 1);
  let capacity = 0;
  for (const text of texts) capacity += text.length;
  // UTF-8 takes at most three bytes for a UTF-16 unit; most data is ASCII, so the worst case is allocated only when met.
  let bytes = Buffer.allocUnsafe(capacity);
  let at = 0;
  let left = capacity;
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i] as string;
    left -= text.length;
    let ascii = true;
    for (let k = 0; k < text.length; k++) {
      const code = text.charCodeAt(k);
      if (code > 0x7f) {
        ascii = false;
        break;
      }
      bytes[at + k] = code;
    }
    if (ascii) {
      at += text.length;
    } else {
      const need = at + Buffer.byteLength(text) + left;
      if (need > bytes.length) bytes = Buffer.concat([bytes.subarray(0, at)], need * 2);
      at += bytes.write(text, at);
    }
    offsets[i + 1] = at;
  }
  return { bytes: bytes.subarray(0, at), offsets, count: texts.length };
}

export function packBuffers(parts: readonly Buffer[]): Messages {
  const offsets = new Int32Array(parts.length + 1);
  parts.forEach((part, i) => {
    offsets[i + 1] = (offsets[i] as number) + part.length;
  });
  return { bytes: Buffer.concat(parts), offsets, count: parts.length };
}

export function messageAt(messages: Messages, index: number): Buffer {
  return messages.bytes.subarray(messages.offsets[index], messages.offsets[index + 1]);
}
