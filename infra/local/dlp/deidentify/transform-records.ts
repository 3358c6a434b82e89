import { ApiError } from '../../api-error.ts';
import { type Columns, cellsOf } from '../columns.ts';
import { isFailure, type Primitive } from '../transform/primitive.ts';
import { textOf, utf8Length, valueBytes } from '../values/value-text.ts';
import type { FieldTransformation, RecordTransformations } from '../wire/deidentification.ts';
import type { Row, Table, Value } from '../wire/value.ts';
import type { FindingTransformer } from './finding-transformer.ts';
import type { Direction } from './plan-direction.ts';
import { planCondition, type RowTest } from './record-condition.ts';
import { countFailure, countSuccess, type Line, type Tally } from './tally.ts';

/** One field transformation, ready to run. Conditions and contexts read the records as they came, whatever ran before. */
interface Step {
  config: FieldTransformation;
  columns: readonly number[];
  test: RowTest | undefined;
  change: { primitive: Primitive } | { transformer: FindingTransformer };
}

/** Transforms a table's fields and leaves out suppressed records. The given table is not changed. */
export function transformRecords(
  config: RecordTransformations,
  table: Table,
  columns: Columns,
  direction: Direction,
  tally: Tally,
): { table: Table; inspectedBytes: number } {
  const { fieldTransformations, recordSuppressions } = config;
  if (fieldTransformations.length + recordSuppressions.length === 0) {
    throw new ApiError(
      'INVALID_ARGUMENT',
      'record_transformations must hold field_transformations or record_suppressions',
    );
  }
  const steps = fieldTransformations.map((each, index) => planStep(each, index, columns, direction));
  const kept = keptRows(config, table, columns, tally);
  const rows: Row[] = table.rows.map(({ values }) => ({ values: values.slice() }));
  const looksForFindings = steps.some(({ change }) => 'transformer' in change);
  if (!looksForFindings) direction.checkInspection();
  const inspects = direction.inspects || looksForFindings;
  let inspectedBytes = 0;
  for (const step of steps) {
    const { test, change } = step;
    const members = test ? kept.filter((row) => test(table.rows[row] as Row)) : kept;
    if ('primitive' in change) {
      const free = inspects && change.primitive.simpleRedaction === true;
      for (const column of step.columns) {
        const line = fieldLine(tally, fieldTransformations, columns, column);
        changeCells(change.primitive, table, rows, columns, column, members, line, free);
      }
    } else {
      inspectedBytes += changeFindings(step, change.transformer, table, rows, columns, members, tally);
    }
  }
  return { table: { headers: table.headers, rows: kept.map((row) => rows[row] as Row) }, inspectedBytes };
}

function planStep(config: FieldTransformation, index: number, columns: Columns, direction: Direction): Step {
  const where = `record_transformations.field_transformations[${index}]`;
  if (config.fields.length === 0)
    throw new ApiError('INVALID_ARGUMENT', `${where}.fields must name at least one field`);
  return {
    config,
    columns: [...new Set(config.fields.flatMap(({ name }) => columns.of(name)))],
    test: config.condition ? planCondition(config.condition, columns, `${where}.condition`) : undefined,
    change: config.infoTypeTransformations
      ? { transformer: direction.planFindings(config.infoTypeTransformations) }
      : { primitive: direction.planCell(config.primitiveTransformation) },
  };
}

function keptRows(
  { recordSuppressions }: RecordTransformations,
  table: Table,
  columns: Columns,
  tally: Tally,
): number[] {
  const rules = recordSuppressions.map((recordSuppress, index) => {
    const where = `record_transformations.record_suppressions[${index}].condition`;
    if (!recordSuppress.condition) throw new ApiError('INVALID_ARGUMENT', `${where} must be set`);
    const test = planCondition(recordSuppress.condition, columns, where);
    return { test, line: tally.line(`suppression ${index}`, { recordSuppress }) };
  });
  const kept: number[] = [];
  table.rows.forEach((row, index) => {
    const rule = rules.find(({ test }) => test(row));
    if (!rule) kept.push(index);
    else
      countSuccess(
        rule.line,
        row.values.reduce((sum, value) => sum + valueBytes(value), 0),
        false,
      );
  });
  return kept;
}

/** "If multiple field transformations are requested for a single field, this list will contain all of them." */
function fieldLine(
  tally: Tally,
  all: readonly FieldTransformation[],
  columns: Columns,
  column: number,
  infoType?: string,
): Line {
  const name = columns.headers[column] as string;
  const fieldTransformations = all.filter(({ fields }) =>
    fields.some((field) => columns.of(field.name).includes(column)),
  );
  return tally.line(JSON.stringify([name, infoType]), {
    ...(infoType === undefined ? {} : { infoType: { name: infoType } }),
    field: { name },
    fieldTransformations,
  });
}

function changeCells(
  primitive: Primitive,
  table: Table,
  rows: readonly Row[],
  columns: Columns,
  column: number,
  members: readonly number[],
  line: Line,
  free: boolean,
): void {
  const filled: number[] = [];
  const texts: string[] = [];
  const cells: Value[] = [];
  for (const row of members) {
    const cell = rows[row]?.values[column] as Value;
    const text = textOf(cell);
    // An empty cell (SQL NULL) stays one under every transformation.
    if (text === undefined) continue;
    filled.push(row);
    texts.push(text);
    cells.push(cell);
  }
  const { contextField } = primitive;
  const contexts = contextField === undefined ? undefined : cellsOf(table, columns, { name: contextField }, filled);
  const outcomes = primitive.apply({ texts, cells, ...(contexts ? { contexts } : {}) });
  for (let i = 0; i < outcomes.length; i++) {
    const outcome = outcomes[i];
    if (outcome === undefined) continue;
    if (typeof outcome === 'object' && isFailure(outcome)) {
      countFailure(line, outcome.failure);
      continue;
    }
    (rows[filled[i] as number] as Row).values[column] =
      typeof outcome === 'string' ? { stringValue: outcome } : outcome;
    countSuccess(line, utf8Length(texts[i] as string), free);
  }
}

/** Returns the bytes looked through: those of the cells whose condition holds. */
function changeFindings(
  step: Step,
  transformer: FindingTransformer,
  table: Table,
  rows: readonly Row[],
  columns: Columns,
  members: readonly number[],
  tally: Tally,
): number {
  const read: { row: number; column: number }[] = [];
  let bytes = 0;
  for (const column of step.columns) {
    let current = 0;
    const place = {
      header: columns.headers[column] as string,
      contextOf: (field: string) => cellsOf(table, columns, { name: field }, [current])?.[0],
      lineOf: (infoType: string) => fieldLine(tally, [step.config], columns, column, infoType),
    };
    for (const row of members) {
      const text = textOf(rows[row]?.values[column] as Value);
      if (text === undefined) continue;
      current = row;
      transformer.read(text, place);
      read.push({ row, column });
      bytes += utf8Length(text);
    }
  }
  transformer.write().forEach((text, i) => {
    const { row, column } = read[i] as { row: number; column: number };
    if (text !== undefined) (rows[row] as Row).values[column] = { stringValue: text };
  });
  return bytes;
}
