import type { Column, Range, Transformation } from '../model/column.ts';
import type { RejectReason } from '../model/run.ts';
import { alphabetOf, charactersOf } from '../model/transformation.ts';
import { literal } from './sql-text.ts';

/**
 * What a transformation cannot take. DLP fails the whole request for one such value and says nothing of its row, so those
 * rows are rejected before anything is sent. True = the row is a reject; NULLs and empty strings are left alone.
 */
export function renderOutside(
  { type }: Column,
  transformation: Transformation,
  text: string,
  value: string,
): { reason: RejectReason; fails: string } | undefined {
  const alphabet = alphabetOf(transformation);
  if (alphabet !== undefined) {
    const allowed = literal(charactersOf(alphabet));
    // DLP takes two characters or more. Source: CryptoReplaceFfxFpeConfig in google/privacy/dlp/v2/dlp.proto.
    const fails = `coalesce(length(${text}) = 1 OR translate(${text}, ${allowed}, '') <> '', false)`;
    return { reason: 'OUTSIDE_ALPHABET', fails };
  }
  if (transformation.kind !== 'bucket' || !('ranges' in transformation)) return undefined;
  // As DLP compares them: integers with integers, all else as doubles.
  const compared = type === 'INT64' ? value : `(${value})::DOUBLE`;
  const within = transformation.ranges.map((range) => renderWithin(range, compared));
  const isNumber = type === 'FLOAT64' ? `NOT isnan(${compared}) AND ` : '';
  return { reason: 'OUTSIDE_RANGES', fails: `NOT coalesce(${isNumber}(${within.join(' OR ')}), true)` };
}

function renderWithin({ min, max }: Range, value: string): string {
  const bounds = [
    ...(min === undefined ? [] : [`${value} >= ${min}`]),
    ...(max === undefined ? [] : [`${value} < ${max}`]),
  ];
  return bounds.length === 0 ? `${value} = ${value}` : `(${bounds.join(' AND ')})`;
}
