import type { Column } from '../model/column.ts';

/** Values of one column, on their way to DLP; `contexts` runs beside them where the transformation has one. */
export interface Segment {
  column: Column;
  values: string[];
  contexts?: string[];
}

/** What goes into one request. */
export interface Pack {
  segments: Segment[];
  values: number;
  /** UTF-8 bytes of values and contexts: what DLP charges for. */
  bytes: number;
}

export interface PackLimits {
  /** Encoded size of a request. */
  bytes: number;
  /** Cells of a request's table. */
  cells: number;
  /** Values of a request. */
  values: number;
}

/**
 * DLP takes 0.5 MB, 50,000 cells and 3,000 findings a request. Source: cloud.google.com/sensitive-data-protection/limits.
 * A text may hold several findings, so inspected requests carry fewer values; one that is still too large is split.
 */
export const TRANSFORM_LIMITS: PackLimits = { bytes: 480_000, cells: 45_000, values: 45_000 };
export const INSPECT_LIMITS: PackLimits = { bytes: 480_000, cells: 45_000, values: 1_000 };

/** Tag and length of a Value within a Row, with its share of the row. */
const CELL_OVERHEAD = 7;

export interface Packer {
  /** Takes values in; hands out the packs that are full. */
  add(column: Column, values: readonly string[], contexts?: readonly string[]): Pack[];
  /** The last pack, if there is one. */
  flush(): Pack[];
}

export function createPacker(limits: PackLimits): Packer {
  let pack: Pack = { segments: [], values: 0, bytes: 0 };
  let encoded = 0;
  let cells = 0;

  function take(): Pack {
    const full = pack;
    pack = { segments: [], values: 0, bytes: 0 };
    encoded = 0;
    cells = 0;
    return full;
  }

  return {
    add(column, values, contexts) {
      const full: Pack[] = [];
      values.forEach((value, index) => {
        const context = contexts?.[index];
        const bytes = Buffer.byteLength(value) + (context === undefined ? 0 : Buffer.byteLength(context));
        const width = context === undefined ? 1 : 2;
        const size = bytes + width * CELL_OVERHEAD;
        const fits = encoded + size <= limits.bytes && cells + width <= limits.cells && pack.values < limits.values;
        if (!fits && pack.values > 0) full.push(take());
        let segment = pack.segments.at(-1);
        if (segment?.column !== column) {
          segment = { column, values: [], ...(context !== undefined && { contexts: [] }) };
          pack.segments.push(segment);
        }
        segment.values.push(value);
        if (context !== undefined) segment.contexts?.push(context);
        pack.values++;
        pack.bytes += bytes;
        encoded += size;
        cells += width;
      });
      return full;
    },
    flush: () => (pack.values > 0 ? [take()] : []),
  };
}

/** Two halves of a pack that DLP found too large; one of a single value cannot be halved. */
export function halve(pack: Pack): [Pack, Pack] | undefined {
  if (pack.values < 2) return undefined;
  const middle = Math.ceil(pack.values / 2);
  return [part(pack, 0, middle), part(pack, middle, pack.values)];
}

function part(pack: Pack, from: number, to: number): Pack {
  const result: Pack = { segments: [], values: to - from, bytes: 0 };
  let offset = 0;
  for (const segment of pack.segments) {
    const start = Math.max(from - offset, 0);
    const end = Math.min(to - offset, segment.values.length);
    offset += segment.values.length;
    if (start >= end) continue;
    const values = segment.values.slice(start, end);
    const contexts = segment.contexts?.slice(start, end);
    result.segments.push({ column: segment.column, values, ...(contexts && { contexts }) });
    for (const text of [...values, ...(contexts ?? [])]) result.bytes += Buffer.byteLength(text);
  }
  return result;
}
