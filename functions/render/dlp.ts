import { terminal } from '../errors.ts';
import type { Alphabet, Column, ColumnType, Range, Transformation } from '../model/column.ts';
import type { Cell, DeidentifyRequest } from '../model/dlp.ts';
import { pickTexts, type Texts } from '../model/texts.ts';
import { contextColumn } from '../model/transformation.ts';
import type { Pack, Segment } from '../plan/pack.ts';

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
  const { height } = pack;
  const lanes = pack.segments.flatMap((segment, s): Lane[] =>
    Array.from({ length: Math.ceil(segment.values.length / height) }, (_, k) => ({
      segment,
      from: k * height,
      name: `s${s}_${k}`,
      ...(segment.contexts && { contextName: `s${s}_${k}_by` }),
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
  const first = transformationOf(lanes[0]?.segment.column);
  return {
    request: {
      deidentifyConfig: { recordTransformations: { fieldTransformations: fieldTransformations(lanes) } },
      ...(first?.kind === 'redact_findings' && { inspectConfig: inspectConfig(first) }),
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

/** What tells apart the requests that columns may share: primitives share one, inspections share those of equal infoTypes. */
export function packKey(transformation: Transformation): string {
  return transformation.kind === 'redact_findings'
    ? JSON.stringify([transformation.infoTypes, transformation.minLikelihood])
    : '';
}

export function transformationOf(column: Column | undefined): Transformation | undefined {
  return column?.privacy.kind === 'transform' ? column.privacy.transform : undefined;
}

/**
 * A segment's last lane may end early. Text lanes are filled up with empty cells, which DLP leaves alone and does not
 * charge; for a number or a date no empty value is sure to be left alone, so those repeat their last one.
 */
function cellsOf({ segment, contextName }: Lane, index: number): Cell[] {
  const at = Math.min(index, segment.values.length - 1);
  const isSpare = at < index;
  const cell: Cell = isSpare && !segment.typed ? { stringValue: '' } : cellOf(segment.values[at] ?? '', segment.column);
  return contextName ? [cell, { stringValue: segment.contexts?.[at] ?? '' }] : [cell];
}

function cellOf(value: string, column: Column): Cell {
  const transformation = transformationOf(column);
  switch (transformation?.kind) {
    case 'bucket':
      return column.type === 'INT64' ? { integerValue: value } : { floatValue: floatOf(value) };
    case 'date_shift':
    case 'time_part':
      return dateCell(value, column.type);
    default:
      return { stringValue: value };
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
    if (transformation.kind === 'redact_findings') {
      return [
        {
          fields: fields(own),
          infoTypeTransformations: {
            transformations: [
              { infoTypes: named(transformation.infoTypes), primitiveTransformation: replacement(transformation.with) },
            ],
          },
        },
      ];
    }
    // A context is a column of the same row, so each lane has a transformation of its own.
    if (contextColumn(transformation) !== undefined)
      return own.map((lane) => ({
        fields: fields([lane]),
        primitiveTransformation: primitive(transformation, column, lane.contextName),
      }));
    return [{ fields: fields(own), primitiveTransformation: primitive(transformation, column) }];
  });
}

const fields = (lanes: readonly Lane[]): object[] => lanes.map(({ name }) => ({ name }));
const named = (infoTypes: readonly string[]): object[] => infoTypes.map((name) => ({ name }));

function primitive(
  transformation: Exclude<Transformation, { kind: 'redact_findings' }>,
  column: Column,
  context?: string,
): object {
  switch (transformation.kind) {
    case 'tokenize':
      return {
        cryptoDeterministicConfig: {
          cryptoKey: { keyName: transformation.key },
          surrogateInfoType: { name: transformation.key },
          ...(context !== undefined && { context: { name: context } }),
        },
      };
    case 'fpe':
      return {
        cryptoReplaceFfxFpeConfig: {
          cryptoKey: { keyName: transformation.key },
          ...alphabetOf(transformation.alphabet),
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

function alphabetOf(alphabet: Alphabet): object {
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

function replacement(how: 'info_type' | 'nothing' | 'mask'): object {
  switch (how) {
    case 'info_type':
      return { replaceWithInfoTypeConfig: {} };
    case 'nothing':
      return { redactConfig: {} };
    case 'mask':
      return { characterMaskConfig: { maskingCharacter: '*' } };
  }
}

function inspectConfig({ infoTypes, minLikelihood }: Extract<Transformation, { kind: 'redact_findings' }>): object {
  return { infoTypes: named(infoTypes), minLikelihood };
}
