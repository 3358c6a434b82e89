import { terminal } from '../errors.ts';
import type { Alphabet, Column, ColumnType, Range, Transformation } from '../model/column.ts';
import type { Cell, DeidentifyRequest } from '../model/dlp.ts';
import { surrogateOf } from '../model/key-name.ts';
import { pickTexts, type Texts } from '../model/texts.ts';
import { contextColumn } from '../model/transformation.ts';
import type { Pack, Segment } from '../plan/pack.ts';
import { renderInspectConfig, renderReplacements } from './findings.ts';
import { inContext } from './verbatim.ts';

export interface RenderedPack {
  request: DeidentifyRequest;
  /** The answer's cells, row by row, back in the order of each segment's values. */
  outputs(answer: Texts): Texts[];
}

/** A stretch of a column's values, a table column of its own with the column's transformation. */
interface Lane {
  segment: Segment;
  /** Index of the lane's first value within the segment. */
  from: number;
  name: string;
  contextName?: string;
}

/** A pack as DLP's table. */
export function renderPack(pack: Pack): RenderedPack {
  const first = transformationOf(pack.segments[0]?.column);
  const isRecord = first?.kind === 'template' && first.madeFor === 'records';
  // A template of records names its fields, so their values stand below each other in one lane.
  const height = isRecord ? pack.values : pack.height;
  const lanes = pack.segments.flatMap((segment, s): Lane[] =>
    Array.from({ length: Math.ceil(segment.values.length / height) }, (_, k) => ({
      segment,
      from: k * height,
      name: isRecord ? segment.column.name : `s${s}_${k}`,
      ...(segment.contexts && { contextName: isRecord ? (first.context ?? '') : `s${s}_${k}_by` }),
    })),
  );
  const rows = Array.from({ length: height }, (_, row) => ({
    values: lanes.flatMap((lane) => cellsOf(lane, lane.from + row)),
  }));
  const positions = new Map<Lane, number>();
  const headers: string[] = [];
  for (const lane of lanes) {
    positions.set(lane, headers.length);
    headers.push(lane.name);
    if (lane.contextName) headers.push(lane.contextName);
  }
  return {
    request: {
      ...(first?.kind === 'template'
        ? { deidentifyTemplateName: first.deidentify, ...(first.inspect && { inspectTemplateName: first.inspect }) }
        : { deidentifyConfig: { recordTransformations: { fieldTransformations: fieldTransformations(lanes) } } }),
      ...(first && inspectionOf(first)),
      headers,
      rows,
    },
    outputs: (answer) =>
      pack.segments.map((segment) => {
        const places = new Uint32Array(segment.values.length);
        for (const lane of lanes) {
          if (lane.segment !== segment) continue;
          const position = positions.get(lane) as number;
          const count = Math.min(height, segment.values.length - lane.from);
          for (let row = 0; row < count; row++) places[lane.from + row] = row * headers.length + position;
        }
        return pickTexts(answer, places);
      }),
  };
}

/**
 * What tells apart the requests that columns may share: primitives share one, inspections share those of equal infoTypes,
 * templates of infoTypes share those of the same template, and a template of records has each column by itself.
 */
export function packKey(transformation: Transformation, column: string): string {
  if (transformation.kind === 'template') {
    const { deidentify, inspect, madeFor } = transformation;
    return JSON.stringify([deidentify, inspect, madeFor === 'records' ? column : '']);
  }
  if (transformation.kind === 'redact_findings')
    // Single replacements are a transformation each, and DLP takes 100 a request.
    return JSON.stringify([renderInspectConfig(transformation), transformation.each ? column : '']);
  // DLP also looks for what only a transformation names, and each of them counts among the 100 of a request.
  return transformation.kind === 'dlp' && 'findings' in transformation
    ? JSON.stringify([transformation.inspect, column])
    : '';
}

function inspectionOf(transformation: Transformation): { inspectConfig?: object } {
  if (transformation.kind === 'redact_findings') return { inspectConfig: renderInspectConfig(transformation) };
  return transformation.kind === 'dlp' && 'findings' in transformation ? { inspectConfig: transformation.inspect } : {};
}

export function transformationOf(column: Column | undefined): Transformation | undefined {
  return column?.privacy.kind === 'transform' ? column.privacy.transform : undefined;
}

/**
 * A segment's last lane may end early. Text lanes are filled up with empty cells, which DLP leaves alone and does not
 * charge; of a number, a date, and whatever a verbatim transformation makes of it, no empty value is sure to be left alone,
 * so those repeat their last one.
 */
function cellsOf({ segment, contextName }: Lane, index: number): Cell[] {
  const at = Math.min(index, segment.values.length - 1);
  const isSpare = at < index;
  const cell = isSpare && !segment.repeats ? { stringValue: '' } : cellOf(segment.values[at] ?? '', segment);
  return contextName ? [cell, { stringValue: segment.contexts?.[at] ?? '' }] : [cell];
}

export function cellOf(value: string, { typed, column: { type } }: Segment): Cell {
  if (!typed) return { stringValue: value };
  switch (type) {
    case 'INT64':
      return { integerValue: value };
    case 'DATE':
    case 'DATETIME':
    case 'TIMESTAMP':
      return dateCell(value, type);
    default:
      return { floatValue: floatOf(value) };
  }
}

/** DuckDB writes what is no finite number as `inf`, `-inf` and `nan`. */
const floatOf = (value: string): number => Number(value.replace(/inf(inity)?$/i, 'Infinity'));

