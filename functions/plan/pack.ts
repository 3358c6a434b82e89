import type { Column } from '../model/column.ts';
import { travelsTyped, verbatimPrimitive } from '../model/transformation.ts';

/** Values of one column, on their way to DLP; `contexts` runs beside them where the transformation has one. */
export interface Segment {
  column: Column;
  /** They travel as numbers or dates, not as text. */
  typed: boolean;
  /** A lane that ends early is filled up with the column's last value: what an empty one would become is not sure. */
  repeats: boolean;
  values: string[];
  contexts?: string[];
}

/** What goes into one request: a table in which each column's values stand side by side in lanes of `height` rows. */
export interface Pack {
  segments: Segment[];
  values: number;
  /** UTF-8 bytes of values and contexts: what DLP charges for. */
  bytes: number;
  height: number;
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
 * DLP takes 0.5 MB, 50,000 cells, 100 transformations and 3,000 findings a request. Source:
 * cloud.google.com/sensitive-data-protection/limits. A text may hold several findings, so inspected requests carry fewer
 * values; one that is still too large is split.
 */
export const TRANSFORM_LIMITS: PackLimits = { bytes: 490_000, cells: 49_000, values: 45_000 };
export const INSPECT_LIMITS: PackLimits = { bytes: 490_000, cells: 49_000, values: 1_000 };

/**
 * A row of many cells costs the client half of what as many rows of one cell cost (1.0 against 1.9 CPU seconds for a
 * million values), and DLP sees the same values. Each column's last lane may end early and is filled up: where many short
 * columns share a request, more and shorter lanes leave less to fill.
 */
const LANES = [16, 32, 64] as const;
const MAX_LANES = 64;
/** A date shift needs a transformation a lane, so lanes and columns together stay below DLP's 100 transformations. */
const MAX_SEGMENTS = 32;
/** Cells that only fill up may be this share of the values before lanes get shorter. */
const SPARE = 1 / 16;

/** Header and field list name a lane once each. */
const LANE_BYTES = 32;
/** A transformation with its key, wrapped by KMS; what it lists (words, ranges) comes on top. */
const TRANSFORMATION_BYTES = 400;
/** Tag and length of a Row, shared by at least 16 cells. */
const ROW_BYTES = 4;

export interface Packer {
  /** Takes values in; hands out the packs that are full. */
  add(column: Column, values: readonly string[], contexts?: readonly string[]): Pack[];
  /** The last pack, if there is one. */
  flush(): Pack[];
}

export function createPacker(limits: PackLimits): Packer {
  let segments: Segment[] = [];
  let values = 0;
  let bytes = 0;
  let encoded = 0;
  let cells = 0;
  /** The most that a cell which fills up adds to `encoded`, with its context, and to `cells`. */
  let filler = 0;
  let width = 1;
  /** Bytes of what the columns' transformations list. */
  let lists = 0;

  function take(): Pack {
    const full = packOf(segments, values, bytes);
    segments = [];
    values = bytes = encoded = cells = filler = lists = 0;
    width = 1;
    return full;
  }

  /** Whether a value more, of `size` and `own` cells, leaves room for all that stands around the values. */
  function fits(size: number, own: number, isNew: boolean, spareSize: number): boolean {
    const count = segments.length + (isNew ? 1 : 0);
    const wide = Math.max(width, own);
    const spare = Math.ceil((values + 1) * Math.max(SPARE, count / MAX_LANES));
    const lanes = MAX_LANES + count;
    const around =
      lanes * wide * LANE_BYTES +
      (wide > 1 ? lanes : count) * TRANSFORMATION_BYTES +
      lists +
      values * (ROW_BYTES / LANES[0]);
    return (
      values < limits.values &&
      count <= MAX_SEGMENTS &&
      cells + own + spare * wide <= limits.cells &&
      encoded + size + spare * Math.max(filler, spareSize) + around <= limits.bytes
    );
  }

  return {
    add(column, added, contexts) {
      const full: Pack[] = [];
      const typed = isTyped(column);
      const repeats = typed || isVerbatimPrimitive(column);
      const own = contexts ? 2 : 1;
      let segment = segments.at(-1);
      if (segment?.column !== column) segment = undefined;
      for (let i = 0; i < added.length; i++) {
        const value = added[i] as string;
        const context = contexts?.[i];
        const valueBytes = Buffer.byteLength(value);
        const contextBytes = context === undefined ? 0 : Buffer.byteLength(context);
        const size = (typed ? typedSize(column.type) : textSize(valueBytes)) + (contexts ? textSize(contextBytes) : 0);
        const spareSize = repeats ? size : textSize(0);
        if (values > 0 && !fits(size, own, !segment, spareSize)) {
          full.push(take());
          segment = undefined;
        }
        if (!segment) {
          segment = { column, typed, repeats, values: [], ...(contexts && { contexts: [] }) };
          segments.push(segment);
          lists += listBytes(column);
        }
        segment.values.push(value);
        if (context !== undefined) segment.contexts?.push(context);
        values++;
        bytes += valueBytes + contextBytes;
        encoded += size;
        cells += own;
        filler = Math.max(filler, spareSize);
        width = Math.max(width, own);
      }
      return full;
    },
    flush: () => (values > 0 ? [take()] : []),
  };
}

const isTyped = ({ privacy, type }: Column): boolean =>
  privacy.kind === 'transform' && travelsTyped(privacy.transform, type);

const isVerbatimPrimitive = ({ privacy }: Column): boolean =>
  privacy.kind === 'transform' && verbatimPrimitive(privacy.transform) !== undefined;

/** What a transformation is longer than most, as JSON, which is longer than protobuf. */
function listBytes({ privacy }: Column): number {
  return Math.max(0, Buffer.byteLength(JSON.stringify(privacy)) - TRANSFORMATION_BYTES);
}

/** A Value within its Row, as protobuf writes it: two tags, two lengths, the text. */
const textSize = (bytes: number): number => bytes + (bytes < 120 ? 4 : bytes < 16_000 ? 6 : 8);

/** The same for a number or a date: ten bytes for a negative integer, a year, month and day, seconds and nanos. */
function typedSize(type: Column['type']): number {
  switch (type) {
    case 'INT64':
      return 13;
    case 'DATETIME':
    case 'TIMESTAMP':
      return 21;
    default:
      return 11;
  }
}

/** Two halves of a pack that DLP found too large; one of a single value cannot be halved. */
export function halve(pack: Pack): [Pack, Pack] | undefined {
  if (pack.values < 2) return undefined;
  const middle = Math.ceil(pack.values / 2);
  return [part(pack, 0, middle), part(pack, middle, pack.values)];
}

function part(pack: Pack, from: number, to: number): Pack {
  const segments: Segment[] = [];
  let bytes = 0;
  let offset = 0;
  for (const segment of pack.segments) {
    const start = Math.max(from - offset, 0);
    const end = Math.min(to - offset, segment.values.length);
    offset += segment.values.length;
    if (start >= end) continue;
    const values = segment.values.slice(start, end);
    const contexts = segment.contexts?.slice(start, end);
    segments.push({ ...segment, values, ...(contexts && { contexts }) });
    for (const text of [...values, ...(contexts ?? [])]) bytes += Buffer.byteLength(text);
  }
  return packOf(segments, to - from, bytes);
}

function packOf(segments: Segment[], values: number, bytes: number): Pack {
  const heights = LANES.map((lanes) => Math.max(1, Math.ceil(values / lanes)));
  const height = heights.find((one) => spareCells(segments, one) <= values * SPARE) ?? heights.at(-1) ?? 1;
  return { segments, values, bytes, height };
}

const spareCells = (segments: readonly Segment[], height: number): number =>
  segments.reduce((spare, { values }) => spare + (Math.ceil(values.length / height) * height - values.length), 0);
