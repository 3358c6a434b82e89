import type { Column, ColumnType, Condition, Privacy, Transformation } from '../../functions/model/column.ts';
import type { CsvFormat, Source } from '../../functions/model/source.ts';

/** Compiled declarations in few words. */

export const CSV: CsvFormat = { type: 'csv', header: true, delimiter: ',', quote: '"', escape: '"', nullMarker: '' };

export const PUBLIC: Privacy = { kind: 'public', allow: [] };
export const DROP: Privacy = { kind: 'drop' };

export const protect = (transform: Transformation, when?: Condition): Privacy => ({
  kind: 'transform',
  transform,
  ...(when && { when }),
});

export const TOKENIZE = protect({ kind: 'tokenize', key: 'pii' });

export const column = (name: string, type: ColumnType = 'STRING', over: Partial<Column> = {}): Column => ({
  name,
  from: name,
  type,
  mode: 'nullable',
  normalize: [],
  privacy: PUBLIC,
  ...over,
});

export const source = (columns: readonly Column[], over: Partial<Source> = {}): Source => ({
  id: 'shop.things',
  dataset: 'shop',
  name: 'things',
  files: { glob: 'things/*', regex: '^things/.*$', prefix: 'things/' },
  format: CSV,
  load: { mode: 'append' },
  cluster: [],
  batchSeconds: 0,
  onNewColumn: 'quarantine',
  badRowsAllowed: 0,
  minRows: 0,
  columns,
  version: 'v',
  ...over,
});

export const csv = (columns: readonly Column[], format: Partial<CsvFormat> = {}, over: Partial<Source> = {}): Source =>
  source(columns, { format: { ...CSV, ...format }, ...over });

export const ndjson = (columns: readonly Column[], over: Partial<Source> = {}): Source =>
  source(columns, { format: { type: 'ndjson' }, ...over });

export const parquet = (columns: readonly Column[], over: Partial<Source> = {}): Source =>
  source(columns, { format: { type: 'parquet' }, ...over });