function dateCell(value: string, type: ColumnType): Cell {
  if (type === 'DATE') {
    const [year = 0, month = 0, day = 0] = value.split('-').map(Number);
    return { dateValue: { year, month, day } };
  }
  const at = Date.parse(
    value.includes('+') || value.endsWith('Z')
      ? value.replace(' ', 'T').replace(/\+00$/, 'Z')
      : `${value.replace(' ', 'T')}Z`,
  );
  if (Number.isNaN(at)) throw terminal('UNEXPECTED', `a ${type} could not be written for DLP`);
  const micros = /\.(\d{1,6})/.exec(value)?.[1]?.padEnd(6, '0') ?? '0';
  return { timestampValue: { seconds: String(Math.floor(at / 1000)), nanos: Number(micros) * 1000 } };
}

function fieldTransformations(lanes: readonly Lane[]): object[] {
  const byColumn = Map.groupBy(lanes, (lane) => lane.segment.column);
  return [...byColumn].flatMap(([column, own]): object[] => {
    const transformation = transformationOf(column);
    if (!transformation) throw terminal('UNEXPECTED', `column ${column.name} has no transformation`);
    if (transformation.kind === 'redact_findings')
      return [{ fields: fields(own), infoTypeTransformations: renderReplacements(transformation) }];
    if (transformation.kind === 'dlp' && 'findings' in transformation)
      return lanesOrEach(transformation, own).map((some) => ({
        fields: fields(some),
        infoTypeTransformations: inContext(transformation.findings, some[0]?.contextName),
      }));
    if (transformation.kind === 'template') throw terminal('UNEXPECTED', `column ${column.name} has a template`);
    return lanesOrEach(transformation, own).map((some) => ({
      fields: fields(some),
      primitiveTransformation: primitive(transformation, column, some[0]?.contextName),
    }));
  });
}

/** A context is a column of the same row, so each lane that has one has a transformation of its own. */
const lanesOrEach = (transformation: Transformation, lanes: readonly Lane[]): (readonly Lane[])[] =>
  contextColumn(transformation) === undefined ? [lanes] : lanes.map((lane) => [lane]);

const fields = (lanes: readonly Lane[]): object[] => lanes.map(({ name }) => ({ name }));

/** One primitive of DLP. `context` is the column of the request that has its context. */
export function primitive(
  transformation: Exclude<Transformation, { kind: 'redact_findings' | 'template' } | { findings: object }>,
  column: Column,
  context?: string,
): object {
  switch (transformation.kind) {
    case 'tokenize':
      return {
        cryptoDeterministicConfig: {
          cryptoKey: { keyName: transformation.key },
          surrogateInfoType: { name: surrogateOf(transformation.key) },
          ...(context !== undefined && { context: { name: context } }),
        },
      };
    case 'fpe':
      return {
        cryptoReplaceFfxFpeConfig: {
          cryptoKey: { keyName: transformation.key },
          ...alphabetFields(transformation.alphabet),
          ...(context !== undefined && { context: { name: context } }),
          ...(transformation.surrogate !== undefined && { surrogateInfoType: { name: transformation.surrogate } }),
        },
      };
    case 'hash':
      return { cryptoHashConfig: { cryptoKey: { keyName: transformation.key } } };
    case 'mask':
      return { characterMaskConfig: characterMask(transformation) };
    case 'date_shift':
      return {
        dateShiftConfig: {
          upperBoundDays: transformation.days,
          lowerBoundDays: -transformation.days,
          context: { name: context },
          cryptoKey: { keyName: transformation.key },
        },
      };
    case 'bucket':
      if ('ranges' in transformation) return bucketing(transformation.ranges, column);
      return {
        fixedSizeBucketingConfig: {
          bucketSize: transformation.size,
          lowerBound: bound(transformation.min, column),
          upperBound: bound(transformation.max, column),
        },
      };
    case 'dlp':
      return inContext(transformation.primitive, context);
    case 'dictionary':
      return { replaceDictionaryConfig: { wordList: { words: transformation.words } } };
    case 'time_part':
      return { timePartConfig: { partToExtract: transformation.part } };
    case 'redact':
    case 'replace':
      throw terminal(
        'UNEXPECTED',
        `${transformation.kind} needs no DLP: column ${column.name} should not have come here`,
      );
  }
}

const bound = (value: number, { type }: Column): Cell =>
  type === 'INT64' ? { integerValue: String(value) } : { floatValue: value };

const bucketing = (ranges: readonly Range[], column: Column): object => ({
  bucketingConfig: {
    buckets: ranges.map(({ min, max, with: text }) => ({
      ...(min !== undefined && { min: bound(min, column) }),
      ...(max !== undefined && { max: bound(max, column) }),
      replacementValue: { stringValue: text },
    })),
  },
});

function alphabetFields(alphabet: Alphabet): object {
  if (typeof alphabet === 'string') return { commonAlphabet: alphabet };
  return 'radix' in alphabet ? { radix: alphabet.radix } : { customAlphabet: alphabet.characters };
}

/** A negative number masks all but that many, counted from the end; with reverseOrder, from the start. */
function characterMask(mask: Extract<Transformation, { kind: 'mask' }>): object {
  const kept = mask.keepLast ?? mask.keepFirst ?? 0;
  return {
    maskingCharacter: mask.with,
    ...(kept > 0 && { numberToMask: -kept }),
    ...(mask.keepFirst !== undefined && { reverseOrder: true }),
    ...(mask.ignore && { charactersToIgnore: [{ charactersToSkip: mask.ignore }] }),
  };
}
