import type { Transformation } from '../model/column.ts';
import type { Cell } from '../model/dlp.ts';
import type { DlpCharge } from '../model/dlp-charge.ts';
import { listPrice } from '../model/list-price.ts';
import type { ShownRow } from '../plan/inspection.ts';
import type { Pack, Segment } from '../plan/pack.ts';
import { cellOf, transformationOf } from './dlp.ts';

export const NO_CHARGE: DlpCharge = { requests: 0, inspected: 0, transformed: 0, findings: 0 };

export const addCharges = (a: DlpCharge, b: DlpCharge, sign: 1 | -1 = 1): DlpCharge => ({
  requests: a.requests + sign * b.requests,
  inspected: a.inspected + sign * b.inspected,
  transformed: a.transformed + sign * b.transformed,
  findings: a.findings + sign * b.findings,
});

/** USD at list price, with every finding that may be charged. */
export const priceOfCharge = ({ inspected, transformed, findings }: DlpCharge): number =>
  listPrice('dlp.inspect_bytes', inspected) + listPrice('dlp.transform_bytes', transformed + findings);

/** Google charges at least 1 KB a request. Source: cloud.google.com/sensitive-data-protection/pricing, content methods. */
const LEAST_BYTES = 1024;
const atLeast = (bytes: number): number => (bytes > 0 ? Math.max(LEAST_BYTES, bytes) : 0);

export function chargeOfPack(pack: Pack): DlpCharge {
  let inspected = 0;
  let transformed = 0;
  let findings = 0;
  for (const segment of pack.segments) {
    const bytes = bytesOf(segment, pack.height);
    const transformation = transformationOf(segment.column);
    if (!transformation || !looksForFindings(transformation)) {
      transformed += bytes;
      continue;
    }
    inspected += bytes;
    if (!isFree(transformation)) findings += bytes;
  }
  return { requests: 1, inspected: atLeast(inspected), transformed: atLeast(transformed), findings: atLeast(findings) };
}

/** What a stored template does to a value is not known here, so each is taken for inspected and transformed. */
const looksForFindings = (transformation: Transformation): boolean =>
  transformation.kind === 'redact_findings' ||
  transformation.kind === 'template' ||
  (transformation.kind === 'dlp' && 'findings' in transformation);

/** Redaction and the infoType's name cost nothing where inspection is paid for. */
const isFree = (transformation: Transformation): boolean =>
  transformation.kind === 'redact_findings' &&
  [transformation.with, ...Object.values(transformation.each ?? {})].every(
    (how) => how === 'info_type' || how === 'nothing',
  );

/** A request that shows DLP a sample of public values. */
export function chargeOfInspection(rows: readonly ShownRow[]): DlpCharge {
  const bytes = rows.reduce(
    (sum, { values }) => sum + values.reduce((row, value) => row + Buffer.byteLength(value ?? ''), 0),
    0,
  );
  return { ...NO_CHARGE, requests: 1, inspected: atLeast(bytes) };
}

/** The values, and what the last lane repeats of them; contexts are read and not transformed. */
function bytesOf(segment: Segment, height: number): number {
  const { values, repeats } = segment;
  const bytes = values.reduce((sum, value) => sum + valueBytes(value, segment), 0);
  const spare = repeats ? Math.ceil(values.length / height) * height - values.length : 0;
  return spare === 0 ? bytes : bytes + spare * valueBytes(values.at(-1) ?? '', segment);
}

const valueBytes = (value: string, segment: Segment): number =>
  segment.typed ? cellBytes(cellOf(value, segment)) : Buffer.byteLength(value);

/** "Based on its representation as a UTF-8 encoded string": google/privacy/dlp/v2/dlp.proto, message Value. */
function cellBytes(cell: Cell): number {
  if ('stringValue' in cell) return Buffer.byteLength(cell.stringValue);
  if ('integerValue' in cell) return cell.integerValue.length;
  if ('floatValue' in cell) return String(cell.floatValue).length;
  if ('dateValue' in cell) return 'YYYY-MM-DD'.length;
  const { nanos } = cell.timestampValue;
  const fraction = nanos === 0 ? 0 : 1 + String(nanos).padStart(9, '0').replace(/0+$/, '').length;
  return 'YYYY-MM-DDTHH:MM:SSZ'.length + fraction;
}
