import type { Span } from './finding.ts';

export interface Place {
  bytes: { start: number; end: number };
  codepoints: { start: number; end: number };
}

/** Where spans lie counted in UTF-8 bytes and in code points: one walk over the text for all of them. */
export function locate(text: string, spans: readonly Span[]): Place[] {
  if (Buffer.byteLength(text) === text.length) {
    return spans.map(({ start, end }) => ({ bytes: { start, end }, codepoints: { start, end } }));
  }
  const points = [...new Set(spans.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b);
  const at = new Map<number, { bytes: number; codepoints: number }>();
  let bytes = 0;
  let codepoints = 0;
  let index = 0;
  for (const point of points) {
    while (index < point) {
      const code = text.codePointAt(index) as number;
      // Half a pair, which JSON can carry, is encoded as U+FFFD: three bytes.
      bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      codepoints++;
      index += code > 0xffff ? 2 : 1;
    }
    at.set(point, { bytes, codepoints });
  }
  return spans.map(({ start, end }) => {
    const from = at.get(start) ?? { bytes: 0, codepoints: 0 };
    const to = at.get(end) ?? from;
    return {
      bytes: { start: from.bytes, end: to.bytes },
      codepoints: { start: from.codepoints, end: to.codepoints },
    };
  });
}
