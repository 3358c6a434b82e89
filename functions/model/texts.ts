/**
 * Texts, some of them NULL, as stretches of one buffer: a shard's answers are millions of strings otherwise, which cost more
 * to collect than to make (2 of 9 CPU seconds for 200 MB, and 100 MB).
 */
export interface Texts {
  /** Holds each text as UTF-8, and may hold more. */
  bytes: Buffer;
  /** Where each begins; NULL_TEXT = it is NULL. */
  starts: Uint32Array;
  ends: Uint32Array;
}

export const NULL_TEXT = 0xffffffff;

export function textsOf(strings: readonly (string | null)[]): Texts {
  const bytes = Buffer.from(strings.join(''));
  const starts = new Uint32Array(strings.length);
  const ends = new Uint32Array(strings.length);
  let at = 0;
  strings.forEach((string, index) => {
    starts[index] = string === null ? NULL_TEXT : at;
    at += string === null ? 0 : Buffer.byteLength(string);
    ends[index] = at;
  });
  return { bytes, starts, ends };
}

export const stringsOf = ({ bytes, starts, ends }: Texts): (string | null)[] =>
  Array.from(starts, (start, index) => (start === NULL_TEXT ? null : bytes.toString('utf8', start, ends[index])));

/** The texts at these places; a place that there is none at gives NULL. */
export function pickTexts({ bytes, starts, ends }: Texts, places: Uint32Array): Texts {
  return {
    bytes,
    starts: places.map((place) => starts[place] ?? NULL_TEXT),
    ends: places.map((place) => ends[place] ?? 0),
  };
}

export function concatTexts(parts: readonly Texts[]): Texts {
  const count = parts.reduce((sum, { starts }) => sum + starts.length, 0);
  const all = {
    bytes: Buffer.concat(parts.map(({ bytes }) => bytes)),
    starts: new Uint32Array(count),
    ends: new Uint32Array(count),
  };
  let at = 0;
  let base = 0;
  for (const { bytes, starts, ends } of parts) {
    all.starts.set(
      starts.map((start) => (start === NULL_TEXT ? start : base + start)),
      at,
    );
    all.ends.set(
      ends.map((end) => base + end),
      at,
    );
    at += starts.length;
    base += bytes.length;
  }
  return all;
}

/** The texts between separators, as one buffer; `none` stands for NULL. */
export function joinTexts({ bytes, starts, ends }: Texts, separator: string, none: string): Buffer {
  const between = Buffer.from(separator);
  const absent = Buffer.from(none);
  let size = 0;
  for (let i = 0; i < starts.length; i++) {
    const start = starts[i] as number;
    size += between.length + (start === NULL_TEXT ? absent.length : (ends[i] as number) - start);
  }
  const joined = Buffer.allocUnsafe(Math.max(0, size - between.length));
  let at = 0;
  for (let i = 0; i < starts.length; i++) {
    if (i > 0) at += between.copy(joined, at);
    const start = starts[i] as number;
    at += start === NULL_TEXT ? absent.copy(joined, at) : bytes.copy(joined, at, start, ends[i]);
  }
  return joined;
}
