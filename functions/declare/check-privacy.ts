import type { Column, ColumnType, Condition, Transformation } from '../model/column.ts';
import { contextColumn, verbatimPrimitive } from '../model/transformation.ts';
import { warehouseType } from '../model/warehouse-type.ts';
import { type LeafAt, leavesOf, pathOf, referFrom } from './nested-names.ts';
import type { Finding, Path } from './problem.ts';
import type { SourceDraft } from './source-draft.ts';

const NUMBERS: readonly ColumnType[] = ['INT64', 'FLOAT64', 'NUMERIC', 'BIGNUMERIC'];
const DATES: readonly ColumnType[] = ['DATE', 'DATETIME', 'TIMESTAMP'];

/** Whether each column's protection fits its type and what it refers to. */
export function checkPrivacy(draft: SourceDraft): Finding[] {
  return leavesOf(draft.columns).flatMap((leaf) => {
    const { column, path } = leaf;
    if (column.privacy.kind !== 'transform') return [];
    const { transform, when } = column.privacy;
    const privacy: Path = [...path, 'privacy'];
    return [
      ...checkType(column, transform, privacy),
      ...checkContext(draft, leaf, transform, privacy),
      ...(when === undefined ? [] : checkWhen(draft, leaf, when, privacy)),
    ];
  });
}

function checkType(column: Column, transform: Transformation, path: Path): Finding[] {
  const { kind } = transform;
  const fraction = column.type === 'INT64' ? fractionOf(transform) : undefined;
  if (fraction !== undefined) {
    return [
      {
        path,
        code: 'WRONG_VALUE',
        message: `a bucket of \`${column.name}\`, which is INT64, has a bound of ${fraction}`,
        remedy: 'write whole numbers, or make the column NUMERIC or FLOAT64',
      },
    ];
  }
  const rule = typeRule(transform);
  if (rule === undefined || rule.types(column.type)) return [];
  return [
    {
      path,
      code: 'WRONG_COLUMN_TYPE',
      message: `\`${kind}\` is for ${rule.wording}, and \`${column.name}\` is ${column.type}`,
      remedy: `choose a protection that fits ${column.type}, as in \`drop\`, \`redact\` or \`replace\``,
    },
  ];
}

interface TypeRule {
  types: (type: ColumnType) => boolean;
  wording: string;
}

function typeRule(transform: Transformation): TypeRule | undefined {
  switch (transform.kind) {
    case 'tokenize':
    case 'hash':
    case 'mask':
      // Equal JSON documents and byte strings may be written in many ways, so their tokens would not join.
      return { types: (type) => type !== 'JSON' && type !== 'BYTES', wording: 'any type but JSON and BYTES' };
    case 'fpe':
      return { types: (type) => type === 'STRING' || type === 'INT64', wording: 'STRING and INT64' };
    case 'bucket':
      return { types: (type) => NUMBERS.includes(type), wording: 'numbers' };
    case 'date_shift':
      return { types: (type) => DATES.includes(type), wording: 'DATE, DATETIME and TIMESTAMP' };
    case 'time_part':
      return transform.part === 'HOUR_OF_DAY'
        ? {
            types: (type) => type === 'DATETIME' || type === 'TIMESTAMP',
            wording: 'DATETIME and TIMESTAMP (a DATE has no hour)',
          }
        : { types: (type) => DATES.includes(type), wording: 'DATE, DATETIME and TIMESTAMP' };
    case 'template':
    case 'redact_findings':
      return { types: (type) => type === 'STRING', wording: 'STRING' };
    case 'dlp':
      return verbatimRule(transform);
    case 'redact':
    case 'replace':
    case 'dictionary':
      return undefined;
  }
}

function verbatimRule(transform: Transformation): TypeRule | undefined {
  switch (verbatimPrimitive(transform)) {
    case undefined:
      return { types: (type) => type === 'STRING', wording: 'STRING' };
    case 'cryptoReplaceFfxFpeConfig':
      return { types: (type) => type === 'STRING' || type === 'INT64', wording: 'STRING and INT64' };
    case 'fixedSizeBucketingConfig':
      return { types: (type) => NUMBERS.includes(type), wording: 'numbers' };
    case 'bucketingConfig':
      return {
        types: (type) => [...NUMBERS, ...DATES, 'STRING'].includes(type),
        wording: 'numbers, DATE, DATETIME, TIMESTAMP and STRING',
      };
    case 'dateShiftConfig':
    case 'timePartConfig':
      return {
        types: (type) => [...DATES, 'STRING'].includes(type),
        wording: 'DATE, DATETIME, TIMESTAMP and STRING',
      };
    default:
      return { types: (type) => type !== 'JSON' && type !== 'BYTES', wording: 'any type but JSON and BYTES' };
  }
}

/** DLP compares integers with integers. */
function fractionOf(transform: Transformation): number | undefined {
  if (transform.kind !== 'bucket') return undefined;
  const bounds =
    'ranges' in transform
      ? transform.ranges.flatMap(({ min = 0, max = 0 }) => [min, max])
      : [transform.min, transform.max];
  return bounds.find((bound) => !Number.isSafeInteger(bound));
}

function checkContext(draft: SourceDraft, leaf: LeafAt, transform: Transformation, privacy: Path): Finding[] {
  const name = contextColumn(transform);
  if (name === undefined) return [];
  const { kind } = transform;
  const isShift = kind === 'date_shift';
  const path = [...privacy, kind, ...(kind === 'dlp' || kind === 'template' ? [] : [isShift ? 'by' : 'tweak'])];
  const reference = referFrom(draft.columns, leaf, name, path);
  if ('path' in reference && reference.path === pathOf(leaf.around, leaf.column.name)) {
    return [
      {
        path,
        code: 'UNSAFE_COMBINATION',
        message: isShift
          ? 'a date cannot decide its own shift: equal dates would move alike, and their distances would be lost'
          : 'a value cannot be its own tweak: the value is needed to read the token back',
        remedy: isShift ? 'name the column of the person, as in `by: customer_id`' : 'name another column, or none',
      },
    ];
  }
  if ('finding' in reference) return [reference.finding];
  return 'found' in reference ? checkScalar(reference.found, path, isShift ? 'decide a shift' : 'be a tweak') : [];
}

function checkWhen(draft: SourceDraft, leaf: LeafAt, when: Condition, path: Path): Finding[] {
  const { column } = leaf;
  const findings: Finding[] = [];
  if (warehouseType(column) !== column.type && warehouseType(column) !== 'STRING') {
    findings.push({
      path: [...path, 'when'],
      code: 'UNSAFE_COMBINATION',
      message: 'a part of a date turns the column into a number, and rows that the condition leaves out hold dates',
      remedy: 'remove `when`, or use `date_shift`',
    });
  }
  when.forEach((test, at) => {
    const place = [...path, 'when', ...(when.length > 1 ? [at] : []), 'column'];
    const reference = referFrom(draft.columns, leaf, test.column, place);
    if ('finding' in reference) findings.push(reference.finding);
    else if ('found' in reference) findings.push(...checkScalar(reference.found, place, 'be compared'));
  });
  return findings;
}

function checkScalar(column: Column, path: Path, purpose: string): Finding[] {
  if (column.mode !== 'repeated' && !['RECORD', 'JSON', 'BYTES'].includes(column.type)) return [];
  const what = column.mode === 'repeated' ? 'is repeated' : `is ${column.type}`;
  return [
    {
      path,
      code: 'WRONG_COLUMN_TYPE',
      message: `\`${column.name}\` ${what} and cannot ${purpose}`,
      remedy: 'name a column that holds one plain value',
    },
  ];
}
