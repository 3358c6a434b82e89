import { terminal } from '../errors.ts';
import type { Column } from '../model/column.ts';
import type { SampledRow } from '../ports.ts';
import { goodRows, type Ingest } from './ingest-sql.ts';
import type { Ingested } from './ingested.ts';
import { whenField } from './nested-ingest.ts';
import { identifier } from './sql-text.ts';

/** What a list shows of itself: so many of its elements, evenly, so that one record cannot fill a request. */
const MAX_ELEMENTS = 20;

/** A column, or a leaf of one, as a sample has it. */
export interface SampledColumn {
  /** Expression over `rows`: text, or a JSON list of texts. */
  text: string;
  isList: boolean;
}

/** Throws UNEXPECTED (terminal) for a path that nothing is kept of. */
export function sampledColumn({ stored }: Ingest, path: string): SampledColumn {
  const [name, ...fields] = path.split('.');
  const one = stored.find(({ column }) => column.name === name);
  if (!one) throw terminal('UNEXPECTED', `column ${path} is not kept, so none of it can be sampled`);
  const { text, isList } = textOf(one.column, { value: one.at, when: one.when }, fields, 0);
  if (!isList) return { text, isList };
  const step = `greatest(1, ceil(len(${text}) / ${MAX_ELEMENTS})::BIGINT)`;
  return { text: `to_json(list_slice(${text}, 1, len(${text}), ${step}))::VARCHAR`, isList };
}

/** A value, and which of them are transformed and so not shown. */
interface Spot {
  value: string;
  when: string | undefined;
}

/** A text, or a flat list of texts. */
function textOf(column: Column, { value, when }: Spot, fields: readonly string[], depth: number): SampledColumn {
  const [name, ...rest] = fields;
  const shown = (text: string): string => (when ? `CASE WHEN NOT ${when} THEN ${text} END` : text);
  if (column.mode === 'repeated') {
    const spot = { value: `s${depth}`, when: undefined };
    const { text, isList } = textOf({ ...column, mode: 'nullable' }, spot, fields, depth + 1);
    const texts = `list_transform(${value}, lambda ${spot.value}: ${text})`;
    return { text: isList ? `flatten(${texts})` : shown(texts), isList: true };
  }
  if (name === undefined) {
    const text = column.type === 'RECORD' ? `to_json(${value})::VARCHAR` : `${value}::VARCHAR`;
    return { text: shown(text), isList: false };
  }
  const field = column.fields?.find((one) => one.name === name);
  if (!field) throw terminal('UNEXPECTED', `column ${column.name} has no field ${name}, so none of it can be sampled`);
  const isConditional = field.privacy.kind === 'transform' && field.privacy.when !== undefined;
  const spot = {
    value: `${value}.${identifier(name)}`,
    when: isConditional ? `${value}.${whenField(name)}` : undefined,
  };
  return textOf(field, spot, rest, depth);
}

/** Every so many-th record that is good: number in the file and what stays as it is of each column, `r` and `c0`, `c1`, …. */
export function renderSample(
  { ingest, index }: Ingested,
  columns: readonly SampledColumn[],
  firstRecord: number,
  step: number,
): string {
  const texts = columns.map(({ text }, n) => `${text} AS c${n}`);
  return `SELECT ${[`(${firstRecord} + ${index}) AS r`, ...texts].join(', ')} FROM rows WHERE (${index}) % ${step} = 0 AND ${goodRows(ingest.masks)} ORDER BY r`;
}

/** A record of the sample; where it holds lists, their further elements follow under the same number. */
export function sampledRows(
  row: Readonly<Record<string, string | null>>,
  columns: readonly SampledColumn[],
): SampledRow[] {
  const values = columns.map(({ isList }, n): (string | null)[] => {
    const text = row[`c${n}`] ?? null;
    return isList && text !== null ? (JSON.parse(text) as (string | null)[]) : [text];
  });
  const height = Math.max(1, ...values.map(({ length }) => length));
  return Array.from({ length: height }, (_, at) => ({
    row: Number(row.r),
    values: values.map((texts) => texts[at] ?? null),
  }));
}
