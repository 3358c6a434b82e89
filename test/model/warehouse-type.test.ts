import { expect, test } from 'vitest';
import type { Column, Transformation } from '../../functions/model/column.ts';
import { warehouseType } from '../../functions/model/warehouse-type.ts';

const column = (type: Column['type'], privacy: Column['privacy']): Column => ({
  name: 'c',
  from: 'c',
  type,
  mode: 'nullable',
  normalize: [],
  privacy,
});

test.each<[Transformation, Column['type'], Column['type']]>([
  [{ kind: 'tokenize', key: 'k' }, 'INT64', 'STRING'],
  [{ kind: 'hash', key: 'k' }, 'DATE', 'STRING'],
  [{ kind: 'mask', with: '*' }, 'NUMERIC', 'STRING'],
  [{ kind: 'redact' }, 'JSON', 'STRING'],
  [{ kind: 'replace', with: 'x' }, 'BYTES', 'STRING'],
  [{ kind: 'redact_findings', infoTypes: ['AGE'], minLikelihood: 'LIKELY', with: 'mask' }, 'STRING', 'STRING'],
  [{ kind: 'bucket', size: 1, min: 0, max: 9 }, 'FLOAT64', 'STRING'],
  [{ kind: 'time_part', part: 'YEAR' }, 'TIMESTAMP', 'INT64'],
  [{ kind: 'date_shift', days: 1, by: 'a', key: 'k' }, 'DATETIME', 'DATETIME'],
])('%o makes of a %s a %s', (transform, type, expected) => {
  expect(warehouseType(column(type, { kind: 'transform', transform }))).toBe(expected);
});

test('what is public keeps its type', () => {
  expect(warehouseType(column('RECORD', { kind: 'public', allow: [] }))).toBe('RECORD');
});
