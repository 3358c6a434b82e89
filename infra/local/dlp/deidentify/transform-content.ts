import { ApiError } from '../../api-error.ts';
import { readColumns } from '../columns.ts';
import { type Content, rebuildText } from '../content.ts';
import { atMost, LIMITS } from '../limits.ts';
import { textOf, utf8Length } from '../values/value-text.ts';
import type { DeidentifyConfig, InfoTypeTransformations, TransformedContent } from '../wire/deidentification.ts';
import type { Table } from '../wire/value.ts';
import type { Place, TransformationRule } from './finding-transformer.ts';
import type { Direction } from './plan-direction.ts';
import { createTally, type Tally } from './tally.ts';
import { transformRecords } from './transform-records.ts';

export interface TransformResult {
  response: TransformedContent;
  /** Content bytes looked through: all of the item, or with record transformations only the fields that are inspected. */
  inspectedBytes: number;
  /** Bytes of the values transformed, less those of free redaction. */
  chargedBytes: number;
}

/** @throws ApiError INVALID_ARGUMENT, also for a transformation that failed unless the configuration leaves such values untransformed. */
export function transformContent(content: Content, config: DeidentifyConfig, direction: Direction): TransformResult {
  checkTransformations(config);
  const tally = createTally();
  const { item, inspectedBytes } = applyConfig(content, config, direction, tally);
  if (!config.transformationErrorHandling?.leaveUntransformed) tally.throwFailures();
  return { response: { item, overview: tally.overview() }, inspectedBytes, chargedBytes: tally.chargedBytes() };
}

function applyConfig(content: Content, config: DeidentifyConfig, direction: Direction, tally: Tally) {
  if (config.recordTransformations) {
    if (content.kind !== 'table') {
      throw new ApiError('INVALID_ARGUMENT', 'record_transformations need an item of type table');
    }
    const columns = readColumns(content.table);
    const { table, inspectedBytes } = transformRecords(
      config.recordTransformations,
      content.table,
      columns,
      direction,
      tally,
    );
    return { item: { table }, inspectedBytes };
  }
  if (config.infoTypeTransformations) {
    return content.kind === 'table'
      ? transformTable(content.table, config.infoTypeTransformations, direction, tally)
      : transformText(content, config.infoTypeTransformations, direction, tally);
  }
  if (config.imageTransformations) {
    throw new ApiError('UNIMPLEMENTED', 'image_transformations: the local cloud transforms text and tables only');
  }
  throw new ApiError(
    'INVALID_ARGUMENT',
    'the configuration must hold info_type_transformations or record_transformations',
  );
}

function transformText(
  content: Extract<Content, { kind: 'text' }>,
  config: InfoTypeTransformations,
  direction: Direction,
  tally: Tally,
) {
  const transformer = direction.planFindings(config);
  transformer.read(content.text, { contextOf: () => undefined, lineOf: planLines(tally) });
  const [text = content.text] = transformer.write();
  return { item: rebuildText(content, text), inspectedBytes: utf8Length(content.text) };
}

/** "Apply the same free text transformation everywhere": in every cell. */
function transformTable(table: Table, config: InfoTypeTransformations, direction: Direction, tally: Tally) {
  const columns = readColumns(table);
  const transformer = direction.planFindings(config);
  const lineOf = planLines(tally);
  const read: { row: number; column: number }[] = [];
  let inspectedBytes = 0;
  table.rows.forEach(({ values }, row) => {
    const contextOf: Place['contextOf'] = (field) => values[columns.of(field)[0] ?? -1];
    values.forEach((value, column) => {
      const text = textOf(value);
      if (text === undefined) return;
      transformer.read(text, { header: columns.headers[column] as string, contextOf, lineOf });
      read.push({ row, column });
      inspectedBytes += utf8Length(text);
    });
  });
  const rows = table.rows.map(({ values }) => ({ values: values.slice() }));
  transformer.write().forEach((text, i) => {
    const { row, column } = read[i] as { row: number; column: number };
    const values = rows[row]?.values;
    if (text !== undefined && values) values[column] = { stringValue: text };
  });
  return { item: { table: { headers: table.headers, rows } }, inspectedBytes };
}

function planLines(tally: Tally): Place['lineOf'] {
  return (infoType: string, rule: TransformationRule) =>
    tally.line(JSON.stringify([infoType, rule.index]), { infoType: { name: infoType }, transformation: rule.config });
}

function checkTransformations({ recordTransformations: records, infoTypeTransformations }: DeidentifyConfig): void {
  const inRecords = (records?.fieldTransformations ?? []).reduce(
    (sum, { infoTypeTransformations: inner }) => sum + (inner?.transformations.length ?? 1),
    records?.recordSuppressions.length ?? 0,
  );
  atMost(
    LIMITS.transformations,
    inRecords + (infoTypeTransformations?.transformations.length ?? 0),
    'transformations per request',
  );
}
