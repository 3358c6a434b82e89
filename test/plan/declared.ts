import type { Column, ColumnType, Privacy, Transformation } from '../../functions/model/column.ts';
import type { Source } from '../../functions/model/source.ts';

/** Declarations as they are once compiled, for tests of what is planned and rendered from them. */

export const PUBLIC: Privacy = { kind: 'public', allow: [] };
export const transformed = (transform: Transformation): Privacy => ({ kind: 'transform', transform });

export const column = (name: string, type: ColumnType, rest: Partial<Column> = {}): Column => ({
  name,
  from: name,
  type,
  mode: 'nullable',
  normalize: [],
  privacy: PUBLIC,
  ...rest,
});

export function source(rest: Partial<Source> = {}): Source {
  const id = rest.id ?? 'shop.orders';
  const [dataset = '', name = ''] = id.split('.');
  return {
    id,
    dataset,
    name,
    files: { glob: 'shop/orders/*.csv', regex: '^shop\\/orders\\/[^/]*\\.csv$', prefix: 'shop/orders/' },
    format: { type: 'ndjson' },
    load: { mode: 'append' },
    cluster: [],
    batchSeconds: 300,
    onNewColumn: 'quarantine',
    badRowsAllowed: 0,
    minRows: 1,
    columns: [column('order_id', 'STRING'), column('amount', 'NUMERIC'), column('day', 'DATE')],
    version: 'v1',
    ...rest,
  };
}
